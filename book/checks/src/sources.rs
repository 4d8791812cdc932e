//! Where the claims of chapter 11.1 are from.

use std::fmt::{self, Display};

/// What kind of source makes a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A course on networks, for programmers of Python. It does not say how it came to its numbers.
    Course,
    /// The slides of a course, which do not say so either.
    Slides,
    /// Many people, without a source.
    Folklore,
    /// An essay, a tutorial, a manual: its name and its address.
    Text(&'static str, &'static str),
    /// A measurement, with the program that made it: its author and its address.
    Measurement(&'static str, &'static str),
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Course => write!(f, "a course on networks"),
            Self::Slides => write!(f, "slides of a course"),
            Self::Folklore => write!(f, "often heard"),
            Self::Text(name, address) => write!(f, "[{name}]({address})"),
            Self::Measurement(name, address) => write!(f, "measured: [{name}]({address})"),
        }
    }
}

/// What threads and tasks take: memory, switches, starts.
pub const COMPARISON: Source = Source::Measurement("J. Blandy", "https://github.com/jimblandy/context-switch");
/// Ten thousand clients on one machine, in 1999.
pub const C10K: Source = Source::Text("The C10K problem", "http://www.kegel.com/c10k.html");
/// The first steps with tasks.
pub const TOKIO: Source = Source::Text("tokio’s tutorial", "https://tokio.rs/tokio/tutorial/spawning");
/// Why one would write asynchronous programs.
pub const ASYNC_BOOK: Source = Source::Text(
    "Asynchronous Programming in Rust",
    "https://rust-lang.github.io/async-book/01_getting_started/02_why_async.html",
);
/// How long a switch takes, on six processors.
pub const SWITCHES: Source =
    Source::Measurement("B. Sigoure", "https://blog.tsunanet.net/2010/11/how-long-does-it-take-to-make-context.html");
/// What a processor, a memory and a network need.
pub const LATENCIES: Source = Source::Text(
    "Latency numbers every programmer should know",
    "https://colin-scott.github.io/personal_website/research/interactive_latency.html",
);
