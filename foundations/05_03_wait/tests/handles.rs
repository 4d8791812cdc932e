//! What becomes of a task when its handle is dropped, and when the runtime ends: on the runtimes that people use.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use futures::channel::oneshot::{Receiver, Sender, channel};

/// A task that waits at a gate and then reports, the key to the gate, and the report.
fn task() -> (impl Future<Output = ()> + Send + 'static, Sender<()>, Receiver<()>) {
    let ((key, gate), (report, reported)) = (channel(), channel());
    let task = async move {
        let _ = gate.await;
        let _ = report.send(());
    };
    (task, key, reported)
}

#[test]
fn a_dropped_handle_cancels_on_smol() {
    let (task, key, reported) = task();
    smol::block_on(async {
        drop(smol::spawn(task));
        let _ = key.send(());
        assert!(reported.await.is_err(), "the task was dropped before it could report");
    });
}

#[test]
fn a_dropped_handle_detaches_on_tokio_and_async_std() {
    let (task, key, reported) = task();
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        drop(tokio::spawn(task));
        key.send(()).unwrap();
        assert!(reported.await.is_ok());
    });

    let (task, key, reported) = self::task();
    async_std::task::block_on(async {
        drop(async_std::task::spawn(task));
        key.send(()).unwrap();
        assert!(reported.await.is_ok());
    });
}

#[test]
fn tasks_end_with_the_runtime_on_tokio_and_outlive_it_on_async_std() {
    let (task, _key, reported) = task();
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
        tokio::spawn(task);
    });
    assert!(result_of(reported).is_err(), "it was dropped with the runtime");

    let (task, key, reported) = self::task();
    async_std::task::block_on(async {
        async_std::task::spawn(task);
    });
    key.send(()).unwrap();
    assert!(result_of(reported).is_ok(), "its executor is a static");
}

/// What is reported in the end.
fn result_of(reported: Receiver<()>) -> Result<(), futures::channel::oneshot::Canceled> {
    smol::block_on(reported)
}
