//! A yardstick: the same pages on compio, which waits for completions (`io_uring`), and not for readiness.
//!
//! Run: `cargo run --release --bin compio_server`, then open <http://127.0.0.1:7878>.
//! It speaks HTTP as the steps do (`http1`). On each core, a thread has a runtime and a ring of its own, and a connection stays where it was
//! accepted. Like the yardstick with hyper, it has no timer: a silent client keeps its connection for good.

use common::{HELLO, NOT_FOUND, command_line};
use compio::BufResult;
use compio::io::{AsyncRead, AsyncWriteExt};
use compio::net::{TcpListener, TcpStream};
use compio::runtime::{self, Runtime};
use compio::time;
use http1::{Connection, Response};
use std::time::UNIX_EPOCH;
use std::{io, net, thread};

fn main() {
    let address = command_line::address();
    let listener = net::TcpListener::bind(&address);
    let listener = listener.unwrap_or_else(|error| command_line::cannot_listen(&address, &error));
    common::expect_a_crowd(&listener);
    command_line::announce(listener.local_addr());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let served = Runtime::new().and_then(|runtime| runtime.block_on(run(listener.try_clone()?)));
                // Many containers do not allow `io_uring`.
                served.unwrap_or_else(|error| command_line::fail(error));
            });
        }
    });
}

async fn run(listener: net::TcpListener) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => runtime::spawn(serve(stream)).detach(),
            Err(error) => time::sleep(command_line::cannot_accept(&error)).await,
        }
    }
}

async fn serve(stream: TcpStream) {
    let client = stream.peer_addr();
    if let Err(error) = handle_connection(stream).await {
        command_line::gave_up_on(client, error);
    }
}

async fn handle_connection(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut connection = Connection::new();
    let mut buffer = Vec::with_capacity(1024);
    while connection.is_open() {
        // The kernel writes into the buffer while the task waits, so it owns it meanwhile.
        let BufResult(received, filled) = stream.read(buffer).await;
        connection.receive(&filled[..received?]);
        buffer = filled;
        while let Some(request) = connection.next_request() {
            let response = match request.path() {
                "/" => Response::ok(HELLO),
                "/sleep" => {
                    time::sleep(command_line::nap()).await;
                    Response::ok(HELLO)
                }
                _ => Response::not_found(NOT_FOUND),
            };
            connection.respond(response);
        }
        stream.write_all(connection.output(UNIX_EPOCH.elapsed().unwrap_or_default())).await.0?;
        buffer.clear();
    }
    Ok(())
}
