//! Which pages have sessions, and what these need.

use super::chance::typed;
use crate::chapter::{self, Chapter};
use crate::{Result, read};
use std::collections::BTreeSet;

/// The programs that a session may need and that a machine may lack.
const TOOLS: [&str; 12] =
    ["curl", "git", "haproxy", "nc", "nginx", "pgrep", "pkill", "ps", "redis-cli", "seq", "strace", "timeout"];

/// The pages that have sessions, each with its sessions in order.
pub fn pages() -> Result<Vec<(String, Vec<String>)>> {
    let pages = chapter::all()?.into_iter().map(|page| (page.file.clone(), sessions(&page)));
    Ok(pages.filter(|(_, sessions)| !sessions.is_empty()).collect())
}

fn sessions(page: &Chapter) -> Vec<String> {
    let includes = page.text.split("{{#include console/").skip(1);
    let files = includes.filter_map(|rest| Some(format!("book/src/console/{}", rest.split_once("}}")?.0)));
    let mut seen = BTreeSet::new();
    files.filter(|file| seen.insert(file.clone())).collect()
}

/// The programs that the sessions need and that a machine may lack.
pub fn tools(sessions: &[String]) -> Result<Vec<&'static str>> {
    let mut words = BTreeSet::new();
    for session in sessions {
        let text = read(session)?;
        let typed = text.lines().filter_map(|line| Some(typed(line)?.1.to_owned()));
        for line in typed.chain(text.lines().filter_map(|line| line.strip_prefix("> ").map(str::to_owned))) {
            words.extend(line.split(|letter: char| !letter.is_alphanumeric() && letter != '-').map(str::to_owned));
        }
    }
    Ok(TOOLS.into_iter().filter(|tool| words.contains(*tool)).chain(["bash"]).collect())
}

/// The programs that these sessions start with `cargo run --bin`: built before, they start at once.
pub(super) fn programs(sessions: &[String]) -> Result<BTreeSet<String>> {
    let mut programs = BTreeSet::new();
    for session in sessions {
        let text = read(session)?;
        let commands =
            text.lines().filter_map(|line| Some(typed(line)?.1)).flat_map(|line| line.split("cargo run ").skip(1));
        for command in commands {
            let words = command.trim_start_matches("-q ").strip_prefix("--bin ").map(str::split_whitespace);
            programs.extend(words.and_then(|mut words| words.next()).map(str::to_owned));
        }
    }
    Ok(programs)
}
