//! `epoll`, from Linux 2.5.44 in 2002: the system keeps the list, and the program reports changes.

use crate::poller::{Interest, Poller, Watched};
use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::fd::{BorrowedFd, OwnedFd};
use std::io;

/// The list in the system.
pub struct Epoll {
    list: OwnedFd,
    events: Vec<Event>,
    trigger: EventFlags,
}

impl Epoll {
    /// An empty list: it repeats itself for as long as a socket is ready.
    pub fn level() -> io::Result<Self> {
        Self::new(EventFlags::empty())
    }

    /// The same, but it reports each change once.
    #[allow(dead_code, reason = "the example of this step needs it, the server does not")]
    pub fn edge() -> io::Result<Self> {
        Self::new(EventFlags::ET)
    }

    fn new(trigger: EventFlags) -> io::Result<Self> {
        Ok(Self { list: epoll::create(CreateFlags::CLOEXEC)?, events: Vec::with_capacity(1024), trigger })
    }
}

impl Poller for Epoll {
    // ANCHOR: change
    fn change(
        &mut self,
        number: usize,
        fd: BorrowedFd<'_>,
        before: Option<Interest>,
        after: Option<Interest>,
    ) -> io::Result<()> {
        let direction = if after == Some(Interest::Write) { EventFlags::OUT } else { EventFlags::IN };
        let events = self.trigger | direction;
        let data = EventData::new_u64(number as u64);
        match (before, after) {
            (None, Some(_)) => epoll::add(&self.list, fd, data, events)?,
            (Some(_), None) => epoll::delete(&self.list, fd)?,
            (before, after) if before != after => epoll::modify(&self.list, fd, data, events)?,
            _ => {}
        }
        Ok(())
    }
    // ANCHOR_END: change

    // ANCHOR: wait
    fn wait<'fd>(
        &mut self,
        _: impl Iterator<Item = Watched<'fd>>,
        timeout: Option<&Timespec>,
        ready: &mut Vec<usize>,
    ) -> io::Result<()> {
        self.events.clear();
        epoll::wait(&self.list, spare_capacity(&mut self.events), timeout)?;
        ready.extend(self.events.iter().filter_map(|event| usize::try_from({ event.data }.u64()).ok()));
        Ok(())
    }
    // ANCHOR_END: wait
}
