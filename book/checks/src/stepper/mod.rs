//! Recordings of what a program did, through which a reader can step.
//!
//! A frame is a folder `book/steppers/NAME`. It holds a recording for each run, `RUN.json`, which a program has written, and one
//! `lesson.json`, which an author has written: what things are called, what is said of an event, what is asked before it. The two
//! are tied by actor, kind and ordinal (`task 0/look/1`), never by number, because numbers change whenever the program does.
//!
//! - [`recording`] runs a program whose hooks record it, and reads what they have written;
//! - [`replay`] finds what each event changes, and refuses a recording that cannot have happened;
//! - [`lesson`] ties the sentences to the events;
//! - [`timeline`] and [`page`] write what a chapter includes. It can be read without JavaScript; `book/stepper.js` makes it a player.

pub mod lesson;
pub mod page;
pub mod recording;
pub mod replay;
pub mod timeline;

use crate::{Result, files};
use lesson::Lesson;
use recording::Event;
use replay::Step;

/// The folder of the frames.
pub const FOLDER: &str = "book/steppers";

/// A recording, and what its author says of it.
#[derive(Debug)]
pub struct Run {
    /// The first part of its fragments, and the name of its file: `lost`.
    pub id: String,
    /// The lesson of its frame.
    pub lesson: Lesson,
    /// What happened.
    pub events: Vec<Event>,
    /// The state before each event and after the last one, and what each event changes.
    pub steps: Vec<Step>,
}

/// The names of all frames.
pub fn frames() -> Vec<String> {
    let lessons = files(FOLDER).into_iter();
    lessons
        .filter_map(|file| Some(file.strip_prefix(&format!("{FOLDER}/"))?.strip_suffix("/lesson.json")?.to_owned()))
        .collect()
}

/// The runs of a frame, in the order of its lesson.
///
/// # Errors
///
/// If a file is missing, or a recording cannot have happened.
pub fn runs(frame: &str) -> Result<Vec<Run>> {
    let lesson = Lesson::read(frame)?;
    lesson
        .runs
        .iter()
        .map(|described| {
            let events = recording::committed(frame, &described.id)?;
            let steps = replay::replay(&lesson, &events)
                .map_err(|failure| failure.context(format!("{frame}/{}", described.id)))?;
            Ok(Run { id: described.id.clone(), lesson: lesson.clone(), events, steps })
        })
        .collect()
}
