//! Step 3.1: calls that do not block. What they return at once, and what they return when they are ready.
//!
//! Run: `cargo run --bin 03_01_would_block`
//! Try: it again. It asks nothing of the network: both ends of its connection are its own.
//! You should see: each call first says that it would have to wait. Asked again when the system says "ready", it does its work.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use socket2::{Domain, Socket, Type};
use std::io::{self, Read, Write, stdout};
use std::mem::MaybeUninit;
use std::net::{Ipv4Addr, SocketAddr};
use std::{env, process};

fn main() {
    match env::args().nth(1).as_deref() {
        None => {}
        Some("--help" | "-h") => {
            let _ = writeln!(stdout(), "usage: 03_01_would_block\nPrints what calls return that do not block.");
            return;
        }
        Some(_) => {
            let _ = writeln!(io::stderr(), "too many arguments; usage: 03_01_would_block");
            process::exit(2);
        }
    }
    if let Err(error) = run() {
        let _ = writeln!(io::stderr(), "the two ends of a connection cannot be made: {error}");
        process::exit(1);
    }
}
