//! One task has a thousand turns, and another one waits meanwhile. How often is each of them polled?

use clap::Parser;
use common::command_line::{self, say};
use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::thread;
use wakers::{Event, yield_now};

/// Runs a task that has many turns, and one that waits, and prints how often each of them is polled.
#[derive(Parser)]
#[command(after_help = "Try: 3, and look at the processor with `top` before you press Enter.")]
struct Arguments {
    /// How many turns: 1000, unless given; with a number, the first polls are printed as well
    turns: Option<u32>,
}

/// What both executors can run.
type Outcome = Result<&'static str, &'static str>;
type Task = Pin<Box<dyn Future<Output = Outcome>>>;

/// Waits for something that happens on another thread.
async fn waits(event: Event) -> Outcome {
    event.await;
    Ok("it has happened")
}

/// Has so many turns. Then it starts a thread that waits for the Enter key.
async fn passes(event: Event, turns: u64) -> Outcome {
    for _ in 0..turns {
        yield_now().await;
    }
    say("Press Enter, and look at the processor before you do.");
    thread::spawn(move || {
        let _ = io::stdin().read_line(&mut String::new()); // an end or an error is as good as a line
        event.happen();
    });
    Ok("a thread waits")
}

/// Runs both tasks on an executor, which is given as what starts a task, and what runs all of them. Prints how often each was polled.
pub fn run(start: impl Fn(Task), run_until_empty: impl FnOnce()) {
    let Arguments { turns } = command_line::read();
    let few_turns = turns.map(u64::from);
    let turns = few_turns.unwrap_or(1000);
    let shown = few_turns.map_or(0, |turns| turns + 2); // without wakers, there is no end of them
    let event = Event::default();
    let polls = [Rc::new(Cell::new(0)), Rc::new(Cell::new(0))];
    start(Box::pin(counted(waits(event.clone()), Rc::clone(&polls[0]), "waits", shown)));
    start(Box::pin(counted(passes(event, turns), Rc::clone(&polls[1]), "has turns", shown)));
    run_until_empty();
    let times = |polls: &Cell<u64>| times(polls.get(), turns);
    say(format_args!("The task that waited: {}", times(&polls[0])));
    say(format_args!("The task with {turns} turns: {}", times(&polls[1])));
}

/// The same future. It counts how often it is polled, and prints the first polls.
async fn counted(
    future: impl Future<Output = Outcome>,
    polls: Rc<Cell<u64>>,
    name: &'static str,
    shown: u64,
) -> Outcome {
    let mut future = pin!(future);
    poll_fn(|context| {
        polls.set(polls.get() + 1);
        if polls.get() <= shown {
            say(format_args!("    the one that {name} is polled"));
        }
        future.as_mut().poll(context)
    })
    .await
}

/// If there were more than the turns and one, how many more depends on the machine.
fn times(polls: u64, turns: u64) -> String {
    let enough = turns + 1;
    if polls > enough { format!("polled more than {enough} times") } else { format!("polled {polls} times") }
}
