//! Step 1.1: an order takes the sum of its waits, and the next customer waits for the one before.

use harness::{Failure, Program, Result};
use std::time::{Duration, Instant};

/// What it prints with these arguments.
fn printed(arguments: &[&str]) -> Result<String> {
    let ended = Program::at(env!("CARGO_BIN_EXE_01_01_fast_food_sync")).run(arguments)?;
    if ended.code == Some(0) { Ok(ended.output) } else { Err(Failure::new(format!("{ended:?}"))) }
}

#[test]
fn an_order_takes_the_sum_of_its_waits() -> Result {
    let expected = "     0s  customer 1: burger started
     4s  customer 1: burger ready
     4s  customer 1: fries started
    12s  customer 1: fries ready
    12s  customer 1: soda started
    14s  customer 1: soda ready
    14s  everyone is served
";
    assert_eq!(printed(&[])?, expected);
    Ok(())
}

#[test]
fn the_second_customer_waits_for_the_first() -> Result {
    let printed = printed(&["--customers", "2"])?;
    assert!(printed.contains("    14s  customer 1: soda ready\n    14s  customer 2: burger started\n"), "{printed}");
    assert!(printed.ends_with("    28s  everyone is served\n"), "{printed}");
    Ok(())
}

#[test]
fn with_other_times_it_is_three_minutes_and_a_half() -> Result {
    let printed = printed(&["--burger", "1m", "--fries", "2m", "--soda", "30s"])?;
    assert!(printed.ends_with(" 3m 30s  everyone is served\n"), "{printed}");
    Ok(())
}

#[test]
fn the_tenth_customer_is_served_after_ten_times_as_long() -> Result {
    let printed = printed(&["--customers", "10"])?;
    assert!(printed.ends_with(" 2m 20s  everyone is served\n"), "{printed}");
    Ok(())
}

#[test]
fn a_faster_fryer_saves_more_than_a_faster_grill() -> Result {
    assert!(printed(&["--burger", "2s"])?.ends_with("    12s  everyone is served\n"));
    assert!(printed(&["--fries", "4s"])?.ends_with("    10s  everyone is served\n"));
    Ok(())
}

#[test]
fn a_virtual_clock_is_not_waited_for_and_a_real_one_is() -> Result {
    let order = ["--burger", "1h", "--fries", "1h", "--soda", "1h"];
    assert!(printed(&order)?.ends_with("     3h  everyone is served\n")); // or this test would last as long
    let begun = Instant::now();
    let printed = printed(&["--burger", "40ms", "--fries", "80ms", "--soda", "20ms", "--real-time"])?;
    assert!(begun.elapsed() >= Duration::from_millis(140));
    assert!(printed.ends_with("  140ms  everyone is served\n"), "{printed}");
    Ok(())
}

#[test]
fn nonsense_is_misuse_and_help_says_what_to_try() -> Result {
    let program = Program::at(env!("CARGO_BIN_EXE_01_01_fast_food_sync"));
    for nonsense in [
        ["--customers", "0"],
        ["--customers", "many"],
        ["--burger", "-1s"],
        ["--burger", "soon"],
        ["--soda", "2 days"],
        ["a", "b"],
    ] {
        let ended = program.run(&nonsense)?;
        assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""), "{nonsense:?}");
        assert!(ended.log.contains("; usage: "), "{ended:?}");
    }
    let help = program.run(&["--help"])?;
    assert!(help.code == Some(0) && help.output.contains("Try: "), "{help:?}");
    Ok(())
}
