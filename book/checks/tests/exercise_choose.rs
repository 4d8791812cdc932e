//! Exercise 1 of section 11.2: the picture as a function. Write `choose`, then run
//! `cargo test -p book-checks --test exercise_choose -- --ignored`.

/// What is known of a server before it is written.
#[derive(Clone, Copy, Default)]
#[allow(dead_code)] // until `choose` reads it
struct Plan {
    computes_for_long: bool,
    may_end_its_process: bool,
    clients: u32,
    needs_libraries: bool,
}

/// What waits for the clients, and whether there is a pool for what computes.
fn choose(plan: Plan) -> (&'static str, bool) {
    let Plan { computes_for_long, may_end_its_process: _, clients: _, needs_libraries: _ } = plan;
    ("", computes_for_long) // not written yet
}

#[test]
#[ignore = "exercise 11.2/1: it passes once you have written `choose`"]
fn each_way_is_chosen_for_what_it_is_good_at() {
    let plan = Plan { clients: 500, ..Plan::default() };
    let crowd = Plan { clients: 10_000, ..plan };
    for (plan, way) in [
        (plan, ("a thread for each", false)),
        (Plan { may_end_its_process: true, ..crowd }, ("processes", false)),
        (crowd, ("an event loop", false)),
        (Plan { needs_libraries: true, ..crowd }, ("tasks", false)),
        (Plan { computes_for_long: true, ..crowd }, ("an event loop", true)),
        (Plan { computes_for_long: true, ..plan }, ("a thread for each", true)),
    ] {
        assert_eq!(choose(plan), way);
    }
}
