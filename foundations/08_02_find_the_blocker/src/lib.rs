//! Finds what holds an event loop up: a [`Profile`](profile::Profile) times every poll of the futures that it watches.

pub mod profile;
pub mod report;
#[cfg(unix)]
pub mod stack;
pub mod usage;
