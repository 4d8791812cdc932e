//! What is measured, and kept as data: no two runs are alike, so the tests compare what the data *say*, not the data.

use crate::{Failure, Result, read, snapshot};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::SystemTime;

pub mod blocked;
pub mod blocked_loop;
pub mod exchange;
pub mod forgotten_await;
mod half_close;
pub mod idle;
pub mod key_value;
pub mod lines;
pub mod little_load;
pub mod outputs;
pub mod pieces;
mod story;
mod strace;
pub mod threads;
pub mod traces;
pub mod wake_up;

/// The command that measures everything again.
pub const MEASURE: &str = "cargo run --bin measure";

/// Reads committed data.
pub fn load<T: DeserializeOwned>(file: &str) -> Result<T> {
    let file = format!("book/src/generated/{file}");
    serde_json::from_str(&read(&file)?)
        .map_err(|error| Failure::new(format!("{file}: {error}; `{MEASURE}` measures again")))
}

/// Writes measured data.
pub fn save(file: &str, data: &impl Serialize) -> Result {
    let text = serde_json::to_string_pretty(data).map_err(|error| Failure::new(error.to_string()))?;
    snapshot::write(&format!("book/src/generated/{file}"), &format!("{text}\n"))
}

fn milliseconds_since(beginning: SystemTime) -> u64 {
    u64::try_from(beginning.elapsed().unwrap_or_default().as_millis()).unwrap_or(u64::MAX)
}
