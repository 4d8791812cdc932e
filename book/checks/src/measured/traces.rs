//! Timelines from real runs. What is traced, each step says itself, in its manifest:
//!
//! ```toml
//! [[package.metadata.timelines]]
//! name = "two_threads" # may be left out
//! prints = ["--json", "threads"]
//! program = "01_04_other" # only if it is not the program of the step that prints
//! one_processor = true # only if that matters
//! family = "requests" # if its picture has the scale of others: of all that say the same word
//! ```
//!
//! - `prints` starts the program with these arguments, on which it prints its timeline as JSON.
//! - `scene` starts the step as a server, and sends it a slow client and three quick ones: see [`little_load`](super::little_load).
//! - `client` starts it as a server, and this program with the server's address; it prints the timeline as JSON.
//! - `lines = 5` starts it as an echo server, and sends it a line from each of five clients: see [`lines`](super::lines).
//! - `pieces = [1, 1]` starts it as an echo server with one thread, and shows which handler runs when: see [`pieces`](super::pieces).
//! - `half_close = 3` starts it as an echo server, and lets a client end its half after three lines: see
//!   [`half_close`](super::half_close).
//! - `exchange` starts it as a server, and sends it one request, from far away: see [`exchange`](super::exchange).
//! - `turns` and `orders` start the program, and show what it prints: see [`story`](super::story).
//!
//! The data are in `generated/trace_01_04_two_threads.json`, and a page includes `generated/timeline_01_04_two_threads.svg`.

use super::little_load::Scene;
use super::story::{self, Turns};
use super::{exchange, half_close, lines, little_load, load, pieces, save};
use crate::{Failure, Result, step};
use harness::Program;
use serde::Deserialize;
use std::fs;
use timeline::Timeline;

/// How often a run is tried of which each millisecond is shown.
const ATTEMPTS: usize = 30;

/// A timeline that the book shows, and where it comes from.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The name of its step.
    pub step: &'static str,
    said: Said,
}

/// What a manifest says.
#[derive(Clone, Debug, Deserialize)]
struct Said {
    #[serde(default)]
    name: String,
    #[serde(flatten)]
    how: How,
    #[serde(default)]
    one_processor: bool,
    program: Option<String>,
    #[serde(default)]
    family: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum How {
    Prints(Vec<String>),
    Client(String),
    Scene(Scene),
    Lines(u32),
    Pieces(Vec<usize>),
    HalfClose(u32),
    Exchange(String),
    Turns(Turns),
    Orders(Vec<String>),
}

/// All timelines of the book.
pub fn all() -> Result<Vec<Traced>> {
    let mut traced = Vec::new();
    for step in step::all()? {
        for said in step.metadata["timelines"].as_array().into_iter().flatten() {
            let said = Said::deserialize(said)
                .map_err(|error| Failure::new(format!("{}/Cargo.toml: timelines: {error}", step.folder)))?;
            traced.push(Traced { step: step.step(), said });
        }
    }
    Ok(traced)
}

/// The timeline of this name: `09_03`, or `01_04_two_threads`.
pub fn find(name: &str) -> Result<Traced> {
    let found = all()?.into_iter().find(|traced| traced.name() == name);
    found.ok_or_else(|| Failure::new(format!("no manifest has a timeline {name}")))
}

/// An echo server to which five clients send a line each, whether or not the book has a picture of it.
pub fn five_lines(step: &str) -> Result<Timeline> {
    lines::observe(step, 5)
}

/// The machine has other things to do as well. The run that it disturbed least ended first.
fn least_disturbed(measure: impl Fn() -> Result<Timeline>) -> Result<Timeline> {
    let runs = (0..ATTEMPTS).map(|_| measure()).collect::<Result<Vec<Timeline>>>()?;
    runs.into_iter().min_by_key(Timeline::end).ok_or_else(|| Failure::new("nothing was run"))
}

impl Traced {
    /// Its name in the book: the number of the step, and its own name if the step has several.
    pub fn name(&self) -> String {
        let number = &self.step[..5];
        if self.said.name.is_empty() { number.to_owned() } else { format!("{number}_{}", self.said.name) }
    }

    /// The run that is in the book.
    pub fn committed(&self) -> Result<Timeline> {
        load(&self.file())
    }

    /// Its picture, on the same scale as all others of its family.
    pub fn figure(&self) -> Result<String> {
        let family =
            all()?.into_iter().filter(|other| !other.said.family.is_empty() && other.said.family == self.said.family);
        let ends = family.map(|other| Ok(other.committed()?.end())).collect::<Result<Vec<u64>>>()?;
        Ok(self.committed()?.figure_until(&self.name(), ends.into_iter().max().unwrap_or_default()))
    }

    /// Measures it again.
    pub fn measure(&self) -> Result {
        let timeline = match &self.said.how {
            How::Scene(scene) => little_load::measure(self.step, *scene)?,
            How::Exchange(route) => least_disturbed(|| exchange::measure(self.step, route))?,
            How::Prints(_) => least_disturbed(|| self.observe())?,
            How::Lines(clients) => lines::measure(self.step, *clients)?,
            How::HalfClose(lines) => half_close::measure(self.step, *lines)?,
            How::Client(_) | How::Pieces(_) | How::Turns(_) | How::Orders(_) => self.observe()?,
        };
        save(&self.file(), &timeline)
    }

    /// Runs it once more, without looking into it: to see whether the order is still the same.
    pub fn observe(&self) -> Result<Timeline> {
        match &self.said.how {
            How::Scene(scene) => little_load::observe(self.step, *scene),
            How::Lines(clients) => lines::observe(self.step, *clients),
            How::Pieces(lines) => pieces::trace(self.step, lines),
            How::HalfClose(lines) => half_close::observe(self.step, *lines),
            How::Exchange(route) => exchange::observe(self.step, route),
            How::Turns(turns) => story::turns(self.step, turns),
            How::Orders(arguments) => story::orders(self.step, arguments),
            How::Prints(arguments) => self.printed(arguments),
            How::Client(client) => {
                let server = step::program(self.step)?.start()?;
                printed(&step::program(client)?, &[&server.address().to_string()])
            }
        }
    }

    fn printed(&self, arguments: &[String]) -> Result<Timeline> {
        let program = match &self.said.program {
            Some(other) => step::program(other)?,
            None => step::program(self.step)?,
        };
        let program = if self.said.one_processor { on_one_processor(&program)? } else { program };
        printed(&program, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn file(&self) -> String {
        format!("trace_{}.json", self.name())
    }
}

/// The timeline that a program prints as JSON.
pub fn printed(program: &Program, arguments: &[&str]) -> Result<Timeline> {
    let ended = program.run(arguments)?;
    serde_json::from_str(&ended.output)
        .map_err(|error| Failure::new(format!("{arguments:?} prints no timeline: {error}: {ended:?}")))
}

/// A program that may use only one of the processors: the first one that we may use ourselves.
pub fn on_one_processor(program: &Program) -> Result<Program> {
    let status = fs::read_to_string("/proc/self/status")?;
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default().trim();
    let first = allowed.split(['-', ',']).next().unwrap_or_default();
    Ok(Program::at("taskset").argument("-c").argument(first).argument(program.command().get_program()))
}
