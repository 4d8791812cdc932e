//! Step 6.2: inside a mutex, a semaphore and a channel. Which task is first in line, and what if a task is cancelled there?
//!
//! Run: `cargo run --bin 06_02_locks`
//! Try: make the semaphore of `semaphore` one with three permits, and say before you run it which tasks wait then.
//! You should see: no task overtakes another, and a task that is cancelled keeps none waiting. Only the counter with a wait and without a lock forgets something.

mod channel;
mod counter;
mod mutex;
mod semaphore;
mod turns;

use channel::Channel;
use common::command_line;
use mutex::Mutex;
use semaphore::Semaphore;
use std::future::pending;
use std::rc::Rc;
use turns::{announced, cancel, pass, say};
use wakers::Executor; // as it is: this step is about what its tasks wait for

fn main() {
    command_line::no_arguments(include_str!("main.rs"));
    show("A mutex: one at a time.", mutex);
    show("A semaphore: two at a time.", semaphore);
    show("A channel with two receivers:", receivers);
    show("A channel with room for one message, and three senders:", senders);
    show("A counter, to which three tasks add one each:", counter::count);
}

/// Runs a scene on an executor of its own.
fn show(title: &str, scene: impl AsyncFnOnce(&Executor)) {
    say(title);
    let executor = Executor::default();
    executor.block_on(scene(&executor));
}

// ANCHOR: mutex
async fn mutex(executor: &Executor) {
    let soda_machine = Rc::new(Mutex::new(0));
    let guard = soda_machine.lock().await;
    say("    A has the turn");
    let [b, c, d] = ["B", "C", "D"].map(|name| executor.spawn(fill(name, Rc::clone(&soda_machine))));
    pass().await; // now all three ask
    cancel("B", b).await;
    say("    A gives the turn back");
    drop(guard);
    cancel("C", c).await; // the turn was handed to C, which has not been polled since
    d.await;
}

async fn fill(name: &str, soda_machine: Rc<Mutex<u32>>) {
    let mut guard = announced(name, soda_machine.lock()).await;
    *guard.value += 1;
    say(format_args!("    {name} has the turn, and fills cup {}", guard.value));
}
// ANCHOR_END: mutex

// ANCHOR: semaphore
async fn semaphore(executor: &Executor) {
    let cooks = Rc::new(Semaphore::new(2));
    let [a, b, _c, _d] = ["A", "B", "C", "D"].map(|name| executor.spawn(keep(name, Rc::clone(&cooks))));
    pass().await;
    cancel("B", b).await;
    pass().await;
    cancel("A", a).await;
    pass().await;
}

/// Keeps a cook until it is cancelled.
async fn keep(name: &str, cooks: Rc<Semaphore>) {
    let _permit = announced(name, cooks.acquire()).await;
    say(format_args!("    {name} has a cook"));
    pending::<()>().await;
}
// ANCHOR_END: semaphore

// ANCHOR: channel
async fn receivers(executor: &Executor) {
    let orders = Rc::new(Channel::new(5));
    let [a, b] = ["A", "B"].map(|name| executor.spawn(receive(name, Rc::clone(&orders))));
    pass().await;
    orders.send("soda").await;
    say("    a soda is ordered");
    cancel("A", a).await; // the order was meant for A
    b.await;
}

async fn receive(name: &str, orders: Rc<Channel<&str>>) {
    let order = announced(name, orders.receive()).await;
    say(format_args!("    {name} receives: {order}"));
}

async fn senders(executor: &Executor) {
    let orders = Rc::new(Channel::new(1));
    let [_a, b, _c] = [("A", "soda"), ("B", "burger"), ("C", "fries")]
        .map(|(name, order)| executor.spawn(send(name, order, Rc::clone(&orders))));
    pass().await;
    cancel("B", b).await;
    receive("the kitchen", Rc::clone(&orders)).await;
    receive("the kitchen", orders).await;
}

async fn send(name: &str, order: &'static str, orders: Rc<Channel<&str>>) {
    announced(name, orders.send(order)).await;
    say(format_args!("    {name} has sent: {order}"));
}
// ANCHOR_END: channel
