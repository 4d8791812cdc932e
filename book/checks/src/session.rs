//! Console sessions, typed: all of a page, in its order, as a reader would type them.
//!
//! A session is a file `book/src/console/NN_MM_name/WHAT.console`. A line that begins with `$ ` or with the name of a terminal, such as
//! `server$ ` or `client2$ `, is typed in this terminal, an interactive bash in the workspace's folder. A line that begins with `> ` goes on
//! with it. `server$ ^C` is Ctrl-C. A prompt with nothing after it waits until the prompt is back. All other lines are what
//! appeared. What appeared in another terminal than the one of the line above has the name of its terminal before it: `server| `.
//!
//! A line is typed when its terminal shows a prompt, when as much has appeared as the book shows above it, and not before a second and a half
//! has passed since the command before has begun: that is how fast a person reads and types. At the end of a page, nothing is left: no program, no job, no descriptor, no changed file.

mod chance;
mod pages;

pub use pages::{pages, tools};

use crate::sandbox::Sandbox;
use crate::terminal::{Event, Terminal};
use crate::{Failure, Result, read, snapshot};
use chance::{log_last, typed, with_words_of, without_chance};
use harness::Program;
use pages::programs;
use std::collections::BTreeSet;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// How long a person needs for a line.
const A_LINE: Duration = Duration::from_millis(1500);
/// How long to wait before looking again.
const A_MOMENT: Duration = Duration::from_millis(20);
/// How long to wait for what the book shows, once nothing is built any longer. (On a slow machine, it may come late.)
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a page may take, with all that it builds.
const LIMIT: Duration = Duration::from_secs(600);

/// Types the sessions of a page and compares what appears, or rewrites them.
///
/// A line of the server's log may appear before the answer of which it speaks, or after it.
///
/// # Errors
///
/// If something else appears, if something is left at the end, or if the page takes too long.
pub fn check(files: &[String]) -> Result {
    let programs = programs(files)?;
    if !programs.is_empty() {
        Program::several_in_workspace(&programs.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    let sandbox = Sandbox::new()?;
    let mut page = Page::new(&sandbox);
    let mut problems = Vec::new();
    for file in files {
        let committed = read(file)?;
        let printed = page.types(&committed).map_err(|failure| failure.context(file))?;
        let printed = with_words_of(&committed, &printed);
        if log_last(&printed) == log_last(&committed) {
            continue;
        }
        problems.extend(snapshot::check(file.trim_start_matches("book/src/"), &printed).err().map(|it| it.to_string()));
    }
    problems.extend(
        page.leftovers()?.into_iter().map(|left| format!("{}: at the end of the page, {left}", files[files.len() - 1])),
    );
    if problems.is_empty() { Ok(()) } else { Err(Failure::new(problems.join("\n"))) }
}

/// The terminals of a page.
struct Page<'sandbox> {
    sandbox: &'sandbox Sandbox,
    terminals: Vec<Shell>,
    sender: Sender<(usize, Event)>,
    events: Receiver<(usize, Event)>,
    last_typed: Option<Instant>,
    /// When it has taken too long.
    end: Instant,
}

struct Shell {
    name: String,
    terminal: Terminal,
    is_waiting: bool,
    has_printed: bool,
    has_ended: bool,
    /// Ctrl-C was typed after the last command.
    is_interrupted: bool,
    held_at_first: BTreeSet<String>,
}

/// What a session says so far.
#[derive(Default)]
struct Text {
    text: String,
    /// The terminal of the last line that was typed.
    above: usize,
}

impl Text {
    /// Adds a line that is typed. Empty lines before it say nothing.
    fn add(&mut self, line: &str) {
        self.text.truncate(self.text.trim_end().len());
        let end = if self.text.is_empty() { "" } else { "\n" };
        self.text += &format!("{end}{line}\n");
    }
}

impl<'sandbox> Page<'sandbox> {
    fn new(sandbox: &'sandbox Sandbox) -> Self {
        let (sender, events) = mpsc::channel();
        Self { sandbox, terminals: Vec::new(), sender, events, last_typed: None, end: Instant::now() + LIMIT }
    }

    /// Types a session, and returns it with what appeared.
    fn types(&mut self, session: &str) -> Result<String> {
        let mut text = Text::default();
        let mut used = BTreeSet::new();
        let mut lines = session.lines().peekable();
        while let Some(line) = lines.next() {
            let Some((name, command)) = typed(line) else { continue };
            let index = self.terminal(name)?;
            used.insert(index);
            let key = command.strip_prefix('^').filter(|key| key.len() == 1);
            self.wait_for_turn(index, key.is_some(), &mut text)
                .map_err(|failure| failure.context(format!("`{line}`")))?;
            text.add(line);
            text.above = index;
            if let Some(key) = key.and_then(|key| key.bytes().next()) {
                self.terminals[index].terminal.types(&char::from(key & 0x1f).to_string())?; // as Ctrl does
                self.terminals[index].is_interrupted = key == b'C';
            } else if !command.is_empty() {
                self.enter(index, command)?;
            }
            while let Some(more) = lines.next_if(|line| line.starts_with("> ")) {
                self.wait(&mut text, |page| page.terminals[index].is_waiting)?;
                text.add(more);
                self.enter(index, &more[2..])?;
            }
            let begin = text.text.len();
            if key.is_none() && !command.is_empty() {
                self.wait_until_begun(index, &mut text)?;
            }
            let mut shown = 0;
            while let Some(line) = lines.next_if(|line| typed(line).is_none()) {
                shown += usize::from(!line.is_empty());
            }
            self.wait_until_shown(shown, begin, &mut text)?;
        }
        self.settle(&used, &mut text)?;
        text.text.truncate(text.text.trim_end().len());
        Ok(without_chance(&text.text))
    }

    /// Waits until the command has begun: it has ended, or waits for something. Only then does the person begin with the next line. (A server
    /// has begun when it says so, and some commands compute all the time.)
    fn wait_until_begun(&mut self, index: usize, text: &mut Text) -> Result {
        let end = Instant::now() + PATIENCE / 4;
        let has_begun = |shell: &Shell| shell.is_waiting || shell.name == "server" || shell.terminal.command_waits();
        while !has_begun(&self.terminals[index]) && Instant::now() < end {
            self.wait_until(text, Instant::now() + A_MOMENT)?;
        }
        self.last_typed = Some(Instant::now());
        Ok(())
    }

    /// Waits until as many lines have appeared since the last one that was typed as the book shows. If they do not, the comparison will say so.
    fn wait_until_shown(&mut self, lines: usize, begin: usize, text: &mut Text) -> Result {
        let mut end = Instant::now() + PATIENCE;
        while text.text[begin..].lines().filter(|line| !line.is_empty()).count() < lines && Instant::now() < end {
            self.wait_until(text, Instant::now() + A_MOMENT)?;
            if self.terminals.iter().any(Shell::is_building) {
                end = Instant::now() + PATIENCE;
                self.is_in_time(text)?;
            }
        }
        Ok(())
    }

    fn enter(&mut self, index: usize, command: &str) -> Result {
        let shell = &mut self.terminals[index];
        (shell.is_waiting, shell.has_printed, shell.is_interrupted) = (false, false, false);
        shell.terminal.types(&format!("{command}\n"))?;
        self.last_typed = Some(Instant::now());
        Ok(())
    }

    /// Waits until a person would type the next line.
    fn wait_for_turn(&mut self, index: usize, is_key: bool, text: &mut Text) -> Result {
        if let Some(last) = self.last_typed {
            self.wait_until(text, last + A_LINE)?;
        }
        self.wait(text, |page| {
            let is_built = page.terminals.iter().all(|shell| shell.is_waiting || !shell.is_building());
            let has_begun =
                page.terminals.iter().all(|shell| shell.name != "server" || shell.is_waiting || shell.has_printed);
            is_built && has_begun && (is_key || page.terminals[index].is_waiting)
        })
    }

    /// At the end of a session, no client is in the middle of something, and a server that was interrupted has ended.
    fn settle(&mut self, used: &BTreeSet<usize>, text: &mut Text) -> Result {
        self.wait_for_turn(0, true, text)?;
        self.wait(text, |page| used.iter().map(|index| &page.terminals[*index]).all(Shell::has_settled))?;
        self.wait_until(text, Instant::now() + A_LINE / 3)
    }

    fn wait_until(&mut self, text: &mut Text, end: Instant) -> Result {
        loop {
            match self.events.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok((index, event)) => self.note(index, event, text),
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(error) => return Err(Failure::new(error.to_string())),
            }
        }
    }

    fn wait(&mut self, text: &mut Text, condition: impl Fn(&Self) -> bool) -> Result {
        while !condition(self) {
            if let Some(shell) = self.terminals.iter().find(|shell| shell.has_ended) {
                return Err(Failure::new(format!("the shell of {:?} has ended; so far:\n{}", shell.name, text.text)));
            }
            self.is_in_time(text)?;
            self.wait_until(text, Instant::now() + A_MOMENT)?;
        }
        Ok(())
    }

    fn is_in_time(&self, text: &Text) -> Result {
        if Instant::now() < self.end {
            return Ok(());
        }
        Err(Failure::new(format!("the page takes longer than {LIMIT:?}; so far:\n{}", text.text)))
    }

    fn note(&mut self, index: usize, event: Event, text: &mut Text) {
        let shell = &mut self.terminals[index];
        match event {
            Event::Prompt => shell.is_waiting = true,
            Event::End => shell.has_ended = true,
            // In an overlay, folders cannot be moved, and the compiler says so with an empty line after it.
            Event::Line(line) if line.starts_with("warning: ") && line.contains("incremental compilation") => {}
            Event::Line(line) if line.is_empty() && !shell.has_printed => {}
            Event::Line(line) => {
                shell.has_printed = true;
                if line.trim().is_empty() && index != text.above {
                    return; // it says nothing: Ctrl-C ends a line, now or after the next one is typed
                }
                let name = if index == text.above { String::new() } else { format!("{}| ", shell.name) };
                text.text += &format!("{}\n", format!("{name}{line}").trim_end());
            }
        }
    }

    /// The terminal of this name, opened if it is not open yet.
    fn terminal(&mut self, name: &str) -> Result<usize> {
        if let Some(index) = self.terminals.iter().position(|shell| shell.name == name) {
            return Ok(index);
        }
        let index = self.terminals.len();
        let terminal = Terminal::open(self.sandbox, index, self.sender.clone())?;
        self.terminals.push(Shell {
            name: name.to_owned(),
            terminal,
            is_waiting: false,
            has_printed: false,
            has_ended: false,
            is_interrupted: false,
            held_at_first: BTreeSet::new(),
        });
        self.wait(&mut Text { above: index, ..Text::default() }, |page| page.terminals[index].is_waiting)?;
        self.terminals[index].held_at_first = self.held(index)?;
        self.last_typed = None;
        Ok(index)
    }

    /// What is still there, though it should not be.
    fn leftovers(&mut self) -> Result<Vec<String>> {
        let mut left = Vec::new();
        for index in 0..self.terminals.len() {
            let name = format!("the terminal {:?}", self.terminals[index].name);
            if self.terminals[index].is_waiting {
                let now = self.held(index)?;
                let more = now.difference(&self.terminals[index].held_at_first);
                left.extend(more.map(|it| format!("{name} still has {it}")));
            } else {
                left.push(format!("a command still runs in {name}"));
            }
        }
        left.extend(self.sandbox.running().into_iter().flatten().map(|name| format!("{name} still runs")));
        left.extend(self.sandbox.changed().into_iter().map(|file| format!("{file} is not as it was")));
        Ok(left)
    }

    /// The jobs and the descriptors of a shell.
    fn held(&mut self, index: usize) -> Result<BTreeSet<String>> {
        self.enter(index, "jobs -l | grep -v Done; for it in /proc/$$/fd/*; do echo \"descriptor ${it##*/}\"; done")?;
        let mut text = Text { above: index, ..Text::default() };
        self.wait(&mut text, |page| page.terminals[index].is_waiting)?;
        Ok(text.text.lines().map(str::to_owned).collect())
    }
}

impl Shell {
    /// Whether nothing more is to be expected of the last command: it has ended, or it is a server.
    fn has_settled(&self) -> bool {
        self.is_waiting || (self.name == "server" && !self.is_interrupted)
    }

    /// Whether cargo builds something before it starts a program.
    fn is_building(&self) -> bool {
        self.terminal.in_front().is_some_and(|name| ["cargo", "rustc", "git"].contains(&name.as_str()))
    }
}
