//! A terminal with a bash in it, as a person has one: what is typed is run, and what appears is reported line by line.
//!
//! The shell is interactive, so it says when it waits for a command: its prompt is a mark that nothing else prints.

use crate::Result;
use crate::sandbox::Sandbox;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, OptionalActions, Winsize, tcgetattr, tcgetpgrp, tcsetattr, tcsetwinsize};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::Child;
use std::sync::mpsc::Sender;
use std::thread;

/// The prompt of the shell, and that of a command that goes on in the next line.
const PROMPTS: [&str; 2] = ["\u{1e}prompt\u{1e}", "\u{1e}more\u{1e}"];

/// What happens in a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A line has appeared.
    Line(String),
    /// The shell waits for a command, or for the rest of one.
    Prompt,
    /// The shell has ended.
    End,
}

/// A terminal.
pub struct Terminal {
    keyboard: File,
    shell: Child,
}

impl Terminal {
    /// Opens a terminal in a place. What happens in it is sent with its number.
    ///
    /// # Errors
    ///
    /// If the system has no terminal for it, or no bash.
    pub fn open(sandbox: &Sandbox, number: usize, events: Sender<(usize, Event)>) -> Result<Self> {
        let (keyboard, screen) = both_sides()?;
        let mut modes = tcgetattr(&screen).map_err(std::io::Error::from)?;
        modes.local_modes.remove(LocalModes::ECHO); // what is typed is known
        tcsetattr(&screen, OptionalActions::Now, &modes).map_err(std::io::Error::from)?;
        let size = Winsize { ws_row: 50, ws_col: 160, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&screen, size).map_err(std::io::Error::from)?;
        // In a session of its own, the shell has this terminal, and its signals.
        // A program in the background may have been told to ignore Ctrl-C, and would hand that on.
        let mut command = sandbox.command("env");
        command.args(["--default-signal", "setsid", "--ctty", "bash", "--noprofile", "--norc", "--noediting", "-i"]);
        command.envs([
            ("PS1", PROMPTS[0]),
            ("PS2", PROMPTS[1]),
            ("TERM", "dumb"),
            ("HISTFILE", "/dev/null"),
            ("LC_ALL", "C.UTF-8"),
        ]);
        let shell = command.stdin(screen.try_clone()?).stdout(screen.try_clone()?).stderr(screen).spawn()?;
        let (keyboard, screen) = (keyboard.try_clone()?, keyboard);
        thread::spawn(move || read(screen, |event| drop(events.send((number, event)))));
        Ok(Self { keyboard, shell })
    }

    /// Types something. A line ends with `\n`.
    ///
    /// # Errors
    ///
    /// If the terminal is gone.
    pub fn types(&mut self, text: &str) -> Result {
        Ok(self.keyboard.write_all(text.as_bytes())?)
    }

    /// The name of the program that has the terminal now: the shell's, or that of a command.
    pub fn in_front(&self) -> Option<String> {
        let process = tcgetpgrp(&self.keyboard).ok()?.as_raw_nonzero();
        Some(fs::read_to_string(format!("/proc/{process}/comm")).ok()?.trim().to_owned())
    }

    /// Whether a command runs in front, and none of its programs has anything to do: it has begun, and waits for something.
    pub fn command_waits(&self) -> bool {
        let Ok(front) = tcgetpgrp(&self.keyboard) else { return false };
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let stats = processes.filter_map(|process| fs::read_to_string(process.path().join("stat")).ok());
        let in_front: Vec<_> = stats.filter_map(|stat| member(&stat, front.as_raw_nonzero().get())).collect();
        in_front.iter().any(|(name, _)| name != "bash") && in_front.iter().all(|(_, state)| state == "S")
    }
}

/// The name and the state of a process, if it belongs to this group.
fn member(stat: &str, group: i32) -> Option<(String, String)> {
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let (state, _parent, its_group) = (fields.next()?, fields.next()?, fields.next()?);
    (its_group.parse() == Ok(group)).then(|| (name.to_owned(), state.to_owned()))
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.shell.kill(); // without namespaces, it would live on
        let _ = self.shell.wait();
    }
}

/// A new terminal: the side of the person, who types and reads there, and the side of the programs.
///
/// # Errors
///
/// If the system has no terminal for it.
pub fn both_sides() -> Result<(File, File)> {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let person = openpt(flags).map_err(std::io::Error::from)?;
    grantpt(&person).and_then(|()| unlockpt(&person)).map_err(std::io::Error::from)?;
    let programs = ioctl_tiocgptpeer(&person, flags).map_err(std::io::Error::from)?;
    Ok((person.into(), programs.into()))
}

/// Reports what appears, until the terminal is closed.
fn read(mut screen: File, report: impl Fn(Event)) {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = screen.read(&mut buffer) {
        text.extend(buffer[..length].iter().filter(|byte| **byte != b'\r'));
        for event in events(&mut text) {
            report(event);
        }
    }
    report(Event::End);
}

/// Takes what is complete out of the text: lines, and prompts.
fn events(text: &mut Vec<u8>) -> Vec<Event> {
    let mut events = Vec::new();
    loop {
        let end = text.iter().position(|byte| *byte == b'\n');
        let line = String::from_utf8_lossy(&text[..end.unwrap_or(text.len())]).into_owned();
        let prompt = PROMPTS.iter().filter_map(|prompt| Some((line.find(prompt)?, prompt.len()))).min();
        if let Some((start, length)) = prompt {
            if start > 0 {
                events.push(Event::Line(line[..start].to_owned())); // a line without an end
            }
            events.push(Event::Prompt);
            text.drain(..start + length);
        } else if let Some(end) = end {
            events.push(Event::Line(line));
            text.drain(..=end);
        } else {
            return events;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_of_the_group_has_a_name_and_a_state() {
        let stat = "4711 (a) b) S 1 4700 4700 34816 4700 4194304";
        assert_eq!(member(stat, 4700), Some(("a) b".to_owned(), "S".to_owned())));
        assert_eq!(member(stat, 1), None);
    }

    #[test]
    fn lines_and_prompts_are_taken_out_of_what_appears() {
        let mut text = format!("a\nb{0}c\n{1}d", PROMPTS[0], PROMPTS[1]).into_bytes();
        let line = |text: &str| Event::Line(text.to_owned());
        assert_eq!(events(&mut text), [line("a"), line("b"), Event::Prompt, line("c"), Event::Prompt]);
        assert_eq!(text, b"d");
    }
}
