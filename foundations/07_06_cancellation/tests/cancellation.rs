//! Step 7.6: each program prints what its page says, the naive variant and the cured one.

use harness::{Program, Result};

/// What this program prints, in the directory in which the one of the step is.
fn prints(program: &str, arguments: &[&str]) -> Result<String> {
    let path = match program {
        "lost_message" => env!("CARGO_BIN_EXE_07_06_lost_message"),
        "outlives" => env!("CARGO_BIN_EXE_07_06_outlives"),
        "late" => env!("CARGO_BIN_EXE_07_06_late"),
        "goodbye" => env!("CARGO_BIN_EXE_07_06_goodbye"),
        "futurelock" => env!("CARGO_BIN_EXE_07_06_futurelock"),
        _ => env!("CARGO_BIN_EXE_07_06_cancellation"),
    };
    let ended = Program::at(path).run(arguments)?;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    Ok(ended.output)
}

#[test]
fn a_dropped_future_stops_where_it_waits_and_drops_its_values() -> Result {
    let expected = "first is dropped\n\
        second: asks\nsecond: the connection is closed\nsecond is dropped\n\
        third: asks\nthird: has the answer\nthird: the connection is closed\n";
    assert_eq!(prints("cancellation", &[])?, expected);
    Ok(())
}

#[test]
fn read_line_in_a_select_loses_what_it_has_read() -> Result {
    assert_eq!(prints("lost_message", &[])?, "a tick\nreceived \"lo\"\n");
    Ok(())
}

#[test]
fn next_line_in_a_select_loses_nothing() -> Result {
    assert_eq!(prints("lost_message", &["next-line"])?, "a tick\nreceived \"hello\"\n");
    Ok(())
}

#[test]
fn a_spawned_task_outlives_its_parent() -> Result {
    let expected = "the parent is dropped\nthe child is done\nthe child is dropped\nthe end\n";
    assert_eq!(prints("outlives", &["spawn"])?, expected);
    Ok(())
}

#[test]
fn a_task_in_a_join_set_is_dropped_with_it() -> Result {
    assert_eq!(prints("outlives", &["join-set"])?, "the parent is dropped\nthe child is dropped\nthe end\n");
    Ok(())
}

#[test]
fn a_task_with_a_token_ends_in_order_and_the_tracker_waits_for_it() -> Result {
    let expected = "the parent is dropped\nthe child is dropped\nthe child cleans up\nthe end\n";
    assert_eq!(prints("outlives", &["tracker"])?, expected);
    Ok(())
}

#[test]
fn a_time_out_does_not_stop_what_never_waits() -> Result {
    let expected = "an answer: all pieces are done\na moment later: all pieces are done\n";
    assert_eq!(prints("late", &["computes"])?, expected);
    Ok(())
}

#[test]
fn a_time_out_stops_what_gives_the_thread_back() -> Result {
    let expected = "a time-out: some pieces are missing\na moment later: some pieces are missing\n";
    assert_eq!(prints("late", &["yields"])?, expected);
    Ok(())
}

#[test]
fn a_time_out_does_not_stop_another_thread() -> Result {
    let expected = "a time-out: some pieces are missing\na moment later: all pieces are done\n";
    assert_eq!(prints("late", &["blocks"])?, expected);
    Ok(())
}

#[test]
fn what_is_dropped_cannot_say_goodbye() -> Result {
    assert_eq!(prints("goodbye", &["drop"])?, "the client heard \"hello\"\n");
    assert_eq!(prints("goodbye", &["token"])?, "the client heard \"hello, goodbye\"\n");
    Ok(())
}

#[test]
fn a_future_that_is_not_polled_can_hold_a_lock_forever() -> Result {
    assert_eq!(prints("futurelock", &["hang"])?, "the second one still waits\n");
    Ok(())
}

#[test]
fn an_attempt_that_is_dropped_or_polled_holds_nothing_up() -> Result {
    assert_eq!(prints("futurelock", &["drop"])?, "the second one has the lock\n");
    assert_eq!(prints("futurelock", &["poll"])?, "the first one has the lock\n");
    Ok(())
}
