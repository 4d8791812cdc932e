//! Step 5.3: waiting for many tasks. Some fail, one panics, and one is cancelled.
//!
//! Run: `cargo run --bin 05_03_wait`
//! Try: take `task.detach()` out of `impatient`, and say before you run it which line is missing then.
//! You should see: which tasks have finished and which have failed, although one panics; then a fire that is put out before there are any fries.

mod executor;
mod wait;

use common::command_line::{self, say};
use executor::{Executor, JoinHandle, Outcome, State};
use std::panic;
use std::pin::Pin;
use std::task::{Context, Poll};
use wait::{Awaited, wait};

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

async fn spam() -> Outcome {
    say("    Spam");
    pass().await;
    Err("no more spam")
}

// ANCHOR: fries
async fn burns() -> Outcome {
    pass().await;
    panic!("burnt");
}

/// A fire that is put out when it is dropped, whatever the reason.
struct Fire;

impl Drop for Fire {
    fn drop(&mut self) {
        say("    the fire is out");
    }
}

async fn fries() -> Outcome {
    let _fire = Fire;
    say("    the fire is lit");
    pass().await;
    say("    fries!");
    Ok("fries")
}
// ANCHOR_END: fries

// ANCHOR: main_func
fn main() {
    command_line::no_arguments(include_str!("main.rs"));
    panic::set_hook(Box::new(|_| say("    (a task panics)")));
    let executor = Executor::default();
    executor.spawn(waits(executor.clone())).detach();
    executor.run_until_empty();

    for name in ["Dropped", "Detached"] {
        say(format_args!("{name}:"));
        let task = executor.spawn(fries());
        executor.spawn(impatient(task, name == "Detached")).detach();
        executor.run_until_empty();
    }
}

/// Waits for a task that has finished, one that has begun, and two futures that were not started.
async fn waits(executor: Executor) -> Outcome {
    let mut quick = executor.spawn(async { Ok("quick") });
    let _ = (&mut quick).await;
    let running = executor.spawn(tic_tac());
    pass().await;
    say(format_args!(
        "Waiting for a task that is {:?}, one that is {:?}, and two futures:",
        quick.state(),
        running.state()
    ));
    let tasks = [Awaited::Task(quick), Awaited::Task(running)];
    let futures = [Awaited::Future(Box::pin(spam())), Awaited::Future(Box::pin(burns()))];
    let (finished, failed) = wait(&executor, tasks.into_iter().chain(futures).collect()).await;
    show("finished", &finished);
    show("failed", &failed);
    Ok("done")
}

async fn impatient(task: JoinHandle, detaches: bool) -> Outcome {
    say(format_args!("    it is {:?}", task.state()));
    if detaches {
        task.detach();
    }
    Ok("gone")
}
// ANCHOR_END: main_func

fn show(what: &str, tasks: &[JoinHandle]) {
    let states: Vec<State> = tasks.iter().map(JoinHandle::state).collect();
    say(format_args!("{what}: {states:?}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::future::{pending, poll_fn};
    use std::panic::panic_any;
    use std::rc::Rc;

    /// Says that it was dropped.
    struct Flag(Rc<Cell<bool>>);

    impl Drop for Flag {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }

    /// Whether a task is dropped with the executor that it was spawned on. It may own a handle to the executor.
    fn is_dropped(owns_the_executor: bool) -> bool {
        let (executor, is_dropped) = (Executor::default(), Rc::default());
        let owned = (Flag(Rc::clone(&is_dropped)), owns_the_executor.then(|| executor.clone()));
        executor
            .spawn(async move {
                let _owned = owned;
                pending().await
            })
            .detach();
        drop(executor);
        is_dropped.get()
    }

    /// Panics when it is dropped.
    struct PanicsOnDrop;

    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            panic!("panics");
        }
    }

    #[test]
    fn a_destructor_that_panics_harms_no_other_task() {
        let executor = Executor::default();
        let held = executor.spawn(async {
            let _panics = PanicsOnDrop;
            pending().await
        });
        let cancels = executor.spawn(async {
            pass().await;
            drop(held);
            Ok("cancelled it")
        });
        let panics = PanicsOnDrop;
        let finishes = executor.spawn(poll_fn(move |_| {
            let _held = &panics;
            Poll::Ready(Ok("finished")) // the destructor is called later
        }));
        let throws = executor.spawn(async { panic_any(PanicsOnDrop) });
        executor.run_until_empty();
        assert_eq!(cancels.state(), State::Finished("cancelled it"));
        assert_eq!(finishes.state(), State::Finished("finished"));
        assert_eq!(throws.state(), State::Failed("it panicked"));
    }

    #[test]
    fn the_message_of_a_panic_is_the_reason_formatted_or_not() {
        let executor = Executor::default();
        let tasks = [
            executor.spawn(async { panic!("burnt") }),
            executor.spawn(async { panic!("burnt after {} s", "one".len()) }),
        ];
        executor.run_until_empty();
        assert_eq!(tasks.map(|task| task.state()), [State::Failed("burnt"), State::Failed("burnt after 3 s")]);
    }

    #[test]
    fn tasks_are_dropped_with_their_executor_unless_they_own_it() {
        assert!(is_dropped(false));
        assert!(!is_dropped(true), "they keep each other alive");
    }
}
