//! The exercises have their form, and each answer's patch fits. `cargo run --bin exercises` does them.

use book_checks::chapter::{self, Chapter};
use book_checks::exercise::{self, Exercise, Kind};
use book_checks::{Result, assert_none, has_tool, snapshot, workspace};
use std::collections::BTreeSet;
use std::process::Command;

/// The pages, each with its exercises, or what is wrong with them.
fn pages() -> Result<Vec<(Chapter, Result<Vec<Exercise>>)>> {
    let pages = chapter::all()?.into_iter();
    let with_exercises = |page: Chapter| {
        let exercises = exercise::of(&page);
        (page, exercises)
    };
    Ok(pages.map(with_exercises).collect())
}

fn all() -> Result<Vec<Exercise>> {
    Ok(pages()?.into_iter().filter_map(|(_, exercises)| exercises.ok()).flatten().collect())
}

#[test]
fn each_exercise_has_a_check_and_an_answer() {
    let mut problems = Vec::new();
    for (page, exercises) in pages().unwrap() {
        match exercises {
            Ok(exercises) if exercises.is_empty() && page.text.contains("\n## Exercises") => {
                problems.push(format!("book/src/{}: no exercise under `## Exercises {{#exercises}}`", page.file));
            }
            Ok(exercises) => problems.extend(exercises.iter().flat_map(|exercise| exercise.problems().unwrap())),
            Err(failure) => problems.push(failure.to_string()),
        }
    }
    assert_none(problems);
}

#[test]
fn each_patch_of_an_answer_fits_and_is_shown() {
    let shown: BTreeSet<String> = all().unwrap().iter().filter_map(Exercise::patch).collect();
    let mut problems = Vec::new();
    for patch in exercise::patches() {
        if !shown.contains(&patch) {
            problems.push(format!("{patch}: no answer shows it"));
        }
        let renewed = exercise::renewed(&patch).and_then(|renewed| snapshot::check_file(&patch, &renewed));
        problems.extend(renewed.err().map(|failure| failure.to_string()));
        if has_tool("git") {
            let output =
                Command::new("git").args(["apply", "--check", &patch]).current_dir(workspace()).output().unwrap();
            if !output.status.success() {
                problems.push(format!("{patch}: {}", String::from_utf8_lossy(&output.stderr)));
            }
        }
    }
    assert_none(problems);
}

#[test]
fn a_third_of_the_exercises_is_to_build_something() {
    let all = all().unwrap();
    let built = all.iter().filter(|exercise| exercise.kind == Kind::Build).count();
    assert!(built * 3 >= all.len(), "{built} of {}", all.len());
}
