//! What a command works on, and how it says that something is wrong.

use crate::reply::{Problem, Reply};
use crate::request;
use crate::store::Store;
use crate::transaction::Transaction;
use std::cell::{Cell, RefCell};
use std::time::UNIX_EPOCH;

/// What all clients share. It stays on its thread, because it is in an `Rc`.
#[derive(Default)]
pub struct Shared {
    /// The keys and their values.
    pub store: RefCell<Store>,
    clients_so_far: Cell<i64>,
}

/// What is remembered of a client.
pub struct Client {
    /// Which one it is, counted from 1.
    pub number: i64,
    /// How it calls itself.
    pub name: Option<Vec<u8>>,
    /// The commands to be executed together, since it has sent `MULTI`.
    pub transaction: Option<Transaction>,
    /// Whether it has said that it leaves.
    pub is_leaving: bool,
}

impl Client {
    /// A new client.
    pub fn new(shared: &Shared) -> Self {
        let number = shared.clients_so_far.get() + 1;
        shared.clients_so_far.set(number);
        Self { number, name: None, transaction: None, is_leaving: false }
    }
}

/// What a command works on.
pub struct Session<'s> {
    /// The keys and their values.
    pub store: &'s mut Store,
    /// Where its answer goes.
    pub reply: &'s mut Reply,
    /// The client that gave it.
    pub client: &'s mut Client,
}

/// What becomes of a command.
pub type Outcome = Result<(), Problem>;

/// The words do not fit together.
pub const SYNTAX: &str = "ERR syntax error";
/// What should be a number is none.
pub const NOT_AN_INTEGER: &str = "ERR value is not an integer or out of range";

/// The store has as many bytes as it may have.
pub const FULL: &str = "OOM command not allowed when used memory > 'maxmemory'.";

/// There are too few arguments, or too many.
pub fn wrong_number(name: &str) -> Problem {
    format!("ERR wrong number of arguments for '{name}' command").into_bytes().into()
}

/// The number that an argument is.
pub fn integer(text: &[u8]) -> Result<i64, Problem> {
    request::integer(text).ok_or(NOT_AN_INTEGER.into())
}

/// The beginning of an argument, for a message. Redis ends it at a zero byte.
pub fn up_to(text: &[u8], length: usize) -> &[u8] {
    let text = &text[..length.min(text.len())];
    text.split(|byte| *byte == 0).next().unwrap_or(text)
}

/// The time in milliseconds since 1970, in which Redis counts.
pub fn now() -> i64 {
    UNIX_EPOCH.elapsed().map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
