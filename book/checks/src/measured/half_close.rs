//! A connection whose two halves do not end at the same time: a client sends lines to an echo server, ends its half, and reads on.

use super::milliseconds_since;
use crate::{Result, step};
use harness::Protocol;
use std::thread;
use std::time::{Duration, SystemTime};
use timeline::{Kind, Span, Timeline, Unit};

/// The client sends four lines in the time in which the server sends one back.
pub(super) fn measure(step: &str, lines: u32) -> Result<Timeline> {
    talk(step, lines, Duration::from_secs(1))
}

/// Does it once more, in less time.
pub(super) fn observe(step: &str, lines: u32) -> Result<Timeline> {
    talk(step, lines, Duration::from_millis(40))
}

fn talk(step: &str, lines: u32, delay: Duration) -> Result<Timeline> {
    let server = step::program(step)?.speaking(Protocol::Echo).delay(delay).start()?;
    let mut client = server.client()?;
    let beginning = SystemTime::now();
    let sent = moments(beginning, lines, || {
        thread::sleep(delay / 4);
        client.send_question()
    })?;
    client.finish_sending()?;
    let half_close = milliseconds_since(beginning);
    let received = moments(beginning, lines, || client.answer())?;
    client.end()?;
    let end = milliseconds_since(beginning);

    let mut timeline = Timeline::new(format!("The two halves of a connection to {step}"), Unit::Milliseconds)
        .legend(Kind::Served, "until this line is there")
        .legend(Kind::Blocked, "half-closed");
    for (half, moments) in [("to the server", &sent), ("to the client", &received)] {
        let row = timeline.row(half);
        let mut from = 0;
        for (line, to) in (1..).zip(moments.iter().copied()) {
            row.spans.push(Span { kind: Kind::Served, from, to, label: format!("{line}") });
            from = to;
        }
    }
    timeline.rows[0].span(Kind::Blocked, half_close, end);
    Ok(timeline)
}

/// When each line was there.
fn moments(beginning: SystemTime, lines: u32, mut line: impl FnMut() -> Result) -> Result<Vec<u64>> {
    (0..lines).map(|_| line().map(|()| milliseconds_since(beginning))).collect()
}
