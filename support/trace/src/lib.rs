//! Lets a program record what it does: one line of JSON for each event, in the file that the variable `TRACE` names.
//!
//! No step depends on this crate. The hooks are a patch, such as `book/experiments/trace_05_04.diff`, because the book prints the
//! files of the steps, and the hooks are not what they are about. `CONTRIBUTING.md` says what kinds of events there are.
//!
//! ```
//! trace::hook!("set", "has_happened", "yes"); // without the variable `TRACE`, this does nothing
//! ```

use serde_json::{Value, json};
use std::cell::RefCell;
use std::env;
use std::fs::File;
use std::io::Write;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Instant;

thread_local!(static ACTORS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) });

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

/// This thread acts again as it did before [`enter`].
pub fn leave() {
    ACTORS.with_borrow_mut(|actors| actors.pop());
}

/// What [`hook!`] calls.
pub fn record(file: &str, line: u32, kind: &str, words: &[String]) {
    static RECORD: OnceLock<Option<Mutex<(File, Instant)>>> = OnceLock::new();
    let create = || Some(Mutex::new((File::create(env::var_os("TRACE")?).ok()?, Instant::now())));
    let Some(record) = RECORD.get_or_init(create) else { return };
    let thread = || thread::current().name().unwrap_or("other").to_owned();
    let by = ACTORS.with_borrow(|actors| actors.last().cloned()).unwrap_or_else(thread);
    let word = |at: usize| words.get(at).map_or(Value::Null, |word| json!(word));
    // The lock makes the order of the lines one that was possible.
    let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
    let (file_out, start) = &mut *record;
    let milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let event = json!({
        "by": by, "kind": kind, "of": word(0), "value": word(1), "file": file, "line": line, "ms": milliseconds,
    });
    let _ = writeln!(file_out, "{event}");
}

/// A future whose polls and wake-ups are recorded, under the name of its task. It needs no hook inside a runtime.
pub struct Traced<F> {
    task: String,
    future: Pin<Box<F>>,
}

impl<F: Future> Traced<F> {
    /// Records what becomes of this future.
    pub fn new(task: impl ToString, future: F) -> Self {
        Self { task: task.to_string(), future: Box::pin(future) }
    }
}

/// A waker that records who calls it.
struct TracedWaker {
    task: String,
    waker: Waker,
}

impl Wake for TracedWaker {
    fn wake(self: Arc<Self>) {
        record("", 0, "wake", std::slice::from_ref(&self.task));
        self.waker.wake_by_ref();
    }
}

impl<F: Future> Future for Traced<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let task = self.task.clone();
        record("", 0, "poll", std::slice::from_ref(&task));
        enter(&task);
        let waker = Waker::from(Arc::new(TracedWaker { task, waker: context.waker().clone() }));
        let polled = self.future.as_mut().poll(&mut Context::from_waker(&waker));
        record("", 0, if polled.is_ready() { "ready" } else { "pending" }, &[]);
        leave();
        polled
    }
}
