//! The connected clients, and what each of them is doing: a server that stops closes the idle connections.

use crate::fault::Fault;
use socket2::SockRef;
use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long the rest of a request may take in a server that stops.
const REQUEST_GRACE: Duration = Duration::from_millis(300);

/// What a client is doing, as far as the server can tell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// All its requests have been answered.
    Nothing,
    /// It has sent a part of a request.
    Asking,
    /// It has sent requests that are not answered yet.
    Waiting,
}

/// A client that is connected.
pub struct Client {
    /// Its connection.
    pub stream: Arc<TcpStream>,
    number: usize,
}

struct Clients {
    connected: BTreeMap<usize, (Arc<TcpStream>, Doing)>,
    next_number: usize,
    is_stopping: bool,
}

static CLIENTS: Mutex<Clients> = Mutex::new(Clients { connected: BTreeMap::new(), next_number: 0, is_stopping: false });
static CLIENT_LEFT: Condvar = Condvar::new();

fn clients() -> MutexGuard<'static, Clients> {
    CLIENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Client {
    /// Waits until fewer than `limit` clients are connected.
    pub fn connected(stream: TcpStream, limit: usize) -> Self {
        let stream = Arc::new(stream);
        let mut clients = CLIENT_LEFT
            .wait_while(clients(), |clients| clients.connected.len() >= limit)
            .unwrap_or_else(PoisonError::into_inner);
        let number = clients.next_number;
        clients.next_number += 1;
        clients.connected.insert(number, (Arc::clone(&stream), Doing::Nothing));
        Self { stream, number }
    }

    /// Records what it is doing. In a server that stops, a client that does nothing is disconnected.
    pub fn is(&self, doing: Doing) {
        let mut clients = clients();
        clients.connected.insert(self.number, (Arc::clone(&self.stream), doing));
        if clients.is_stopping && doing == Doing::Nothing {
            let _ = self.stream.shutdown(Shutdown::Read); // what has arrived can still be read
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        clients().connected.remove(&self.number);
        CLIENT_LEFT.notify_one();
    }
}

/// Whether the server stops.
pub fn is_stopping() -> bool {
    clients().is_stopping
}

/// Disconnects the clients that do nothing, now and from now on.
pub fn stop(fault: Fault) {
    let mut clients = clients();
    clients.is_stopping = true;
    let limit = if fault.is("closes_a_hundred_idle_connections") { 100 } else { usize::MAX };
    for (stream, doing) in clients.connected.values().take(limit) {
        if fault.is("resets_when_it_stops") {
            let _ = SockRef::from(&**stream).set_linger(Some(Duration::ZERO));
        }
        let _ = match doing {
            Doing::Nothing if !fault.is("keeps_idle_connections") => stream.shutdown(Shutdown::Read),
            Doing::Asking if fault.is("cuts_requests") => stream.shutdown(Shutdown::Both),
            Doing::Asking if !fault.is("waits_for_the_rest_of_requests") => {
                let stream = Arc::clone(stream);
                thread::spawn(move || {
                    thread::sleep(REQUEST_GRACE);
                    stream.shutdown(Shutdown::Read)
                });
                Ok(())
            }
            _ => Ok(()), // it leaves when it has got what it asked for
        };
    }
}

/// Waits until no client is connected.
pub fn wait_until_all_have_left() {
    let clients = CLIENT_LEFT.wait_while(clients(), |clients| !clients.connected.is_empty());
    drop(clients);
}
