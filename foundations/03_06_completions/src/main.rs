//! Step 3.6: an echo server on `io_uring`. The system does not say what could be done now, but what has been done.
//!
//! Run: `cargo run --bin 03_06_completions` (needs Linux, and a system that allows `io_uring`)
//! Try: `nc 127.0.0.1 7878` in two terminals.
//! You should see: the same as in step 3.3. under `strace`, nearly every call that serves is `io_uring_enter`, and there are few.

#[cfg(target_os = "linux")]
#[path = "../../03_02_naive_polling/src/client.rs"]
mod client;
#[cfg(target_os = "linux")]
mod connection;
#[cfg(target_os = "linux")]
mod event_loop;
#[cfg(target_os = "linux")]
mod ring;
#[cfg(target_os = "linux")]
#[path = "../../03_03_event_loop/src/timers.rs"]
mod timers;

// ANCHOR: main
#[cfg(target_os = "linux")]
fn main() {
    let arguments = echo::arguments();
    let ring = ring::Ring::new()
        .unwrap_or_else(|error| common::command_line::fail(format_args!("no io_uring on this system: {error}")));
    match std::net::TcpListener::bind(&arguments.address) {
        Ok(listener) => {
            echo::announce(listener.local_addr());
            if let Err(error) = event_loop::EventLoop::new(ring, listener, arguments.delay).run() {
                common::command_line::fail(format_args!("cannot continue to serve: {error}"))
            }
        }
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
}
// ANCHOR_END: main

#[cfg(not(target_os = "linux"))]
fn main() {
    let _ = echo::arguments();
    common::command_line::fail("no io_uring on this system: only Linux has it")
}
