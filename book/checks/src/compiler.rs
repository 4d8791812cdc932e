//! What the compiler says of programs with a mistake. They stand beside the steps, behind a feature that names the mistake.

use crate::{Failure, Result, step};
use harness::{Program, cargo};
use serde_json::Value;
use std::process::Command;

/// What became of a build.
pub struct Build {
    /// The messages, in their order.
    pub messages: Vec<Message>,
    /// The program, if there is one.
    pub program: Option<Program>,
    /// The command.
    pub command: String,
}

/// A message of the compiler.
#[derive(Debug)]
pub struct Message {
    /// `warning` or `error`.
    pub level: String,
    /// The lint or the number of the error; some errors have none.
    pub code: Option<String>,
    /// The source line it points at.
    pub line: String,
    /// All of it, as it is shown.
    pub rendered: String,
}

/// Builds the program that shows this mistake. It has the name of the mistake behind its number, and is there only with a feature of this name.
///
/// # Errors
///
/// If no step has such a program, or cargo cannot be started.
pub fn build(mistake: &str) -> Result<Build> {
    let mut programs = step::all()?.into_iter().flat_map(|step| step.binaries.iter().map(move |binary| (step, binary)));
    let shown = programs.find(|(_, binary)| binary.get("NN_MM_".len()..) == Some(mistake));
    let (step, binary) = shown.ok_or_else(|| Failure::new(format!("no step has a program NN_MM_{mistake}")))?;
    let arguments = ["build", "-p", &step.name, "--features", mistake, "--bin", binary];
    let output = cargo().args(arguments).args(["--offline", "--quiet", "--message-format=json"]).output()?;
    let lines = output.stdout.split(|&byte| byte == b'\n');
    let (mut messages, mut program) = (Vec::new(), None);
    for line in lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok()) {
        if line["target"]["name"] == **binary {
            messages.extend(message(&line["message"]));
            program = line["executable"].as_str().map(Program::at).or(program);
        }
    }
    if messages.is_empty() && program.is_none() {
        let log = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("cargo {}: {log}", arguments.join(" "))));
    }
    Ok(Build { messages, program, command: format!("cargo {}", arguments.join(" ")) })
}

fn message(value: &Value) -> Option<Message> {
    Some(Message {
        level: value["level"].as_str()?.to_owned(),
        code: value["code"]["code"].as_str().map(str::to_owned),
        line: value["spans"][0]["text"][0]["text"].as_str()?.trim().to_owned(),
        rendered: without_registry(value["rendered"].as_str()?.trim_end()),
    })
}

/// Where cargo keeps the sources of libraries differs from machine to machine: only their own paths stay.
fn without_registry(text: &str) -> String {
    let line = |line: &str| match (line.split_once("--> "), line.split_once("/registry/src/")) {
        (Some((before, _)), Some((_, path))) => {
            format!("{before}--> {}\n", path.split_once('/').map_or(path, |path| path.1))
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect::<String>().trim_end().to_owned()
}

/// The version of the compiler, without the last number: `1.95`.
///
/// # Errors
///
/// If rustc cannot be started.
pub fn version() -> Result<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().nth(1).and_then(|version| version.rsplit_once('.'));
    Ok(version.ok_or_else(|| Failure::new(format!("unknown version of rustc: {text}")))?.0.to_owned())
}
