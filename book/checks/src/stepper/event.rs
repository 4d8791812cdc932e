//! What a recording consists of.

use serde::{Deserialize, Serialize};

/// Who ends a program that does not end by itself.
pub const TIMEOUT: &str = "timeout";

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Event {
    /// The thread or the task that acted.
    pub by: String,
    /// What it did: `poll`, `wake`, `park`, … [`super::replay`] knows them all.
    pub kind: String,
    /// What it did it to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// A value, if there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// The thread on which it was done, if the machine chooses it anew for each turn.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub on: String,
    /// The file and the line, `src/executor.rs:36`; empty for what has no source.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub at: String,
    /// Milliseconds since the first event, rounded to hundreds; only if times mean something in this frame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
}

impl Event {
    /// What two runs must agree in: everything but the time and what the machine chooses.
    pub fn without_chance(&self) -> Self {
        Self { ms: None, on: String::new(), ..self.clone() }
    }
}
