//! What the loop needs of the call that waits, whichever it is.

use rustix::event::Timespec;
use rustix::fd::BorrowedFd;
use std::io;

// ANCHOR: poller
/// What is waited for at a descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Bytes to read, a client to accept, or the end.
    Read,
    /// Room to write.
    Write,
}

/// A descriptor, what is waited for there, and the number of its owner.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'fd> {
    /// Of the client, or of the listener.
    pub number: usize,
    /// Open for as long as this value is there.
    pub fd: BorrowedFd<'fd>,
    /// What is waited for.
    pub interest: Interest,
}

/// A call that waits for many descriptors.
pub trait Poller {
    /// From now on, something else is waited for at this descriptor, or nothing.
    /// An error means that it cannot be watched.
    fn change(
        &mut self,
        number: usize,
        fd: BorrowedFd<'_>,
        before: Option<Interest>,
        after: Option<Interest>,
    ) -> io::Result<()>;

    /// Waits until something is ready or the time is up. Adds the numbers of the ready descriptors.
    fn wait<'fd>(
        &mut self,
        watched: impl Iterator<Item = Watched<'fd>>,
        timeout: Option<&Timespec>,
        ready: &mut Vec<usize>,
    ) -> io::Result<()>;
}
// ANCHOR_END: poller
