//! What a program records of itself: the hooks of a patch report each event to a [`Recorder`], and wait for its answer. So the
//! recorder decides when the program goes on, and can let clients come at an event.

use super::event::{Event, TIMEOUT};
use super::lesson::{Act, Described, FOLDER, Lesson};
use super::places::Places;
use crate::{Failure, Result, patch, read, snapshot, workspace};
use harness::{Client, SAFETY, request};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// If a program that never ends records nothing for so long, it has stopped working, or only waits.
const SILENCE: Duration = Duration::from_secs(2);

/// The events of the committed recording of a run.
pub fn committed(frame: &str, run: &str) -> Result<Vec<Event>> {
    let file = format!("{FOLDER}/{frame}/{run}.json");
    let event =
        |line: &str| serde_json::from_str(line).map_err(|error| Failure::new(format!("{file}: {line}: {error}")));
    read(&file)?.lines().map(event).collect()
}

/// What the recorder hears.
enum Heard {
    /// A hook reports an event, and waits on this connection.
    Event(Value, TcpStream),
    /// The program prints its first line.
    Printed(String),
    /// The program ends.
    End,
}

/// The program of a lesson, with its hooks.
fn program(lesson: &Lesson) -> String {
    format!("{}+{}", lesson.program, lesson.patch)
}

/// Builds the programs of these lessons, with their hooks.
pub fn build(lessons: &[Lesson]) -> Result {
    let of = |lesson: &Lesson| lesson.runs.iter().map(|run| program(&lesson.of(run))).collect::<Vec<_>>();
    let programs: BTreeSet<String> = lessons.iter().flat_map(of).collect();
    patch::build_only(&programs.into_iter().collect::<Vec<_>>())
}

/// Runs the program of a run once more, after [`build`], and returns what it has recorded.
pub fn record(lesson: &Lesson, run: &Described) -> Result<Vec<Event>> {
    let lesson = lesson.of(run);
    let program = patch::built(&program(&lesson));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut command = program.command();
    command.args(&run.arguments).env("TRACE", listener.local_addr()?.to_string()).envs(&run.environment);
    if !run.clients.is_empty() {
        command.arg("127.0.0.1:0");
    }
    let mut child = Running(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?);
    let (sender, heard) = channel();
    hear(&mut child, &listener, &sender)?;
    let mut recorder = Recorder {
        lesson: &lesson,
        run,
        places: Places::new(&lesson.patch)?,
        events: Vec::new(),
        held: Vec::new(),
        later: Vec::new(),
        address: None,
        early: None,
        clients: BTreeMap::new(),
        begin: Instant::now(),
    };
    let ended = recorder.listen(&heard);
    drop(child);
    let ended = ended?;
    if recorder.events.is_empty() {
        return Err(Failure::new("nothing was recorded"));
    }
    if run.never_ends {
        recorder.events.push(Event { by: TIMEOUT.to_owned(), kind: "give up".to_owned(), ..Event::default() });
    }
    if ended == run.never_ends {
        return Err(Failure::new(format!("{}: it should {}", run.id, if ended { "never end" } else { "end" })));
    }
    Ok(recorder.events)
}

/// The program. It is killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends all that can be heard of a program into a channel.
fn hear(child: &mut Running, listener: &TcpListener, sender: &Sender<Heard>) -> Result {
    let output = child.0.stdout.take().ok_or_else(|| Failure::new("it has no output"))?;
    let to_recorder = sender.clone();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = String::new();
        let printed = output.read_line(&mut line).map(|_| to_recorder.send(Heard::Printed(line)));
        let rest = std::io::copy(&mut output, &mut std::io::sink());
        drop((printed, rest)); // an output that cannot be read has ended
        to_recorder.send(Heard::End)
    });
    let (listener, to_recorder) = (listener.try_clone()?, sender.clone());
    thread::spawn(move || {
        for hooks in listener.incoming().map_while(std::io::Result::ok) {
            let to_recorder = to_recorder.clone();
            thread::spawn(move || {
                let lines = hooks.try_clone().map(BufReader::new).into_iter().flat_map(BufRead::lines);
                for line in lines.map_while(std::io::Result::ok) {
                    let event = serde_json::from_str(&line).unwrap_or_default();
                    let sent = hooks.try_clone().map(|hooks| to_recorder.send(Heard::Event(event, hooks)));
                    if !matches!(sent, Ok(Ok(()))) {
                        return;
                    }
                }
            });
        }
    });
    Ok(())
}

/// Writes down what happens, and lets the clients act.
struct Recorder<'a> {
    lesson: &'a Lesson,
    run: &'a Described,
    places: Places,
    events: Vec<Event>,
    /// The hooks that wait, each for the event of this key.
    held: Vec<(String, TcpStream)>,
    /// What clients will do, in the order of time.
    later: Vec<(Instant, &'a Act)>,
    /// Where the program listens, if it is a server.
    address: Option<SocketAddr>,
    /// An event at which a client acts, and which was heard before the address. Its hook waits.
    early: Option<(String, Option<TcpStream>)>,
    clients: BTreeMap<String, Client>,
    begin: Instant,
}

impl<'a> Recorder<'a> {
    /// Until the program ends, or has nothing more to say. Returns whether it has ended, or come to the event that ends the recording.
    fn listen(&mut self, heard: &Receiver<Heard>) -> Result<bool> {
        loop {
            // Before its first event, a program may need time to start.
            let patience = if self.run.never_ends && !self.events.is_empty() { SILENCE } else { SAFETY };
            let next = self.later.first().map(|(time, _)| time.saturating_duration_since(Instant::now()));
            match heard.recv_timeout(next.unwrap_or(patience)) {
                Ok(Heard::Event(event, hook)) => {
                    let key = self.note(&event)?;
                    if key == self.run.until {
                        return Ok(true);
                    }
                    self.go_on(key, Some(hook))?;
                }
                Ok(Heard::Printed(line)) if !self.run.clients.is_empty() => {
                    let address = line.trim().rsplit(['/', ' ']).next().and_then(|address| address.parse().ok());
                    self.address = Some(address.ok_or_else(|| Failure::new(format!("where does it listen? {line}")))?);
                    let (key, hook) = self.early.take().unwrap_or_default();
                    self.go_on(key, hook)?;
                }
                Ok(Heard::Printed(_)) => {}
                Ok(Heard::End) => return Ok(true),
                Err(RecvTimeoutError::Timeout) if !self.later.is_empty() => {
                    let (_, act) = self.later.remove(0);
                    let key = self.act(act)?;
                    self.go_on(key, None)?;
                }
                Err(_) => return Ok(false),
            }
        }
    }

    /// Lets the clients do what they do at this event, and then lets the program go on.
    fn go_on(&mut self, key: String, hook: Option<TcpStream>) -> Result {
        let acts = self.run.clients.iter().filter(|act| act.when == key);
        let (later, now): (Vec<&Act>, Vec<&Act>) = acts.partition(|act| act.after > 0);
        if !now.is_empty() && self.address.is_none() {
            self.early = Some((key, hook));
            return Ok(());
        }
        self.later.extend(later.into_iter().map(|act| (Instant::now() + Duration::from_millis(act.after), act)));
        self.later.sort_by_key(|(time, _)| *time);
        for act in now {
            let key = self.act(act)?;
            self.go_on(key, None)?;
        }
        if let Some(hook) = hook {
            self.held.push((self.run.hold.get(&key).cloned().unwrap_or_default(), hook));
        }
        let happened = self.lesson.keys(&self.events);
        let is_held = |until: &String| !until.is_empty() && !happened.contains(until);
        for (_, mut hook) in self.held.extract_if(.., |(until, _)| !is_held(until)) {
            let _ = hook.write_all(b"."); // a program that has ended needs no answer
        }
        Ok(())
    }

    /// What a client does, and the key of this.
    fn act(&mut self, act: &'a Act) -> Result<String> {
        let address = self.address.ok_or_else(|| Failure::new("no program listens"))?;
        let is_new = !self.clients.contains_key(&act.client);
        if is_new {
            self.clients.insert(act.client.clone(), Client::connect(address)?);
        }
        let client = self.clients.get_mut(&act.client);
        let client = client.ok_or_else(|| Failure::new(format!("{} is not connected", act.client)))?;
        let words = act.asks.as_ref().or(act.sends.as_ref()).cloned().unwrap_or_default();
        match (&act.asks, &act.sends) {
            (Some(route), _) => client.send(request(route))?,
            (_, Some(line)) if !line.is_empty() => client.send(format!("{line}\n"))?,
            _ => {}
        }
        let kind = if is_new { "connect" } else { "send" };
        Ok(self.push(Event { by: act.client.clone(), kind: kind.to_owned(), of: words, ..Event::default() }))
    }

    /// Notes an event that a hook reports, and returns its key. If it says that a client is answered, the client must have an answer.
    fn note(&mut self, hook: &Value) -> Result<String> {
        let word = |name: &str| hook[name].as_str().unwrap_or_default().to_owned();
        let (by, kind) = (word("by"), word("kind"));
        let at = self.places.find(&word("file"), hook["line"].as_u64().unwrap_or_default(), kind.starts_with('^'))?;
        let things = &self.lesson.things;
        let differs = |on: &String| *on != by && things.get(&by).is_some_and(|thing| thing.on != *on);
        let is_shown = |on: &String| things.get(on).is_some_and(|thread| !thread.r#box.is_empty());
        let on = Some(word("on")).filter(|on| differs(on) && is_shown(on));
        let kind = kind.trim_start_matches('^').to_owned();
        let event = Event { by, kind, of: word("of"), value: word("value"), on: on.unwrap_or_default(), at, ms: None };
        if let Some(client) =
            self.clients.get_mut(&event.of).filter(|_| ["answer", "reply"].contains(&event.kind.as_str()))
        {
            client.line().map_err(|failure| failure.context(format!("{} has no answer", event.of)))?;
            if event.kind == "answer" {
                client.finish_sending()?; // it wants no more, and the server waits for this
            }
        }
        Ok(self.push(event))
    }

    fn push(&mut self, event: Event) -> String {
        if self.events.is_empty() {
            self.begin = Instant::now();
        }
        let ms = u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        let ms = self.lesson.times.then_some((ms + 50) / 100 * 100);
        self.events.push(Event { ms, ..event });
        self.lesson.keys(&self.events).pop().unwrap_or_default()
    }
}

/// Records a run again, and writes it down.
pub fn renew(frame: &str, lesson: &Lesson, run: &Described) -> Result {
    let lines = record(lesson, run)?
        .iter()
        .map(|event| Ok(serde_json::to_string(event).map_err(|error| Failure::new(error.to_string()))? + "\n"))
        .collect::<Result<String>>()?;
    fs::create_dir_all(workspace().join(FOLDER).join(frame))?;
    snapshot::write(&format!("{FOLDER}/{frame}/{}.json", run.id), &lines)
}

/// In what two recordings of the same program differ. The order of events of one actor must be the same; that between two actors
/// is for the machine to say, and so is which thread of a pool does what.
pub fn differences(lesson: &Lesson, committed: &[Event], now: &[Event]) -> Vec<String> {
    let by_actor = |events: &[Event]| {
        let mut actors: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        for event in events {
            let by = lesson.actor(&event.by).to_owned();
            actors.entry(by.clone()).or_default().push(Event { by, ..event.without_chance() });
        }
        let of_pools = actors.iter_mut().filter(|(actor, _)| lesson.pools.contains_key(*actor));
        of_pools.for_each(|(_, events)| events.sort());
        actors
    };
    let (committed, now) = (by_actor(committed), by_actor(now));
    let names: Vec<&String> =
        committed.keys().chain(now.keys().filter(|name| !committed.contains_key(*name))).collect();
    let difference = |name: &&String| {
        let [old, new] = [&committed, &now].map(|actors| actors.get(*name).cloned().unwrap_or_default());
        (old != new).then(|| format!("{name} did this: {old:#?}\nand does this now: {new:#?}"))
    };
    names.iter().filter_map(difference).collect()
}
