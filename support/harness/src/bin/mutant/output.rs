//! The way out, where answers can be spoilt.

use crate::fault::Fault;
use crate::patience::patience;
use common::HELLO;
use std::borrow::Cow;
use std::io::{self, ErrorKind, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Instant;
use std::{process, thread};

/// The way out to one client.
pub struct Output<'stream> {
    stream: &'stream TcpStream,
    fault: Fault,
    /// Sends for a server that does not wait until its client reads.
    sender: Option<mpsc::Sender<Vec<u8>>>,
}

impl<'stream> Output<'stream> {
    /// The way to the client at the other end of this stream.
    pub fn new(stream: &'stream TcpStream, fault: Fault) -> io::Result<Self> {
        let sender = fault.is("buffers_without_end").then(|| send_from_a_queue(stream.try_clone())).transpose()?;
        Ok(Self { stream, fault, sender })
    }

    /// Sends these answers, which are those to a request for the head of a page, or to others.
    pub fn send(&mut self, answers: &[u8], to_head: bool) -> io::Result<()> {
        let mut answers = Cow::Borrowed(answers);
        for (fault, header) in [
            ("sends_no_content_length", "Content-Length"),
            ("sends_no_content_type", "Content-Type"),
            ("sends_no_date", "Date"),
        ] {
            if self.fault.is(fault) {
                let text = String::from_utf8_lossy(&answers).into_owned();
                let lines = text.split_inclusive('\n').filter(|line| !line.starts_with(header));
                answers = Cow::Owned(lines.collect::<String>().into_bytes());
            }
        }
        if self.fault.is("refuses_nothing") && answers.starts_with(b"HTTP/1.1 ") {
            answers.to_mut().splice(9..12, *b"200");
        }
        if self.fault.is("sends_a_page_to_head") && to_head {
            answers.to_mut().extend_from_slice(HELLO.as_bytes());
        }
        if self.fault.is("dies_of_noise") && answers.starts_with(b"HTTP/1.1 400") {
            process::exit(1);
        }
        match &self.sender {
            Some(sender) => sender.send(answers.into_owned()).map_err(|_| ErrorKind::BrokenPipe.into()),
            None if self.fault.is("takes_bytes_for_progress") => write_as_long_as_bytes_come(self.stream, &answers),
            None => write_in_time(self.stream, &answers),
        }
    }
}

/// Writes, and waits for room as long as its patience lasts. A call that has waited so long may have written a part.
fn write_in_time(mut stream: &TcpStream, mut answers: &[u8]) -> io::Result<()> {
    let patience = patience();
    while !answers.is_empty() {
        let start = Instant::now();
        match stream.write(answers) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            written => answers = &answers[written?..],
        }
        if !answers.is_empty() && patience.is_some_and(|patience| start.elapsed() >= patience) {
            return Err(ErrorKind::TimedOut.into());
        }
    }
    Ok(())
}

/// Writes, and waits for room as long as its patience lasts: and again, if a byte has arrived meanwhile.
fn write_as_long_as_bytes_come(mut stream: &TcpStream, mut answers: &[u8]) -> io::Result<()> {
    let mut buffer = vec![0; 4 << 20]; // more than may wait
    let mut unread = None;
    while !answers.is_empty() {
        match stream.write(answers) {
            Ok(written) => answers = &answers[written..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                stream.set_nonblocking(true)?;
                let arrived = stream.peek(&mut buffer).ok();
                stream.set_nonblocking(false)?;
                if arrived == unread {
                    return Err(error);
                }
                unread = arrived;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn send_from_a_queue(stream: io::Result<TcpStream>) -> io::Result<mpsc::Sender<Vec<u8>>> {
    let mut stream = stream?;
    let (sender, receiver) = mpsc::channel::<Vec<u8>>();
    thread::spawn(move || receiver.iter().try_for_each(|answers| stream.write_all(&answers)));
    Ok(sender)
}
