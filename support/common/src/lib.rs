//! What the servers share because it is not what they are about: the pages of the HTTP servers, and the command line.

pub mod command_line;
mod log;

/// The page at `/`.
pub const HELLO: &str = include_str!("hello.html");

/// The page for every path that does not exist.
pub const NOT_FOUND: &str = include_str!("404.html");

/// Prints a line, as `println!` does, but ends the program if that fails: see [`command_line::say`].
#[macro_export]
macro_rules! say {
    ($($words:tt)*) => {
        $crate::command_line::say(format_args!($($words)*))
    };
}
