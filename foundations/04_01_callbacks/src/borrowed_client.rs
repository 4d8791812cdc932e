//! Why the callbacks of step 4.1 own their client: this program lends one to a callback, and does not compile.
//!
//! Run: `cargo build -p callbacks --features borrowed_client --bin 04_01_borrowed_client`.
//! You should see: "lifetime may not live long enough".

use readiness::{EventLoop, Wait};
use std::io::{self, Read};

type Callback = Box<dyn FnOnce(&mut Server, io::Result<()>)>;

struct Server {
    event_loop: EventLoop<Callback>,
}

struct Client {
    stream: mio::net::TcpStream,
    token: mio::Token,
}

fn main() {}

fn read(server: &mut Server, client: &mut Client) {
    if client.stream.read(&mut [0; 1024]).is_err() {
        server.event_loop.wait(client.token, Wait::Readable, Box::new(move |server, _| read(server, client)));
    }
}
