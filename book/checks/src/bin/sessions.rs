//! Types the console sessions of the book, and compares what appears.
//!
//! Run: `cargo run --bin sessions`, about four minutes: a line is typed as fast as a person types. `.ci/run` does it.
//! Try: `UPDATE_BOOK=1 cargo run --bin sessions 02_01`, which writes down what appears on one page.
//! You should see: a line for each page as soon as it is typed.

use book_checks::{Result, has_tool, session};
use clap::Parser;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

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
    let (sender, results) = mpsc::channel();
    let mut code = ExitCode::SUCCESS;
    let mut waiting = Vec::new();
    for (page, sessions) in session::pages()?.into_iter().filter(|(page, _)| is_wanted(page)) {
        if session::tools(&sessions)?.into_iter().all(has_tool) {
            waiting.push((page, sessions));
        } else {
            println!("{page}: not typed");
        }
    }
    let waiting = Arc::new(Mutex::new(waiting));
    // Most of the time, a page waits for the person who types. So many of them leave the processors time enough for what is typed.
    for _ in 0..AT_A_TIME {
        let (waiting, sender) = (Arc::clone(&waiting), sender.clone());
        thread::spawn(move || {
            let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
            while let Some((page, sessions)) = next() {
                let _ = sender.send((page, session::check(&sessions))); // without a network of its own, it waits for its turn
            }
        });
    }
    drop(sender);
    for (page, result) in results {
        match result {
            Ok(()) => println!("{page}: ok"),
            Err(failure) => {
                println!("{page}: FAILED\n{failure}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}
