//! Which handler runs when on the one thread of an echo server. A handler runs piece by piece, and pauses after each of them.

use super::strace::{Call, Strace};
use crate::{Result, step};
use harness::Protocol;
use std::thread;
use std::time::Duration;
use timeline::{Kind, Row, Span, Timeline, Unit};

/// Long enough for all clients to send their lines meanwhile.
const DELAY: Duration = Duration::from_millis(100);
/// After whatever a client does. (`strace` stops the server again and again, so it cannot be seen from outside when it is done.)
const PAUSE: Duration = Duration::from_millis(20);

/// Looks with `strace` which handlers run, while each of these clients sends so many lines.
pub(super) fn trace(step: &str, lines: &[usize]) -> Result<Timeline> {
    let server = step::program(step)?.speaking(Protocol::Echo).delay(DELAY).start()?;
    let strace = Strace::attach(&server, "trace=recvfrom")?;
    let mut clients = Vec::new();
    for _ in lines {
        clients.push(server.client()?);
        thread::sleep(PAUSE);
    }
    for round in 0..lines.iter().copied().max().unwrap_or_default() {
        let mut talking: Vec<_> = clients.iter_mut().zip(lines).filter(|(_, lines)| **lines > round).collect();
        for (client, _) in &mut talking {
            client.send_question()?;
            thread::sleep(PAUSE);
        }
        for (client, _) in &mut talking {
            client.answer()?;
            thread::sleep(PAUSE);
        }
    }
    while let Some(mut last) = clients.pop() {
        last.finish_sending()?;
        last.end()?;
    }
    drop(server);
    Ok(timeline(step, &strace.calls()?))
}

/// Each piece ends with a call of `recvfrom`: what it returns decides at which wait the handler pauses. If it pauses where it has
/// paused before, because its socket was ready for something else, nothing is drawn.
fn timeline(step: &str, calls: &[Call]) -> Timeline {
    let mut timeline = Timeline::new(format!("Which handler runs when on the one thread of {step}"), Unit::Turns)
        .legend(Kind::Runs, "a piece of a handler, up to the wait that it is named after");
    let (mut clients, mut turn) = (Vec::new(), 0);
    for call in calls {
        let Some((client, returned)) = client_and_returned(&call.text) else { continue };
        let row = clients.iter().position(|known| *known == client).unwrap_or_else(|| {
            clients.push(client);
            timeline.row(format!("client {}", clients.len()));
            clients.len() - 1
        });
        let label = match returned {
            "-1" => "read",
            "0" => "end",
            _ => "sleep", // it has read a line
        };
        let pieces = &mut timeline.rows[row].spans;
        if label != "read" || pieces.last().is_none_or(|piece| piece.label != label) {
            pieces.push(Span { kind: Kind::Runs, from: turn, to: turn + 1, label: label.to_owned() });
            turn += 1;
        }
    }
    timeline
}

/// Out of `recvfrom(5<TCP:[SERVER->CLIENT]>, ...) = RETURNED ...`.
fn client_and_returned(text: &str) -> Option<(&str, &str)> {
    let (client, rest) = text.split_once("->")?.1.split_once(']')?;
    Some((client, rest.rsplit_once(" = ")?.1.split(' ').next()?))
}

/// Whether the thread runs another handler while the first one pauses.
pub fn others_run_meanwhile(timeline: &Timeline) -> bool {
    let [first, others @ ..] = &timeline.rows[..] else { return false };
    let is_meanwhile =
        |other: &Row| other.spans.iter().any(|piece| piece.from > first.start() && piece.to < first.end());
    others.iter().any(is_meanwhile)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `strace` sees of these clients: what each call of `recvfrom` returns.
    fn seen(calls: &[(u32, &str)]) -> Timeline {
        let call = |(client, returned): &(u32, &str)| Call {
            thread: 1,
            from: 0,
            to: 0,
            text: format!("recvfrom(5<TCP:[127.0.0.1:7878->127.0.0.1:{client}]>, 0x7f, 1024) = {returned} <0.000009>"),
        };
        timeline("", &calls.iter().map(call).collect::<Vec<_>>())
    }

    #[test]
    fn a_piece_is_named_after_the_wait_at_its_end() {
        let nothing = "-1 EAGAIN (Resource temporarily unavailable)";
        let calls = [(51, nothing), (51, nothing), (52, "5"), (51, "0")];
        assert_eq!(seen(&calls).describe(), "client 1: read in turn 1; end in turn 3. client 2: sleep in turn 2.");
    }

    #[test]
    fn a_handler_that_has_finished_before_the_next_one_begins_lets_no_other_run_meanwhile() {
        assert!(!others_run_meanwhile(&seen(&[(51, "5"), (51, "0"), (52, "5"), (52, "0")])));
        assert!(others_run_meanwhile(&seen(&[(51, "5"), (52, "5"), (51, "0"), (52, "0")])));
    }
}
