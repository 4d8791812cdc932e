//! Echo by line: a client sends a line, the server waits for a given delay, sends the line back, and reads the next.
//!
//! It is the smallest thing that can be made to wait. What its servers share is here, so that each of them shows
//! nothing but its own way to wait: [`Lines`] is the protocol without any input and output, and the rest is what they have in
//! common with every other program.
//!
//! ```
//! let mut lines = echo::Lines::new();
//! lines.receive(b"one\ntw");
//! assert_eq!(lines.next_line().as_deref(), Some(&b"one\n"[..]));
//! assert_eq!(lines.next_line(), None); // the rest has not arrived yet
//! ```

mod command_line;
mod computing;
mod lines;

pub use command_line::{
    Arguments, announce, announce_with, arguments, cannot_accept, cannot_listen, duration, log, patience, patience_or,
    read,
};
pub use computing::COMPUTE;
pub use lines::{LINGER, Lines, MAX_LINE};
