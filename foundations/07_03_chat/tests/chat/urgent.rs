//! Urgent data: one byte of a stream can be marked, and a read stops there (RFC 6093). Nothing may be left lying behind the mark.

use super::chat;
use super::talker::{Talker, frame};
use harness::{Result, SAFETY, Server};
use rustix::process::{Pid, Signal, kill_process};
use socket2::SockRef;
use std::io::{Read, Write};
use std::net::TcpStream;

/// Sends this in three parts while the server stands still. The byte in the middle is marked as urgent, and does not belong to the stream.
fn send_with_a_mark(server: &Server, stream: &TcpStream, bytes: &[u8]) -> Result {
    let process = Pid::from_raw(server.process().try_into().unwrap()).unwrap();
    kill_process(process, Signal::STOP).unwrap();
    let (before, after) = bytes.split_at(bytes.len() / 2);
    (&*stream).write_all(before)?;
    SockRef::from(stream).send_out_of_band(b"!")?;
    (&*stream).write_all(after)?;
    kill_process(process, Signal::CONT).unwrap();
    Ok(())
}

#[test]
fn a_request_with_urgent_data_in_it_is_answered() -> Result {
    let server = chat().start()?;
    let mut stream = TcpStream::connect(server.address())?;
    stream.set_read_timeout(Some(SAFETY))?;
    stream.set_nodelay(true)?;
    send_with_a_mark(&server, &stream, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut status = [0; 15];
    stream.read_exact(&mut status)?;
    assert_eq!(&status, b"HTTP/1.1 200 OK");
    Ok(())
}

#[test]
fn a_message_with_urgent_data_in_it_is_heard() -> Result {
    let server = chat().start()?;
    let mut ann = Talker::connect(&server, SAFETY)?.called("Ann")?;
    let mut bob = Talker::connect(&server, SAFETY)?.called("Bob")?;
    ann.hears("* Bob is here")?;
    send_with_a_mark(&server, ann.socket.get_ref(), &frame(0x81, b"hello, all of you"))?;
    bob.hears("Ann: hello, all of you")
}
