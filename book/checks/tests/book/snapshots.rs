//! What the book quotes is what the programs do now. With `UPDATE_BOOK=1`, these tests rewrite it.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::measured::little_load::outcome;
use book_checks::measured::traces::{self, Traced};
use book_checks::{
    Result, assert_none, chapter, compiler, difference, has_tool, patch, read, session, snapshot, step, ways, workspace,
};
use std::process::Command;
use std::thread;

/// `diff_09_04.diff` is that of `main.rs`, and `diff_05_04_executor.diff` that of `executor.rs`; each is made if a chapter shows it.
#[test]
fn each_diff_is_what_changed_from_one_step_to_the_next() {
    let chapters = chapter::all().unwrap();
    let steps = step::all().unwrap();
    let neighbours = steps.windows(2).filter(|pair| pair[0].step()[..2] == pair[1].step()[..2]);
    let both = neighbours.flat_map(|pair| {
        let shared = pair[1].sources().into_iter().filter(|name| pair[0].sources().contains(name));
        shared.map(|name| {
            let files = [pair[0], pair[1]].map(|step| format!("{}/src/{name}", step.folder));
            (name, files, pair[1])
        })
    });
    let check = |(name, [old, new], step): (String, [String; 2], &step::Package)| {
        let part = name.trim_end_matches(".rs");
        let part = if part == "main" { String::new() } else { format!("_{part}") };
        let diff = format!("generated/diff_{}{part}.diff", &step.step()[..5]);
        if !chapters.iter().any(|chapter| chapter.text.contains(&diff)) {
            return Ok(());
        }
        snapshot::check(&diff, &difference::of_programs(&old, &new)?)
    };
    assert_none(failures(both.map(check)));
}

#[test]
fn each_way_through_the_book_lists_what_to_read() -> Result {
    let pages = chapter::all()?;
    let is_numbered = |page: &&chapter::Chapter| step::number(&page.file).is_some();
    let of = |chapter: u32| {
        pages.iter().filter(move |page| step::number(&page.file).is_some_and(|number| number.0 == chapter))
    };
    for (name, way) in [
        ("beginning", pages.iter().filter(is_numbered).collect::<Vec<_>>()),
        ("server", of(9).collect()),
        ("runtime", of(10).filter(|page| step::number(&page.file).is_some_and(|number| number.1 < 3)).collect()),
    ] {
        snapshot::check(&format!("generated/way_{name}.md"), &ways::list(&way)?)?;
        snapshot::check(&format!("generated/way_{name}_time.txt"), &ways::in_words(&way)?)?;
    }
    Ok(())
}

#[test]
fn each_patch_fits_its_step() {
    let patches = patch::all().unwrap();
    assert!(!patches.is_empty());
    assert_none(failures(patches.iter().map(|patch| snapshot::check_file(&patch.file, &patch.renewed()?))));
}

#[test]
fn git_applies_each_patch() {
    if !has_tool("git") {
        return;
    }
    for patch in patch::all().unwrap() {
        let mut git = Command::new("git");
        let output = git.args(["apply", "--check", &patch.file]).current_dir(workspace()).output().unwrap();
        assert!(output.status.success(), "{}: {}", patch.file, String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn each_patch_leaves_a_program_without_warnings() {
    patch::build().unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn each_patch_leaves_a_program_that_is_formatted() {
    patch::cargo(&["fmt", "--check"]).map_or_else(|failure| panic!("{failure}"), drop);
}

#[test]
fn each_picture_shows_its_trace() {
    let check = |traced: Traced| {
        let name = traced.name();
        snapshot::check(&format!("generated/timeline_{name}.svg"), &traced.figure()?)
    };
    assert_none(failures(traces::all().unwrap().into_iter().map(check)));
}

/// The README cannot take a picture from the book: a code hosting site has colours of its own.
#[test]
fn the_picture_of_the_readme_shows_two_traces() {
    let traced = ["09_03", "09_04"].map(|name| traces::find(name).unwrap());
    let timelines = traced.clone().map(|traced| traced.committed().unwrap());
    let both = || traced.iter().zip(&timelines).map(|(traced, timeline)| (traced.step, timeline));
    let headings: Vec<String> = both().map(|(step, timeline)| format!("{step}: {}", outcome(timeline))).collect();
    let with_headings: Vec<_> = headings.iter().map(String::as_str).zip(&timelines).collect();
    snapshot::check_file("book/timelines.svg", &timeline::picture(&with_headings)).unwrap();
    let sentences: Vec<String> = both().map(|(step, timeline)| format!("In {step}, {}.", outcome(timeline))).collect();
    let alternative = sentences.join(" ");
    let image = format!(
        "![Two timelines of four clients, of whom the first asks for a slow page. {alternative}](book/timelines.svg)\n"
    );
    snapshot::check_part("README.md", "picture", &image).unwrap();
}

#[test]
#[ignore = "types as fast as a person, for about four minutes: cargo run --bin sessions does it"]
fn each_console_session_prints_what_the_book_shows() {
    let pages = session::pages().unwrap();
    assert!(!pages.is_empty());
    let mut failures = Vec::new();
    // A person is slow: let the pages wait together.
    let pages = pages.into_iter().filter(|(_, sessions)| session::tools(sessions).unwrap().into_iter().all(has_tool));
    let pages: Vec<_> = pages.map(|(_, sessions)| thread::spawn(move || session::check(&sessions))).collect();
    failures.extend(pages.into_iter().filter_map(|page| Some(page.join().unwrap().err()?.to_string())));
    assert_none(failures);
}

#[test]
fn rustc_warns_about_a_future_that_is_never_awaited() {
    let build = compiler::build("forgotten_await").unwrap();
    let [warning] = &build.messages[..] else { panic!("one warning, not {:?}", build.messages) };
    assert_eq!((warning.level.as_str(), warning.code.as_deref()), ("warning", Some("unused_must_use")));
    assert!(warning.line.starts_with("serve(stream"), "{}", warning.line);
    assert!(warning.rendered.contains("futures do nothing unless you `.await` or poll them"), "{}", warning.rendered);
    assert!(build.program.is_some(), "a warning does not keep the program from being built");
    quote("generated/forgotten_await_warning.txt", &build).unwrap();
}

/// The compiler says one error, with these words, and the book quotes it.
fn refused(program: &str, code: Option<&str>, words: &[&str]) {
    let build = compiler::build(program).unwrap();
    let [error] = &build.messages[..] else { panic!("one error, not {:?}", build.messages) };
    assert_eq!((error.level.as_str(), build.program.is_none()), ("error", true));
    assert!(code.is_none_or(|code| error.code.as_deref() == Some(code)), "{:?}", error.code);
    assert_none(
        words.iter().filter(|words| !error.rendered.contains(**words)).map(|words| format!("{program}: {words}")),
    );
    quote(&format!("generated/{program}_error.txt"), &build).unwrap();
}

const NOT_SEND: &str = "future cannot be sent between threads safely";

#[test]
fn rustc_refuses_to_await_outside_async() {
    refused("await_in_main", Some("E0728"), &[]);
}

#[test]
fn rustc_refuses_to_spawn_a_task_that_shares_a_cell() {
    refused("cell_in_spawn", None, &[NOT_SEND, "is not implemented for `Rc<Cell<u64>>`"]);
}

#[test]
fn rustc_refuses_a_callback_that_borrows_its_client() {
    refused("borrowed_client", None, &["must outlive `'static`"]);
}

#[test]
fn rustc_refuses_to_poll_a_future_that_may_still_be_moved() {
    let words = ["`{async fn body of borrows()}` cannot be unpinned", "consider using the `pin!` macro"];
    refused("not_pinned", Some("E0277"), &words);
}

#[test]
fn rustc_refuses_a_task_that_borrows_a_variable() {
    refused("borrowed_word", Some("E0373"), &["async block may outlive the current function"]);
}

#[test]
fn rustc_refuses_to_spawn_a_task_that_holds_a_guard_while_it_waits() {
    refused("guard_across_await", None, &[NOT_SEND, "`std::sync::MutexGuard<'_, u32>`"]);
}

#[test]
fn rustc_refuses_a_guard_that_is_dropped_but_still_in_scope() {
    let build = compiler::build("guard_dropped").unwrap();
    let [error] = &build.messages[..] else { panic!("one error, not {:?}", build.messages) };
    assert_eq!((error.level.as_str(), build.program.is_none()), ("error", true));
    assert!(error.rendered.contains("`std::sync::MutexGuard<'_, u32>`"), "{}", error.rendered);
}

#[test]
fn rustc_refuses_to_spawn_a_task_that_holds_an_rc() {
    refused("rc_in_spawn", None, &[NOT_SEND, "`Send` is not implemented for `Rc<i32>`"]);
}

/// The exact words are those of one version of the compiler, which the book names; another version chooses others.
fn quote(file: &str, build: &compiler::Build) -> Result {
    let version = compiler::version()?;
    if read("book/src/generated/rustc_version.txt").is_ok_and(|quoted| quoted.trim() != version)
        && !snapshot::is_rewriting()
    {
        return Ok(());
    }
    let messages: Vec<&str> = build.messages.iter().map(|message| message.rendered.as_str()).collect();
    snapshot::check("generated/rustc_version.txt", &version)?;
    snapshot::check(file, &format!("$ {}\n{}\n", build.command, messages.join("\n\n")))
}

fn failures(results: impl IntoIterator<Item = Result>) -> impl Iterator<Item = String> {
    results.into_iter().filter_map(|result| Some(result.err()?.to_string()))
}
