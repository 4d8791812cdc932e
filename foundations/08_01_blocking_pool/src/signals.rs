//! The signals to stop.

use std::io;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::{select, time};

/// How long the answers in flight may take once the server is stopping. (Tests are in a hurry: `PATIENCE`.)
const GRACE: Duration = Duration::from_secs(10);

/// Ctrl-C, and the signal with which service managers end a program.
pub struct Signals([Signal; 2]);

impl Signals {
    /// Listens from now on: neither signal ends the program by itself.
    pub fn new() -> io::Result<Self> {
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]))
    }

    /// Waits for one of them.
    pub async fn stop_signal(&mut self) {
        let [interrupt, terminate] = &mut self.0;
        select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }

    /// Waits for another one, but no longer than the answers in flight may take.
    pub async fn second_stop_signal(&mut self) {
        let _ = time::timeout(echo::patience_or(GRACE), self.stop_signal()).await;
    }
}
