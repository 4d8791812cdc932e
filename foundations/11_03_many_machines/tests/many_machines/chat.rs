//! Where people meet if their chat has several copies.

use super::PROGRAM;
use harness::{Ended, has_tool};

/// What the program prints while people chat in this way.
struct Output(String);

impl Output {
    fn of(meeting: &str) -> Self {
        let ended = play(&["--chat", meeting]);
        assert_eq!((ended.code, ended.log.as_str()), (Some(0), ""), "{ended:?}");
        Self(ended.output)
    }

    /// What it prints of this person, each time in the same words.
    fn of_person<'a>(&'a self, name: &str, does: &str) -> Vec<&'a str> {
        self.0.lines().filter_map(|line| line.strip_prefix(&format!("{name} {does} "))).collect()
    }

    fn heard_by(&self, name: &str) -> Vec<&str> {
        self.of_person(name, "hears")
    }

    /// The copies that this person has entered, one after the other.
    fn copies_of(&self, name: &str) -> Vec<&str> {
        self.of_person(name, "joins").iter().map(|line| line.split(',').next().unwrap()).collect()
    }
}

fn play(arguments: &[&str]) -> Ended {
    PROGRAM.run(arguments).unwrap()
}

fn can_play() -> bool {
    has_tool("haproxy") && has_tool("redis-server")
}

#[test]
fn people_at_different_copies_do_not_hear_each_other() {
    if can_play() {
        let output = Output::of("apart");
        assert_eq!(output.copies_of("Ann"), output.copies_of("Dora"), "{}", output.0);
        assert_eq!(output.copies_of("Bob"), output.copies_of("Emil"), "{}", output.0);
        assert_ne!(output.copies_of("Ann"), output.copies_of("Bob"), "{}", output.0);
        assert_eq!(output.heard_by("Dora"), [r#""Ann: Hello!""#]);
        assert_eq!(output.heard_by("Bob"), [r#""* Emil is here""#], "and nothing of Ann, who has spoken before");
    }
}

#[test]
fn a_room_with_a_copy_of_its_own_is_lost_with_the_copy_and_split_when_it_is_back() {
    if can_play() {
        let output = Output::of("sticky");
        let copies = output.copies_of("Ann");
        assert!(copies.len() == 2 && copies[0] != copies[1], "{}", output.0);
        assert_eq!(output.copies_of("Bob"), copies);
        assert_eq!(output.heard_by("Ann"), [r#""* Bob is here""#, r#""Bob: Hello!""#, r#""* Bob is here""#]);
        for name in ["Ann", "Bob"] {
            assert_eq!(output.of_person(name, "has"), ["lost the connection"]);
        }
        assert_eq!(output.copies_of("Cid"), [copies[0]], "Cid comes later, and does not meet the others");
        assert!(
            output.of_person("Cid", "joins")[0].ends_with(r#""* Hello, Cid! Others in this room: 0""#),
            "{}",
            output.0
        );
    }
}

#[test]
fn a_copy_that_is_killed_loses_no_line_of_others_behind_a_broker() {
    if can_play() {
        let output = Output::of("broker");
        let copies = ["Ann", "Bob", "Cid"].map(|name| output.copies_of(name)[0]);
        assert!(copies[0] != copies[1] && copies[1] != copies[2] && copies[2] != copies[0], "{}", output.0);
        assert_eq!(output.copies_of("Ann").len(), 2, "she comes back to another copy: {}", output.0);
        let lines = [r#""Ann: Hello!""#, "100 lines, in order", r#""Ann: Hello again!""#];
        assert_eq!(output.heard_by("Cid"), lines);
        assert_eq!(output.heard_by("Bob"), [lines[0], lines[2]], "and not that Ann has left in between");
    }
}

/// The fault that the test above finds: redis-server runs, and the copies do not use it.
#[test]
fn copies_that_do_not_use_the_broker_are_found() {
    if can_play() {
        let hurried = PROGRAM.clone().environment("PATIENCE", "1");
        let ended = hurried.run(&["--chat", "broker", "--server", "chat"]).unwrap();
        assert_eq!((ended.code, ended.log.as_str()), (Some(1), "cannot continue: Bob hears nothing\n"), "{ended:?}");
    }
}

#[test]
fn a_broker_that_is_not_installed_is_named() {
    let ended = PROGRAM.clone().environment("PATH", "/nonexistent").run(&["--chat", "broker"]).unwrap();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.log.contains("redis-server is not installed: apt install redis-server"), "{ended:?}");
}
