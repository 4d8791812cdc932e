//! Who is connected, and what they are doing: for those who are told to leave when the server stops.

use crate::fault::Fault;
use socket2::SockRef;
use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long the rest of a request may take in a server that stops.
const LAST_CALL: Duration = Duration::from_millis(300);

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
pub struct Guest {
    /// Its connection.
    pub stream: Arc<TcpStream>,
    number: usize,
}

struct House {
    guests: BTreeMap<usize, (Arc<TcpStream>, Doing)>,
    next_number: usize,
    is_closing: bool,
}

static HOUSE: Mutex<House> = Mutex::new(House { guests: BTreeMap::new(), next_number: 0, is_closing: false });
static SOMEBODY_LEFT: Condvar = Condvar::new();

fn house() -> MutexGuard<'static, House> {
    HOUSE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Guest {
    /// Waits until fewer than `limit` are inside.
    pub fn enter(stream: TcpStream, limit: usize) -> Self {
        let stream = Arc::new(stream);
        let mut house = SOMEBODY_LEFT
            .wait_while(house(), |house| house.guests.len() >= limit)
            .unwrap_or_else(PoisonError::into_inner);
        let number = house.next_number;
        house.next_number += 1;
        house.guests.insert(number, (Arc::clone(&stream), Doing::Nothing));
        Self { stream, number }
    }

    /// Says what it is doing. Whoever does nothing in a server that stops has to leave.
    pub fn is(&self, doing: Doing) {
        let mut house = house();
        house.guests.insert(self.number, (Arc::clone(&self.stream), doing));
        if house.is_closing && doing == Doing::Nothing {
            let _ = self.stream.shutdown(Shutdown::Read); // what has arrived can still be read
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        house().guests.remove(&self.number);
        SOMEBODY_LEFT.notify_one();
    }
}

/// Whether the server stops.
pub fn are_leaving() -> bool {
    house().is_closing
}

/// Tells those who do nothing to leave, and those who come to have done all they will.
pub fn tell_to_leave(fault: Fault) {
    let mut house = house();
    house.is_closing = true;
    let limit = if fault.is("closes_a_hundred_idle_connections") { 100 } else { usize::MAX };
    for (stream, doing) in house.guests.values().take(limit) {
        if fault.is("resets_when_it_stops") {
            let _ = SockRef::from(&**stream).set_linger(Some(Duration::ZERO));
        }
        let _ = match doing {
            Doing::Nothing if !fault.is("keeps_idle_connections") => stream.shutdown(Shutdown::Read),
            Doing::Asking if fault.is("cuts_requests") => stream.shutdown(Shutdown::Both),
            Doing::Asking if !fault.is("waits_for_the_rest_of_requests") => {
                let stream = Arc::clone(stream);
                thread::spawn(move || {
                    thread::sleep(LAST_CALL);
                    stream.shutdown(Shutdown::Read)
                });
                Ok(())
            }
            _ => Ok(()), // it leaves when it has got what it asked for
        };
    }
}

/// Waits until nobody is inside.
pub fn wait_until_all_have_left() {
    let house = SOMEBODY_LEFT.wait_while(house(), |house| !house.guests.is_empty());
    drop(house);
}
