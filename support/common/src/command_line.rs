//! What every server here has in common with every other program: arguments, exit codes, messages.
//!
//! The servers take it from here, because it is not what they are about.

use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process;
use std::time::Duration;

fn usage() -> String {
    let program = env::args_os().next().unwrap_or_default();
    let name = Path::new(&program).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    format!("usage: {name} [ADDRESS]  (127.0.0.1:7878 unless given)")
}

/// The address to listen on: the only argument, or `127.0.0.1:7878`.
///
/// Ends the program with code 0 after `--help`, and with code 2 when there are too many arguments.
pub fn address() -> String {
    address_or_help("Serves HTTP until Ctrl-C. Port 0 means any free port.")
}

/// The same for a server of which `--help` says something else.
pub fn address_or_help(help: &str) -> String {
    address_in(arguments(), help)
}

/// The same for a server with an option that may be given several times, such as `--host NAME`: the address and all the values.
pub fn address_and(option: &str, help: &str) -> (String, Vec<String>) {
    let (mut others, mut values) = (Vec::new(), Vec::new());
    let mut arguments = arguments();
    while let Some(argument) = arguments.next() {
        if argument == option {
            values.extend(arguments.next());
        } else {
            others.push(argument);
        }
    }
    (address_in(others.into_iter(), help), values)
}

fn arguments() -> impl Iterator<Item = String> {
    env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned())
}

fn address_in(mut arguments: impl Iterator<Item = String>, help: &str) -> String {
    match (arguments.next(), arguments.next()) {
        (None, _) => "127.0.0.1:7878".to_owned(),
        (Some(flag), None) if flag == "--help" || flag == "-h" => {
            let _ = writeln!(io::stdout(), "{}\n{help}", usage());
            process::exit(0)
        }
        (Some(address), None) => address,
        (Some(_), Some(_)) => {
            log(format_args!("too many arguments; {}", usage()));
            process::exit(2)
        }
    }
}

/// Says where the server can be reached.
pub fn announce(address: io::Result<SocketAddr>) {
    announce_as("http", address);
}

/// The same for a server of another protocol.
pub fn announce_as(scheme: &str, address: io::Result<SocketAddr>) {
    match address {
        Ok(address) => drop(writeln!(io::stdout(), "listening on {scheme}://{address}")),
        Err(error) => log(format_args!("cannot tell the address of the listener: {error}")),
    }
}

/// What `/sleep` takes: five seconds, unless the environment says otherwise in `NAP`, in seconds. (Tests are in a hurry.)
pub fn nap() -> Duration {
    let seconds = env::var("NAP").ok().and_then(|seconds| seconds.parse().ok());
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(Duration::from_secs(5))
}

/// Ends the program because it cannot listen: with code 2 when `address` is not an address, else with code 1.
pub fn cannot_listen(address: &str, error: &io::Error) -> ! {
    log(format_args!("cannot listen on {address}: {error}; {}", usage()));
    process::exit(if error.kind() == ErrorKind::InvalidInput { 2 } else { 1 })
}

/// Ends the program with code 1, and says why.
pub fn fail(message: impl Display) -> ! {
    log(message);
    process::exit(1)
}

/// Writes a line to the standard error. Unlike `eprintln!`, it does not panic when the terminal is gone.
pub fn log(message: impl Display) {
    let _ = writeln!(io::stderr(), "{message}");
}
