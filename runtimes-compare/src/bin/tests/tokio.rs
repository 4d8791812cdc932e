//! What makes the last step parallel, shown for tokio: two handlers run at the same instant, and a panic stays in its task.

use super::*;
use harness::mock::{Meeting, Stream};
use tokio_util::compat::FuturesAsyncReadCompatExt; // the mock speaks the traits of `futures`

const HELLO_REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn is_handled(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), stopping: watch::Receiver<()>) -> bool {
    handle_connection(stream, &mut Connection::new(), &AtomicU32::new(0), stopping).await.is_ok()
}

// ANCHOR: bridge
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_handlers_run_at_the_same_instant() {
    let (_stop, stopping) = watch::channel(());
    let meeting = Meeting::of(2);
    let handlers = [(); 2].map(|()| {
        let stopping = stopping.clone();
        let mut stream = Stream::new().meets(&meeting).sends(HELLO_REQUEST).compat();
        task::spawn(async move { is_handled(&mut stream, stopping).await })
    });
    for handler in handlers {
        assert!(handler.await.expect("the handler does not panic"));
    }
}
// ANCHOR_END: bridge

#[tokio::test]
async fn a_handler_that_panics_ends_its_own_task_only() {
    let (_stop, stopping) = watch::channel(());
    let handlers = [Stream::new().panics(), Stream::new().sends(HELLO_REQUEST)].map(|stream| {
        let stopping = stopping.clone();
        let mut stream = stream.compat();
        task::spawn(async move { is_handled(&mut stream, stopping).await })
    });
    let [broken, healthy] = handlers;
    assert!(broken.await.is_err_and(|error| error.is_panic()));
    assert!(healthy.await.expect("the handler does not panic"));
}
