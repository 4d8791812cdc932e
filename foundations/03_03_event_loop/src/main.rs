//! Step 3.3: an echo server that waits for all its clients at the same time, on one thread.
//!
//! Run: `cargo run --bin 03_03_event_loop`
//! Try: `nc 127.0.0.1 7878` in two terminals, and `top` in a third one.
//! You should see: neither client waits for the other, and the server needs no processor while no client says anything.

use event_loop::EventLoop;
use std::io;
use std::net::TcpListener;
use std::process;
use std::time::Duration;

#[path = "../../03_02_naive_polling/src/client.rs"]
mod client;
mod event_loop;
mod readiness;
mod timers;

// ANCHOR: main
fn main() {
    let arguments = echo::arguments();
    match TcpListener::bind(&arguments.address) {
        Ok(listener) => end(run(listener, arguments.delay)),
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}

fn run(listener: TcpListener, delay: Duration) -> io::Result<()> {
    let address = listener.local_addr();
    let event_loop = EventLoop::new(listener, delay)?;
    echo::announce(address);
    event_loop.run()
}
// ANCHOR_END: main

/// Ends the program because it can no longer serve.
fn end(ended: io::Result<()>) {
    if let Err(error) = ended {
        echo::log(format_args!("cannot continue to serve: {error}"));
        process::exit(1);
    }
}
