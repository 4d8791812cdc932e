//! Types the console sessions of the book, and compares what appears.
//!
//! Run: `cargo run --bin sessions`, about three minutes: a line is typed as fast as a person types. `.ci/run` types three pages.
//! Try: `UPDATE_BOOK=1 cargo run --bin sessions 02_01`, which writes down what appears on one page.
//! You should see: a line for each page as soon as it is typed.

use book_checks::{Result, has_tool, session};
use clap::Parser;
use harness::at_a_time;
use std::process::ExitCode;

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
    // Most of the time, a page waits for the person who types. So many of them leave the processors time enough for what is typed.
    let done = at_a_time(AT_A_TIME, pages, |(page, sessions)| typed(&page, &sessions));
    let is_good = done.into_iter().collect::<Result<Vec<bool>>>()?.into_iter().all(|is_good| is_good);
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Types the sessions of a page, and says what came out. Whether nothing was wrong. (Without a network of its own, it waits for its turn.)
fn typed(page: &str, sessions: &[String]) -> Result<bool> {
    if !session::tools(sessions)?.into_iter().all(has_tool) {
        println!("{page}: not typed");
        return Ok(true);
    }
    let result = session::check(sessions);
    match &result {
        Ok(()) => println!("{page}: ok"),
        Err(failure) => println!("{page}: FAILED\n{failure}"),
    }
    Ok(result.is_ok())
}
