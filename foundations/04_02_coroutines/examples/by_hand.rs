//! A coroutine, polled by hand: each poll runs the piece up to the next wait.
//!
//! Run: `cargo run --example 04_02_by_hand`
//! Try: poll twice instead of three times.
//! You should see: each poll prints one line of the coroutine, and then what the poll has returned.

use std::future::poll_fn;
use std::io::{self, Write};
use std::task::{Context, Poll, Waker};

// ANCHOR: program
/// A wait that is over at the second poll.
async fn pause() {
    let mut was_polled = false;
    let wait = |_: &mut Context<'_>| {
        let answer = if was_polled { Poll::Ready(()) } else { Poll::Pending };
        was_polled = true;
        answer
    };
    poll_fn(wait).await;
}

async fn count() -> io::Result<()> {
    writeln!(io::stdout(), "one")?;
    pause().await;
    writeln!(io::stdout(), "two")?;
    pause().await;
    writeln!(io::stdout(), "three")
}

fn main() -> io::Result<()> {
    let mut coroutine = Box::pin(count());
    let mut context = Context::from_waker(Waker::noop());
    writeln!(io::stdout(), "nothing has run yet")?;
    for _ in 0..3 {
        let answer = coroutine.as_mut().poll(&mut context);
        writeln!(io::stdout(), "    {answer:?}")?;
    }
    Ok(())
}
// ANCHOR_END: program
