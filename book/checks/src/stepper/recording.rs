//! What a program records of itself: the hooks of a patch write a line of JSON for each event.

use super::event::{Event, TIMEOUT};
use super::lesson::{Described, FOLDER, Lesson};
use crate::{Failure, Result, patch, read, snapshot, workspace};
use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

/// How long a program that never ends is watched, and one that ends may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// If a program records nothing for so long, and never ends, it does nothing any more.
const SILENCE: Duration = Duration::from_millis(400);
/// The events of the committed recording of a run.
///
/// # Errors
///
/// If there is none, or it is not a recording.
pub fn committed(frame: &str, run: &str) -> Result<Vec<Event>> {
    let file = format!("{FOLDER}/{frame}/{run}.json");
    let event =
        |line: &str| serde_json::from_str(line).map_err(|error| Failure::new(format!("{file}: {line}: {error}")));
    read(&file)?.lines().map(event).collect()
}

/// Runs the program of a run once more, and returns what it has recorded.
///
/// # Errors
///
/// If it cannot be built, does not end as the lesson says, or has recorded nothing.
pub fn record(lesson: &Lesson, run: &Described) -> Result<Vec<Event>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("trace");
    let mut command = patch::program(&format!("{}+{}", lesson.program, lesson.patch))?.command();
    let mut child =
        command.args(&run.arguments).env("TRACE", &file).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut output = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        output.as_mut().map(|output| output.read_to_string(&mut text)).transpose().map(|_| text)
    });
    let length = || fs::metadata(&file).map_or(0, |data| data.len());
    let (begin, mut last, mut since) = (Instant::now(), 0, Instant::now());
    let ended = loop {
        if child.try_wait()?.is_some() {
            break true;
        }
        if length() != last {
            (last, since) = (length(), Instant::now());
        }
        if begin.elapsed() > PATIENCE || run.never_ends && last > 0 && since.elapsed() > SILENCE {
            break false;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let _ = child.kill();
    child.wait()?;
    let _ = reader.join();
    if ended == run.never_ends {
        return Err(Failure::new(format!("{}: it should {}", run.id, if ended { "never end" } else { "end" })));
    }
    let mut events = parse(&fs::read_to_string(&file)?, lesson)?;
    if run.never_ends {
        let event = |kind: &str| Event {
            by: TIMEOUT.to_owned(),
            kind: kind.to_owned(),
            of: String::new(),
            value: String::new(),
            at: String::new(),
            ms: None,
        };
        events.push(event("give up"));
    }
    Ok(events)
}

/// Reads what the hooks have written, and brings their lines back to those of the files without hooks.
fn parse(text: &str, lesson: &Lesson) -> Result<Vec<Event>> {
    let places = Places::new(lesson)?;
    let mut events = Vec::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).map_err(|error| Failure::new(format!("{line}: {error}")))?;
        let word = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let kind = word("kind");
        let number = value["line"].as_u64().unwrap_or_default();
        let at = places.find(&word("file"), number, kind.starts_with('^'))?;
        let ms = lesson.times.then(|| value["ms"].as_u64().map(|ms| (ms + 50) / 100 * 100)).flatten();
        events.push(Event {
            by: word("by"),
            kind: kind.trim_start_matches('^').to_owned(),
            of: word("of"),
            value: word("value"),
            at,
            ms,
        });
    }
    if events.is_empty() {
        return Err(Failure::new("nothing was recorded"));
    }
    Ok(events)
}

/// For each line of a file with hooks, the lines without hooks before and after it.
struct Places(BTreeMap<String, Vec<(u64, u64)>>);

impl Places {
    fn new(lesson: &Lesson) -> Result<Self> {
        let mut files = BTreeMap::new();
        for (file, before, after) in patch::changed(&lesson.patch)? {
            let (mut lines, mut last) = (Vec::new(), 0);
            for change in TextDiff::from_lines(&before, &after).iter_all_changes() {
                match change.tag() {
                    ChangeTag::Delete => last += 1,
                    ChangeTag::Insert => lines.push((last, last + 1)),
                    ChangeTag::Equal => {
                        last += 1;
                        lines.push((last, last));
                    }
                }
            }
            files.insert(file, lines);
        }
        Ok(Self(files))
    }

    /// `src/executor.rs:36` for a hook in that file; empty for what has no file.
    fn find(&self, file: &str, line: u64, next: bool) -> Result<String> {
        if file.is_empty() {
            return Ok(String::new());
        }
        let name = file.rsplit_once("/src/").map_or(file, |(_, name)| name).trim_start_matches("src/");
        let found = self.0.iter().find(|(path, _)| path.ends_with(&format!("/src/{name}")));
        let index = usize::try_from(line).unwrap_or_default().wrapping_sub(1);
        let place = found.and_then(|(_, lines)| lines.get(index));
        let (before, after) =
            place.ok_or_else(|| Failure::new(format!("{file}:{line}: the patch has no such line")))?;
        Ok(format!("{name}:{}", if next { after } else { before }))
    }
}

/// Records a run again, and writes it down.
///
/// # Errors
///
/// If it cannot be recorded, or not written.
pub fn renew(frame: &str, lesson: &Lesson, run: &Described) -> Result {
    let lines = record(lesson, run)?
        .iter()
        .map(|event| Ok(serde_json::to_string(event).map_err(|error| Failure::new(error.to_string()))? + "\n"))
        .collect::<Result<String>>()?;
    fs::create_dir_all(workspace().join(FOLDER).join(frame))?;
    snapshot::write(&format!("{FOLDER}/{frame}/{}.json", run.id), &lines)
}

/// In what two recordings of the same program differ. The order of events of one actor must be the same; that between two actors
/// is for the machine to say.
pub fn differences(committed: &[Event], now: &[Event]) -> Vec<String> {
    let by_actor = |events: &[Event]| {
        let mut actors: BTreeMap<String, Vec<Event>> = BTreeMap::new();
        events.iter().for_each(|event| actors.entry(event.by.clone()).or_default().push(event.without_time()));
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
