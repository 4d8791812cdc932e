//! What the compiler says of programs with a mistake. They are beside the steps, each with a feature that names the mistake.

use crate::{Failure, Result, step};
use harness::{Program, cargo};
use serde_json::Value;
use std::process::Command;
use std::sync::LazyLock;

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

/// What cargo says when it builds all programs that show a mistake. Each has the name of the mistake after its number, and is there only with a
/// feature of this name. One call is enough, and with the whole workspace, it chooses the features of libraries that are built already.
static SAID: LazyLock<Result<(Vec<Value>, String)>> = LazyLock::new(|| {
    let mut build = cargo();
    build.args(["build", "--workspace", "--keep-going", "--offline", "--quiet", "--message-format=json"]);
    for step in step::all()? {
        for program in step.binaries.iter().filter(|program| !step.programs.contains(program)) {
            build.args(["--features", &format!("{}/{}", step.name, &program["NN_MM_".len()..]), "--bin", program]);
        }
    }
    let output = build.output()?;
    let lines = output.stdout.split(|&byte| byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    Ok((lines.collect(), String::from_utf8_lossy(&output.stderr).into_owned()))
});

/// Builds the program that shows this mistake.
pub fn build(mistake: &str) -> Result<Build> {
    let mut programs = step::all()?.into_iter().flat_map(|step| step.binaries.iter().map(move |binary| (step, binary)));
    let shown = programs.find(|(_, binary)| binary.get("NN_MM_".len()..) == Some(mistake));
    let (step, binary) = shown.ok_or_else(|| Failure::new(format!("no step has a program NN_MM_{mistake}")))?;
    let (said, log) = SAID.as_ref().map_err(Failure::clone)?;
    let said = said.iter().filter(|line| line["target"]["name"] == **binary);
    let messages: Vec<Message> = said.clone().filter_map(|line| message(&line["message"])).collect();
    let program = said.filter_map(|line| line["executable"].as_str()).next_back().map(Program::at);
    if messages.is_empty() && program.is_none() {
        return Err(Failure::new(format!("cargo says nothing of {binary}: {log}")));
    }
    Ok(Build {
        messages,
        program,
        command: format!("cargo build -p {} --features {mistake} --bin {binary}", step.name),
    })
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
pub fn version() -> Result<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().nth(1).and_then(|version| version.rsplit_once('.'));
    Ok(version.ok_or_else(|| Failure::new(format!("unknown version of rustc: {text}")))?.0.to_owned())
}
