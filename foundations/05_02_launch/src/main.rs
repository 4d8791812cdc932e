//! Step 5.2: a task that runs another function: it awaits the future, or it spawns a task.
//!
//! Run: `cargo run --bin 05_02_launch`
//! Try: put `.await` after `executor.spawn(tic_tac())` in `spawns`, and say before you run it in which order the words come.
//! You should see: "End" after "Tac" where the child is awaited, and before "Tic" where it is only spawned.

mod executor;

use common::command_line::{self, say};
use executor::{Executor, Outcome};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that is pending the first time it is polled, and ready the second time.
struct Pass {
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
    Ok("not waited for")
}

async fn joins(executor: Executor) -> Outcome {
    say("Begin");
    let child = executor.spawn(tic_tac());
    say("Work");
    let outcome = child.await;
    say("End");
    outcome
}
// ANCHOR_END: parents

fn main() {
    command_line::no_arguments(include_str!("main.rs"));
    let executor = Executor::default();
    say("Await the future:");
    show(&executor, awaits());
    say("Spawn it, and continue:");
    show(&executor, spawns(executor.clone()));
    say("Spawn it, continue, and await the task later:");
    show(&executor, joins(executor.clone()));
}

/// Runs a parent and its child to their ends, and prints the result of the parent.
fn show(executor: &Executor, parent: impl Future<Output = Outcome> + 'static) {
    let parent = executor.spawn(parent);
    executor.run_until_empty();
    say(format_args!("{:?}\n", parent.state()));
}
