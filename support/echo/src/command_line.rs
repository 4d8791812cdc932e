//! Arguments, exit codes, messages.

use clap::Parser;
use common::command_line::listening;
use std::env;
use std::fmt::Display;
use std::io;
use std::time::Duration;

pub use common::command_line::{cannot_accept, cannot_listen, log, read};

/// Sends each line back after the delay, until Ctrl-C.
///
/// Try: nc 127.0.0.1 7878, then type a line.
#[derive(Clone, Debug, Parser)]
pub struct Arguments {
    /// Where to listen; port 0 means any free port
    #[arg(default_value = "127.0.0.1:7878")]
    pub address: String,
    /// How long to wait before a line is sent back
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration, allow_hyphen_values = true)]
    pub delay: Duration,
}

/// The arguments: `[ADDRESS] [--delay 1s]`, in any order.
///
/// Ends the program with code 0 after `--help`, and with code 2 when it does not understand them.
pub fn arguments() -> Arguments {
    read()
}

/// The longest time that makes sense here. Added to any moment, it gives another one.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A time on the command line, such as `250ms`; a year at most.
///
/// # Errors
///
/// If it is no time, or a longer one.
pub fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(delay) if delay > YEAR => Err("that is more than a year".to_owned()),
        Ok(delay) => Ok(delay),
        Err(error) => Err(format!("{error} (1s and 250ms are times)")),
    }
}

/// How long a client may say nothing, or read nothing, before it is disconnected: a minute, unless the variable `PATIENCE` in the
/// environment gives another number of seconds. (Tests are in a hurry.)
pub fn patience() -> Duration {
    patience_or(Duration::from_secs(60))
}

/// The same, if it is not usually a minute.
pub fn patience_or(usual: Duration) -> Duration {
    let seconds = env::var("PATIENCE").ok().and_then(|seconds| seconds.parse().ok());
    let patience = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    patience.unwrap_or(usual).min(YEAR)
}

/// Says where the server can be reached.
pub fn announce(address: io::Result<impl Display>) {
    let command = |address: &str| match address.rsplit_once(':') {
        Some(("unix", path)) => format!("nc -U {path}"),
        Some((host, port)) => format!("nc {} {port}", host.trim_matches(['[', ']'])),
        None => "nc".to_owned(),
    };
    announce_with(address, command);
}

/// The same for a server to which another command connects.
pub fn announce_with(address: io::Result<impl Display>, command: impl FnOnce(&str) -> String) {
    match address.map(|address| address.to_string()) {
        Ok(address) => listening(&address, command(&address)),
        Err(error) => log(format_args!("cannot tell the address of the listener: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &str) -> Result<(String, Duration), String> {
        let words = ["echo"].into_iter().chain(arguments.split_whitespace());
        let Arguments { address, delay } = Arguments::try_parse_from(words).map_err(|error| error.to_string())?;
        Ok((address, delay))
    }

    #[test]
    fn an_address_and_a_delay_may_come_in_any_order() {
        let given = Ok(("127.0.0.1:9".to_owned(), Duration::from_millis(250)));
        assert_eq!(parsed("127.0.0.1:9 --delay 250ms"), given);
        assert_eq!(parsed("--delay=250ms 127.0.0.1:9"), given);
        assert_eq!(parsed(""), Ok(("127.0.0.1:7878".to_owned(), Duration::from_secs(1))));
        assert_eq!(parsed("--delay 0s").map(|given| given.1), Ok(Duration::ZERO));
    }

    #[test]
    fn nonsense_is_named() {
        for nonsense in
            ["--delay soon", "--delay -1s", "--delay 5", "--delay", "--fast", "a b", "--delay=", "--delay 2years"]
        {
            assert!(parsed(nonsense).is_err(), "{nonsense}");
        }
        assert!(parsed("--delay soon").is_err_and(|problem| problem.contains("soon")));
    }
}
