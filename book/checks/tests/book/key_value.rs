//! Chapter 7.2: the checks of the key-value server find what they are for.

use book_checks::measured::key_value::{KEY_LENGTHS, LOADS, Measured, SERVERS};
use book_checks::{Result, patch, snapshot};
use harness::{Protocol, suite};
use std::thread;
use std::time::Duration;

fn check_finds(check: &str, patch: &str) -> Result {
    let program = patch::program(&format!("07_02_key_value+{patch}"))?.speaking(Protocol::Resp);
    let program = program.patience(Duration::from_secs(1));
    // Some faults show only if the server has a processor when the signal comes, and other tests want one, too.
    for _ in 0..20 {
        if suite::only(check, &program).is_err() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(500));
    }
    panic!("{check} did not find {patch}");
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_careless_key_value_server_is_found() -> Result {
    for check in [
        "a_pipeline_is_answered_in_its_order_however_it_is_cut",
        "what_is_no_request_ends_one_connection_and_says_why",
        "keys_that_are_never_read_expire_too",
        "on_a_signal_requests_that_have_begun_to_arrive_are_answered",
        "on_a_second_signal_it_ends_at_once",
        "a_client_that_does_not_read_is_not_read_from",
        "commands_between_multi_and_exec_are_executed_together",
    ] {
        check_finds(check, "careless")?;
    }
    Ok(())
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_key_value_server_that_trusts_its_clients_is_found() -> Result {
    for check in [
        "a_byte_of_a_long_request_costs_no_more_than_one_of_a_short_one",
        "an_urgent_byte_does_not_hide_the_rest_of_a_request",
        "three_hundred_clients_fit_in_the_backlog",
        "clients_that_come_with_the_signal_are_answered",
        "a_client_that_never_pauses_does_not_keep_it_from_stopping",
        "a_full_store_refuses_more_and_keeps_what_it_has",
        "a_crowd_that_is_refused_does_not_fill_the_log",
        "a_long_pattern_is_refused",
        "half_a_question_does_not_make_the_stop_fail",
        "clients_that_send_on_and_never_read_are_disconnected",
    ] {
        check_finds(check, "trusting")?;
    }
    Ok(())
}

#[test]
fn a_store_that_stays_borrowed_during_a_wait_blocks_all_others() -> Result {
    check_finds("clients_that_never_read_delay_no_other_client", "kept_borrow")
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_keys_command_that_yields_is_found() -> Result {
    check_finds("keys_holds_up_all_others", "polite_keys")
}

#[test]
fn the_comparison_with_redis_is_shown_as_it_was_measured() -> Result {
    let measured = Measured::committed()?;
    let wait = measured.typical_wait(SERVERS[1], 16).expect("there are some");
    snapshot::check("generated/timeline_07_02.svg", &wait.timeline().figure("07_02"))
}

/// Of all rounds, the one in the middle counts: another program may have met one of the two.
#[test]
fn a_request_costs_no_more_than_in_redis() -> Result {
    let measured = Measured::committed()?;
    for load in LOADS {
        let ratio = measured.ratio(load, 16);
        assert!(ratio[1] >= 1.0, "{load:?}: {ratio:?}");
    }
    Ok(())
}

/// What the text says of the two rows in which the server is the limit, and of the four others.
#[test]
fn by_the_clock_redis_is_ahead_where_the_load_is_the_limit() -> Result {
    let measured = Measured::committed()?;
    for load in LOADS {
        let (ratio, limited) = (measured.ratio_by_the_clock(load), measured.is_limited_by_the_load(load));
        assert_eq!(limited, ratio[1] < 1.0, "{load:?}: {ratio:?}");
        assert_eq!(limited, !matches!(load, ("SET" | "GET", 16)), "{load:?}");
    }
    Ok(())
}

#[test]
fn all_clients_wait_for_a_million_keys_here_and_in_redis() -> Result {
    for wait in Measured::committed()?.waits {
        assert!(wait.longest() > 10_000, "{wait:?}");
        // A client may hear of its answer a moment before the others do.
        assert!(wait.others.iter().all(|(_, answered)| answered + 2_000 > wait.begun), "{wait:?}");
    }
    Ok(())
}

#[test]
fn keys_is_quicker_here_whatever_the_length_of_the_keys() -> Result {
    let measured = Measured::of_lengths()?;
    for length in KEY_LENGTHS {
        let [.., ratio] = measured.compare_waits(length);
        assert!(ratio[2] < 1.0, "{length} bytes: {ratio:?}");
    }
    Ok(())
}
