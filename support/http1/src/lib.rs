//! HTTP/1.1 as a server needs it, without I/O: bytes in, requests out; responses in, bytes out.
//!
//! Nothing here waits. This crate has no sockets and no clock (`no_std`, so that touching either is a compile
//! error). The code that waits, however it waits, feeds a [`Connection`] the bytes that arrived, takes the complete
//! [`Request`]s out, puts a [`Response`] in for each, and sends the bytes that come of it:
//!
//! ```
//! use core::time::Duration;
//! use http1::{Connection, Response};
//!
//! let mut connection = Connection::new();
//! connection.receive(b"GET /hello HTTP/1.1\r\nHost: exam"); // a packet may end anywhere
//! assert!(connection.next_request().is_none());
//!
//! connection.receive(b"ple.org\r\n\r\n");
//! let request = connection.next_request().expect("the request is complete now");
//! assert_eq!(request.path(), "/hello");
//!
//! connection.respond(Response::ok("<h1>Hello!</h1>"));
//! let since_1970 = Duration::from_secs(784_111_777);
//! assert!(connection.output(since_1970).starts_with(b"HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
//! ```
//!
//! A client that breaks the rules is answered by the connection itself: the server only ever sees complete, valid
//! `GET` and `HEAD` requests. [`Status`] tells which answers there are, [`rfc`] which rules, each with its tests.
//!
//! # Three promises
//!
//! - **The cuts do not matter.** The same bytes lead to the same answers, whatever pieces they arrive in.
//! - **Nothing is taken for something else.** What two readers might understand in two ways is refused, and nothing is read
//!   after it: a proxy in front may have understood it the other way.
//! - **A client costs what it sends.** The `MAX_` constants below bound what is kept and read of one request; an idle connection
//!   keeps nothing. What is sent is bounded by what was received: the shortest request has 18 bytes.
//!
//! # How to read it
//!
//! | file | what is in it |
//! |---|---|
//! | `connection.rs` | the state machine: reading a head, reading a body, answering, closed |
//! | `input.rs` | the bytes that have arrived and are not done with |
//! | `head.rs` | from the bytes of a head to what a server must know of it; `httparse` splits the lines |
//! | `target.rs`, `fields.rs` | what the request line asks for, and what the header fields say |
//! | `body.rs` | where a body ends |
//! | `grammar.rs` | words of the grammar that these share |
//! | `request.rs` | what a server sees of a request |
//! | `response.rs`, `answer.rs` | from a page to bytes, and what a connection has to send |

#![no_std]

extern crate alloc;

mod answer;
mod body;
mod connection;
mod fields;
mod grammar;
mod head;
mod input;
#[cfg(test)]
mod memory;
mod request;
mod response;
mod target;

#[doc = include_str!("rfc.md")]
pub mod rfc {}

pub use connection::Connection;
pub use request::Request;
pub use response::{Response, Status};

/// The longest request head, in bytes: request line, header fields and the empty line that ends them. A longer one is
/// answered with [`Status::HeaderFieldsTooLarge`]. It is also what a connection stores at most between two calls.
pub const MAX_HEAD: usize = 16 * 1024;

/// The most header fields in one request. More are answered with [`Status::HeaderFieldsTooLarge`].
pub const MAX_HEADER_FIELDS: usize = 100;

/// The longest request target, in bytes. A longer one is answered with [`Status::UriTooLong`]. RFC 9112, section 3,
/// recommends at least 8,000.
pub const MAX_TARGET: usize = 8 * 1024;

/// The longest request body that is read (and thrown away: no route wants one), in bytes. A longer one is answered with
/// [`Status::ContentTooLarge`].
pub const MAX_BODY: u64 = 1024 * 1024;

/// The bytes of a request body that count as [progress](Connection::progress), like a request or an answer. A server that
/// wants to see progress every ten seconds demands 500 bytes a second, as Apache does (`MinRate` of its `mod_reqtimeout`).
pub const MILESTONE: usize = 5_000;

/// The most bytes of chunk extensions and trailer fields in one request body. More are answered with
/// [`Status::HeaderFieldsTooLarge`].
pub const MAX_CHUNK_EXTRAS: usize = 4 * 1024;

/// The most bytes that are read and thrown away after the last response, while the client has not seen it yet. A client that sends
/// more than this is not going to read it.
pub const MAX_THROWN_AWAY: usize = 8 * 1024 * 1024;

/// The most empty lines before a request. RFC 9112, section 2.2, recommends at least one, because some old clients send one
/// after a body. More are answered with [`Status::BadRequest`].
pub const MAX_EMPTY_LINES: usize = 4;

// The refusals and the servers name these numbers.
const _: () = assert!(MAX_HEAD == 16_384 && MAX_HEADER_FIELDS == 100 && MAX_TARGET == 8_192);
const _: () = assert!(MAX_BODY == 1_048_576 && MAX_CHUNK_EXTRAS == 4_096 && MILESTONE == 5_000);
