//! Being told to stop.

use std::io;
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C, and the signal with which service managers end a program.
pub struct Signals([Signal; 2]);

impl Signals {
    /// Listens from now on: neither of them ends the program by itself any more.
    pub fn new() -> io::Result<Self> {
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]))
    }

    /// Waits for one of them.
    pub async fn told_to_stop(&mut self) {
        let [interrupt, terminate] = &mut self.0;
        select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
