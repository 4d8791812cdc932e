//! Exercise 2 of section 9.7: wait until all clients have left. Write `drop` and `poll`, then run
//! `cargo test -p graceful_server --test exercise_left -- --ignored`.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// How many clients are connected, and the task that waits until they have left.
#[derive(Default)]
struct Clients {
    connected: usize,
    #[allow(dead_code)] // until `drop` takes it
    waker: Option<Waker>,
}

/// A client that is connected, for as long as this value lives.
struct ConnectedClient(Arc<Mutex<Clients>>);

impl ConnectedClient {
    fn new(clients: &Arc<Mutex<Clients>>) -> Self {
        if let Ok(mut clients) = clients.lock() {
            clients.connected += 1;
        }
        Self(Arc::clone(clients))
    }
}

impl Drop for ConnectedClient {
    fn drop(&mut self) {
        let _ = &self.0; // not written yet
    }
}

/// Ready when all clients have left.
struct AllHaveLeft(Arc<Mutex<Clients>>);

impl Future for AllHaveLeft {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _context: &mut Context) -> Poll<()> {
        let _ = &self.0; // not written yet
        Poll::Ready(())
    }
}

/// Counts how often a task was woken.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[test]
#[ignore = "exercise 9.7/2: it passes once you have written `drop` and `poll`"]
fn the_task_is_woken_when_the_last_client_has_left() {
    let clients = Arc::new(Mutex::new(Clients::default()));
    let [first, second] = [(); 2].map(|()| ConnectedClient::new(&clients));
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut all_have_left = AllHaveLeft(Arc::clone(&clients));
    let mut is_ready = || Pin::new(&mut all_have_left).poll(&mut Context::from_waker(&waker)).is_ready();
    assert!(!is_ready(), "two clients are connected");
    drop(first);
    assert_eq!(count.0.load(Relaxed), 0, "one client is connected, and the task was woken");
    assert!(!is_ready(), "one client is connected");
    drop(second);
    assert_eq!(count.0.load(Relaxed), 1, "nothing has woken the task");
    assert!(is_ready(), "no client is connected");
}
