//! Types the console sessions of the book, and compares what appears.
//!
//! Run: `cargo run --bin sessions`, about three minutes: a line is typed as fast as a person types. `.ci/run` does it, too.
//! Try: `UPDATE_BOOK=1 cargo run --bin sessions 02_01`, which writes down what appears on one page.
//! You should see: a line for each page as soon as it is typed, and one more if a page had to be typed again.

use book_checks::{Result, has_tool, session, snapshot};
use clap::Parser;
use harness::at_a_time;
use std::process::ExitCode;
use std::time::Instant;

/// How many pages are typed at a time.
const AT_A_TIME: usize = 6;

/// Types the console sessions of the book, and compares what appears.
///
/// Several pages at the same time, where the system lets a user have a network of each page's own; one page after the other elsewhere, with port 7878 free.
#[derive(Parser)]
struct Options {
    /// Only those of the pages whose names begin with this, such as `02_01` (all unless given).
    page: Vec<String>,
}

fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let is_wanted = |file: &str| options.page.is_empty() || options.page.iter().any(|page| file.starts_with(page));
    let mut pages = session::pages()?;
    pages.retain(|(page, _)| is_wanted(page));
    // Most of the time, a page waits for the next key. So many of them leave the processors time enough for what is typed.
    let typed_beside_others = at_a_time(AT_A_TIME, &pages, |(page, sessions)| typed(page, sessions));
    let mut failed = Vec::new();
    for ((page, sessions), is_good) in pages.iter().zip(typed_beside_others) {
        if !is_good? {
            failed.push((page, sessions));
        }
    }
    if !snapshot::is_rewriting() {
        failed = typed_again(failed)?;
    }
    for (page, _) in &failed {
        println!("{page}: FAILED, see above");
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Types these pages once more, each alone: where many programs share few processors, a page may fail without a fault of its own. Those that fail again.
fn typed_again<'a>(failed: Vec<(&'a String, &'a Vec<String>)>) -> Result<Vec<(&'a String, &'a Vec<String>)>> {
    let mut still = Vec::new();
    for (page, sessions) in failed {
        println!("{page} FAILED beside others, and is typed again, alone:");
        if !typed(page, sessions)? {
            still.push((page, sessions));
        }
    }
    Ok(still)
}

/// Types the sessions of a page, and says what came out. Whether nothing was wrong. (Without a network of its own, it waits for its turn.)
fn typed(page: &str, sessions: &[String]) -> Result<bool> {
    if !session::tools(sessions)?.into_iter().all(has_tool) {
        println!("{page}: not typed");
        return Ok(true);
    }
    let begin = Instant::now();
    let result = session::check(sessions);
    match &result {
        Ok(()) => println!("{page}: ok ({} s)", begin.elapsed().as_secs()),
        Err(failure) => println!("{page}: FAILED\n{failure}"),
    }
    Ok(result.is_ok())
}
