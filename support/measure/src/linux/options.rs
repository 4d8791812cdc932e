//! The command line, which all programs that measure share.

use crate::figure::grouped;
use crate::linux::server::Recipe;
use crate::scenario::Scenario;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// Measures servers side by side.
///
/// The rounds are interleaved (A B C A B C …), so that whatever else the machine does meets all servers alike. The table shows
/// medians, how far the rounds spread around them, and the ratio to the first column.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, args_override_self = true)]
pub struct Cli {
    #[command(subcommand)]
    pub hidden: Option<Hidden>,
    #[command(flatten)]
    pub options: Options,
}

impl Cli {
    /// The command line of a program with this name and these scenarios.
    pub fn command(name: &'static str, about: &'static str, scenarios: &[Scenario]) -> Command {
        let value = |scenario: &Scenario| {
            let connections = scenario.connections.map(|number| format!(", {} connections", grouped(number)));
            PossibleValue::new(scenario.name).help(format!("{}{}", scenario.about, connections.unwrap_or_default()))
        };
        let names = PossibleValuesParser::new(scenarios.iter().map(value));
        let command = <Self as CommandFactory>::command().name(name).about(about);
        let long =
            command.get_long_about().map(|long| long.to_string().replacen("Measures servers side by side.", about, 1));
        let command = command.long_about(long.unwrap_or_default());
        command.mut_arg("scenario", |scenario| scenario.value_parser(names))
    }

    /// What was typed. Ends the program if that makes no sense, or asks for help.
    pub fn parse_as(command: Command) -> Self {
        let matches = command.get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// What a program that measures starts itself again for.
#[derive(Subcommand)]
pub enum Hidden {
    /// Play the clients.
    #[command(hide = true)]
    Load,
}

#[derive(Args)]
pub struct Options {
    /// A first impression in less than 30 seconds.
    #[arg(long)]
    pub quick: bool,

    /// How long to measure each cell [default: 2, with --quick: 0.1].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub duration: Option<Duration>,

    /// How often to measure each cell [default: 5, with --quick: 3].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: Option<u32>,

    /// How many connections to hold at a time, instead of what each scenario has.
    #[arg(long, value_name = "N", value_parser = connections)]
    pub connections: Option<usize>,

    /// Measure this only; repeatable. [default: all that take no minutes]
    #[arg(long, value_name = "NAME")]
    pub scenario: Vec<String>,

    /// Count the system calls and the instructions of a request, instead of measuring. Needs strace and valgrind, and takes a few minutes.
    ///
    /// What can be counted is what each connection repeats as soon as it is answered, with the server on one core. [default: 3 rounds,
    /// with --quick: 1]
    #[arg(long)]
    pub count: bool,

    /// Of this program's own servers, measure this only; repeatable, and the first one is the first column. (So the name of a
    /// --server alone leaves all of the program's own out.)
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,

    /// Put another server beside them; repeatable. {addr} in the command becomes the address to listen on, {port} its port.
    #[arg(long, value_name = "NAME=COMMAND", value_parser = recipe)]
    pub server: Vec<Recipe>,

    /// Write the raw data here, too; `-` is the standard output (the table then goes to the standard error).
    #[arg(long, value_name = "PATH")]
    pub json: Option<PathBuf>,

    /// The folder for report.html and report.json [default: target/NAME in the workspace, NAME being that of this program].
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,

    /// How long to wait for an answer that a healthy server gives at once.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value = "5")]
    pub patience: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if (0.01..=3600.0).contains(&seconds) => Ok(duration),
        _ => Err("not between 0.01 and 3600 seconds".to_owned()),
    }
}

fn connections(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if (1..=28_000).contains(&number) => Ok(number),
        _ => Err("not between 1 and 28000, which is about how many ports a client has".to_owned()),
    }
}

fn recipe(text: &str) -> Result<Recipe, String> {
    let (name, command) = text.split_once('=').ok_or("not NAME=COMMAND")?;
    let command = shell_words::split(command).map_err(|error| error.to_string())?;
    if name.is_empty() || command.is_empty() {
        return Err("not NAME=COMMAND".to_owned());
    }
    if !command.iter().any(|word| word.contains("{addr}") || word.contains("{port}")) {
        return Err("the command must say where {addr} goes, the address to listen on".to_owned());
    }
    Ok(Recipe { name: name.to_owned(), command, own: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Echo;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command("compare", "Measures.", &[Scenario::keep_alive(|| Box::new(Echo::greeted()))]).debug_assert();
    }

    #[test]
    fn a_command_that_does_not_say_where_to_listen_is_refused() {
        assert!(recipe("nginx=nginx -c /etc/nginx.conf").is_err());
        assert_eq!(recipe("web=serve --port {port} 'a b'").unwrap().command, ["serve", "--port", "{port}", "a b"]);
    }

    #[test]
    fn a_duration_has_limits() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["", "-1", "0", "1e9", "NaN", "inf", "two"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
