//! Types the console sessions of the book, as the tests do, but one page after the other, for systems that do not give a user a network of
//! their own. Port 7878 must be free.

use book_checks::session;
use clap::Parser;
use std::process::ExitCode;

/// Types the console sessions of the book, one page after the other, and compares what appears. Port 7878 must be free.
#[derive(Parser)]
struct Options {
    /// Only those of the pages whose names begin with this, such as `02_01` (all unless given).
    page: Vec<String>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let is_wanted = |file: &str| options.page.is_empty() || options.page.iter().any(|page| file.starts_with(page));
    let pages = match session::pages() {
        Ok(pages) => pages,
        Err(failure) => {
            eprintln!("cannot go on: {failure}");
            return ExitCode::FAILURE;
        }
    };
    let mut code = ExitCode::SUCCESS;
    for (page, sessions) in pages.into_iter().filter(|(page, _)| is_wanted(page)) {
        match session::check(&sessions) {
            Ok(()) => println!("{page}: ok"),
            Err(failure) => {
                println!("{page}: FAILED\n{failure}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
