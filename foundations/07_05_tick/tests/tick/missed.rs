//! Step 7.5: when eight ticks run of which the third one takes long. The clock is a virtual one, so each number is exact.

use harness::{Program, Result};

/// When the ticks were due, and when they began.
fn ticks(arguments: &[&str]) -> Result<(Vec<u64>, Vec<u64>)> {
    let ended = Program::at(env!("CARGO_BIN_EXE_07_05_missed")).run(arguments)?;
    assert_eq!((ended.code, ended.log.as_str()), (Some(0), ""));
    let number = |line: &str, after: &str| line.split_once(after)?.1.trim_start().split(' ').next()?.parse().ok();
    let numbers = |after| ended.output.lines().map(|line| number(line, after).unwrap()).collect();
    Ok((numbers("due at"), numbers("runs from")))
}

#[test]
fn a_sleep_between_two_ticks_drifts_and_an_interval_does_not() -> Result {
    let due: Vec<u64> = (0..8).map(|tick| tick * 20).collect();
    let (_, sleep) = ticks(&["sleep", "--long", "5ms"])?;
    assert_eq!(sleep, (0..8).map(|tick| tick * 25).collect::<Vec<_>>());
    for way in ["burst", "delay", "skip"] {
        assert_eq!(ticks(&[way, "--long", "5ms"])?, (due.clone(), due.clone()), "{way}");
    }
    Ok(())
}

#[test]
fn burst_makes_up_for_each_missed_tick() -> Result {
    assert_eq!(ticks(&["burst"])?, (vec![0, 20, 40, 60, 80, 100, 120, 140], vec![0, 20, 40, 110, 115, 120, 125, 140]));
    Ok(())
}

#[test]
fn delay_starts_the_clock_anew() -> Result {
    assert_eq!(ticks(&["delay"])?, (vec![0, 20, 40, 60, 130, 150, 170, 190], vec![0, 20, 40, 110, 130, 150, 170, 190]));
    Ok(())
}

#[test]
fn skip_leaves_out_what_was_missed_and_keeps_the_beat() -> Result {
    assert_eq!(ticks(&["skip"])?, (vec![0, 20, 40, 60, 120, 140, 160, 180], vec![0, 20, 40, 110, 120, 140, 160, 180]));
    Ok(())
}

#[test]
fn a_burst_with_ticks_that_take_nearly_a_period_does_not_catch_up() -> Result {
    let (due, runs) = ticks(&["burst", "--short", "18ms"])?;
    assert_eq!((due[7], runs[7]), (140, 182));
    Ok(())
}
