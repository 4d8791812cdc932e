//! The rules of HTTP/1.1 for a server, as sentences. `src/rfc.md` says which section each one comes from.
#![allow(clippy::unwrap_used)] // a test says what went wrong by failing at that line

mod chunks;
mod connections;
mod expectations;
mod fields;
mod hosts;
mod lengths;
mod limits;
mod other_protocols;
mod properties;
mod request_line;
mod responses;
mod table;
mod talk;
mod targets;
mod time;
