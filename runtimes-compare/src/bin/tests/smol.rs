//! What makes the last step parallel, shown for smol: two handlers run at the same instant, and a panic stays in its task.

use super::*;
use harness::mock::{Meeting, Stream};

const HELLO_REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn is_handled(mut stream: Stream) -> bool {
    let (_stop, stopping) = oneshot::channel();
    handle_connection(&mut stream, &mut Connection::new(), &stopping.shared()).await.is_ok()
}

#[test]
fn two_handlers_run_at_the_same_instant() {
    let meeting = Meeting::of(2);
    let handlers = [(); 2].map(|()| EXECUTOR.spawn(is_handled(Stream::new().meets(&meeting).sends(HELLO_REQUEST))));
    thread::spawn(|| smol::block_on(EXECUTOR.run(future::pending::<()>())));
    for handler in handlers {
        assert!(smol::block_on(EXECUTOR.run(handler)));
    }
}

#[test]
fn a_handler_that_panics_ends_its_own_task_only() {
    let [broken, healthy] =
        [Stream::new().panics(), Stream::new().sends(HELLO_REQUEST)].map(|stream| EXECUTOR.spawn(is_handled(stream)));
    broken.detach();
    assert!(smol::block_on(EXECUTOR.run(healthy)));
}
