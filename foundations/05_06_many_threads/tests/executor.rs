//! The executor of step 5.6, with one thread and with several: which tasks end, which are dropped, and which get a turn.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use executor::Executor;
use mio::net::{TcpListener, TcpStream};
use reactor::{Reactor, Registered};
use std::future::{pending, poll_fn};
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, mpsc};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};
use wakers::yield_now;

#[path = "../src/executor.rs"]
mod executor;
#[path = "../src/scheduler.rs"]
mod scheduler;
#[path = "../src/sync.rs"]
mod sync;

fn new() -> (Arc<Executor>, Arc<Reactor>) {
    let reactor = Arc::new(Reactor::new().unwrap());
    (Arc::new(Executor::new(Arc::clone(&reactor))), reactor)
}

/// The result of this, on a thread of its own, because it may hang.
fn ended<T: Send + 'static>(code: impl FnOnce() -> T + Send + 'static) -> thread::Result<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(panic::catch_unwind(AssertUnwindSafe(code))));
    receiver.recv_timeout(Duration::from_secs(30)).unwrap() // or it hangs
}

/// Counts how many of it were dropped.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// A destructor that panics.
struct PanicsOnDrop;

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

#[test]
fn a_panic_in_block_on_comes_out_of_it() {
    for threads in [1, 2, 4] {
        let (executor, _) = new();
        let other = Arc::clone(&executor);
        let panicked = ended(move || other.block_on(threads, async { panic!("on purpose") }));
        assert!(panicked.is_err_and(|panic| panic.downcast_ref() == Some(&"on purpose")));
        assert_eq!(executor.block_on(threads, async { 7 }), 7, "it can be used again");
    }
}

#[test]
fn block_on_can_be_called_again_but_not_while_it_runs() {
    let (executor, reactor) = new();
    let inner = Arc::clone(&executor);
    let nested = executor.spawn(async move { inner.block_on(1, async { 1 }) });
    assert_eq!(executor.block_on(2, nested), None, "the task that called it has panicked");
    let other = Arc::clone(&executor);
    let value = executor.block_on(2, async {
        let concurrent = thread::spawn(move || other.block_on(1, async { 1 }));
        while !concurrent.is_finished() {
            reactor.sleep(Duration::from_millis(1)).await;
        }
        assert!(concurrent.join().is_err(), "the thread that called it has panicked");
        2
    });
    assert_eq!(value, 2, "and it goes on");
    let again = executor.spawn(async { 3 });
    assert_eq!(executor.block_on(1, again), Some(3));
}

/// What block_on returns need not be fit for other threads, nor live as long as a task.
#[test]
fn the_future_of_block_on_stays_on_its_thread_and_may_borrow() {
    let (executor, _) = new();
    let here = thread::current().id();
    let words = std::rc::Rc::new("as is".to_owned());
    let borrowed = executor.block_on(2, async {
        executor.spawn(async {}).await;
        assert_eq!(thread::current().id(), here);
        words.as_str()
    });
    assert_eq!(borrowed, "as is");
}

#[test]
fn block_on_drops_the_tasks_that_have_not_finished() {
    let dropped = Arc::new(AtomicUsize::new(0));
    let left = {
        let (executor, reactor) = new();
        let counted = || Counted(Arc::clone(&dropped));
        let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let mut listener = Registered::new(&reactor, listener).unwrap();
        let (socket, hour, forever, never) = (counted(), counted(), counted(), counted());
        let (clock, other_clock) = (Arc::clone(&reactor), Arc::clone(&reactor));
        let owner = Arc::clone(&executor);
        let accepts = async move {
            let _held = (socket, owner);
            listener.accept().await.map(drop)
        };
        executor.spawn(accepts).detach();
        let sleeps = async move {
            let _held = hour;
            clock.sleep(Duration::from_secs(3600)).await;
        };
        executor.spawn(sleeps).detach();
        let sleeps = async move {
            let _held = forever;
            other_clock.sleep(Duration::MAX).await;
        };
        executor.spawn(sleeps).detach();
        let waits = async move {
            let _held = never;
            pending::<()>().await;
        };
        executor.spawn(waits).detach();
        let tasks = executor.block_on(2, async {
            reactor.sleep(Duration::from_millis(5)).await;
            executor.tasks()
        });
        assert_eq!(tasks, 4, "tasks that wait forever are tasks, too");
        assert_eq!((executor.tasks(), dropped.load(SeqCst)), (0, 4));
        (Arc::downgrade(&executor), Arc::downgrade(&reactor))
    };
    assert!(left.0.upgrade().is_none() && left.1.upgrade().is_none(), "and nothing keeps executor and reactor");
}

#[test]
fn a_destructor_that_panics_ends_its_task_and_nothing_else() {
    for threads in [1, 2] {
        let (executor, reactor) = new();
        let value = ended(move || {
            executor.block_on(threads, async {
                for _ in 0..8 {
                    let held = executor.spawn(async {
                        let _panics = PanicsOnDrop;
                        pending::<()>().await;
                    });
                    reactor.sleep(Duration::from_millis(1)).await;
                    drop(held);
                    executor.spawn(async { panic::panic_any(PanicsOnDrop) }).detach();
                    let detached = executor.spawn(async { PanicsOnDrop });
                    // It may have finished already: then its value is dropped here.
                    let _ = panic::catch_unwind(AssertUnwindSafe(|| detached.detach()));
                }
                while executor.tasks() > 0 {
                    reactor.sleep(Duration::from_millis(1)).await;
                }
                executor.spawn(async { 7 }).await
            })
        });
        assert_eq!(value.unwrap(), Some(7));
    }
}

/// A future that holds the handle of a task, whose future holds the handle of a task, and so on.
fn chain(executor: Arc<Executor>, length: usize) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        if length == 0 {
            pending::<()>().await;
        }
        executor.spawn(chain(Arc::clone(&executor), length - 1)).await;
    })
}

/// If each of them were dropped within the one before, the stack would overflow.
#[test]
fn a_long_chain_of_tasks_can_be_cancelled() {
    const LENGTH: usize = 10_000;
    let (executor, reactor) = new();
    executor.block_on(2, async {
        let first = executor.spawn(chain(Arc::clone(&executor), LENGTH));
        while executor.tasks() <= LENGTH {
            reactor.sleep(Duration::from_millis(1)).await;
        }
        drop(first);
        while executor.tasks() > 0 {
            reactor.sleep(Duration::from_millis(1)).await;
        }
        executor.spawn(chain(Arc::clone(&executor), LENGTH)).detach(); // and one for the end
        while executor.tasks() <= LENGTH {
            reactor.sleep(Duration::from_millis(1)).await;
        }
    });
    assert_eq!(executor.tasks(), 0);
}

/// Tasks that wait for a socket or an event, whichever is first, and then forever: their last waker may be called in the reactor,
/// and what it drops may ask the reactor for the lock that the thread holds, if it holds one.
#[test]
fn wakers_are_called_without_a_lock() {
    let beats = ended(|| {
        let (executor, reactor) = new();
        let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let mut listener = Registered::new(&reactor, listener).unwrap();
        let end = Instant::now() + Duration::from_millis(700);
        thread::spawn(move || {
            while Instant::now() < end {
                let _ = std::net::TcpStream::connect(address).and_then(|mut client| client.write_all(b"x"));
            }
        });
        let (spawner, clock) = (Arc::clone(&executor), Arc::clone(&reactor));
        let accepts = async move {
            while let Ok(stream) = listener.accept().await {
                spawner.spawn(first_of_two(Arc::clone(&clock), stream)).detach();
            }
        };
        executor.spawn(accepts).detach();
        executor.block_on(3, async {
            let mut beats = 0;
            while Instant::now() < end {
                reactor.sleep(Duration::from_millis(1)).await;
                beats += 1;
            }
            beats
        })
    });
    assert!(beats.unwrap() > 50);
}

async fn first_of_two(reactor: Arc<Reactor>, mut stream: Registered<TcpStream>) {
    let mut buffer = [0; 8];
    let mut is_polled = false;
    let mut read = pin!(stream.read(&mut buffer));
    poll_fn(|context| {
        if std::mem::replace(&mut is_polled, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        read.as_mut().poll(context).map(drop)
    })
    .await;
    reactor.sleep(Duration::from_millis(20)).await;
}

/// Starts so many tasks that become ready at about the same time. Each of them blocks its thread until all have a turn, one of them
/// only after it has waited in the reactor again. Returns whether that happens.
fn all_have_a_turn_at_the_same_time(threads: usize, tasks: usize) -> bool {
    let (all_met, met) = mpsc::channel();
    thread::spawn(move || {
        let (executor, reactor) = new();
        let barrier = Arc::new(Barrier::new(tasks));
        executor.block_on(threads, async {
            let task = |number| {
                let (reactor, barrier) = (Arc::clone(&reactor), Arc::clone(&barrier));
                executor.spawn(async move {
                    reactor.sleep(Duration::from_millis(1)).await;
                    if number == 0 {
                        reactor.sleep(Duration::from_millis(1)).await;
                    }
                    barrier.wait();
                })
            };
            let started: Vec<_> = (0..tasks).map(task).collect();
            for task in started {
                task.await;
            }
            let _ = all_met.send(());
        });
    });
    met.recv_timeout(Duration::from_millis(if threads < tasks { 300 } else { 10_000 })).is_ok()
}

/// A thread that takes a task wakes another thread, which asks the reactor in its place, and does the same.
#[test]
fn each_of_several_blocked_threads_leaves_one_that_takes_over() {
    for _ in 0..20 {
        assert!(all_have_a_turn_at_the_same_time(4, 4));
    }
}

/// So the test above can fail.
#[test]
fn four_tasks_do_not_meet_on_three_threads() {
    assert!(!all_have_a_turn_at_the_same_time(3, 4));
}

/// The thread that leaves the reactor takes the only task, which blocks it until another timer is due: some thread has to notice that.
#[test]
fn a_thread_that_blocks_leaves_the_reactor_to_another() {
    let (executor, reactor) = new();
    let (sender, receiver) = mpsc::channel();
    let (first, second) = (Arc::clone(&reactor), Arc::clone(&reactor));
    let blocks = executor.spawn(async move {
        first.sleep(Duration::from_millis(5)).await;
        receiver.recv_timeout(Duration::from_secs(5)).is_ok()
    });
    let ends_it = async move {
        second.sleep(Duration::from_millis(200)).await;
        let _ = sender.send(());
    };
    executor.spawn(ends_it).detach();
    assert_eq!(executor.block_on(2, blocks), Some(true));
}

/// One thread rests in the reactor, and the other starts a task and blocks.
#[test]
fn a_task_that_is_started_by_one_that_blocks_runs_at_once() {
    let (executor, reactor) = new();
    executor.block_on(2, async {
        for _ in 0..20 {
            reactor.sleep(Duration::from_millis(1)).await;
            let (spawner, (sender, receiver)) = (Arc::clone(&executor), mpsc::channel());
            let blocks = executor.spawn(async move {
                spawner.spawn(async move { sender.send(()).unwrap() }).detach();
                receiver.recv_timeout(Duration::from_secs(10)).is_ok()
            });
            assert_eq!(blocks.await, Some(true));
        }
    });
}

/// A task that always has something to do keeps neither the sockets nor the times of the others from being noticed.
#[test]
fn tasks_that_never_rest_do_not_starve_the_reactor() {
    for threads in [1, 2] {
        let (executor, reactor) = new();
        for _ in 0..4 {
            executor.spawn(async { while !yields_once_more().await {} }).detach();
        }
        let clock = Arc::clone(&reactor);
        let sleeps = executor.spawn(async move { clock.sleep(Duration::from_millis(5)).await });
        assert_eq!(executor.block_on(threads, sleeps), Some(()));
    }
}

async fn yields_once_more() -> bool {
    yield_now().await;
    false
}
