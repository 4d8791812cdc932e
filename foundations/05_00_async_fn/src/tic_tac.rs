//! The smallest future, and functions that await it.

use common::command_line::say;
use std::pin::Pin;
use std::task::{Context, Poll};

// ANCHOR: pass
/// A future that is pending the first time it is polled, and ready the second time.
pub struct Pass {
    has_passed: bool,
}

impl Future for Pass {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.has_passed {
            return Poll::Ready(());
        }
        self.has_passed = true;
        context.waker().wake_by_ref(); // "poll me again, soon"
        Poll::Pending
    }
}

/// Pauses once, so that something else can run.
pub fn pass() -> Pass {
    Pass { has_passed: false }
}
// ANCHOR_END: pass

// ANCHOR: tic_tac
/// Says two words, and pauses after each.
pub async fn tic_tac(name: &'static str) -> &'static str {
    say(format_args!("{name}: Tic"));
    pass().await;
    say(format_args!("{name}: Tac"));
    pass().await;
    "Boom!"
}
// ANCHOR_END: tic_tac

/// Counts up to a number, and pauses after each.
pub async fn count(name: &'static str, end: u32) {
    for number in 1..=end {
        say(format_args!("    {name}: {number}"));
        pass().await;
    }
}
