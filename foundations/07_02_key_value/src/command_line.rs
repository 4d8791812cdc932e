//! Arguments, exit codes, messages.

use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::process;

const USAGE: &str = concat!("usage: ", env!("CARGO_BIN_NAME"), " [ADDRESS]  (127.0.0.1:7878 unless given)");
const HELP: &str = "\
Keeps keys and values in memory, and speaks Redis's protocol (RESP2), until Ctrl-C.
Try: redis-cli -p 7878. Port 0 means any free port; Redis's own port is 6379.";

/// The address to listen on: the only argument, or `127.0.0.1:7878`.
///
/// Ends the program with code 0 after `--help`, and with code 2 when there are too many arguments.
pub fn address() -> String {
    let mut arguments = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    match (arguments.next(), arguments.next()) {
        (None, _) => "127.0.0.1:7878".to_owned(),
        (Some(flag), None) if flag == "--help" || flag == "-h" => {
            let _ = writeln!(io::stdout(), "{USAGE}\n{HELP}");
            process::exit(0)
        }
        (Some(address), None) => address,
        (Some(_), Some(_)) => {
            log(format_args!("too many arguments; {USAGE}"));
            process::exit(2)
        }
    }
}

/// Says where the server can be reached.
pub fn announce(address: io::Result<SocketAddr>) {
    match address {
        Ok(address) => drop(writeln!(io::stdout(), "listening on redis://{address}")),
        Err(error) => log(format_args!("cannot tell the address of the listener: {error}")),
    }
}

/// Ends the program because it cannot listen: with code 2 when `address` is not an address, else with code 1.
pub fn cannot_listen(address: &str, error: &io::Error) -> ! {
    log(format_args!("cannot listen on {address}: {error}; {USAGE}"));
    process::exit(if error.kind() == ErrorKind::InvalidInput { 2 } else { 1 })
}

/// Writes a line to the standard error. Unlike `eprintln!`, it does not panic when the terminal is gone.
pub fn log(message: impl Display) {
    let _ = writeln!(io::stderr(), "{message}");
}
