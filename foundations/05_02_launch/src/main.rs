//! Step 5.2: a task that starts another one. It may await its future, or spawn it and go on.
//!
//! Run: `cargo run --bin 05_02_launch`
//! Try: put `.await` behind `executor.spawn(tic_tac())` in `spawns`, and guess the new order before you run it.
//! You should see: "End" after "Tac" where the child is awaited, and before "Tic" where it is only spawned.

mod executor;

use executor::{Executor, Outcome};
use std::fmt::Display;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that says "not yet" when it is polled first, and is ready when it is polled again.
struct Pass {
    has_passed: bool,
}

impl Future for Pass {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.has_passed {
            return Poll::Ready(());
        }
        self.has_passed = true;
        Poll::Pending
    }
}

/// Lets the others have a turn.
fn pass() -> Pass {
    Pass { has_passed: false }
}

async fn tic_tac() -> Outcome {
    say("    Tic");
    pass().await;
    say("    Tac");
    pass().await;
    Ok("Boom!")
}

// ANCHOR: parents
async fn awaits() -> Outcome {
    say("Begin");
    let outcome = tic_tac().await;
    say("End");
    outcome
}

async fn spawns(executor: Executor) -> Outcome {
    say("Begin");
    executor.spawn(tic_tac());
    say("End");
    Ok("nobody knows how it ends")
}

async fn joins(executor: Executor) -> Outcome {
    say("Begin");
    let child = executor.spawn(tic_tac());
    say("Meanwhile");
    let outcome = child.await;
    say("End");
    outcome
}
// ANCHOR_END: parents

fn main() {
    let executor = Executor::default();
    say("Await the future:");
    show(&executor, awaits());
    say("Spawn it, and go on:");
    show(&executor, spawns(executor.clone()));
    say("Spawn it, go on, and await the task later:");
    show(&executor, joins(executor.clone()));
}

/// Runs a parent and its child to their ends, and says what the parent has come to.
fn show(executor: &Executor, parent: impl Future<Output = Outcome> + 'static) {
    let parent = executor.spawn(parent);
    executor.run_until_empty();
    say(format_args!("{:?}\n", parent.state()));
}

/// Prints a line. Unlike `println!`, it does not panic when nobody reads it.
fn say(words: impl Display) {
    let _ = writeln!(io::stdout(), "{words}");
}
