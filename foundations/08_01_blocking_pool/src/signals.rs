//! The signals to stop.

use echo::Lines;
use std::io;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::{select, time};

/// How long the answers in flight may take once the server is stopping. (Tests are in a hurry: `PATIENCE`.)
const GRACE: Duration = Duration::from_secs(10);

/// Ctrl-C, and the signal with which service managers end a program.
pub struct Signals([Signal; 2]);

/// Waits until a handler should read no more: for the rest of a line that has begun, it may wait, but not for all of the time.
pub async fn stop_is_due(stopping: &watch::Receiver<()>, lines: &Lines) {
    let _ = stopping.clone().changed().await;
    if !lines.is_idle() {
        time::sleep(echo::patience_or(GRACE) / 2).await;
    }
}

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
