//! Types the console sessions of the book, and compares what appears.
//!
//! Run: `cargo run -p book-checks --bin sessions`, about four minutes: a line is typed as fast as a person types. `.ci/run` does it.
//! Try: `UPDATE_BOOK=1 cargo run -p book-checks --bin sessions 02_01`, which writes down what appears on one page.
//! You should see: a line for each page as soon as it is typed.

use book_checks::{Result, has_tool, session};
use clap::Parser;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

/// Types the console sessions of the book, and compares what appears.
///
/// All pages at the same time, where the system lets a user have a network of each page's own; one page after the other elsewhere, with port 7878 free.
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
    for (page, sessions) in session::pages()?.into_iter().filter(|(page, _)| is_wanted(page)) {
        let sender = sender.clone();
        if !session::tools(&sessions)?.into_iter().all(has_tool) {
            println!("{page}: not typed");
            continue;
        }
        thread::spawn(move || sender.send((page, session::check(&sessions)))); // without a network of its own, it waits for its turn
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
