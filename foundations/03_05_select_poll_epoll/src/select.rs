//! `select`, from 4.2BSD in 1983: it takes the descriptors as bits in a set.

#![allow(unsafe_code, reason = "select takes bare numbers of descriptors")]

use crate::poller::{Interest, Poller, Watched};
use rustix::event::{FdSetElement, FdSetIter, Timespec, fd_set_insert, fd_set_num_elements, select};
use rustix::fd::{AsRawFd, BorrowedFd, RawFd};
use std::io;

/// How many bits a set has. C calls it `FD_SETSIZE`.
const BITS: RawFd = 1024;

/// Remembers nothing: all is said again at each call.
#[derive(Debug)]
pub struct Select;

impl Poller for Select {
    fn change(
        &mut self,
        _number: usize,
        fd: BorrowedFd<'_>,
        _before: Option<Interest>,
        _after: Option<Interest>,
    ) -> io::Result<()> {
        let descriptor = fd.as_raw_fd();
        if descriptor < BITS {
            Ok(())
        } else {
            Err(io::Error::other(format!("select has no room for descriptor {descriptor}")))
        }
    }

    // ANCHOR: wait
    fn wait<'fd>(
        &mut self,
        watched: impl Iterator<Item = Watched<'fd>>,
        timeout: Option<&Timespec>,
        ready: &mut Vec<usize>,
    ) -> io::Result<()> {
        let mut read = vec![FdSetElement::default(); fd_set_num_elements(BITS as usize, BITS)];
        let (mut write, mut numbers, mut end) = (read.clone(), [0; BITS as usize], 0);
        for Watched { number, fd, interest } in watched {
            let fd = fd.as_raw_fd();
            fd_set_insert(if interest == Interest::Read { &mut read } else { &mut write }, fd);
            numbers[fd as usize] = number;
            end = end.max(fd + 1);
        }
        // SAFETY: each bit is the number of a descriptor that was borrowed for `'fd`, which is
        // longer than this call. So all are open.
        unsafe { select(end, Some(&mut read), Some(&mut write), None, timeout)? };
        // The system has cleared the bits of those that are not ready.
        let descriptors = FdSetIter::new(&read).chain(FdSetIter::new(&write));
        ready.extend(descriptors.map(|fd| numbers[fd as usize]));
        Ok(())
    }
    // ANCHOR_END: wait
}
