//! Each line comes back, whatever the packets look like.

use super::basics::{impatient, serves};
use super::patience;
use crate::failure::ensure;
use crate::{Client, End, Program, Result, SAFETY};
use std::time::{Duration, Instant};

/// The longest line that comes back, with its end.
const MAX_LINE: usize = 8 * 1024;
/// What a client reads instead of a longer one.
const TOO_LONG: &str = "error: a line may have at most 8192 bytes\n";

/// The server is sent these pieces, each when it has read the one before, and then the end. It sends this back, and its own end.
fn echoes(program: &Program, pieces: &[&[u8]], expected: &[u8]) -> Result {
    let server = impatient(program).start()?;
    let mut client = server.client()?;
    client.send_in_pieces(pieces.iter().copied())?;
    client.finish_sending()?;
    let received = client.rest()?;
    let [shown, wanted] = [&received, expected].map(String::from_utf8_lossy);
    ensure!(received == expected, "expected {wanted:?}, not {shown:?}");
    Ok(())
}

pub(super) fn lines_come_back_in_their_order(program: &Program) -> Result {
    let server = program.start()?;
    let mut client = server.client()?;
    for number in 0..50 {
        let line = format!("line {number}\n").into_bytes();
        client.send(&line)?;
        let received = client.line()?;
        ensure!(received == line, "line {number} came back as {:?}", String::from_utf8_lossy(&received));
    }
    Ok(())
}

pub(super) fn a_line_in_pieces_comes_back_whole(program: &Program) -> Result {
    let line = "où ça ? là-bas 🦀\n".as_bytes(); // the pieces cut letters in the middle
    let pieces: Vec<&[u8]> = line.chunks(1).collect();
    echoes(program, &pieces, line)
}

pub(super) fn several_lines_in_one_packet_all_come_back(program: &Program) -> Result {
    let lines = b"one\ntwo\nthree\n".repeat(20);
    echoes(program, &[&lines], &lines)
}

pub(super) fn the_last_line_needs_no_end(program: &Program) -> Result {
    echoes(program, &[b"one\nthe last"], b"one\nthe last")
}

pub(super) fn empty_lines_come_back(program: &Program) -> Result {
    echoes(program, &[b"\n\n\r\n\n"], b"\n\n\r\n\n")
}

pub(super) fn bytes_that_are_no_text_come_back(program: &Program) -> Result {
    echoes(program, &[b"\xff\x00\xc3\n", b"\x80"], b"\xff\x00\xc3\n\x80")
}

pub(super) fn a_silent_client_gets_nothing(program: &Program) -> Result {
    echoes(program, &[], b"")
}

pub(super) fn the_longest_line_comes_back(program: &Program) -> Result {
    let line = [vec![b'a'; MAX_LINE - 1], vec![b'\n']].concat();
    echoes(program, &[&line, &line], &line.repeat(2))
}

pub(super) fn a_line_that_is_too_long_is_refused_in_words(program: &Program) -> Result {
    let server = impatient(program).start()?;
    for line in [vec![b'a'; MAX_LINE + 1], vec![b'a'; 2_000_000]] {
        let mut client = server.client()?;
        client.send(b"before\n")?;
        client.send_as_much_as_possible(&line, SAFETY)?;
        for expected in ["before\n", TOO_LONG] {
            let received = client.line()?;
            ensure!(received == expected.as_bytes(), "not {expected:?}: {:?}", String::from_utf8_lossy(&received));
        }
        let ended = client.finish_sending().and_then(|()| client.end());
        ensure!(ended == Ok(End::Closed), "the connection was reset, which can destroy the refusal: {ended:?}");
    }
    server.wait_for_log("a line of more than 8192 bytes")?;
    serves(&server)
}

/// A client that has sent all it has goes on reading. The last line and the end may arrive at the same moment.
pub(super) fn a_line_and_the_end_may_come_together(program: &Program) -> Result {
    let server = impatient(program).start()?;
    for _ in 0..50 {
        let mut client = server.client()?;
        client.send_question()?;
        client.finish_sending()?;
        client.answer()?;
        client.end()?;
    }
    Ok(())
}

/// The server waits before it answers, and reads the next line only then. A busy machine makes it slower, never quicker.
pub(super) fn each_line_waits_for_its_delay(program: &Program) -> Result {
    let delay = Duration::from_millis(40);
    let server = program.clone().delay(delay).start()?;
    let mut client = server.client()?;
    let start = Instant::now();
    client.send(b"one\ntwo\nthree\n")?;
    for number in 1..=3 {
        client.line()?;
        let passed = start.elapsed();
        ensure!(passed >= delay * number, "{number} lines came back after {passed:?}, with a delay of {delay:?} each");
    }
    Ok(())
}

pub(super) fn a_delay_that_makes_no_sense_is_misuse_and_the_code_is_2(program: &Program) -> Result {
    for nonsense in [&["--delay", "soon"][..], &["--delay", "-1s"], &["--delay"], &["--fast"]] {
        let ended = program.run(&[&["127.0.0.1:0"], nonsense].concat())?;
        ensure!(ended.code == Some(2), "{nonsense:?} must end with the code 2: {ended:?}");
        ensure!(ended.log.contains(nonsense[nonsense.len() - 1]), "{nonsense:?} must be named: {ended:?}");
        ensure!(ended.log.lines().count() == 1 && ended.output.is_empty(), "expected one line on stderr: {ended:?}");
    }
    Ok(())
}

/// With less patience than usual, so that the check does not take a minute.
const PATIENCE: Duration = Duration::from_millis(200);

pub(super) fn silent_clients_are_disconnected(program: &Program) -> Result {
    let server = program.clone().patience_for_clients(PATIENCE).start()?;
    let (mut silent, mut half) = (server.client()?, server.client()?);
    half.send(server.protocol().half_a_question())?;
    silent.end()?;
    half.end()?;
    server.wait_for_log("gave up on a connection")?;
    serves(&server)
}

pub(super) fn clients_that_never_read_are_disconnected(program: &Program) -> Result {
    let server = program.clone().patience_for_clients(PATIENCE).start()?;
    let mut greedy = server.client()?;
    greedy.shrink_receive_buffer()?;
    greedy.send_as_much_as_possible(&server.protocol().flood(), PATIENCE * 2)?;
    server.wait_for_log("gave up on a connection")?;
    serves(&server)
}

/// A byte arrives now and then, long before the patience ends. This is no progress: the answers are not read.
pub(super) fn clients_that_send_on_and_never_read_are_disconnected(program: &Program) -> Result {
    let server = program.clone().patience_for_clients(PATIENCE).start()?;
    patience::send_on_without_reading(&server, PATIENCE)?;
    server.wait_for_log("gave up on ")?;
    serves(&server)
}

pub(super) fn five_delays_pass_at_the_same_time(program: &Program) -> Result {
    delays_pass_at_the_same_time(program, 5)
}

/// One after the other, they would take twenty seconds.
pub(super) fn two_hundred_delays_pass_at_the_same_time(program: &Program) -> Result {
    delays_pass_at_the_same_time(program, 200)
}

fn delays_pass_at_the_same_time(program: &Program, clients: usize) -> Result {
    let server = impatient(program).delay(Duration::from_millis(100)).start()?;
    let arrive = |number| {
        let client = server.client()?;
        if number % 50 == 49 {
            client.wait_until_read()?; // so that the backlog never overflows
        }
        Ok(client)
    };
    let mut clients: Vec<Client> = (0..clients).map(arrive).collect::<Result<_>>()?;
    clients.iter_mut().try_for_each(Client::send_question)?;
    clients.iter_mut().rev().try_for_each(Client::answer) // no client leaves before all have their answer
}

/// The clients that come and go have no delay of their own: only that of another client could hold them up.
pub(super) fn during_a_delay_others_come_and_go(program: &Program) -> Result {
    let server = impatient(program).delay(SAFETY * 2).start()?;
    let mut waiting = server.client()?;
    waiting.send_question()?;
    waiting.wait_until_read()?;
    for _ in 0..3 {
        let mut other = server.client()?;
        other.finish_sending()?;
        ensure!(other.end()? == End::Closed, "expected an orderly end");
    }
    ensure!(waiting.is_silent()?, "the others came and went only when the delay was over");
    Ok(())
}

pub(super) fn a_thousand_clients_are_answered_while_all_stay_connected(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut clients: Vec<Client> = Vec::new();
    for _ in 0..1_000 {
        let mut client = server.client()?;
        client.ask()?; // so that the backlog never overflows
        clients.push(client);
    }
    clients.iter_mut().try_for_each(Client::send_question)?;
    clients.iter_mut().rev().try_for_each(Client::answer)
}
