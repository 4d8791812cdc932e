//! What every server here has in common with every other program: arguments, exit codes, messages.
//!
//! The servers take it from here, because it is not what they are about.

pub use crate::log::log;
use clap::{Command, CommandFactory, FromArgMatches, Parser};
use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process;
use std::time::Duration;

/// Reads a command line. All steps do it with this function or with one that calls it, so that they all have the same messages and
/// exit codes.
///
/// Ends the program with code 0 after `--help`, and with code 2 and a line that ends with the usage when it cannot make sense of its arguments.
pub fn read<A: Parser>() -> A {
    read_as(A::command())
}

/// The same for a command that is not the one of its type in every respect.
pub fn read_as<A: FromArgMatches>(command: Command) -> A {
    let mut command = uniform(command);
    let matches = command.try_get_matches_from_mut(env::args_os());
    matches.and_then(|matches| A::from_arg_matches(&matches)).unwrap_or_else(|error| {
        if !error.use_stderr() {
            finish(write!(io::stdout(), "{error}"))
        }
        let text = error.to_string();
        misuse(command, text.lines().next().unwrap_or_default().trim_start_matches("error: "))
    })
}

/// The same for a program that takes no arguments. Its `--help` is the head of its file, of which this is the text.
pub fn no_arguments(source: &str) {
    #[derive(Parser)]
    struct Nothing {}

    let Nothing {} = read_as(Nothing::command().about(head(source)));
}

/// The same for a program whose only argument is one of these words: the first one, unless another one is given.
pub fn word<const N: usize>(source: &str, words: [&'static str; N]) -> String {
    #[derive(Parser)]
    struct OneOf {
        /// What to show
        word: String,
    }

    let usual = words[0];
    let command = OneOf::command().about(head(source));
    read_as::<OneOf>(command.mut_arg("word", |word| word.required(false).default_value(usual).value_parser(words))).word
}

/// What is said of a program at the head of its file.
fn head(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// Ends the program with code 2 because its arguments do not fit together, although each of them makes sense.
pub fn refuse<A: Parser>(problem: impl Display) -> ! {
    misuse(uniform(A::command()), problem)
}

fn misuse(mut command: Command, problem: impl Display) -> ! {
    let usage = command.render_usage().to_string().replace("Usage:", "usage:");
    log(format_args!("{problem}; {usage}"));
    process::exit(2)
}

/// The command with what all of them have in common.
fn uniform(command: Command) -> Command {
    command.bin_name(name()).args_override_self(true).help_template(HELP)
}

const HELP: &str = "{about}\n\nusage: {usage}\n\n{all-args}{after-help}";

/// Prints a line. If that fails, the program ends as [`finish`] ends it. (`println!` panics.)
pub fn say(words: impl Display) {
    if let Err(error) = writeln!(io::stdout(), "{words}") {
        finish(Err(error))
    }
}

/// Ends the program: with code 1 if something failed, and with code 0 if only its reader has left, such as `head`, who has seen enough.
pub fn finish(done: io::Result<()>) -> ! {
    match done.and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => fail(format_args!("cannot continue: {error}")),
        _ => process::exit(0),
    }
}

/// The name of this program.
fn name() -> String {
    let program = env::args_os().next().unwrap_or_default();
    Path::new(&program).file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The command line of a server that needs to know nothing but its address.
#[derive(Debug, Parser)]
struct Served {
    /// Where to listen; port 0 means any free port
    #[arg(default_value = "127.0.0.1:7878")]
    address: String,
}

/// The address to listen on: the only argument, or `127.0.0.1:7878`.
///
/// Ends the program with code 0 after `--help`, and with code 2 when it cannot make sense of its arguments.
pub fn address() -> String {
    address_or_help(
        "Serves HTTP until Ctrl-C.\n\nTry: open http://127.0.0.1:7878 in a browser, or: curl http://127.0.0.1:7878",
    )
}

/// The same for a server of which `--help` says something else.
pub fn address_or_help(help: &'static str) -> String {
    read_as::<Served>(Served::command().about(help)).address
}

/// Says where the server can be reached.
pub fn announce(address: io::Result<SocketAddr>) {
    announce_as("http", address);
}

/// The same for a server of another protocol.
pub fn announce_as(scheme: &str, address: io::Result<SocketAddr>) {
    match address {
        Ok(address) => {
            let place = format!("{scheme}://{address}");
            match scheme {
                "redis" => listening(&place, format_args!("redis-cli -p {}", address.port())),
                _ => listening(&place, format_args!("curl -i {place}")),
            }
        }
        Err(error) => log(format_args!("cannot tell the address of the listener: {error}")),
    }
}

/// Says where a server listens. A person also reads what to try, and how the server is ended. (A program needs only the address.)
pub fn listening(place: impl Display, command: impl Display) {
    let mut words = format!("listening on {place}\n");
    if io::stdout().is_terminal() {
        words += &format!("try in another terminal: {command} (here, Ctrl-C ends the server)\n");
    }
    drop(io::stdout().write_all(words.as_bytes()));
}

/// What `/sleep` takes: five seconds, unless the environment says otherwise in `NAP`, in seconds. (Tests are in a hurry.)
pub fn nap() -> Duration {
    let seconds = env::var("NAP").ok().and_then(|seconds| seconds.parse().ok());
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(Duration::from_secs(5))
}

/// Ends the program because it cannot listen: with code 2 when `address` is not an address, else with code 1.
pub fn cannot_listen(address: &str, error: &io::Error) -> ! {
    let advice = match error.kind() {
        ErrorKind::AddrInUse => {
            ". Does another program still listen there? End it with Ctrl-C, or give another address, such as 127.0.0.1:0"
        }
        ErrorKind::InvalidInput => "; an address is written like 127.0.0.1:7878",
        _ => "",
    };
    log(format_args!("cannot listen on {address}: {error}{advice}"));
    process::exit(if error.kind() == ErrorKind::InvalidInput { 2 } else { 1 })
}

/// Ends the program with code 1, and says why.
pub fn fail(message: impl Display) -> ! {
    log(message);
    process::exit(1)
}

/// Says that a connection was closed before its time. (A client that has left already may no longer have an address.)
pub fn gave_up_on(client: io::Result<SocketAddr>, error: impl Display) {
    match client {
        Ok(address) => log(format_args!("gave up on {address}: {error}")),
        Err(_) => log(format_args!("gave up on a client that has left: {error}")),
    }
}

/// Says that the listener could not accept, and returns how long it should rest.
///
/// If only this one connection failed, the next one may be there already, so there is no rest. In all other cases something of the
/// process or of the system has run out, such as descriptors. The next call would fail again immediately, and what is missing may
/// come back soon.
pub fn cannot_accept(error: &io::Error) -> Duration {
    log(format_args!("cannot accept: {error}"));
    if concerns_one_connection(error) { Duration::ZERO } else { Duration::from_millis(100) }
}

/// Those that the manual page accept(2) of Linux lists: errors of the connection, and errors of the network that came with it.
fn concerns_one_connection(error: &io::Error) -> bool {
    #[cfg(unix)]
    if let Some(code) = error.raw_os_error() {
        use rustix::io::Errno;
        let of_the_network =
            [Errno::PROTO, Errno::NOPROTOOPT, Errno::OPNOTSUPP, Errno::NETDOWN, Errno::HOSTDOWN, Errno::PERM];
        #[cfg(target_os = "linux")]
        if code == Errno::NONET.raw_os_error() {
            return true;
        }
        if of_the_network.iter().any(|network| network.raw_os_error() == code) {
            return true;
        }
    }
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::Interrupted
    )
}
