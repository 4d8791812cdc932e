//! A step has what each step has: a property that defines it, something to see, an exercise.

use book_checks::{assert_none, asserting, chapter, files, prose, read, step, workspace};
use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn every_step_has_a_property_of_its_own() {
    let mut problems = Vec::new();
    for step in step::all().unwrap() {
        let sources = ["tests", "src"].into_iter().flat_map(|folder| files(&format!("{}/{folder}", step.folder)));
        let sources = sources.filter(|file| file.ends_with(".rs") && !file.contains("/exercise_"));
        if sources.flat_map(|file| prose::tests_in(&read(file).unwrap())).all(|name| is_shared(&name)) {
            problems.push(format!("{}: no test shows the property that defines it", step.folder));
        }
    }
    assert_none(problems);
}

#[test]
fn every_test_asserts_something() {
    let mut problems = Vec::new();
    for package in step::packages().unwrap() {
        let sources = files(&package.folder).into_iter().filter(|file| file.ends_with(".rs"));
        let texts: Vec<String> = sources.map(|file| read(file).unwrap()).collect();
        let silent = asserting::silent_tests(&texts).unwrap();
        problems.extend(silent.into_iter().map(|test| format!("{}: {test} asserts nothing", package.folder)));
    }
    assert_none(problems);
}

/// The tests that nearly every step has.
fn is_shared(name: &str) -> bool {
    [
        "each_line_comes_back",
        "it_survives_its_clients",
        "its_command_line_follows_the_conventions",
        "a_signal_ends_it_at_once",
    ]
    .contains(&name)
}

#[test]
fn every_page_about_a_step_has_something_to_see_and_an_exercise() {
    let steps = step::all().unwrap();
    let pages = chapter::all().unwrap();
    let pages = pages.iter().filter(|page| steps.iter().any(|step| page.file == format!("{}.md", step.step())));
    assert_none(pages.flat_map(|page| {
        let is_seen = ["{{#include console/", "{{#include generated/", "{{#include pictures/"]
            .iter()
            .any(|it| page.text.contains(it));
        let problems = [
            (is_seen, "nothing to see: a console session, a picture or a table"),
            (page.text.contains("\n## Exercises"), "no exercise"),
        ];
        let problems = problems.into_iter().filter(|(is_there, _)| !is_there);
        problems.map(|(_, problem)| format!("book/src/{}: {problem}", page.file)).collect::<Vec<_>>()
    }));
}

/// Otherwise cargo would build everything twice, and overwrite each program with the other, where a test may be about to start it.
#[test]
fn cargo_run_chooses_the_same_features_of_libraries_as_cargo_test() {
    let features = |edges: &str| -> BTreeSet<String> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["tree", "--workspace", "--offline", "--prefix", "none", "--format", "{p} {f}", "--edges", edges]);
        let output = cargo.current_dir(workspace()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
    };
    let (run, test) = (features("normal,build"), features("normal,build,dev"));
    assert!(run.len() > 100, "{run:?}");
    assert_none(run.difference(&test).map(|it| format!("`cargo run` builds {it}, `cargo test` builds it with more")));
}

/// So all of them have the same messages and exit codes. (The processes of step 2.4 only hand their arguments on.)
#[test]
fn every_step_reads_its_command_line_with_the_function_for_it() {
    let steps = step::all().unwrap().into_iter().filter(|step| step.step() != "02_04_prefork");
    let folders = steps.map(|step| step.folder.as_str()).chain(["runtimes-compare"]);
    let sources = folders.flat_map(|folder| files(&format!("{folder}/src"))).filter(|file| file.ends_with(".rs"));
    let own_way =
        |file: &String| ["env::args", "::parse()", ".get_matches"].iter().any(|way| read(file).unwrap().contains(way));
    assert_none(sources.filter(own_way).map(|file| format!("{file}: it reads its command line in its own way")));
}
