//! `poll`, from System V in 1986: it takes the descriptors as a list.

use crate::poller::{Interest, Poller, Watched};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::BorrowedFd;
use std::io;

/// Remembers nothing: all is said again at each call.
#[derive(Debug)]
pub struct Poll;

impl Poller for Poll {
    fn change(
        &mut self,
        _number: usize,
        _fd: BorrowedFd<'_>,
        _before: Option<Interest>,
        _after: Option<Interest>,
    ) -> io::Result<()> {
        Ok(())
    }

    // ANCHOR: wait
    fn wait<'fd>(
        &mut self,
        watched: impl Iterator<Item = Watched<'fd>>,
        timeout: Option<&Timespec>,
        ready: &mut Vec<usize>,
    ) -> io::Result<()> {
        let entry = |Watched { number, fd, interest }| {
            let event = if interest == Interest::Read { PollFlags::IN } else { PollFlags::OUT };
            (number, PollFd::from_borrowed_fd(fd, event))
        };
        let (numbers, mut list): (Vec<usize>, Vec<PollFd<'fd>>) = watched.map(entry).unzip();
        poll(&mut list, timeout)?;
        // The system has written into each entry what its descriptor is ready for.
        let entries = numbers.into_iter().zip(&list);
        ready.extend(entries.filter(|(_, entry)| !entry.revents().is_empty()).map(|(number, _)| number));
        Ok(())
    }
    // ANCHOR_END: wait
}
