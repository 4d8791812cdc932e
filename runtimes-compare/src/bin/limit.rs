//! A yardstick, and not a server: the least that answering a request can cost on this kernel.
//!
//! Run: `cargo run --release --bin limit`, then open <http://127.0.0.1:7878>.
//! It has one readiness loop per processor, and sends the same bytes for every end of a head (`\r\n\r\n`) that it sees. It knows no
//! routes, no dates, no limits and no time-outs, and loses a request whose head ends in two packets. What a real server needs
//! beyond this is the price of its runtime and of HTTP.

use common::{HELLO, command_line};
use memchr::memmem;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use slab::Slab;
use socket2::{Domain, Protocol, Socket, Type};
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::thread;

const LISTENER: Token = Token(usize::MAX);
const BACKLOG: i32 = 4096;

fn main() {
    let address = command_line::address();
    let loops = thread::available_parallelism().map_or(1, usize::from);
    let listeners = match listen(&address, loops) {
        Ok(listeners) => listeners,
        Err(error) => command_line::cannot_listen(&address, &error),
    };
    command_line::announce(listeners[0].local_addr());
    let response = response();
    thread::scope(|scope| {
        for listener in listeners {
            let response = &response;
            scope.spawn(move || {
                if let Err(error) = readiness_loop(listener, response) {
                    command_line::log(format_args!("a readiness loop ended: {error}"));
                }
            });
        }
    });
}

/// The bytes that a server of this project would send, with the date of a day long gone.
fn response() -> Vec<u8> {
    let length = HELLO.len();
    let head = "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/html; charset=utf-8\r\n";
    format!("{head}Content-Length: {length}\r\n\r\n{HELLO}").into_bytes()
}

/// One listener per loop, all on one address: the kernel spreads the connections over them (`SO_REUSEPORT`).
fn listen(address: &str, loops: usize) -> io::Result<Vec<TcpListener>> {
    let mut address: SocketAddr = address.parse().map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
    let mut listeners = Vec::with_capacity(loops);
    for _ in 0..loops {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_port(loops > 1)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?; // what is accepted inherits it
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from_std(socket.into());
        address = listener.local_addr()?; // from the second on, the port that the first one got
        listeners.push(listener);
    }
    Ok(listeners)
}

fn readiness_loop(mut listener: TcpListener, response: &[u8]) -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1024);
    let mut streams = Slab::new();
    let mut buffer = vec![0; 16 * 1024];
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    loop {
        if let Err(error) = poll.poll(&mut events, None)
            && error.kind() != ErrorKind::Interrupted
        {
            return Err(error);
        }
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((stream, _)) = listener.accept() {
                    greet(stream, &mut streams, &poll, &mut buffer, response)?;
                }
            } else if let Some(stream) = streams.get_mut(event.token().0)
                && !answer(stream, &mut buffer, response)
            {
                streams.remove(event.token().0);
            }
        }
    }
}

/// Answers a new connection at once if its request is here already, and asks the kernel to watch it only if it stays.
fn greet(
    mut stream: TcpStream,
    streams: &mut Slab<TcpStream>,
    poll: &Poll,
    buffer: &mut [u8],
    response: &[u8],
) -> io::Result<()> {
    if answer(&mut stream, buffer, response) {
        let entry = streams.vacant_entry();
        poll.registry().register(&mut stream, Token(entry.key()), Interest::READABLE)?;
        entry.insert(stream);
    }
    Ok(())
}

/// Sends a response for each request that has arrived, and returns whether the connection stays.
fn answer(stream: &mut TcpStream, buffer: &mut [u8], response: &[u8]) -> bool {
    let received = match stream.read(buffer) {
        Ok(0) => return false,
        Ok(received) => &buffer[..received],
        Err(error) => return error.kind() == ErrorKind::WouldBlock,
    };
    let requests = memmem::find_iter(received, b"\r\n\r\n").count();
    let sent = match requests {
        1 => stream.write(response),
        _ => stream.write(&response.repeat(requests)),
    };
    sent.is_ok() && memmem::find(received, b"\r\nConnection: close\r\n").is_none()
}
