//! What a handler that blocks its thread does to the others, on each runtime, with two threads.

use super::{load, save};
use crate::Result;
use harness::{Program, suite};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How often it is tried.
const ATTEMPTS: usize = 50;
/// The check of the harness that is run. It fails if the others are not served within the patience of their clients.
pub const CHECK: &str = "a_handler_that_blocks_its_thread_stops_no_other_client";

/// In how many attempts a blocked handler stopped all others.
#[derive(Debug, Serialize, Deserialize)]
pub struct Blocked {
    /// How often it was tried on each runtime.
    pub attempts: usize,
    /// The servers, and in how many attempts all others were stopped.
    pub stopped: Vec<(String, usize)>,
}

impl Blocked {
    /// The counts that are in the book.
    pub fn committed() -> Result<Self> {
        load("blocked.json")
    }

    /// Counts again.
    pub fn measure() -> Result {
        let names = ["async_std_server", "smol_server", "tokio_server"];
        let programs = Program::several_in_workspace(&names)?;
        let stopped = names.iter().zip(&programs).map(|(name, program)| ((*name).to_owned(), stops(program)));
        save("blocked.json", &Self { attempts: ATTEMPTS, stopped: stopped.collect() })
    }

    /// In how many attempts all others were stopped.
    pub fn of(&self, server: &str) -> Option<usize> {
        self.stopped.iter().find(|(name, _)| name == server).map(|(_, count)| *count)
    }
}

/// In how many attempts a blocked handler stops all others.
fn stops(program: &Program) -> usize {
    let program = with_two_threads(program).patience(Duration::from_secs(2));
    (0..ATTEMPTS).filter(|_| suite::only(CHECK, &program).is_err()).count()
}

/// A port that uses two threads. (smol's takes as many as the machine has processors.)
pub fn with_two_threads(program: &Program) -> Program {
    program.clone().environment("ASYNC_STD_THREAD_COUNT", "2").environment("TOKIO_WORKER_THREADS", "2")
}
