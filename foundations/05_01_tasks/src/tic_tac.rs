//! Two functions that say a few words and pause after each. Any executor can run them.

use common::command_line;
use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

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
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Pauses once, so that other tasks can run.
pub fn pass() -> Pass {
    Pass { has_passed: false }
}

// ANCHOR: words
/// Two words, and a value.
pub async fn tic_tac() -> Result<&'static str, &'static str> {
    say("Tic");
    pass().await;
    say("Tac");
    pass().await;
    Ok("Boom!")
}

/// Three words, and an error.
pub async fn spam() -> Result<&'static str, &'static str> {
    for word in ["Spam", "Eggs", "Bacon"] {
        say(word);
        pass().await;
    }
    Err("no more spam")
}
// ANCHOR_END: words

/// Prints a line.
pub fn say(words: impl Display) {
    command_line::say(words);
}
