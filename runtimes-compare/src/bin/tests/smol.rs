//! What makes the last step parallel, shown for smol: two handlers run at the same instant, and a panic stays in its task.

use super::*;
use harness::mock::{Meeting, Stream};

const HELLO_REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn is_handled(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), stopping: Receiver<()>) -> bool {
    handle_connection(stream, &mut Connection::new(), &AtomicU32::new(0), stopping).await.is_ok()
}

#[test]
fn two_handlers_run_at_the_same_instant() {
    let (_stop, stopping) = channel::bounded(1);
    let meeting = Meeting::of(2);
    let handlers = [(); 2].map(|()| {
        let stopping = stopping.clone();
        let mut stream = Stream::new().meets(&meeting).sends(HELLO_REQUEST);
        EXECUTOR.spawn(async move { is_handled(&mut stream, stopping).await })
    });
    thread::spawn(|| smol::block_on(EXECUTOR.run(future::pending::<()>())));
    for handler in handlers {
        assert!(smol::block_on(EXECUTOR.run(handler)));
    }
}

#[test]
fn a_handler_that_panics_ends_its_own_task_only() {
    let (_stop, stopping) = channel::bounded(1);
    let handlers = [Stream::new().panics(), Stream::new().sends(HELLO_REQUEST)].map(|mut stream| {
        let stopping = stopping.clone();
        EXECUTOR.spawn(async move { is_handled(&mut stream, stopping).await })
    });
    let [broken, healthy] = handlers;
    broken.detach();
    assert!(smol::block_on(EXECUTOR.run(healthy)));
}
