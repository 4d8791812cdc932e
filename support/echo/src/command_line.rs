//! Arguments, exit codes, messages.

use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process;
use std::time::Duration;

/// What an echo server is told when it is started.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// Where to listen: `127.0.0.1:7878` unless given.
    pub address: String,
    /// How long to wait before a line is sent back: one second unless given.
    pub delay: Duration,
}

/// The arguments: `[ADDRESS] [--delay 1s]`, in any order.
///
/// Ends the program with code 0 after `--help`, and with code 2 when it cannot make sense of them.
pub fn arguments() -> Arguments {
    parse(env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned())).unwrap_or_else(|problem| {
        log(format_args!("{problem}; {}", usage()));
        process::exit(2)
    })
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (mut address, mut delay) = (None, Duration::from_secs(1));
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => help(),
            "--delay" => delay = duration(&arguments.next().ok_or("--delay needs a time, such as 250ms")?)?,
            _ if argument.starts_with("--delay=") => delay = duration(&argument["--delay=".len()..])?,
            _ if argument.starts_with('-') => return Err(format!("there is no option {argument}")),
            _ if address.is_none() => address = Some(argument),
            _ => return Err("too many arguments".to_owned()),
        }
    }
    Ok(Arguments { address: address.unwrap_or_else(|| "127.0.0.1:7878".to_owned()), delay })
}

/// The longest time that makes sense here. Added to any moment, it gives another one.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(delay) if delay > YEAR => Err(format!("--delay {text}: that is more than a year")),
        Ok(delay) => Ok(delay),
        Err(error) => Err(format!("--delay {text}: {error} (1s and 250ms are times)")),
    }
}

fn help() -> ! {
    let _ = writeln!(
        io::stdout(),
        "{}\nSends each line back after the delay (1s unless given; 0s, 250ms, 2s), until Ctrl-C.\n\
         Try: nc 127.0.0.1 7878, then type a line. Port 0 means any free port.",
        usage()
    );
    process::exit(0)
}

fn usage() -> String {
    let program = env::args_os().next().unwrap_or_default();
    let name = Path::new(&program).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    format!("usage: {name} [ADDRESS] [--delay TIME]  (127.0.0.1:7878 and 1s unless given)")
}

/// How long a peer may say nothing, or not read what it is sent, before it is let go: a minute, unless the environment says
/// otherwise in `PATIENCE`, in seconds. (Tests are in a hurry.)
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
    match address {
        Ok(address) => drop(writeln!(io::stdout(), "listening on {address}")),
        Err(error) => log(format_args!("cannot tell the address of the listener: {error}")),
    }
}

/// Ends the program because it cannot listen: with code 2 when `address` is not an address, else with code 1.
pub fn cannot_listen(address: &str, error: &io::Error) -> ! {
    log(format_args!("cannot listen on {address}: {error}; {}", usage()));
    process::exit(if error.kind() == ErrorKind::InvalidInput { 2 } else { 1 })
}

/// Writes a line to the standard error. Unlike `eprintln!`, it does not panic when the terminal is gone.
pub fn log(message: impl Display) {
    let _ = writeln!(io::stderr(), "{message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &str) -> Result<(String, Duration), String> {
        let Arguments { address, delay } = parse(arguments.split_whitespace().map(str::to_owned))?;
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
