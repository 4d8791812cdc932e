//! Chapter 11.3: what the rolling restart, the balancer's hop and the arithmetic say.

#![allow(clippy::expect_used, clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use crate::faults::failure_within;
use crate::measured;
use book_checks::machines::{self, Hop, PORTS};
use book_checks::measured::traces;
use book_checks::{Result, assert_none, has_tool, patch};
use harness::Program;
use measure::figure::Measure;
use rustix::process::Signal;
use std::fs;
use std::time::Duration;
use timeline::{Kind, Row, Timeline};

#[path = "../../../../foundations/11_03_many_machines/tests/many_machines/properties.rs"]
mod properties;
#[allow(dead_code, clippy::duplicate_mod, reason = "two of these tests use parts of it, each with its own copy")]
#[path = "../../../../foundations/07_03_chat/tests/chat/talker.rs"]
mod talker;

/// A program of the step with the faults of this patch, for which the tests wait only two seconds.
fn careless(program: &str) -> Program {
    patch::program(&format!("{program}+careless_machines")).unwrap().patience(Duration::from_secs(2))
}

#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_relay_that_trusts_its_broker_is_found() {
    let relay = careless("11_03_shared_chat");
    let properties: [fn(&Program) -> Result; 4] = [
        properties::lines_lost_at_the_broker_are_not_blamed_on_a_member,
        properties::a_broker_that_rests_for_a_second_is_not_lost,
        properties::a_line_that_the_broker_did_not_confirm_is_sent_again,
        properties::a_broker_that_falls_silent_is_noticed_although_no_member_speaks,
    ];
    if has_tool("redis-server") {
        let found = properties.map(|property| failure_within(5, || property(&relay)).to_string());
        let expected =
            ["You were too slow", "lost the broker", "the line is not sent again", "no \"lost the broker: \""];
        assert!(found.iter().zip(expected).all(|(found, expected)| found.contains(expected)), "{found:?}");
    }
}

/// `SIGHUP` ends a program that does not expect it, and what it has started runs on.
#[test]
#[ignore = "checks a check, `cargo test --test book --test harness -- --ignored found` does it"]
fn a_program_that_is_ended_with_its_terminal_is_found() {
    if has_tool("haproxy") {
        let program = careless("11_03_many_machines");
        let left = properties::nothing_is_left_after(&program, ["--balancer", "haproxy"], Signal::HUP).unwrap_err();
        assert!(left.to_string().ends_with(" are left"), "{left}");
    }
}

#[test]
fn nothing_failed_while_the_hop_was_measured() -> Result {
    let hop = Hop::committed()?;
    assert_none(hop.load.failures().chain(hop.idle.failures()));
    Ok(())
}

#[test]
fn a_balancer_costs_more_cpu_time_than_the_server_behind_it() -> Result {
    for balancer in ["haproxy", "nginx"] {
        let ratio =
            Hop::committed()?.load.ratio((Measure::CpuPerRequest, runtimes_compare::KEEP_ALIVE), balancer, "direct");
        assert!(ratio.is_some_and(|[smallest, ..]| smallest > 2.0), "{balancer}: {ratio:?}");
    }
    Ok(())
}

#[test]
fn which_resource_ends_first_depends_on_the_size() -> Result {
    let mut needs = machines::needs(&Hop::committed()?)?;
    assert_eq!(machines::first_to_end(&needs), ["descriptors", "ports"]);
    needs[1].has /= 10.0; // on a machine with a tenth of the memory
    assert_eq!(machines::first_to_end(&needs)[0], "memory");
    Ok(())
}

#[test]
fn linux_lends_this_many_ports_to_connections_to_one_address() {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let range: Vec<f64> = range.split_whitespace().filter_map(|port| port.parse().ok()).collect();
    // An administrator may have set another range.
    if range == [32_768.0, 60_999.0] {
        assert_eq!(range[1] - range[0] + 1.0, PORTS);
    }
}

/// The timelines of this name: in the book, and now, if it can be run here.
fn timelines(name: &str) -> Result<Vec<Timeline>> {
    if has_tool("haproxy") {
        measured::timelines(name).map(Vec::from)
    } else {
        Ok(vec![traces::find(name)?.committed()?])
    }
}

fn copies(timeline: &Timeline) -> Vec<&Row> {
    timeline.rows.iter().filter(|row| row.label.starts_with("copy")).collect()
}

#[test]
fn copies_are_replaced_one_after_the_other_and_no_client_loses_anything() -> Result {
    for timeline in timelines("11_03_graceful")? {
        let copies = copies(&timeline);
        assert_eq!(copies.len(), 3);
        let down: Vec<_> = copies.iter().flat_map(|copy| copy.of(Kind::Blocked)).collect();
        assert_eq!(down.len(), 3, "each is down once: {}", timeline.text(80));
        assert!(down.windows(2).all(|pair| pair[0].to < pair[1].from), "{}", timeline.text(80));
        let clients = timeline.rows.last().map(|clients| (clients.note.as_str(), clients.total(Kind::Lost)));
        assert_eq!(clients, Some(("0", 0)), "{}", timeline.text(80));
    }
    Ok(())
}

#[test]
fn clients_of_copies_that_end_at_once_lose_requests_when_a_copy_ends() -> Result {
    let lost_of = |timeline: &Timeline| -> Vec<(u64, u64)> {
        let clients = timeline.rows.last();
        clients.into_iter().flat_map(|clients| clients.of(Kind::Lost)).map(|lost| (lost.from, lost.to)).collect()
    };
    // On a busy machine, a copy may end in a moment in which no request is under way.
    let mut all = timelines("11_03_at_once")?;
    for _ in 0..4 {
        if all.iter().all(|timeline| !lost_of(timeline).is_empty()) {
            break;
        }
        all = timelines("11_03_at_once")?;
    }
    for timeline in all {
        let ends: Vec<u64> =
            copies(&timeline).iter().flat_map(|copy| copy.of(Kind::Blocked)).map(|down| down.from).collect();
        let lost = lost_of(&timeline);
        assert!(!lost.is_empty(), "{}", timeline.text(80));
        let is_of_an_end = |from: u64, to: u64| ends.iter().any(|end| (from..=to + 20).contains(end));
        assert!(lost.iter().all(|&(from, to)| is_of_an_end(from, to)), "{}", timeline.text(80));
    }
    Ok(())
}
