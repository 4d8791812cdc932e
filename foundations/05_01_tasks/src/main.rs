//! Step 5.1: a queue of tasks that take turns on one thread.
//!
//! Run: `cargo run --bin 05_01_tasks`
//! Try: give `spam` a second `pass().await` after each word, and say before you run it in which order the words come.
//! You should see: the words of two tasks in turn, until the first task has finished, and then the rest of the second.

mod executor;
mod tic_tac;

use common::command_line;
use executor::{Executor, Task};
use std::rc::Rc;
use tic_tac::{say, spam, tic_tac};

// ANCHOR: main_func
fn main() {
    command_line::no_arguments(include_str!("main.rs"));
    let mut executor = Executor::default();
    let tasks = [executor.schedule(tic_tac()), executor.schedule(spam())];
    show(&tasks);
    executor.run_until_finished(&tasks[0]);
    show(&tasks);
    executor.run_until_empty();
    show(&tasks);
}

fn show([tic_tac, spam]: &[Rc<Task>; 2]) {
    say(format_args!("tic-tac: {:?}, spam: {:?}", tic_tac.state.get(), spam.state.get()));
}
// ANCHOR_END: main_func
