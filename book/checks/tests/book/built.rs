//! The exercises of chapters 5 and 6 in which something is built: their tests fail until it is.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::{patch, workspace};
use harness::cargo;

/// The package of a step, and the example in it that is to be completed. The answer is the patch with this name.
const EXERCISES: [(&str, &str); 5] =
    [("async_fn", "join_all"), ("tasks", "passes"), ("launch", "ambient"), ("wait", "starts"), ("wait", "first")];

#[test]
fn each_exercise_to_build_fails_until_it_is_solved() {
    for (package, exercise) in EXERCISES {
        let test = ["test", "--offline", "--quiet", "--example", exercise, "-p"];
        let output = cargo().args(test).arg(package).current_dir(workspace()).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.contains("test result: FAILED"), "{exercise} is solved already: {printed}");
        let solved = format!("{package}-{exercise}");
        patch::cargo(&[&test[..], &[&solved]].concat()).unwrap_or_else(|failure| panic!("{exercise}: {failure}"));
    }
}

#[test]
fn an_executor_that_keeps_its_queue_borrowed_cannot_spawn() {
    let ended = patch::program("05_02_launch+borrowed_queue").unwrap().run(&[]).unwrap();
    assert_eq!(ended.code, Some(101));
    assert!(ended.output.ends_with("Finished(\"Boom!\")\n\nSpawn it, and go on:\nBegin\n"), "{}", ended.output);
    assert!(ended.log.contains("already borrowed"), "{}", ended.log);
}
