//! The kitchen: customers are tasks, and queue for what they share.

use crate::clock::{Clock, Pace};
use crate::executor::Executor;
use crate::plan::Plan;
use crate::story::{Event, What};
use futures::join;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::{Mutex, Semaphore};

// ANCHOR: kitchen
/// What the customers share.
struct Kitchen {
    soda_machines: Vec<Mutex<()>>,
    cooks: Semaphore,
    /// The portions that are left of the last batch.
    fryer: Mutex<u32>,
    plan: Plan,
    clock: Rc<Clock>,
    report: Box<dyn Fn(Event)>,
}
// ANCHOR_END: kitchen

/// When a customer's turn came, and when the item was ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The end of the wait in the queue.
    pub began: Duration,
    /// When the customer had it.
    pub ready: Duration,
}

/// What became of one customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When the customer came.
    pub arrived: Duration,
    /// The soda, the burger, the fries.
    pub stays: [Stay; 3],
}

impl Visit {
    /// When the customer had everything.
    pub fn served(&self) -> Duration {
        self.stays.iter().map(|stay| stay.ready).fold(self.arrived, Duration::max)
    }

    /// How long that took.
    pub fn service(&self) -> Duration {
        self.served() - self.arrived
    }
}

/// Opens the kitchen, serves all customers, and returns their visits in the order in which they came; `None` if the
/// kitchen comes to a standstill.
pub fn serve_all(plan: &Plan, pace: Pace, report: impl Fn(Event) + 'static) -> Option<Vec<Visit>> {
    let clock = Rc::new(Clock::new(pace));
    let machines = plan.soda_machines.min(plan.customers); // the others would never be used
    let kitchen = Rc::new(Kitchen {
        soda_machines: (0..machines).map(|_| Mutex::new(())).collect(),
        cooks: Semaphore::new(plan.cooks as usize),
        fryer: Mutex::new(0),
        plan: plan.clone(),
        clock: Rc::clone(&clock),
        report: Box::new(report),
    });
    let executor = Executor::default();
    executor.run(&clock, open(kitchen, &executor))
}

// ANCHOR: open
async fn open(kitchen: Rc<Kitchen>, executor: &Executor) -> Vec<Visit> {
    let mut customers = Vec::new();
    for number in 0..kitchen.plan.customers {
        if number > 0 {
            kitchen.clock.sleep(kitchen.plan.every).await;
        }
        customers.push(executor.spawn(Rc::clone(&kitchen).serve(number)));
    }
    let mut visits = Vec::new();
    for customer in customers {
        visits.push(customer.await);
    }
    visits
}
// ANCHOR_END: open

impl Kitchen {
    // ANCHOR: serve
    async fn serve(self: Rc<Self>, customer: u32) -> Visit {
        let arrived = self.report(customer, What::Arrives);
        let (soda, burger, fries) = join!(self.soda(customer), self.burger(customer), self.fries(customer));
        let visit = Visit { arrived, stays: [soda, burger, fries] };
        self.report(customer, What::Leaves(visit.service()));
        visit
    }

    async fn soda(&self, customer: u32) -> Stay {
        let soda_machine = &self.soda_machines[customer as usize % self.soda_machines.len()];
        let _turn = soda_machine.lock().await;
        let began = self.report(customer, What::SodaBegins);
        self.clock.sleep(self.plan.soda_time).await;
        Stay { began, ready: self.report(customer, What::SodaReady) }
    }

    async fn burger(&self, customer: u32) -> Stay {
        let _cook = self.cooks.acquire().await; // an error only if the semaphore is closed
        let began = self.report(customer, What::BurgerBegins);
        self.clock.sleep(self.plan.burger_time).await;
        Stay { began, ready: self.report(customer, What::BurgerReady) }
    }

    async fn fries(&self, customer: u32) -> Stay {
        let mut portions = self.fryer.lock().await;
        let began = self.clock.now();
        if *portions == 0 {
            self.report(customer, What::BatchBegins);
            self.clock.sleep(self.plan.batch_time).await;
            *portions = self.plan.portions;
            self.report(customer, What::BatchReady);
        }
        *portions -= 1;
        Stay { began, ready: self.report(customer, What::FriesReady) }
    }
    // ANCHOR_END: serve

    /// Says what happens now, and when now is.
    fn report(&self, customer: u32, what: What) -> Duration {
        let at = self.clock.now();
        (self.report)(Event { at, customer, what });
        at
    }
}

// ANCHOR: one_after_the_other
/// When a single employee, who waits for each item before beginning the next, would have served all customers.
pub fn one_after_the_other(plan: &Plan) -> Option<Duration> {
    let clock = Clock::new(Pace::Virtual);
    let employee = async {
        for number in 0..plan.customers {
            clock.sleep((plan.every * number).saturating_sub(clock.now())).await;
            clock.sleep(plan.soda_time).await;
            clock.sleep(plan.burger_time).await;
            clock.sleep(plan.batch_time).await;
        }
        clock.now()
    };
    Executor::default().run(&clock, employee)
}
// ANCHOR_END: one_after_the_other
