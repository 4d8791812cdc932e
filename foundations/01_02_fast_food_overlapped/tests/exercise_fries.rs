//! Exercise 2 of section 1.2: fries for customers who come one after the other. Write `served`, then run
//! `cargo test -p fast_food_overlapped --test exercise_fries -- --ignored`.

/// When each customer has fries, in seconds, if they come at these times (in order). The fryer makes a batch in `batch` seconds, large
/// enough for all customers who come before it is ready. The next batch is started when the next customer comes after that.
fn served(_came: &[u32], _batch: u32) -> Vec<u32> {
    Vec::new() // not written yet
}

#[test]
#[ignore = "exercise 1.2/2: it passes once you have written `served`"]
fn customers_share_the_fries_that_are_cooking() {
    assert_eq!(served(&[0, 30], 120), [120, 120]);
    assert_eq!(served(&[0, 30, 119, 120, 300], 120), [120, 120, 120, 240, 420]);
}
