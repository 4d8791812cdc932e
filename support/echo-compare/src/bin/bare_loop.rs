//! A yardstick, and not a server: the least that an echo can cost on this kernel.
//!
//! Run: `cargo run --release -p echo-compare --bin bare_loop`
//! Try: `nc 127.0.0.1 7878`, and type a line.
//! You should see: it comes back. There is one readiness loop per processor, and each sends back whatever bytes it reads. It knows no
//! lines, no delay, no limits and no patience, and loses what a client has no room for. What a server needs beyond this is its own price.

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
    let address = echo::arguments().address;
    let loops = thread::available_parallelism().map_or(1, usize::from);
    let listeners = match listen(&address, loops) {
        Ok(listeners) => listeners,
        Err(error) => echo::cannot_listen(&address, &error),
    };
    echo::announce(listeners[0].local_addr());
    thread::scope(|scope| {
        for listener in listeners {
            scope.spawn(move || {
                if let Err(error) = readiness_loop(listener) {
                    echo::log(format_args!("a readiness loop ended: {error}"));
                }
            });
        }
    });
}

/// One listener per loop, all on one address: the kernel spreads the connections over them (`SO_REUSEPORT`).
fn listen(address: &str, loops: usize) -> io::Result<Vec<TcpListener>> {
    let mut address: SocketAddr = address.parse().map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
    let mut listeners = Vec::with_capacity(loops);
    for _ in 0..loops {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_port(loops > 1)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from_std(socket.into());
        address = listener.local_addr()?; // from the second on, the port that the first one got
        listeners.push(listener);
    }
    Ok(listeners)
}

fn readiness_loop(mut listener: TcpListener) -> io::Result<()> {
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
                while let Ok((mut stream, _)) = listener.accept() {
                    let entry = streams.vacant_entry();
                    poll.registry().register(&mut stream, Token(entry.key()), Interest::READABLE)?;
                    entry.insert(stream);
                }
            } else if let Some(stream) = streams.get_mut(event.token().0)
                && !echo(stream, &mut buffer)
            {
                streams.remove(event.token().0);
            }
        }
    }
}

/// Sends back what has arrived, and returns whether the connection stays.
fn echo(stream: &mut TcpStream, buffer: &mut [u8]) -> bool {
    loop {
        match stream.read(buffer) {
            Ok(0) => return false,
            Ok(received) if stream.write(&buffer[..received]).is_err() => return false,
            Ok(received) if received < buffer.len() => return true, // there is no more
            Ok(_) => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}
