//! What a reader sees of a stepper: nothing covers a word, nothing is too small or too pale, and nothing gives an answer away.

use super::{Frame, Window};
use browser::Browser;
use serde_json::json;

/// Goes through a recording, and says at which events something looks wrong.
const LOOK: &str = "(() => {
    const frame = document.querySelector('FRAME');
    const all = (selector) => [...frame.querySelectorAll(selector)];
    const box = (element) => element.getBoundingClientRect();
    const meet = (one, other) => one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1;
    const problems = [];
    const heights = new Set();
    const lanes = all('.st-chosen .st-lane').map((lane) => lane.textContent);
    const look = () => {
        const wrong = (what, element) => problems.push(`${frame.querySelector('.st-where a').textContent}: ${what}: ${element.textContent}`);
        for (const card of all('.st-card')) {
            if (card.classList.contains('st-changed') !== (card.querySelector('ins, del') !== null)) wrong('is it changed?', card);
        }
        for (const state of all('.st-state del')) if (!/^[a-z]+$/.test(state.textContent)) wrong('its sign is struck through', state);
        for (const boxed of all('.st-box')) {
            const rows = [...boxed.querySelectorAll('.st-name')].map((name) => lanes.indexOf(name.textContent.replace('▸', ''))).filter((row) => row >= 0);
            if (rows.some((row, at) => row < rows[at - 1])) wrong('not in the order of the lanes', boxed);
        }
        const marks = all('.st-mark');
        if (marks.filter((mark) => mark.classList.contains('st-mark-now')).length > 1) wrong('more than one mark of this event', marks[0]);
        if (new Set(marks.map((mark) => mark.textContent)).size < marks.length) wrong('two marks of one actor', marks[0]);
        for (const mark of marks) {
            const line = mark.parentElement;
            const [here, code] = [box(mark), line.querySelector('code')];
            const words = document.createRange();
            words.selectNodeContents(mark);
            if (meet(here, box(code)) || box(line).right - here.right > 9) wrong('the mark is not at the right', line);
            if (here.width > box(words).width + 20) wrong('the mark is too wide', mark);
        }
        for (const file of all('.st-file:not([hidden])')) {
            if (new Set([...file.querySelectorAll('code')].map((code) => Math.round(box(code).left))).size > 1) wrong('a line is not in its column', file.firstChild);
        }
        for (const word of all('.st-chosen :is(.st-lane, .st-on, .st-stage)')) {
            const over = all('.st-chosen :is(.st-wake, .st-miss, rect:not(.st-cursor, defs *))');
            const covers = (shape) => word.compareDocumentPosition(shape) & Node.DOCUMENT_POSITION_FOLLOWING && meet(box(word), box(shape));
            if (word.checkVisibility() && over.some(covers)) wrong('it is covered', word);
        }
        heights.add(Math.round(box(frame.querySelector('.st-say')).height));
    };
    const press = (key) => frame.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    for (let pressed = 0; pressed < 3 * LAST; pressed++) {
        if (frame.querySelector('.st-question').hidden) look();
        press('ArrowRight');
    }
    if (Math.max(...heights) - Math.min(...heights) > 1) problems.push(`the boxes jump: the room of the sentence is ${[...heights]} pixels high`);
    for (const code of all('.st-file code')) if (/^ +[^ ]/.test(code.textContent)) problems.push(`broken after its indent: ${code.textContent}`);
    return [...new Set(problems)];
})()";

pub fn nothing_looks_wrong_at_any_event(browser: &mut Browser, frame: &Frame, window: &Window) {
    for (run, last) in &frame.runs {
        frame.go(browser, window, run, 0, *last);
        let problems = frame.get(browser, window, &LOOK.replace("LAST", &last.to_string()));
        assert_eq!(problems, json!([]), "{run}");
    }
}

/// The texts that can be seen and are smaller than 12 pixels.
const SMALL: &str = "(() => {
    const small = [];
    const size = (element, part) => parseFloat(getComputedStyle(element, part).fontSize);
    for (const element of document.querySelectorAll('FRAME .st-panel, FRAME .st-panel *')) {
        if (!element.checkVisibility() || element.closest('defs')) continue;
        const isText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (isText && size(element) < 11.99) small.push(`${size(element)}: ${element.textContent}`);
        for (const part of ['::before', '::after']) {
            const { content } = getComputedStyle(element, part);
            if (!['none', 'normal', '\"\"'].includes(content) && size(element, part) < 11.99) small.push(`${size(element, part)}: ${content} of ${element.className}`);
        }
    }
    return [...new Set(small)];
})()";

pub fn nothing_is_too_small_on_a_phone(browser: &mut Browser, frame: &Frame, window: &Window) {
    for (run, last) in &frame.runs {
        frame.go(browser, window, run, last / 2, *last);
        assert_eq!(frame.get(browser, window, SMALL), json!([]), "{run}");
    }
}

/// The bars that begin before a veil lose their dashes: where a dash is at the lower edge depends on how long the bar is.
const WITHOUT_DASHES: &str = "document.querySelectorAll('FRAME .st-timeline :is(rect, line)').forEach((bar) => { bar.style.strokeDasharray = 'none'; })";
/// Takes away all that is behind a veil, and keeps it for later.
const WITHOUT_WHAT_IS_VEILED: &str = "(() => {
    const timelines = [...document.querySelectorAll('FRAME .st-timeline:has(.st-veil)')];
    window.whole = timelines.map((timeline) => [timeline, timeline.innerHTML]);
    for (const timeline of timelines) {
        const number = (shape, name) => parseFloat(shape.getAttribute(name));
        const veil = number(timeline.querySelector('rect.st-veil'), 'x');
        for (const shape of timeline.querySelectorAll(':is(line, rect, text):not(defs *, .st-lane, .st-veil, .st-cursor)')) {
            const isRect = shape.tagName === 'rect';
            const x = number(shape, shape.tagName === 'line' ? 'x1' : 'x');
            if (x >= veil || Number(shape.dataset.to) >= veil) shape.remove();
            else if (isRect && x + number(shape, 'width') > veil - 0.02) shape.setAttribute('width', `${veil - x + 0.5}%`);
            else if (shape.tagName === 'line' && number(shape, 'x2') > veil - 0.02) shape.setAttribute('x2', `${veil + 0.5}%`);
        }
    }
    return window.whole.length;
})()";
const WHOLE_AGAIN: &str = "window.whole.forEach(([timeline, html]) => { timeline.innerHTML = html; })";
/// Words that are cut at the edge of the veil.
const CUT: &str = "[...document.querySelectorAll('FRAME .st-chosen .st-timeline text:not(.st-lane, .st-veil)')].filter((word) =>
    word.checkVisibility() && word.getBoundingClientRect().right > document.querySelector('FRAME .st-chosen rect.st-veil').getBoundingClientRect().left)
    .map((word) => word.textContent)";

/// How much of the frame differs in two pictures so that it can be seen: what is painted anew may differ by a shade, and the menu beside the frame
/// may move by a pixel.
const DIFFER: &str = "(async () => {
    const { x, y, width, height } = document.querySelector('FRAME').getBoundingClientRect();
    const pixels = async (data) => {
        const picture = new Image();
        picture.src = `data:image/png;base64,${data}`;
        await picture.decode();
        const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
        canvas.drawImage(picture, 0, 0);
        return canvas.getImageData(x, y, width, height).data;
    };
    const [one, other] = await Promise.all(PICTURES.map(pixels));
    return one.filter((value, at) => Math.abs(value - other[at]) > 32).length;
})()";

/// With what is behind the veil, the page looks as it does without it.
pub fn the_timeline_does_not_give_the_answer_away(browser: &mut Browser, frame: &Frame, window: &Window) {
    frame.get(browser, window, "document.getAnimations().forEach((animation) => animation.finish())");
    frame.get(browser, window, WITHOUT_DASHES);
    let with = browser.picture(window).unwrap();
    assert_ne!(frame.get(browser, window, WITHOUT_WHAT_IS_VEILED), 0, "there is no veil");
    let without = browser.picture(window).unwrap();
    let pictures = json!([with, without]).to_string();
    let differ = frame.get(browser, window, &DIFFER.replace("PICTURES", &pictures));
    assert_eq!(differ, 0, "{}: something behind the veil can be seen", frame.at(browser, window));
    frame.get(browser, window, WHOLE_AGAIN);
    assert_eq!(frame.get(browser, window, CUT), json!([]), "{}: the veil cuts a word", frame.at(browser, window));
}

/// The least contrast of a text in the frame with what is behind it at any event, and the text. What cannot be used now may be pale.
const CONTRAST: &str = "(() => {
    const frame = document.querySelector('FRAME');
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const known = new Map();
    const read = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
    const rgb = (colour) => { if (!known.has(colour)) known.set(colour, read(colour)); return known.get(colour); };
    const linear = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255]; };
    const opacity = (e) => { let all = 1; for (; e !== frame; e = e.parentElement) all *= getComputedStyle(e).opacity; return all; };
    let worst = [99, ''];
    const compare = (name, colour, back, alpha) => {
        const mixed = rgb(colour).slice(0, 3).map((part, at) => part * alpha + back[at] * (1 - alpha));
        const [high, low] = [light(mixed), light(back)].sort((a, b) => b - a);
        const ratio = (high + 0.05) / (low + 0.05);
        if (ratio < worst[0]) worst = [ratio, name];
    };
    const look = (place) => {
        document.getAnimations().forEach((animation) => animation.finish());
        for (const e of frame.querySelectorAll(`${place} :is(p, span, button, ins, del, a, code, strong, li, .st-card)`)) {
            if (!e.checkVisibility() || e.closest('[aria-disabled=true]')) continue;
            const isText = [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
            if (isText) compare(`${e.className}: ${e.textContent}`, getComputedStyle(e).color, behind(e), opacity(e));
            for (const part of ['::before', '::after']) {
                const style = getComputedStyle(e, part);
                if (!['none', 'normal'].includes(style.content)) compare(`${part} of ${e.className}`, style.color, behind(e), opacity(e) * style.opacity);
            }
        }
        for (const e of frame.querySelectorAll(`${place} .st-chosen svg text`)) {
            if (e.checkVisibility()) compare(e.textContent, getComputedStyle(e).fill, rgb(getComputedStyle(document.documentElement).getPropertyValue('--bg')), opacity(e));
        }
    };
    frame.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true, cancelable: true }));
    look('.st-panel');
    for (let pressed = 0; pressed < 3 * LAST; pressed++) {
        frame.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
        look(':is(.st-boxes, .st-say, .st-now, .st-there)');
    }
    look('.st-panel');
    return worst;
})()";

pub fn text_stands_out_in_each_theme(browser: &mut Browser, frame: &Frame, window: &Window) {
    for theme in ["light", "rust", "coal", "navy", "ayu"] {
        browser.evaluate(window, &format!("document.getElementById('mdbook-theme-{theme}').click()")).unwrap();
        for (run, last) in &frame.runs {
            frame.go(browser, window, run, 0, *last);
            let worst = frame.get(browser, window, &CONTRAST.replace("LAST", &last.to_string()));
            assert!(worst[0].as_f64().unwrap() >= 4.5, "{run}, {theme}: {worst}");
        }
    }
}
