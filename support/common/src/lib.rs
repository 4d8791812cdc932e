//! What the servers share because it is not what they are about: the pages of the HTTP servers, and the command line.

pub mod command_line;
mod log;

/// The page at `/`.
pub const HELLO: &str = include_str!("hello.html");

/// The page for every path that does not exist.
pub const NOT_FOUND: &str = include_str!("404.html");

/// How many connections of a crowd may wait until they are accepted. (Linux allows no more than `net.core.somaxconn`, usually 4,096.)
#[cfg(unix)]
const CROWD: i32 = 4_096;

/// Makes the backlog of a listener long enough for thousands of clients that come at the same moment. The libraries ask for 128 places, and
/// a client that finds none tries again only after a second.
#[cfg(unix)]
pub fn expect_a_crowd(listener: &impl std::os::fd::AsFd) {
    if let Err(error) = rustix::net::listen(listener, CROWD) {
        command_line::log(format_args!("cannot make the backlog longer: {error}"));
    }
}

/// Windows chooses the length of a backlog itself.
#[cfg(not(unix))]
pub fn expect_a_crowd<Listener>(_: &Listener) {}

/// Prints a line, as `println!` does, but ends the program if that fails: see [`command_line::say`].
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => {
        $crate::command_line::say(format_args!($($words)*))
    };
}
