//! What a signal does: no new client is accepted, and what has arrived is still sent back.

use echo::Lines;
use std::process;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::{io, select, time};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long the lines in flight may take once the server is stopping. (Tests are in a hurry: `PATIENCE`.)
const GRACE: Duration = Duration::from_secs(10);

/// The two signals that ask a program to end.
pub type Signals = [Signal; 2];

/// Catches the signals from now on.
pub fn signals() -> io::Result<Signals> {
    Ok([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?])
}

/// Runs the accept loop until a signal to stop arrives. Clients that wait already are accepted first.
pub async fn until_stop_signal(accept: impl Future<Output = ()>, signals: &mut Signals) {
    select! {
        biased;
        () = accept => {}
        () = stop_signal(signals) => {}
    }
}

/// Waits for Ctrl-C, or for the signal that service managers send.
async fn stop_signal([interrupt, terminate]: &mut Signals) {
    select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Waits until a handler should read no more: for the rest of a line that has begun, it may wait, but not for all of the time.
pub async fn is_due(stopping: &CancellationToken, lines: &Lines) {
    stopping.cancelled().await;
    if !lines.is_idle() {
        time::sleep(echo::patience_or(GRACE) / 2).await;
    }
}

/// Lets the running handlers finish, or ends the program with code 1.
pub async fn finish(running: &TaskTracker, stopping: &CancellationToken, signals: &mut Signals) {
    echo::log("finishing the lines in flight; press Ctrl-C again to stop at once");
    stopping.cancel();
    running.close();
    select! {
        () = running.wait() => return,
        () = stop_signal(signals) => {}
        () = time::sleep(echo::patience_or(GRACE)) => {}
    }
    echo::log("stopped before all lines were sent back");
    process::exit(1);
}
