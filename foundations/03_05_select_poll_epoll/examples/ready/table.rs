//! Asks each call about the same things.

use crate::epoll::Epoll;
use crate::poll::Poll;
use crate::poller::{Interest, Poller, Watched};
use crate::select::Select;
use rustix::event::Timespec;
use rustix::fd::{AsFd, BorrowedFd};
use std::env;
use std::fs::File;
use std::io::{self, Read, Write, stdout};
use std::os::unix::net::UnixStream;

// ANCHOR: table
/// Prints what each call says, and does something between two rows.
pub fn print() -> io::Result<()> {
    let (mut here, mut there) = UnixStream::pair()?;
    let (mut level, mut edge) = (Epoll::level()?, Epoll::edge()?);
    watch(&mut level, here.as_fd())?;
    watch(&mut edge, here.as_fd())?;
    let mut ask_all = |fd: BorrowedFd<'_>| -> io::Result<[&str; 4]> {
        Ok([ask(&mut Select, fd)?, ask(&mut Poll, fd)?, ask(&mut level, fd)?, ask(&mut edge, fd)?])
    };

    row("", &["select", "poll", "epoll", "epoll, edge-triggered"])?;
    row("nothing has arrived", &ask_all(here.as_fd())?)?;
    there.write_all(b"ab")?;
    row("two bytes have arrived", &ask_all(here.as_fd())?)?;
    here.read_exact(&mut [0])?;
    row("one of them was read", &ask_all(here.as_fd())?)?;
    here.read_exact(&mut [0])?;
    row("both were read", &ask_all(here.as_fd())?)?;

    let file = File::open(env::current_exe()?)?;
    let watched = watch(&mut level, file.as_fd());
    let refusal = watched.map_or_else(|error| error.to_string(), |()| "watched".to_owned());
    row("a file", &[ask(&mut Select, file.as_fd())?, ask(&mut Poll, file.as_fd())?, &refusal])
}
// ANCHOR_END: table

/// Registers a descriptor with `epoll`, once.
fn watch(epoll: &mut Epoll, fd: BorrowedFd<'_>) -> io::Result<()> {
    epoll.change(0, fd, None, Some(Interest::Read))
}

/// Whether something can be read from the descriptor now, in one word.
fn ask(poller: &mut impl Poller, fd: BorrowedFd<'_>) -> io::Result<&'static str> {
    let (no_time, mut ready) = (Timespec::default(), Vec::new());
    let watched = Watched { number: 0, fd, interest: Interest::Read };
    poller.wait([watched].into_iter(), Some(&no_time), &mut ready)?;
    Ok(if ready.is_empty() { "-" } else { "ready" })
}

fn row(what: &str, cells: &[&str]) -> io::Result<()> {
    let cells: String = cells.iter().map(|cell| format!("  {cell:<6}")).collect();
    writeln!(stdout(), "{what:<22}{}", cells.trim_end())
}
