//! `io_uring` behind a safe interface. What an operation works with belongs to the ring until the operation is done.

#![allow(unsafe_code, reason = "the kernel uses buffers and descriptors of which the compiler knows nothing")]

use io_uring::squeue::Entry;
use io_uring::types::{Fd, SubmitArgs, Timespec};
use io_uring::{IoUring, opcode};
use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::mem;
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd};
use std::rc::Rc;
use std::time::Duration;

/// How many operations may be under way before the kernel keeps their reports in a list of its own.
const REPORTS: u32 = 16_384;
/// How many operations fit into the queue. If it is full, the kernel is asked to take them.
const QUEUE: u32 = 1_024;
/// The number of a cancellation: no operation waits for it.
const UNHEARD: u64 = u64::MAX;

// ANCHOR: ring
/// The two queues that this program shares with the kernel, and what the kernel has been lent.
pub struct Ring {
    queues: IoUring,
    lent: HashMap<u64, Lent>,
    /// How many operations there have been.
    /// The number of an operation is its ticket, and is never used again.
    tickets: u64,
}

/// What the kernel uses until it reports that an operation is done:
/// a descriptor that stays open, and a buffer that stays where it is.
struct Lent {
    /// `None` if a client is to be accepted.
    client: Option<usize>,
    descriptor: Rc<dyn AsRawFd>,
    buffer: Vec<u8>,
}

/// An operation that is done.
#[derive(Debug)]
pub enum Done {
    /// A client was accepted, or could not be.
    Accepted(io::Result<TcpStream>),
    /// The operation with this ticket, of this client, has moved so many bytes. Its buffer is ours again.
    Moved { number: usize, ticket: u64, buffer: Vec<u8>, result: io::Result<usize> },
}
// ANCHOR_END: ring

impl Ring {
    /// Two empty queues.
    ///
    /// # Errors
    ///
    /// If the system has no `io_uring`, or does not allow it.
    pub fn new() -> io::Result<Self> {
        let queues = IoUring::builder().setup_cqsize(REPORTS).build(QUEUE)?;
        if !queues.params().is_feature_ext_arg() {
            return Err(io::Error::new(ErrorKind::Unsupported, "it needs Linux 5.11")); // for the time limit
        }
        Ok(Self { queues, lent: HashMap::new(), tickets: 0 })
    }

    /// Accepts the next client.
    pub fn accept(&mut self, listener: &Rc<TcpListener>) -> io::Result<u64> {
        let lent = Lent { client: None, descriptor: listener.clone(), buffer: Vec::new() };
        self.start(lent, |fd, _| opcode::Accept::new(fd, std::ptr::null_mut(), std::ptr::null_mut()).build())
    }

    // ANCHOR: receive
    /// Receives as many bytes as there are, up to the length of the buffer.
    pub fn receive(&mut self, client: usize, stream: Rc<TcpStream>, buffer: Vec<u8>) -> io::Result<u64> {
        let lent = Lent { client: Some(client), descriptor: stream, buffer };
        self.start(lent, |fd, buffer| opcode::Recv::new(fd, buffer.as_mut_ptr(), length(buffer)).build())
    }
    // ANCHOR_END: receive

    /// Sends as many of these bytes as there is room for.
    pub fn send(&mut self, client: usize, stream: Rc<TcpStream>, buffer: Vec<u8>) -> io::Result<u64> {
        let lent = Lent { client: Some(client), descriptor: stream, buffer };
        self.start(lent, |fd, buffer| opcode::Send::new(fd, buffer.as_ptr(), length(buffer)).build())
    }

    /// Reads a file from its beginning.
    #[allow(dead_code, reason = "an example needs it, the server does not")]
    pub fn read(&mut self, client: usize, file: Rc<std::fs::File>, buffer: Vec<u8>) -> io::Result<u64> {
        let lent = Lent { client: Some(client), descriptor: file, buffer };
        self.start(lent, |fd, buffer| opcode::Read::new(fd, buffer.as_mut_ptr(), length(buffer)).build())
    }

    // ANCHOR: start
    /// Puts an operation into the queue, and returns its ticket.
    fn start(&mut self, mut lent: Lent, entry: impl FnOnce(Fd, &mut [u8]) -> Entry) -> io::Result<u64> {
        self.tickets += 1;
        let entry = entry(Fd(lent.descriptor.as_raw_fd()), &mut lent.buffer).user_data(self.tickets);
        self.lent.insert(self.tickets, lent);
        // SAFETY: the kernel uses the descriptor and the buffer until it reports the ticket. Until
        // then both belong to `self.lent`: only `wait` takes something out of it, after the report,
        // and `drop` leaks what is left. The bytes of a `Vec` do not move with it.
        while unsafe { self.queues.submission().push(&entry) }.is_err() {
            self.queues.submit()?; // the queue was full
        }
        Ok(self.tickets)
    }
    // ANCHOR_END: start

    // ANCHOR: cancel
    /// Asks the kernel to end an operation early.
    /// It is reported all the same: it may have been done already.
    pub fn cancel(&mut self, ticket: u64) -> io::Result<()> {
        let entry = opcode::AsyncCancel::new(ticket).build().user_data(UNHEARD);
        // SAFETY: this operation uses neither a descriptor nor a buffer.
        while unsafe { self.queues.submission().push(&entry) }.is_err() {
            self.queues.submit()?;
        }
        Ok(())
    }
    // ANCHOR_END: cancel

    // ANCHOR: wait
    /// Hands all new operations to the kernel, and waits until one is done or the time is up.
    /// Returns all that are done.
    pub fn wait(&mut self, timeout: Option<Duration>) -> io::Result<Vec<Done>> {
        let time = timeout.map(Timespec::from);
        let limit = match &time {
            Some(time) => SubmitArgs::new().timespec(time),
            None => SubmitArgs::new(),
        };
        match self.queues.submitter().submit_with_args(1, &limit) {
            Err(error) if !is_early_end(&error) => return Err(error),
            _ => {}
        }
        let mut done = Vec::new();
        for report in self.queues.completion() {
            let ticket = report.user_data();
            let lent = self.lent.remove(&ticket);
            let Some(Lent { client, buffer, .. }) = lent else { continue }; // a cancellation
            let result = match report.result() {
                error @ ..0 => Err(io::Error::from_raw_os_error(-error)),
                result => Ok(result),
            };
            done.push(match client {
                // SAFETY: what an accept results in is a new descriptor, and nothing else has it.
                None => Done::Accepted(result.map(|fd| unsafe { TcpStream::from_raw_fd(fd) })),
                Some(number) => {
                    let result = result.map(|bytes| bytes as usize);
                    Done::Moved { number, ticket, buffer, result }
                }
            });
        }
        Ok(done)
    }
    // ANCHOR_END: wait
}

/// The time is up, a signal came, or the kernel has too many reports for us.
fn is_early_end(error: &io::Error) -> bool {
    const ETIME: i32 = 62;
    matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ResourceBusy) || error.raw_os_error() == Some(ETIME)
}

fn length(buffer: &[u8]) -> u32 {
    u32::try_from(buffer.len()).unwrap_or(u32::MAX)
}

// ANCHOR: drop
impl Drop for Ring {
    /// The kernel may still be using what it was lent. Rather than free it, we forget it.
    fn drop(&mut self) {
        mem::forget(mem::take(&mut self.lent));
    }
}
// ANCHOR_END: drop
