//! What haproxy does with connections to a copy that it does not need.

use super::balancer::{Balancer, Kind};
use harness::{Client, Result, has_tool};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

/// How many connections are used at the same time.
const CLIENTS: usize = 8;
/// After how long we doubt that they will be closed.
const LONG: Duration = Duration::from_secs(10);
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// A copy that never closes a connection, and counts those on which it was asked for `/work`. It answers when all of them have asked.
fn copy_that_counts(open: Arc<AtomicUsize>) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (address, all) = (listener.local_addr()?, Arc::new(Barrier::new(CLIENTS)));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(|stream| stream.ok()) {
            let (open, all) = (Arc::clone(&open), Arc::clone(&all));
            thread::spawn(move || serve(stream, &open, &all));
        }
    });
    Ok(address)
}

fn serve(mut stream: TcpStream, open: &AtomicUsize, all: &Barrier) {
    let (mut request, mut works) = ([0; 1024], false);
    loop {
        match stream.read(&mut request) {
            Ok(1..) if request.starts_with(b"GET /work") => {
                works = true;
                open.fetch_add(1, SeqCst);
                all.wait();
            }
            Ok(1..) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            _ => break,
        }
        let _ = stream.write_all(OK);
    }
    if works {
        open.fetch_sub(1, SeqCst);
    }
}

#[tokio::test]
async fn haproxy_closes_idle_connections_before_the_copy_does() -> Result {
    if !has_tool("haproxy") {
        return Ok(());
    }
    let open = Arc::new(AtomicUsize::new(0));
    let copies = [copy_that_counts(Arc::clone(&open))?];
    let balancer = Balancer::start(Kind::Haproxy, "roundrobin", None, &copies).await?;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let mut client = Client::connect(balancer.port.address)?;
        client.send("GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        clients.push(client);
    }
    for client in &mut clients {
        assert_eq!(client.response()?.status, 200);
    }
    drop(clients);
    wait_until_at_most(&open, 1).await;
    // haproxy 2.6 sometimes leaves the last one open until a client asks again, which wakes its timer.
    let start = Instant::now();
    while open.load(SeqCst) > 0 {
        assert!(start.elapsed() < LONG, "one is still open, although clients have asked again");
        let mut client = Client::connect(balancer.port.address)?;
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        assert_eq!(client.response()?.status, 200);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// Waits until no more than so many are open.
async fn wait_until_at_most(open: &AtomicUsize, number: usize) {
    let start = Instant::now();
    while open.load(SeqCst) > number {
        assert!(start.elapsed() < LONG, "{} are still open after ten seconds", open.load(SeqCst));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
