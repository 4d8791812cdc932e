//! Waiting for many tasks.

use crate::executor::{Executor, JoinHandle, Outcome, State};
use std::pin::Pin;

// ANCHOR: wait
/// What can be waited for.
pub enum Awaited {
    /// A future that nobody has started yet.
    Future(Pin<Box<dyn Future<Output = Outcome>>>),
    /// A task: new, running or over.
    Task(JoinHandle),
}

/// Starts those that are not tasks yet, waits until all are over, and returns those that have
/// finished and those that have failed.
pub async fn wait(executor: &Executor, awaited: Vec<Awaited>) -> (Vec<JoinHandle>, Vec<JoinHandle>) {
    let launch = |one| match one {
        Awaited::Future(future) => executor.spawn(future),
        Awaited::Task(task) => task,
    };
    let mut tasks: Vec<JoinHandle> = awaited.into_iter().map(launch).collect();
    for task in &mut tasks {
        let _ = task.await; // one after the other, while all of them go on
    }
    tasks.into_iter().partition(|task| matches!(task.state(), State::Finished(_)))
}
// ANCHOR_END: wait
