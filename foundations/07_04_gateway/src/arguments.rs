//! The command line.

use crate::combine::Timeouts;
use crate::gateway::Way;
use crate::own::Behavior;
use crate::service::Service;
use common::command_line;
use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::process;
use std::str::FromStr;
use std::time::Duration;
use tokio::sync::Semaphore;

const USAGE: &str = "usage: 07_04_gateway [ADDRESS] [--service URL]... [--with one-by-one|join|care] [--timeout TIME] [--second-after TIME] [--limit N] \
    [--delay TIME] [--fail-every N] [--silent]";
const HELP: &str =
    "Asks three services, and answers with what they say, until Ctrl-C. ADDRESS is 127.0.0.1:7878 unless given.

  --service URL   a service to ask, as often as there are services; without it, three of our own are asked
  --with WAY      how they are asked: one-by-one, join, or (unless given) care: join, time-outs and second tries
  --timeout TIME  how long a service may take (3s unless given)
  --second-after TIME
                  how long before it is asked once more (half of the time-out unless given)
  --limit N       how many requests may be under way before the next ones get 503 (1000 unless given)
  --delay TIME    how long our own services take (1s unless given)
  --fail-every N  each of our own services answers every Nth request with an error
  --silent        the last of our own services does not answer";

/// What the gateway is told when it is started.
#[derive(Debug)]
pub struct Arguments {
    /// Where to listen.
    pub address: String,
    /// The services; our own if there are none.
    pub services: Vec<Service>,
    /// How to ask them.
    pub way: Way,
    /// How long each may take.
    pub timeouts: Timeouts,
    /// How many requests may be under way.
    pub limit: usize,
    /// How our own services behave.
    pub behavior: Behavior,
}

/// Reads the arguments. Ends the program with code 0 after `--help`, and with code 2 if it cannot make sense of them.
pub fn arguments() -> Arguments {
    parse(env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned())).unwrap_or_else(|problem| {
        command_line::log(format_args!("{problem}; {USAGE}"));
        process::exit(2)
    })
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let behavior = Behavior { delay: Duration::from_secs(1), fail_every: None, silent: false };
    let (way, limit, mut first) = (Way::WithCare, 1_000, None);
    let timeouts = Timeouts { total: Duration::from_secs(3), before_second_try: Duration::from_millis(1500) };
    let mut given = Arguments { address: String::new(), services: Vec::new(), way, timeouts, limit, behavior };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => help(),
            "--service" => given.services.push(value()?.parse().map_err(|problem| format!("--service {problem}"))?),
            "--with" => given.way = way_named(&value()?)?,
            "--timeout" => given.timeouts.total = time_named("--timeout", &value()?)?,
            "--second-after" => first = Some(time_named("--second-after", &value()?)?),
            "--limit" => given.limit = number::<usize>("--limit", &value()?)?.min(Semaphore::MAX_PERMITS),
            "--delay" => given.behavior.delay = time_named("--delay", &value()?)?,
            "--fail-every" => given.behavior.fail_every = Some(number("--fail-every", &value()?)?),
            "--silent" => given.behavior.silent = true,
            _ if argument.starts_with('-') => return Err(format!("there is no option {argument}")),
            _ if given.address.is_empty() => given.address = argument,
            _ => return Err("too many arguments".to_owned()),
        }
    }
    if given.address.is_empty() {
        given.address = "127.0.0.1:7878".to_owned();
    }
    given.timeouts.before_second_try = first.unwrap_or(given.timeouts.total / 2);
    Ok(given)
}

fn way_named(name: &str) -> Result<Way, String> {
    match name {
        "one-by-one" => Ok(Way::OneByOne),
        "join" => Ok(Way::Together),
        "care" => Ok(Way::WithCare),
        _ => Err(format!("--with {name}: it is one-by-one, join or care")),
    }
}

fn time_named(option: &str, text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time > Duration::from_secs(86_400) => Err(format!("{option} {text}: that is more than a day")),
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{option} {text}: {error} (1s and 250ms are times)")),
    }
}

fn number<N: FromStr<Err: Display>>(option: &str, text: &str) -> Result<N, String> {
    text.parse().map_err(|error| format!("{option} {text}: {error}"))
}

fn help() -> ! {
    let _ = writeln!(io::stdout(), "{USAGE}\n{HELP}");
    process::exit(0)
}
