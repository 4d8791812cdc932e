//! Step 1.2: an order takes as long as its longest wait, and so do two.

use harness::{Failure, Program, Result};
use std::time::{Duration, Instant};

/// What it prints with these arguments.
fn printed(arguments: &[&str]) -> Result<String> {
    let ended = Program::at(env!("CARGO_BIN_EXE_01_02_fast_food_overlapped")).run(arguments)?;
    if ended.code == Some(0) { Ok(ended.output) } else { Err(Failure::new(format!("{ended:?}"))) }
}

#[test]
fn an_order_takes_as_long_as_its_longest_wait() -> Result {
    let expected = "     0s  customer 1: burger started
     0s  customer 1: fries started
     0s  customer 1: soda started
     2s  customer 1: soda ready
     4s  customer 1: burger ready
     8s  customer 1: fries ready
     8s  everyone is served
";
    assert_eq!(printed(&[])?, expected);
    Ok(())
}

#[test]
fn two_customers_are_served_in_the_time_of_one() -> Result {
    for customers in ["1", "2", "1000"] {
        let printed = printed(&["--customers", customers])?;
        assert!(printed.ends_with("     8s  everyone is served\n"), "{printed}");
    }
    Ok(())
}

#[test]
fn with_other_times_two_customers_take_two_minutes() -> Result {
    for customers in ["1", "2"] {
        let printed = printed(&["--customers", customers, "--burger", "1m", "--fries", "2m", "--soda", "30s"])?;
        assert!(printed.ends_with("     2m  everyone is served\n"), "{printed}");
    }
    Ok(())
}

#[test]
fn only_a_faster_fryer_is_noticed() -> Result {
    assert!(printed(&["--burger", "2s"])?.ends_with("     8s  everyone is served\n"));
    assert!(printed(&["--fries", "4s"])?.ends_with("     4s  everyone is served\n"));
    Ok(())
}

#[test]
fn a_virtual_clock_is_not_waited_for_and_a_real_one_is() -> Result {
    let order = ["--burger", "1h", "--fries", "1h", "--soda", "1h"];
    assert!(printed(&order)?.ends_with("     1h  everyone is served\n")); // or this test would last as long
    let begun = Instant::now();
    let printed = printed(&["--burger", "40ms", "--fries", "80ms", "--soda", "20ms", "--real-time"])?;
    assert!(begun.elapsed() >= Duration::from_millis(80));
    assert!(printed.ends_with("   80ms  everyone is served\n"), "{printed}");
    Ok(())
}

#[test]
fn nonsense_is_misuse_and_help_says_what_to_try() -> Result {
    let program = Program::at(env!("CARGO_BIN_EXE_01_02_fast_food_overlapped"));
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
