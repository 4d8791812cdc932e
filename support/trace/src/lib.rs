//! Lets a program record what it does. It reports each event, as one line of JSON, to the recorder at the address in the variable
//! `TRACE`, and goes on when the recorder has answered. So there is one order of all events, even of those of several threads and of
//! the clients, and a recorder that answers late decides what happens meanwhile.
//!
//! No step depends on this crate. The hooks are a patch, such as `book/experiments/trace_05_04.diff`, because the book prints the
//! files of the steps, and the hooks are not what they are about. `CONTRIBUTING.md` says what kinds of events there are.
//!
//! ```
//! trace::hook!("set", "has_happened", "yes"); // without the variable `TRACE`, this does nothing
//! ```

use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::env;
use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};
use std::thread;

thread_local! {
    /// Each thread has a connection of its own, so that one thread can wait for the recorder while others go on.
    static RECORDER: RefCell<Option<TcpStream>> = RefCell::new(env::var("TRACE").ok().and_then(|address| TcpStream::connect(address).ok()));
    static ACTORS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static THREAD: String = name_of_thread();
    /// Whether this thread has recorded something since it rested.
    static HAS_ACTED: Cell<bool> = const { Cell::new(true) };
}

/// Threads of the same name are numbered from the second one on, in the order in which they come here.
fn name_of_thread() -> String {
    static COUNTS: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);
    let name = thread::current().name().unwrap_or("other").to_owned();
    let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts.get_or_insert_default().entry(name.clone()).or_default();
    *count += 1;
    if *count == 1 { name } else { format!("{name} {count}") }
}

/// Records an event: its kind, what it is about, and a value, each but the first if there is one. The line is the line of the program
/// before the hook. If the kind begins with `^`, it is the line after the hook.
#[macro_export]
macro_rules! hook {
    ($kind:expr $(, $of:expr $(, $value:expr)?)?) => {
        $crate::record(file!(), line!(), $kind, &[$($of.to_string() $(, $value.to_string())?)?])
    };
}

/// From here on, this thread acts as this task, or by another name, until [`leave`].
pub fn enter(actor: impl ToString) {
    ACTORS.with_borrow_mut(|actors| actors.push(actor.to_string()));
}

/// What acts on this thread: a task, or the thread itself.
pub fn actor() -> String {
    ACTORS.with_borrow(|actors| actors.last().cloned()).unwrap_or_else(|| THREAD.with(Clone::clone))
}

/// This thread acts again as it did before [`enter`].
pub fn leave() {
    ACTORS.with_borrow_mut(|actors| actors.pop());
}

/// What [`hook!`] calls.
pub fn record(file: &str, line: u32, kind: &str, words: &[String]) {
    let thread = THREAD.with(Clone::clone);
    let word = |at: usize| words.get(at).map_or(Value::Null, |word| json!(word));
    let event = json!({ "by": actor(), "on": thread, "kind": kind, "of": word(0), "value": word(1), "file": file, "line": line });
    HAS_ACTED.set(true);
    RECORDER.with_borrow_mut(|recorder| {
        let Some(recorder) = recorder else { return };
        let answered = recorder.write_all(format!("{event}\n").as_bytes()).and_then(|()| recorder.read_exact(&mut [0]));
        drop(answered); // a recorder that has gone has seen enough
    });
}

/// A future all of whose events are those of this task.
pub async fn acting<F: Future>(task: impl ToString, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        enter(task.to_string());
        let polled = future.as_mut().poll(context);
        leave();
        polled
    })
    .await
}

/// The same, with its polls and its wake-ups. It needs no hook inside a runtime.
pub async fn traced<F: Future>(task: impl ToString, future: F) -> F::Output {
    let task = task.to_string();
    let mut future = pin!(future);
    let is_queued = Arc::new(AtomicBool::new(true));
    poll_fn(|context| {
        is_queued.store(false, SeqCst);
        record("", 0, "poll", std::slice::from_ref(&task));
        enter(&task);
        let polled = future.as_mut().poll(&mut Context::from_waker(&recording(None, &task, &is_queued, context)));
        record("", 0, if polled.is_ready() { "ready" } else { "pending" }, &[]);
        leave();
        polled
    })
    .await
}

/// A future that waits for something outside of the program, such as a timer, in this task. When its waker is called, this is
/// recorded as an act of `actor`.
pub async fn woken_by<F: Future>(actor: &str, task: impl ToString, future: F) -> F::Output {
    let task = task.to_string();
    let mut future = pin!(future);
    let is_woken = Arc::new(AtomicBool::new(false));
    poll_fn(|context| {
        future.as_mut().poll(&mut Context::from_waker(&recording(Some(actor), &task, &is_woken, context)))
    })
    .await
}

/// The future that a thread runs. If it is pending, and its waker was not called meanwhile, the thread has nothing to do: it rests.
pub async fn resting<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let noting = Arc::new(NotingWaker { waker: context.waker().clone(), is_called: AtomicBool::new(false) });
        let polled = future.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&noting))));
        if polled.is_pending() && !noting.is_called.load(SeqCst) && HAS_ACTED.get() {
            record("", 0, "rest", &[]);
            HAS_ACTED.set(false);
        }
        polled
    })
    .await
}

/// A waker that records its calls, as acts of `actor`, or else of the thread. Calls for a task that is in the queue already change nothing.
struct RecordingWaker {
    actor: Option<String>,
    task: String,
    waker: Waker,
    is_queued: Arc<AtomicBool>,
}

fn recording(actor: Option<&str>, task: &str, is_queued: &Arc<AtomicBool>, context: &Context<'_>) -> Waker {
    let (actor, task, waker) = (actor.map(str::to_owned), task.to_owned(), context.waker().clone());
    Waker::from(Arc::new(RecordingWaker { actor, task, waker, is_queued: Arc::clone(is_queued) }))
}

impl Wake for RecordingWaker {
    fn wake(self: Arc<Self>) {
        if !self.is_queued.swap(true, SeqCst) {
            let task = std::slice::from_ref(&self.task);
            match &self.actor {
                None => record("", 0, "wake", task),
                Some(actor) => {
                    let has_acted = HAS_ACTED.get(); // it is not this thread that acts
                    enter(actor);
                    record("", 0, "due", task);
                    leave();
                    HAS_ACTED.set(has_acted);
                }
            }
        }
        self.waker.wake_by_ref();
    }
}

/// A waker that remembers whether it was called.
struct NotingWaker {
    waker: Waker,
    is_called: AtomicBool,
}

impl Wake for NotingWaker {
    fn wake(self: Arc<Self>) {
        self.is_called.store(true, SeqCst);
        self.waker.wake_by_ref();
    }
}
