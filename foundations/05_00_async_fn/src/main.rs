//! Step 5.0: what the compiler makes of an `async fn`: a value with a method `poll`. And what it takes to run one.
//!
//! Run: `cargo run --bin 05_00_async_fn`
//! Try: call `count("A", 1)` in the `select` of `two_futures`, and say before you run it which of the two is dropped.
//! You should see: two calls that print nothing, two states that advance independently, and two ways to wait for both.

mod block_on;
mod both;
mod by_hand;
mod size;
mod tic_tac;

use block_on::block_on;
use both::{Either, join, select};
use by_hand::TicTac;
use common::command_line::{self, say};
use futures::channel::oneshot;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;
use tic_tac::{count, tic_tac};

fn main() {
    command_line::no_arguments(include_str!("main.rs"));
    calls();
    two_forms();
    sizes();
    two_futures();
    another_thread();
}

// ANCHOR: calls
fn calls() {
    let mut a = pin!(tic_tac("A"));
    let mut b = pin!(tic_tac("B"));
    say("Two calls, and nothing has run.");
    poll(a.as_mut());
    poll(a.as_mut());
    poll(b.as_mut());
    poll(a);
    poll(b);
}

/// Runs a future up to its next `.await` that has to wait, or to its end. Returns whether it is ready.
fn poll(future: Pin<&mut impl Future<Output = &'static str>>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    let polled = future.poll(&mut context);
    say(format_args!("    {polled:?}"));
    polled.is_ready()
}
// ANCHOR_END: calls

fn two_forms() {
    say("Written by the compiler:");
    run_to_completion(pin!(tic_tac("C")));
    say("Written by hand:");
    run_to_completion(pin!(TicTac::Start { name: "C" }));
}

fn run_to_completion(mut future: Pin<&mut impl Future<Output = &'static str>>) {
    while !poll(future.as_mut()) {}
}

// ANCHOR: sizes
fn sizes() {
    say("The size of a future, in bytes:");
    say(format_args!("    tic_tac:         {:4}", size_of_val(&tic_tac("A"))));
    say(format_args!("    TicTac:          {:4}", size_of::<TicTac>()));
    say(format_args!("    keeps_a_buffer:  {:4}", size_of_val(&size::keeps_a_buffer())));
    say(format_args!("    drops_a_buffer:  {:4}", size_of_val(&size::drops_a_buffer())));
}
// ANCHOR_END: sizes

// ANCHOR: two_futures
fn two_futures() {
    say("One after the other:");
    block_on(one_after_the_other());
    say("Both, until both are ready:");
    block_on(join(count("A", 3), count("B", 2)));
    say("Both, until one is ready:");
    match block_on(select(count("A", 3), count("B", 2))) {
        Either::Left(()) => say("    A was first"),
        Either::Right(()) => say("    B was first, and A is dropped"),
    }
}

async fn one_after_the_other() {
    let (a, b) = (count("A", 3), count("B", 2));
    a.await;
    b.await;
}
// ANCHOR_END: two_futures

// ANCHOR: another_thread
fn another_thread() {
    say("Waiting for another thread:");
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        sender.send("a value")
    });
    say(format_args!("    {:?}", block_on(receiver)));
}
// ANCHOR_END: another_thread
