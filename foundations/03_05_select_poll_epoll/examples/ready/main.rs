//! What `select`, `poll` and `epoll` say of a socket, and of a file.
//!
//! Run: `cargo run --example 03_05_ready`
//! You should see: all of them say the same, until something stays as it is, and until there is a file.

#[cfg(target_os = "linux")]
#[path = "../../src/epoll.rs"]
mod epoll;
#[cfg(target_os = "linux")]
#[path = "../../src/poll.rs"]
mod poll;
#[cfg(target_os = "linux")]
#[path = "../../src/poller.rs"]
mod poller;
#[cfg(target_os = "linux")]
#[path = "../../src/select.rs"]
mod select;
#[cfg(target_os = "linux")]
mod table;

fn main() {
    #[cfg(target_os = "linux")]
    if let Err(error) = table::print() {
        common::command_line::fail(format_args!("cannot ask: {error}"))
    }
    #[cfg(not(target_os = "linux"))]
    common::command_line::fail("only Linux has epoll")
}
