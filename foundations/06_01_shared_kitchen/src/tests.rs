//! What is true of every kitchen, and the exact times of some.

use crate::clock::Pace;
use crate::kitchen::{Stay, Visit, one_after_the_other, serve_all};
use crate::plan::Plan;
use proptest::prelude::*;
use std::time::Duration;

/// The plan with which the program begins.
fn plan(every: u64) -> Plan {
    let seconds = Duration::from_secs;
    Plan {
        customers: 10,
        every: seconds(every),
        soda_machines: 1,
        soda_time: seconds(2),
        cooks: 3,
        burger_time: seconds(4),
        portions: 5,
        batch_time: seconds(8),
    }
}

/// Random plans. Many of their times are equal, because order matters for what happens at the same moment.
pub fn plans() -> impl Strategy<Value = Plan> {
    let times = [(); 4].map(|()| (0_u64..6).prop_map(|time| Duration::from_millis(time * 500)));
    (1_u32..40, times, 1_u32..5, 1_u32..6, 1_u32..8).prop_map(|(customers, times, soda_machines, cooks, portions)| {
        let [every, soda_time, burger_time, batch_time] = times;
        Plan { customers, every, soda_machines, soda_time, cooks, burger_time, portions, batch_time }
    })
}

fn serve(plan: &Plan) -> Vec<Visit> {
    serve_all(plan, Pace::Virtual, |_| {}).expect("everyone is served")
}

fn service_times(plan: &Plan) -> Vec<u64> {
    serve(plan).iter().map(|visit| visit.service().as_secs()).collect()
}

#[test]
fn all_at_the_same_time_takes_as_long_as_it_should() {
    assert_eq!(service_times(&plan(0)), [8, 8, 8, 8, 10, 16, 16, 16, 18, 20]);
}

#[test]
fn one_every_two_seconds_takes_as_long_as_it_should() {
    assert_eq!(service_times(&plan(2)), [8, 6, 4, 4, 4, 8, 6, 4, 4, 4]);
}

#[test]
fn one_every_second_takes_as_long_as_it_should() {
    assert_eq!(service_times(&plan(1)), [8, 7, 6, 5, 6, 11, 10, 9, 10, 11]);
}

#[test]
fn one_thing_after_the_other_takes_the_sum_of_all_times() {
    for every in [0, 1, 2] {
        assert_eq!(one_after_the_other(&plan(every)), Some(Duration::from_secs(140)));
    }
    assert_eq!(
        one_after_the_other(&plan(20)),
        Some(Duration::from_secs(9 * 20 + 14)),
        "with pauses, if no customer is there"
    );
}

#[test]
fn two_customers_take_as_long_as_one() {
    for customers in [1, 2] {
        assert_eq!(service_times(&Plan { customers, ..plan(0) }).last(), Some(&8));
    }
}

/// A customer who comes later shares the fries that are cooking already.
#[test]
fn a_late_customer_shares_the_fries_and_waits_a_quarter_of_the_time() {
    let seconds = Duration::from_secs;
    let plan =
        Plan { customers: 2, soda_time: seconds(30), burger_time: seconds(60), batch_time: seconds(120), ..plan(30) };
    assert_eq!(service_times(&plan), [120, 90]);
    let alone = one_after_the_other(&plan).expect("everyone is served");
    assert_eq!(alone - plan.every, seconds(390), "six minutes and a half");
}

/// How long all customers together wait for a soda, a burger and fries.
fn in_line(visits: &[Visit]) -> [Duration; 3] {
    [0, 1, 2].map(|item| visits.iter().map(|visit| visit.stays[item].began - visit.arrived).sum())
}

/// What one item has been for each customer.
fn stays(visits: &[Visit], item: usize) -> Vec<Stay> {
    visits.iter().map(|visit| visit.stays[item]).collect()
}

#[test]
fn with_a_customer_every_two_seconds_only_the_fryer_has_a_line() {
    let visits = serve(&plan(2));
    let [soda, burger, fries] = in_line(&visits);
    assert!(soda.is_zero() && burger.is_zero() && !fries.is_zero());
    assert_eq!(most_at_a_time(&stays(&visits, 1)), 2, "the third cook has nothing to do");
}

#[test]
fn the_soda_machine_is_the_bottleneck_at_one_customer_a_second() {
    for customers in [10, 100] {
        let visits = serve(&Plan { customers, ..plan(1) });
        let sodas = stays(&visits, 0);
        assert!(sodas.windows(2).all(|pair| pair[0].ready == pair[1].began), "it never rests");
        for visit in &visits[visits.len() - 2..] {
            let [soda, burger, fries] = visit.stays.map(|stay| stay.ready);
            assert!(soda > burger && soda > fries, "the last wait for nothing else");
        }
    }
    let [soda, burger, fries] = in_line(&serve(&Plan { customers: 100, ..plan(1) }));
    assert!(soda > fries && fries > burger);
}

/// The same times, by arithmetic: a customer's turn begins when the turn of the customer before ends.
fn by_arithmetic(plan: &Plan) -> Vec<Visit> {
    let mut stays: Vec<[Stay; 3]> = Vec::new();
    let (mut fryer, mut portions) = (Duration::ZERO, 0);
    let arrivals = (0..plan.customers).map(|number| plan.every * number);
    for arrived in arrivals.clone() {
        let turn = |item: usize, places: u32, time: Duration| {
            let before = stays.len().checked_sub(places as usize).map_or(arrived, |before| stays[before][item].ready);
            let began = before.max(arrived);
            Stay { began, ready: began + time }
        };
        let (soda, burger) = (turn(0, plan.soda_machines, plan.soda_time), turn(1, plan.cooks, plan.burger_time));
        let began = fryer.max(arrived);
        let is_empty = portions == 0;
        fryer = began + if is_empty { plan.batch_time } else { Duration::ZERO };
        portions = if is_empty { plan.portions } else { portions } - 1;
        stays.push([soda, burger, Stay { began, ready: fryer }]);
    }
    arrivals.zip(stays).map(|(arrived, stays)| Visit { arrived, stays }).collect()
}

/// How many of these stays go on at the same time, at most.
fn most_at_a_time(stays: &[Stay]) -> usize {
    let at = |moment: Duration| stays.iter().filter(|stay| stay.began <= moment && moment < stay.ready).count();
    stays.iter().map(|stay| at(stay.began)).max().unwrap_or_default()
}

proptest! {
    #[test]
    fn the_tasks_do_what_arithmetic_says(plan in plans()) {
        prop_assert_eq!(serve(&plan), by_arithmetic(&plan));
    }

    #[test]
    fn nothing_is_used_by_more_than_there_are(plan in plans()) {
        let visits = serve(&plan);
        let [soda, burger, fries] = [0, 1, 2].map(|item| {
            most_at_a_time(&stays(&visits, item))
        });
        prop_assert!(soda <= plan.soda_machines as usize, "{soda} cups are filled");
        prop_assert!(burger <= plan.cooks as usize, "{burger} cooks are busy");
        prop_assert!(fries <= 1, "{fries} batches cook");
    }

    #[test]
    fn the_customer_who_comes_first_is_first_in_every_line(plan in plans()) {
        for pair in serve(&plan).windows(2) {
            prop_assert!(pair[0].arrived <= pair[1].arrived);
            for item in 0..3 {
                prop_assert!(pair[0].stays[item].began <= pair[1].stays[item].began);
            }
        }
    }

    #[test]
    fn no_customer_is_lost_and_nothing_comes_too_early(plan in plans()) {
        let visits = serve(&plan);
        prop_assert_eq!(visits.len(), plan.customers as usize);
        for (number, visit) in (0..).zip(&visits) {
            prop_assert_eq!(visit.arrived, plan.every * number);
            let [soda, burger, _] = visit.stays;
            prop_assert!(visit.stays.iter().all(|stay| visit.arrived <= stay.began));
            prop_assert_eq!((soda.ready - soda.began, burger.ready - burger.began), (plan.soda_time, plan.burger_time));
        }
    }

    #[test]
    fn together_is_never_slower_than_one_thing_after_the_other(plan in plans()) {
        let last = serve(&plan).iter().map(Visit::served).max();
        prop_assert!(last <= one_after_the_other(&plan));
    }

    #[test]
    fn every_run_has_the_same_events(plan in plans()) {
        let story = || {
            let (sender, receiver) = std::sync::mpsc::channel();
            let visits = serve_all(&plan, Pace::Virtual, move |event| sender.send(event).unwrap());
            (visits, receiver.iter().collect::<Vec<_>>())
        };
        let first = story();
        prop_assert!(first.1.windows(2).all(|pair| pair[0].at <= pair[1].at), "time does not run backwards");
        prop_assert_eq!(first, story());
    }
}
