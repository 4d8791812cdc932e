//! Console sessions of the old form, until each page has the new one (see `session.rs`): the commands in a file are run, and what they print is compared.
//!
//! A session is a file `book/src/console/NAME/WHAT.console`, where `NAME` is a step, or `STEP+PATCH`. The lines that begin with `$ `
//! (and those with `> ` after them, which go on) are commands for bash, written by hand; all other lines are what the commands
//! printed. `cargo run --bin NAME -- ARGUMENTS` runs the program that is built already.
//!
//! Most sessions talk to a server. If the first command is `cargo run --bin NAME … &`, it starts the server. If there is no such
//! command, but another one speaks of port 7878 or of `$SERVER`, the number of the server's process, then the reader has started
//! `NAME` already, and so do we. It listens on another port than the one that is shown.

use crate::{Failure, Result, files, patch, read, session, snapshot, step};
use harness::{Program, Server};
use std::process::{Command, Stdio};

/// Stands before the output of each command.
const MARK: &str = "--- output of the next command ---";
/// How a reader starts a program.
const RUN: &str = "cargo run --bin ";

/// The console sessions, relative to the workspace.
pub fn sessions() -> Vec<String> {
    files("book/src/console").into_iter().filter(|file| session::is_old(file)).collect()
}

/// Runs a session again and compares what it prints, or rewrites it.
///
/// Which of two clients that start at the same moment comes first, is for the machine to say. A session in which it was not
/// the one of the book is run again, a few times: what a server always does otherwise is found all the same.
///
/// # Errors
///
/// If it prints something else, or cannot run.
pub fn check(file: &str) -> Result {
    let committed = read(file)?;
    let commands = commands(&committed);
    let mut path = file.strip_prefix("book/src/console/").unwrap_or_default().split('/');
    let name = path.next().unwrap_or_default();
    let mut printed = run(&commands, name)?;
    if !snapshot::is_rewriting() {
        printed = with_words_of(&committed, &printed);
        for _ in 0..2 {
            if printed != committed {
                printed = with_words_of(&committed, &run(&commands, name)?);
            }
        }
    }
    snapshot::check(file.trim_start_matches("book/src/"), &printed)
}

/// The programs that a session uses: those that it needs on the machine.
pub fn tools(file: &str) -> Result<Vec<&'static str>> {
    let commands = commands(&read(file)?).join(" ");
    let is_used = |tool: &&str| {
        commands.split(|letter: char| !letter.is_alphanumeric() && letter != '-').any(|word| word == *tool)
    };
    Ok(["curl", "nc", "redis-cli"].into_iter().filter(is_used).chain(["bash"]).collect())
}

/// The program of a step, of a step with a patch, or another one of the workspace.
fn program(name: &str) -> Result<Program> {
    if name.contains('+') { patch::program(name) } else { step::program(name).or_else(|_| Program::in_workspace(name)) }
}

/// The commands of a session, each with all its lines as they are shown.
fn commands(session: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for line in session.lines() {
        if line.starts_with("$ ") {
            commands.push(line.to_owned());
        } else if let (Some(command), true) = (commands.last_mut(), line.starts_with("> ")) {
            command.push('\n');
            command.push_str(line);
        }
    }
    commands
}

fn run(commands: &[String], name: &str) -> Result<String> {
    let started =
        commands.first().and_then(|command| command.strip_prefix("$ ")?.strip_prefix(RUN)?.strip_suffix(" &"));
    let needs_server = commands.iter().any(|command| command.contains("7878") || command.contains("$SERVER"));
    match started {
        Some(words) => {
            let server = start(words, name)?;
            let talk = run_against(&commands[1..], Some(&server), name)?;
            Ok(format!("{}\n{}{talk}", commands[0], with_shown_port(&server.output(), &server)))
        }
        None if needs_server => run_against(commands, Some(&program(name)?.start()?), name),
        None => run_against(commands, None, name),
    }
}

/// Starts the server that these words name: `NAME -- ARGUMENTS`. In a session for a step with a patch, it is the step with the patch.
fn start(words: &str, session: &str) -> Result<Server> {
    let mut words = words.split_whitespace();
    let name = words.next().unwrap_or_default();
    let is_patched = session.split_once('+').is_some_and(|(step, _)| step == name);
    let program = program(if is_patched { session } else { name })?;
    words.skip(1).fold(program, Program::argument).start()
}

fn run_against(commands: &[String], server: Option<&Server>, name: &str) -> Result<String> {
    let mut script = String::from("exec 2>&1\n");
    for command in commands {
        let command = command.lines().map(|line| &line[2..]).collect::<Vec<_>>().join("\n");
        script.push_str(&format!("echo '{MARK}'\n{}\n", with_real_programs(&with_real_port(command, server), name)?));
    }
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).env("SERVER", server.map_or(String::new(), |server| server.process().to_string()));
    let output = bash.stdin(Stdio::null()).output()?;
    let output = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    let output = server.map_or(output.clone(), |server| with_shown_port(&output, server));
    let outputs: Vec<&str> = output.split(&format!("{MARK}\n")).skip(1).collect();
    if outputs.len() != commands.len() {
        return Err(Failure::new(format!("the commands did not run to the end: {output}")));
    }
    let entries = commands.iter().zip(outputs);
    let texts = entries.map(|(command, output)| format!("{command}\n{}", without_chance(output)));
    Ok(texts.map(|text| format!("{}\n", text.trim_end())).collect())
}

/// A command for the port on which the server really listens.
fn with_real_port(command: String, server: Option<&Server>) -> String {
    server.map_or(command.clone(), |server| command.replace("7878", &server.address().port().to_string()))
}

/// The output of a server that listens on the port that is shown.
fn with_shown_port(output: &str, server: &Server) -> String {
    let port = server.address().port();
    output.replace(&format!(".1:{port}"), ".1:7878").replace(&format!("port {port}"), "port 7878")
}

/// A command in which `cargo run --bin NAME --` is the program itself: it is built, and cargo has nothing to add. In a session of
/// `STEP+PATCH`, the reader has changed `STEP`.
fn with_real_programs(command: &str, session: &str) -> Result<String> {
    let mut parts = command.split(RUN);
    let mut real = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_at(part.find(|letter: char| letter.is_whitespace()).unwrap_or(part.len()));
        let is_changed = session.split('+').next() == Some(name);
        let path =
            program(if is_changed { session } else { name })?.command().get_program().to_string_lossy().into_owned();
        real += &format!("'{path}'{}", rest.strip_prefix(" --").unwrap_or(rest));
    }
    Ok(real)
}

/// Replaces curl's error messages by those of the book, if they have the same code: the words differ between versions.
fn with_words_of(committed: &str, printed: &str) -> String {
    let code = |line: &str| Some(line.strip_prefix("curl: (")?.split_once(')')?.0.to_owned());
    let line = |line: &str| {
        let same =
            code(line).and_then(|wanted| committed.lines().find(|line| code(line).is_some_and(|code| code == wanted)));
        format!("{}\n", same.unwrap_or(line))
    };
    printed.lines().map(line).collect()
}

/// Replaces what differs from run to run: dates, and the fractions of times.
fn without_chance(output: &str) -> String {
    let line = |line: &str| {
        if let Some((name @ ("Date" | "date"), _)) = line.split_once(": ") {
            return format!("{name}: Sun, 06 Nov 1994 08:49:37 GMT\n");
        }
        let words = line.split(' ').map(without_fraction);
        let mut text = words.collect::<Vec<_>>().join(" ");
        for unit in [" milliseconds ", " ms: "] {
            if let Some((before, after)) = text.clone().split_once(unit) {
                let before = before.trim_end_matches(|digit: char| digit.is_ascii_digit());
                text = format!("{before}…{unit}{after}");
            }
        }
        text + "\n"
    };
    output.lines().map(line).collect()
}

/// Cuts a time that curl printed (`5.001234`) to the five seconds that `/sleep` takes, or to nothing: `5.…`, `0.…`.
fn without_fraction(word: &str) -> String {
    match word.split_once('.') {
        Some((seconds, fraction)) if fraction.len() == 6 && fraction.bytes().all(|byte| byte.is_ascii_digit()) => {
            seconds.parse::<u32>().map_or(word.to_owned(), |seconds| format!("{}.…", seconds / 5 * 5))
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_run_to_run_is_replaced_and_nothing_else() {
        let output = "Date: Sat, 21 Nov 2026 09:00:00 GMT\n/ after 0.012345 s\n/sleep after 5.001234 s, 9.4\nafter 2001 ms: no\n";
        let expected = "Date: Sun, 06 Nov 1994 08:49:37 GMT\n/ after 0.… s\n/sleep after 5.… s, 9.4\nafter … ms: no\n";
        assert_eq!(without_chance(output), expected);
    }

    #[test]
    fn curl_may_say_the_same_thing_in_other_words() {
        assert_eq!(with_words_of("curl: (7) Refused\n", "curl: (7) No luck\nok\n"), "curl: (7) Refused\nok\n");
        assert_eq!(with_words_of("curl: (7) Refused\n", "curl: (52) Empty\n"), "curl: (52) Empty\n");
    }

    #[test]
    fn a_command_may_go_on_in_the_next_line() {
        assert_eq!(commands("$ a \\\n> b\noutput\n> not a command\n$ c\n"), ["$ a \\\n> b\n> not a command", "$ c"]);
    }
}
