//! What makes the last step parallel, shown for tokio: two tasks run at the same instant.

use super::*;
use std::sync::{Arc, Barrier};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tasks_run_at_the_same_instant() {
    let meeting = Arc::new(Barrier::new(2));
    let tasks = [(); 2].map(|()| {
        let meeting = meeting.clone();
        task::spawn(async move { meeting.wait().is_leader() })
    });
    let mut leaders = 0;
    for task in tasks {
        leaders += usize::from(task.await.expect("the task does not panic"));
    }
    assert_eq!(leaders, 1, "each task waits for the other one");
}
