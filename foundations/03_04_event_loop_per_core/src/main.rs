//! Step 3.4: an echo server with an event loop on each core.
//!
//! Run: `cargo run --bin 03_04_event_loop_per_core`
//! Try: `nc 127.0.0.1 7878` in two terminals, and `top` in a third one; press `H` there.
//! You should see: one thread for each core, and the main thread, all idle. (`LOOPS=2` in the environment asks for two loops.)

use event_loop::EventLoop;
use std::net::TcpListener;
use std::num::NonZero;
use std::time::Duration;
use std::{env, io, process, thread};

#[path = "../../03_02_naive_polling/src/client.rs"]
mod client;
#[path = "../../03_03_event_loop/src/event_loop.rs"]
mod event_loop;
#[path = "../../03_03_event_loop/src/readiness.rs"]
mod readiness;
#[path = "../../03_03_event_loop/src/timers.rs"]
mod timers;

// ANCHOR: main
fn main() {
    let arguments = echo::arguments();
    match TcpListener::bind(&arguments.address) {
        Ok(listener) => end(run(&listener, arguments.delay)),
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

fn run(listener: &TcpListener, delay: Duration) -> io::Result<()> {
    let event_loops = (0..loops()).map(|_| EventLoop::new(listener.try_clone()?, delay));
    let event_loops: Vec<EventLoop> = event_loops.collect::<io::Result<_>>()?; // all before one runs
    echo::announce(listener.local_addr());
    let start = |each: EventLoop| thread::Builder::new().spawn(move || end(each.run()));
    let threads: Vec<_> = event_loops.into_iter().map(start).collect::<io::Result<_>>()?;
    threads.into_iter().for_each(|thread| drop(thread.join())); // none of them ends
    Ok(())
}

/// One loop for each core, unless the environment asks for another number.
fn loops() -> usize {
    let wanted = env::var("LOOPS").ok().and_then(|loops| loops.parse().ok());
    wanted.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get)
}
// ANCHOR_END: main

/// Ends the program because it can no longer serve.
fn end(ended: io::Result<()>) {
    if let Err(error) = ended {
        echo::log(format_args!("cannot continue to serve: {error}"));
        process::exit(1);
    }
}
