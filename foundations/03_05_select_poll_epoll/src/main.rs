//! Step 3.5: one event loop on three calls that wait for many sockets: `select`, `poll` and `epoll`.
//!
//! Run: `cargo run --bin 03_05_select_poll_epoll -- --with select`, or `poll`, or `epoll`
//! Try: `nc 127.0.0.1 7878` in two terminals.
//! You should see: the same with all three. They differ in how many clients they can watch, and in what a wake-up costs.

#![cfg_attr(not(unix), allow(dead_code, unused_imports))] // there, this step only says what it lacks

use clap::{Parser, ValueEnum};
use common::command_line;
use std::io;
use std::net::TcpListener;

#[cfg(unix)]
#[path = "../../03_02_naive_polling/src/client.rs"]
mod client;
#[cfg(target_os = "linux")]
mod epoll;
#[cfg(unix)]
mod event_loop;
#[cfg(unix)]
mod poll;
#[cfg(unix)]
mod poller;
#[cfg(unix)]
mod select;
#[cfg(unix)]
#[path = "../../03_03_event_loop/src/timers.rs"]
mod timers;

/// Sends each line back after the delay, until Ctrl-C. One thread waits for all clients, in a call of your choice.
#[derive(Debug, Parser)]
#[command(after_help = "Try: nc 127.0.0.1 7878, then type a line; then the same with --with select")]
struct Choices {
    #[command(flatten)]
    echo: echo::Arguments,
    /// The call in which the server waits
    #[arg(long, value_name = "CALL", value_enum, default_value = "poll")]
    with: Call,
}

/// The calls that this system has.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Call {
    Select,
    Poll,
    #[cfg(target_os = "linux")]
    Epoll,
}

// ANCHOR: main
#[cfg(unix)]
fn main() {
    let Choices { echo: given, with } = command_line::read();
    let listener =
        TcpListener::bind(&given.address).unwrap_or_else(|error| echo::cannot_listen(&given.address, &error));
    let ended = match with {
        Call::Select => serve(listener, given.delay, select::Select),
        Call::Poll => serve(listener, given.delay, poll::Poll),
        #[cfg(target_os = "linux")]
        Call::Epoll => epoll::Epoll::level().and_then(|epoll| serve(listener, given.delay, epoll)),
    };
    if let Err(error) = ended {
        command_line::fail(format_args!("cannot continue to serve: {error}"))
    }
}

#[cfg(unix)]
fn serve(listener: TcpListener, delay: std::time::Duration, poller: impl poller::Poller) -> io::Result<()> {
    let address = listener.local_addr();
    let event_loop = event_loop::EventLoop::new(listener, delay, poller)?;
    echo::announce(address);
    event_loop.run()
}
// ANCHOR_END: main

#[cfg(not(unix))]
fn main() {
    let Choices { .. } = command_line::read();
    command_line::fail("this step needs a Unix system: elsewhere, a socket is no descriptor")
}
