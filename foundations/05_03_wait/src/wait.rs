//! Waiting for many tasks.

use crate::executor::{Executor, JoinHandle, Outcome, State};
use std::pin::Pin;

// ANCHOR: wait
/// What can be waited for.
pub enum Awaited {
    /// A future that has not been started.
    Future(Pin<Box<dyn Future<Output = Outcome>>>),
    /// A task: new, running or finished.
    Task(JoinHandle),
}

/// Starts what is not a task yet, waits until all have ended, and returns the tasks that have
/// finished and those that have failed.
pub async fn wait(executor: &Executor, awaited: Vec<Awaited>) -> (Vec<JoinHandle>, Vec<JoinHandle>) {
    let launch = |one| match one {
        Awaited::Future(future) => executor.spawn(future),
        Awaited::Task(task) => task,
    };
    let mut tasks: Vec<JoinHandle> = awaited.into_iter().map(launch).collect();
    for task in &mut tasks {
        let _ = task.await; // all of them run meanwhile
    }
    tasks.into_iter().partition(|task| matches!(task.state(), State::Finished(_)))
}
// ANCHOR_END: wait
