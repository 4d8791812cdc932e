// Steps through recordings of what a program did. book/checks/src/stepper makes the recordings into HTML.
//
// Without this script, a page shows for each recording its timeline and a table of its events, and once the source. This script adds the
// controls, the boxes of the state, and the questions. It computes nothing about the program: it shows what was recorded.
'use strict';

(() => {
    // Each state has a sign of its own, so that no colour is needed.
    const SIGNS = {
        new: '○', queued: '≡', running: '▶\uFE0E', waiting: '‖', served: '◐', resting: '☾\uFE0E', done: '✓\uFE0E', stuck: '✗\uFE0E',
    };
    const HELP = 'Keys: ← → step, Home and End jump, Space plays, T: next event of the same actor. They work while the focus is in this frame.';

    /** An element with attributes, or with properties where the name begins with a dot, and with children. */
    const make = (tag, attributes = {}, ...children) => {
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) {
            if (name.startsWith('.')) element[name.slice(1)] = value;
            else if (value !== false) element.setAttribute(name, value);
        }
        element.append(...children.filter((child) => child !== ''));
        return element;
    };
    const sign = (text) => make('span', { class: 'st-sign', 'aria-hidden': 'true' }, text);
    const button = (title, mark, text, press) =>
        make('button', { type: 'button', title, 'aria-label': title, '.onclick': press }, sign(mark), text);
    const code = (text) => make('code', { class: 'hljs' }, text);
    /** Text in which `code` is between backticks. */
    const words = (text) => text.split('`').map((part, index) => (index % 2 ? code(part) : part));

    /** The state before the first event and after each one. All are computed at once, so going back is the same as going on. */
    const replay = (recording) => {
        const states = [recording.start];
        for (const event of recording.events) states.push({ ...states[states.length - 1], ...event.set });
        return states;
    };

    /** A recording: what was recorded, and its parts of the page. */
    class Run {
        constructor(element, stepper) {
            this.element = element;
            this.recording = JSON.parse(element.querySelector('script[type="application/json"]').textContent);
            this.states = replay(this.recording);
            this.last = this.recording.events.length;
            this.drawing = element.querySelector('.st-drawing');
            this.timeline = this.drawing.querySelector('.st-timeline');
            this.columns = JSON.parse(this.timeline.dataset.columns);
            this.table = element.querySelector('.st-table');
            this.asked = new Set();
            this.tab = make('button', { type: 'button', class: 'st-tab', '.onclick': () => stepper.choose(this) }, sign('○'), this.recording.tab);
            this.picture = make('div', { class: 'st-picture' }, stepper.isAlone ? '' : this.tab, this.drawing);
            this.timeline.addEventListener('click', (event) => stepper.point(this, event));
        }

        name(id) {
            return this.recording.things[id]?.name ?? id;
        }

        /** The number of the first event from here on before which there is a question that was not asked yet; 0 if there is none. */
        question(from) {
            return this.recording.events.findIndex((event, index) => index >= from && event.ask && !this.asked.has(index + 1)) + 1;
        }

        /** The cursor over one event, and a veil over what the next question would ask: the picture must not answer it. */
        draw(at, asking) {
            this.timeline.querySelectorAll('.st-cursor, .st-veil').forEach((shape) => shape.remove());
            const words = this.timeline.querySelector('.st-lane');
            const add = (tag, attributes, text = '', before = null) => {
                const shape = document.createElementNS('http://www.w3.org/2000/svg', tag);
                for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
                shape.textContent = text;
                this.timeline.insertBefore(shape, before);
            };
            const height = this.timeline.getAttribute('height');
            const veiled = asking || this.question(at ?? 0);
            const x = veiled ? this.columns[veiled] : 100;
            if (veiled) {
                add('rect', { class: 'st-veil', x: `${x}%`, width: `${101 - x}%`, y: 0, height }, '', words); // the names of the lanes stay
                add('text', { class: 'st-veil st-veil-sign', x: `${(100 + x) / 2}%`, y: '55%' }, '?');
            }
            // An arrow at the edge of the veil would stick out of it, and a word would be cut. One in the middle of a bar would say how long it is.
            const frame = this.timeline.getBoundingClientRect();
            const edge = frame.left + (frame.width * x) / 100 - 1;
            for (const shape of this.timeline.querySelectorAll('.st-wake, text:not(.st-lane, .st-veil)')) {
                shape.classList.remove('st-secret');
                shape.classList.toggle('st-secret', veiled > 0 && (shape.dataset.to >= x || shape.getBoundingClientRect().right > edge));
            }
            if (at !== null) {
                const [x, end] = [this.columns[at], this.columns[at + 1] ?? 100];
                add('rect', { class: 'st-cursor', x: `${x}%`, width: `${end - x}%`, y: 16, height: height - 20, rx: 3 });
            }
        }
    }

    class Stepper {
        constructor(section) {
            this.section = section;
            this.source = section.querySelector('.st-source');
            const runs = [...section.querySelectorAll('.st-run')];
            this.isAlone = runs.length === 1;
            this.runs = runs.map((run) => new Run(run, this));
            this.run = this.runs[0];
            this.at = 0; // how many events have happened
            this.asking = 0; // the event before which a question is shown
            this.timer = null;
            this.build();
            this.listen();
            if (!this.followFragment()) this.show(0);
        }

        build() {
            this.first = button('First (Home)', '|◀\uFE0E', '', () => this.go(0));
            this.back = button('One event back (←)', '◀\uFE0E', 'Back', () => this.go(this.at - 1));
            this.next = button('Next event (→)', '▶\uFE0E', 'Next', () => this.forward());
            this.next.classList.add('st-main');
            this.end = button('Last (End)', '▶\uFE0E|', '', () => this.go(this.run.last));
            this.player = make('button', { type: 'button', class: 'st-play', '.onclick': () => this.play(!this.timer) });
            this.same = make('button', { type: 'button', '.onclick': () => this.nextOfSame() });
            this.slider = make('input', { type: 'range', min: 0, step: 1, 'aria-label': 'Event', '.oninput': () => this.go(Number(this.slider.value)) });
            this.where = make('p', { class: 'st-where' });
            this.sentence = make('p', { class: 'st-sentence', 'aria-live': 'polite', 'aria-atomic': 'true' });
            this.question = make('div', { class: 'st-question', role: 'group', 'aria-label': 'Answers', '.hidden': true });
            this.boxes = make('div', { class: 'st-boxes', role: 'region', 'aria-label': 'State after this event' });
            this.unfold = make('button', { type: 'button', 'aria-expanded': 'false', '.onclick': () => this.fold(!this.run.table.hidden) });
            this.pictures = make('div', {}, ...this.runs.map((run) => run.picture));
            this.sourcePlace = make('div', { class: 'st-code' });
            this.panel = make('div', { class: 'st-panel' },
                this.pictures,
                make('div', { class: 'st-controls', role: 'group', 'aria-label': 'Steps' },
                    this.first, this.back, this.next, this.end, this.player, this.same, this.slider),
                make('div', { class: 'st-say' }, this.where, this.sentence, this.question),
                make('div', { class: 'st-two' }, this.sourcePlace, this.boxes),
                make('p', { class: 'st-foot' }, this.unfold, make('span', { class: 'st-keys' }, HELP)));
            this.section.prepend(this.panel);
            this.section.tabIndex = 0;
            this.section.classList.add('st-on');
            this.toScreen();
        }

        /** Timeline and source are in the panel on a screen, and in the text on paper. */
        toScreen() {
            for (const run of this.runs) {
                run.picture.append(run.drawing);
                run.table.hidden = true;
            }
            this.sourcePlace.append(this.source);
        }

        toPaper() {
            for (const run of this.runs) {
                run.element.hidden = run.table.hidden = false;
                run.table.before(run.drawing);
            }
            this.section.append(this.source);
            this.source.querySelectorAll('.st-file').forEach((file) => { file.hidden = false; });
        }

        listen() {
            this.section.addEventListener('keydown', (event) => this.key(event));
            window.addEventListener('hashchange', () => this.followFragment());
            window.addEventListener('resize', () => this.draw()); // its words keep their size
            window.addEventListener('beforeprint', () => this.toPaper());
            window.addEventListener('afterprint', () => { this.toScreen(); this.show(this.at); });
            document.fonts?.ready.then(() => this.reveal()); // until then, lines have another height
        }

        /** mdBook turns the page at ← and →, so a key that is meant for this frame goes no further. */
        key(event) {
            if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
            const act = {
                ArrowRight: () => this.forward(),
                ArrowLeft: () => this.go(this.at - 1),
                Home: () => this.go(0),
                End: () => this.go(this.run.last),
                ' ': () => this.play(!this.timer),
                t: () => this.nextOfSame(),
            }[event.key];
            if (!act || event.key === ' ' && event.target.closest('button, a')) return;
            event.stopPropagation();
            event.preventDefault();
            act();
        }

        // Going from one event to another.

        /** One event on. A question before the event comes first, once; pressing again goes on without an answer. */
        forward() {
            const to = this.at + 1;
            if (to > this.run.last) return this.play(false);
            if (this.run.recording.events[to - 1].ask && !this.run.asked.has(to)) {
                this.run.asked.add(to);
                return this.ask(to);
            }
            this.show(to);
        }

        /** To an event, without a question. */
        go(to) {
            this.play(false);
            this.show(Math.max(0, Math.min(this.run.last, to)));
        }

        nextOfSame() {
            const { events } = this.run.recording;
            const by = events[this.at - 1]?.by;
            const found = events.findIndex((event, index) => index >= this.at && event.by === by);
            if (found >= 0) this.go(found + 1);
        }

        play(on) {
            clearTimeout(this.timer);
            this.timer = null;
            if (on && this.at < this.run.last) {
                const time = 1000 + 45 * this.sentence.textContent.length; // to read it, and to look at the boxes
                this.timer = setTimeout(() => {
                    this.forward();
                    if (this.timer) this.play(true);
                }, time);
            }
            const isPlaying = this.timer !== null;
            this.sentence.setAttribute('aria-live', isPlaying ? 'off' : 'polite');
            this.player.replaceChildren(sign(isPlaying ? '‖' : '▷'), isPlaying ? 'Stop' : 'Play');
            this.player.title = isPlaying ? 'Stop (Space)' : 'Play slowly (Space)';
        }

        /** The other recording, at the same time; if times mean nothing, at the beginning of the same stage. */
        choose(run) {
            if (run === this.run) return;
            const [old, events] = [this.run.recording.events, run.recording.events];
            const time = old[this.at - 1]?.ms ?? null;
            let to = 0;
            if (time !== null) to = events.filter((event) => event.ms <= time).length;
            else if (this.at) {
                const stages = old.slice(0, this.at).filter((event) => event.stage).length;
                const starts = events.flatMap((event, index) => (event.stage ? [index + 1] : []));
                to = starts[Math.min(stages, starts.length) - 1] ?? 0;
            }
            this.run = run;
            this.go(to);
        }

        /** To the event of this recording that the pointer is over. */
        point(run, event) {
            const frame = run.timeline.getBoundingClientRect();
            const x = ((event.clientX - frame.left) / frame.width) * 100;
            this.run = run;
            this.go(run.columns.filter((column) => column <= x).length - 1);
        }

        /** `#lost-10` is event 10 of the recording "lost". Without this script it is a row of its table. */
        followFragment() {
            const [, id, number] = /^#(.+)-(\d+)$/.exec(decodeURIComponent(location.hash)) ?? [];
            const run = this.runs.find((one) => one.recording.id === id);
            if (!run) return false;
            this.run = run;
            this.go(Number(number));
            this.section.scrollIntoView({ block: 'start' });
            return true;
        }

        fold(folded) {
            this.run.table.hidden = folded;
            this.unfold.setAttribute('aria-expanded', String(!folded));
        }

        // Showing.

        show(to) {
            const { recording, states, last } = this.run;
            const event = recording.events[to - 1];
            const isFolded = this.run.table.hidden;
            this.at = to;
            this.asking = 0;
            for (const run of this.runs) {
                const isChosen = run === this.run;
                run.tab.setAttribute('aria-pressed', String(isChosen));
                run.tab.firstChild.textContent = isChosen ? '●' : '○';
                run.element.hidden = !isChosen;
                run.picture.classList.toggle('st-chosen', isChosen);
            }
            this.draw();
            this.fold(isFolded);
            if (this.question.contains(document.activeElement)) this.next.focus({ preventScroll: true }); // hidden, it would lose the focus
            this.question.hidden = true;
            this.showSentence(event);
            this.boxes.replaceChildren(...recording.boxes.map((box) => this.box(box, states[to], states[to - 1], event)));
            this.showSource(event);
            this.slider.max = last;
            this.slider.value = to;
            this.slider.setAttribute('aria-valuetext', `Event ${to} of ${last}`);
            // Not `disabled`: a button that is disabled loses the focus, and the next ← would turn the page.
            const able = (control, can) => control.setAttribute('aria-disabled', String(!can));
            able(this.first, to > 0);
            able(this.back, to > 0);
            able(this.next, to < last);
            able(this.end, to < last);
            const by = event ? this.run.name(event.by) : 'the same actor';
            this.same.replaceChildren(sign('»'), `Next of ${by}`);
            this.same.title = `The next event of ${by} (T)`;
            able(this.same, event && recording.events.some((one, index) => index >= to && one.by === event.by));
            this.unfold.textContent = `All ${last} events as a table`;
            this.run.table.querySelectorAll('tr').forEach((row) => row.classList.toggle('st-now', row.id === `${recording.id}-${to}`));
            if (!this.timer) this.play(false);
        }

        draw() {
            for (const run of this.runs) run.draw(run === this.run ? this.at : null, run === this.run ? this.asking : 0);
        }

        showSentence(event) {
            const { recording, last } = this.run;
            const link = make('a', { href: `#${recording.id}-${this.at}`, title: 'Link to this event' }, `Event ${this.at} of ${last}`);
            if (!event) {
                this.where.replaceChildren(link);
                this.sentence.replaceChildren('Before the first event. ', make('strong', {}, 'Next'), ' shows what happens, one event at a time.');
                return;
            }
            const time = event.ms === null ? '' : make('span', {}, `at ${(event.ms / 1000).toFixed(1)} s`);
            const place = event.at ? make('span', { class: 'st-place' }, event.at.split('/').pop()) : '';
            this.where.replaceChildren(...[link, make('span', { class: 'st-by' }, this.run.name(event.by)), time, place].filter((part) => part));
            this.sentence.replaceChildren(...words(event.say));
        }

        /** The question before an event takes the place of the sentence; the state stays in sight. */
        ask(to) {
            this.play(false);
            this.asking = to;
            const { text, answers } = this.run.recording.events[to - 1].ask;
            const reason = make('p', { class: 'st-answer', role: 'status' });
            const options = answers.map((answer) => make('button', {
                type: 'button',
                class: 'st-option',
                'aria-pressed': 'false',
                '.onclick': ({ currentTarget }) => {
                    options.forEach((option) => option.setAttribute('aria-pressed', String(option === currentTarget)));
                    currentTarget.classList.add(answer.right ? 'st-right' : 'st-wrong');
                    reason.replaceChildren(make('strong', {}, answer.right ? 'Right. ' : 'No. '), ...words(answer.because));
                },
            }, ...words(answer.text)));
            const goOn = make('button', { type: 'button', class: 'st-main', '.onclick': () => this.show(to) }, 'See what happens');
            this.sentence.replaceChildren(make('strong', {}, 'Before you go on: '), ...words(text));
            this.question.replaceChildren(make('div', { class: 'st-options' }, ...options, goOn), reason);
            this.question.hidden = false;
            this.draw();
        }

        box([title, things], now, before, event) {
            const cards = things.map((thing) => this.card(thing, now[thing], before ? before[thing] : now[thing], event));
            const heading = cards.length > 1 ? make('p', { class: 'st-heading' }, title) : ''; // one alone says what it is
            return make('div', { class: 'st-box', role: 'group', 'aria-label': title }, heading, ...cards);
        }

        /** One thing: its name, its state, what it does or its value, what it holds. What has changed has its old value before it; what
         *  was only looked at is marked as well, because a decision depends on it. */
        card(id, now, before, event) {
            const thing = this.run.recording.things[id];
            const acts = event?.by === id ? make('span', { class: 'st-acts', title: 'acts in this event' }, '▸') : '';
            const card = make('div', { class: 'st-card', 'data-thing': id }, make('span', { class: 'st-name' }, acts, thing.code ? code(thing.name) : thing.name));
            const add = (kind, ...parts) => card.append(make('span', { class: kind }, ...parts));
            if (!now) {
                card.classList.add('st-absent');
                add('st-what', 'not there yet');
                return card;
            }
            const isSame = before?.is === now.is;
            if (now.is) add(`st-state st-is-${now.is}`, ...this.change(before?.is, now.is, SIGNS));
            // Beside a new state or new words, the old words would be noise. A bare value shows what it was.
            const old = before?.what === now.what || !now.is || isSame && !now.what ? before?.what : '';
            if (old || now.what) add('st-what', ...this.change(old, now.what));
            if (now.holds) {
                const old = before?.holds ?? [];
                const item = (tag, one) => make(tag, { class: thing.lines ? 'st-line' : 'st-chip' }, thing.lines ? one : this.run.name(one));
                const kept = new Set(); // the places of those that have stayed, in their order
                const there = now.holds.map((one) => {
                    const place = old.indexOf(one, Math.max(-1, ...kept) + 1);
                    if (place >= 0) kept.add(place);
                    return item(place >= 0 ? 'span' : 'ins', one);
                });
                const gone = old.filter((_, place) => !kept.has(place)).map((one) => item('del', one));
                const none = now.holds.length ? '' : make('span', { class: 'st-none' }, thing.none || 'nothing');
                add(thing.lines ? 'st-lines' : 'st-chips', ...gone, ...there, none);
            }
            card.classList.toggle('st-changed', !!event && JSON.stringify(now) !== JSON.stringify(before));
            card.classList.toggle('st-read', !!event?.reads.includes(id));
            return card;
        }

        /** The old word and the new one. A sign is not struck through, for it would be another one. */
        change(from, to, signs = {}) {
            const parts = from === to ? [['span', to]] : [['del', from], ['ins', to]];
            return parts.filter(([, word]) => word).flatMap(([tag, word]) => [' ', signs[word] ?? '', ' ', make(tag, {}, word)]);
        }

        /** Marks the line of this event, and for each other thread the line at which it acted last. */
        showSource(event) {
            for (const line of this.source.querySelectorAll('.st-now, .st-there')) {
                line.classList.remove('st-now', 'st-there');
                line.removeAttribute('aria-current');
                line.querySelectorAll('.st-mark').forEach((mark) => mark.remove());
            }
            const { events, boxes } = this.run.recording;
            const state = this.run.states[this.at];
            for (const file of this.source.querySelectorAll('.st-file')) {
                file.hidden = !events.some((one) => one.at.startsWith(`${file.dataset.file}:`)); // another recording is of another program
            }
            const seen = new Set();
            const shown = boxes.flatMap(([, things]) => things);
            for (let index = this.at - 1; index >= 0; index--) {
                const { by, thread, at } = events[index];
                if (!at || seen.has(thread) || events[index] !== event && !shown.includes(thread)) continue;
                seen.add(thread);
                const isNow = events[index] === event;
                const line = this.source.querySelector(`[data-at="${at}"]`);
                if (!line || !isNow && state[thread]?.is === 'done') continue;
                line.classList.add(isNow ? 'st-now' : 'st-there');
                if (isNow) line.setAttribute('aria-current', 'step');
                line.append(make('span', { class: isNow ? 'st-mark st-mark-now' : 'st-mark' }, this.run.name(isNow ? by : thread)));
            }
            this.reveal();
        }

        /** Scrolls the source, never the page, so that the marked line can be seen. */
        reveal() {
            const line = (this.source.querySelector('.st-now') ?? this.source.querySelector('.st-there'))?.getBoundingClientRect();
            if (!line) return;
            const box = this.source.getBoundingClientRect();
            if (line.top < box.top + 20) this.source.scrollTop += line.top - box.top - box.height / 4;
            else if (line.bottom > box.bottom - 20) this.source.scrollTop += line.bottom - box.bottom + box.height / 4;
        }
    }

    for (const section of document.querySelectorAll('.stepper')) {
        try {
            new Stepper(section);
        } catch (error) {
            console.error(error); // the timelines and the tables remain
        }
    }
})();
