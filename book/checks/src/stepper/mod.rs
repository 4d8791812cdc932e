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

pub mod event;
pub mod lesson;
pub mod page;
pub mod places;
pub mod recording;
pub mod replay;
pub mod shown;
pub mod timeline;
