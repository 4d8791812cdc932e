//! Exercise 5.5/2: a listener that can be stopped.

use mio::net::{TcpListener, TcpStream};
use reactor::{Reactor, Registered};
use std::io;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;
use wakers::{Event, Executor};

/// The next connection, or none when `stop` happens first.
async fn accept_until(
    listener: &mut Registered<TcpListener>,
    _stop: &mut Event,
) -> Option<io::Result<Registered<TcpStream>>> {
    Some(listener.accept().await)
}

#[test]
#[ignore = "exercise 5.5/2: a listener that can be stopped"]
fn an_event_ends_the_wait_for_the_next_client() {
    let (stop, (stopped, is_stopped)) = (Event::default(), mpsc::channel());
    let mut stops = stop.clone();
    thread::spawn(move || {
        let reactor = Arc::new(Reactor::new().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let mut listener = Registered::new(&reactor, listener).unwrap();
        let address = listener.get().local_addr().unwrap();
        let client = std::net::TcpStream::connect(address);
        Executor::new(reactor).block_on(async {
            assert!(accept_until(&mut listener, &mut stops).await.is_some());
            drop(client);
            stopped.send(accept_until(&mut listener, &mut stops).await.is_none()).unwrap();
        });
    });
    thread::sleep(Duration::from_millis(20));
    stop.happen();
    assert_eq!(is_stopped.recv_timeout(Duration::from_secs(3)), Ok(true), "it still waits for a client");
}
