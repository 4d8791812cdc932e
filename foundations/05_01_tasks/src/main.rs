//! Step 5.1: what a future is, polled by hand, and a queue of tasks that take turns.
//!
//! Run: `cargo run --bin 05_01_tasks`
//! Try: give `spam` a second `pass().await` after each word, and guess the new order before you run it.
//! You should see: one future that is polled by hand, then two tasks whose words alternate, on one thread.

mod executor;

use executor::{Executor, Outcome, Task};
use std::fmt::Display;
use std::io::{self, Write};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

// ANCHOR: pass
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
// ANCHOR_END: pass

/// Lets the others have a turn.
fn pass() -> Pass {
    Pass { has_passed: false }
}

// ANCHOR: tic_tac
async fn tic_tac() -> Outcome {
    say("Tic");
    pass().await;
    say("Tac");
    pass().await;
    Ok("Boom!")
}
// ANCHOR_END: tic_tac

async fn spam() -> Outcome {
    for word in ["Spam", "Eggs", "Bacon"] {
        say(word);
        pass().await;
    }
    Err("no more spam")
}

// ANCHOR: main_func
fn main() {
    say("A future, polled by hand:");
    let mut future = pin!(tic_tac());
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let polled = future.as_mut().poll(&mut context);
        say(format_args!("    {polled:?}"));
        if polled.is_ready() {
            break;
        }
    }

    say("Two tasks:");
    let mut executor = Executor::default();
    let tasks = [executor.schedule(tic_tac()), executor.schedule(spam())];
    show(&tasks);
    executor.run_until_over(&tasks[0]);
    show(&tasks);
    executor.run_until_empty();
    show(&tasks);
}
// ANCHOR_END: main_func

fn show([tic_tac, spam]: &[Rc<Task>; 2]) {
    say(format_args!("    tic-tac: {:?}, spam: {:?}", tic_tac.state.get(), spam.state.get()));
}

/// Prints a line. Unlike `println!`, it does not panic when nobody reads it.
fn say(words: impl Display) {
    let _ = writeln!(io::stdout(), "{words}");
}
