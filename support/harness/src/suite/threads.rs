//! One thread for all handlers, or several.
//!
//! Nothing a client sends keeps a handler of ours busy for long. But a handler writes a line to the log when a client
//! breaks off, and that write blocks its thread when the log is a pipe that is full. So the first handler stops in the
//! middle of its work for as long as the test wants; if a second one is served meanwhile, there are two threads.

use super::basics::{WATCH, serves};
use crate::{Client, Failure, Program, Result, Server};
use std::io::{ErrorKind, PipeReader, Read, Write, pipe};
use std::{mem, thread};

pub(super) fn a_handler_that_blocks_its_thread_stops_no_other_client(program: &Program) -> Result {
    let (server, _full_log) = with_full_log(program)?;
    block_a_handler(&server)?;
    (0..100).try_for_each(|_| serves(&server))
}

/// Not even clients that the same thread served a moment ago have to wait: another thread takes them over.
pub(super) fn clients_are_still_served_when_the_handler_of_another_blocks(program: &Program) -> Result {
    let (server, _full_log) = with_full_log(program)?;
    let mut blocking = server.client()?;
    blocking.ask_half()?;
    let mut talking = server.client()?;
    (0..20).try_for_each(|_| talking.ask())?; // no thread comes from a rest now
    blocking.reset()?;
    talking.wait_until_read()?; // nothing else happens until the handler is blocked
    (0..100).try_for_each(|_| talking.ask())
}

pub(super) fn a_handler_that_blocks_its_thread_stops_all_others(program: &Program) -> Result {
    let (server, mut full_log) = with_full_log(program)?;
    block_a_handler(&server)?;
    let waiting = clients_that_get_no_answer(&server)?;
    full_log.read_exact(&mut [0; 8192])?; // room for the line that the handler wants to write
    waiting.into_iter().try_for_each(|mut client| client.answer()) // each leaves when it has its answer
}

/// A few requests may still be answered before the handler gets to its log; after that, not one. A client that is
/// answered gives the others, and a server that was only slow, another round.
fn clients_that_get_no_answer(server: &Server) -> Result<Vec<Client>> {
    let mut waiting = Vec::new();
    for _ in 0..5 {
        for _ in 0..20 {
            let mut client = server.client()?;
            client.send_question()?;
            waiting.push(client);
        }
        thread::sleep(WATCH * 2); // nothing is to happen meanwhile
        let asked = waiting.len();
        for mut client in mem::take(&mut waiting) {
            if client.is_silent()? {
                waiting.push(client);
            } else {
                // It must not leave with its answer unread: that is a reset, which is logged, which blocks another handler.
                client.answer()?;
            }
        }
        if waiting.len() == asked {
            return Ok(waiting);
        }
    }
    Err(Failure::new("clients are served while a handler blocks its thread: there must be another thread"))
}

/// A server whose log takes not one byte more.
fn with_full_log(program: &Program) -> Result<(Server, PipeReader)> {
    let (reader, mut writer) = pipe()?;
    set_nonblocking(&writer, true)?;
    loop {
        match writer.write(&[b'\n'; 1024]) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => return Err(error.into()),
        }
    }
    set_nonblocking(&writer, false)?;
    let server = program.start_with_log(writer.into())?;
    serves(&server)?;
    Ok((server, reader))
}

#[cfg(unix)]
fn set_nonblocking(pipe: &std::io::PipeWriter, nonblocking: bool) -> Result {
    rustix::io::ioctl_fionbio(pipe, nonblocking).map_err(|error| Failure::new(error.to_string()))
}

#[cfg(not(unix))]
fn set_nonblocking(_: &std::io::PipeWriter, _: bool) -> Result {
    Err(Failure::new("only Unix lets us fill a pipe without blocking"))
}

// ANCHOR: block_a_handler
/// A client that breaks off in the middle of a request: its handler has something to write to the log.
fn block_a_handler(server: &Server) -> Result {
    let mut client = server.client()?;
    client.ask_half()?;
    client.reset()
}
// ANCHOR_END: block_a_handler
