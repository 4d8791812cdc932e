//! It speaks RESP, and one client at a time has all keys to itself.

use super::basics::{impatient, serves, skip};
use crate::failure::ensure;
use crate::{Client, End, Failure, Program, Result, Server, system};
use socket2::SockRef;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// How many keys it takes for `KEYS` to be slow. (The order of the answers does not depend on it.)
const MANY: usize = 10_000;

/// Sends this, and expects exactly that.
fn ask(client: &mut Client, request: &str, answer: &str) -> Result {
    client.send(request)?;
    let received = client.bytes(answer.len())?;
    ensure!(received == answer.as_bytes(), "{request:?} is answered by {:?}", String::from_utf8_lossy(&received));
    Ok(())
}

/// Sets so many keys, with these options.
fn fill(client: &mut Client, keys: usize, options: &str) -> Result {
    let requests: String = (0..keys).map(|number| format!("SET key:{number:08} value {options}\r\n")).collect();
    ask(client, &requests, &"+OK\r\n".repeat(keys))
}

pub(super) fn a_pipeline_is_answered_in_its_order_however_it_is_cut(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut client = server.client()?;
    let requests = "PING\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\n\r\n\r\nGET a\r\n\r\nINCR b\r\nDEL b\r\nNO WAY\r\n";
    let answers = "+PONG\r\n+OK\r\n$2\r\n\r\n\r\n:1\r\n:1\r\n\
                   -ERR unknown command 'NO', with args beginning with: 'WAY' \r\n";
    ask(&mut client, requests, answers)?;
    for cut in (1..requests.len()).step_by(3) {
        let (first, second) = requests.as_bytes().split_at(cut);
        client.send_in_pieces([first, second])?;
        ask(&mut client, "", answers).map_err(|failure| failure.context(format!("cut after {cut} bytes")))?;
    }
    Ok(())
}

pub(super) fn what_is_no_request_ends_one_connection_and_says_why(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut bystander = server.client()?;
    bystander.ask()?;
    for (request, answer) in [
        ("PING\r\n*x\r\n", "+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n"),
        ("*1\r\n*1\r\n", "-ERR Protocol error: expected '$', got '*'\r\n"),
        ("*1\r\n$1000000000000\r\n", "-ERR Protocol error: invalid bulk length\r\n"),
        ("GET \"\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"),
        ("QUIT\r\nPING\r\n", "+OK\r\n"),
        ("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nFLUSHALL\r\n", ""),
    ] {
        let mut client = server.client()?;
        ask(&mut client, request, answer)?;
        let more = client.rest().map_err(|failure| failure.context(format!("{request:?}")))?;
        ensure!(more.is_empty(), "{request:?} is answered by more: {:?}", String::from_utf8_lossy(&more));
    }
    bystander.ask()?;
    serves(&server)
}

// ANCHOR: keys_holds_up_all_others
/// When the quick client has its answer, the slow one has its own already.
pub(super) fn keys_holds_up_all_others(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let (mut filling, mut quick) = (server.client()?, server.client()?);
    fill(&mut filling, MANY, "")?;
    for _ in 0..10 {
        let mut slow = server.client()?;
        slow.ask()?;
        quick.ask()?;
        slow.send("KEYS *\r\n")?;
        let deadline = Instant::now() + server.patience;
        while slow.unread()?.is_some_and(|bytes| bytes > 0) {
            ensure!(Instant::now() < deadline, "it does not read `KEYS`"); // without a nap: it is quick
        }
        quick.ask()?;
        if !slow.is_silent()? {
            return Ok(());
        }
    }
    Err(Failure::new("clients that come after `KEYS` are always answered before it"))
}
// ANCHOR_END: keys_holds_up_all_others

pub(super) fn keys_that_are_never_read_expire_too(program: &Program) -> Result {
    let mut server = impatient(program).start()?;
    let mut client = server.client()?;
    fill(&mut client, MANY, "PX 1")?;
    ask(&mut client, "SET lasting value\r\n", "+OK\r\n")?;
    server.wait_until("there is one key", |_| {
        let counted = client.send("DBSIZE\r\n").and_then(|()| client.line());
        counted.is_ok_and(|answer| answer == b":1\r\n")
    })
}

/// It has sent one request and a half, and the server has read them.
fn in_mid_request(server: &Server) -> Result<Client> {
    let mut client = server.client()?;
    client.send("INCR a\r\n*2\r\n$4\r\nINCR\r\n")?;
    ask(&mut client, "", ":1\r\n")?;
    client.wait_until_read()?;
    Ok(client)
}

pub(super) fn on_a_signal_requests_that_have_begun_to_arrive_are_answered(program: &Program) -> Result {
    for tell in [Server::interrupt, Server::terminate] {
        let mut server = impatient(program).start()?;
        let (mut idle, mut client) = (server.client()?, in_mid_request(&server)?);
        idle.ask()?;
        tell(&server)?;
        server.wait_for_log("finishing the answers in flight")?;
        ensure!(idle.end()? == End::Closed, "an idle connection was reset");
        ask(&mut client, "$1\r\na\r\n", ":2\r\n")?;
        ensure!(client.end()? == End::Closed, "the last connection was reset");
        let status = server.wait_for_exit()?;
        ensure!(status.code() == Some(0), "it ended with {status}");
    }
    Ok(())
}

pub(super) fn on_a_second_signal_it_ends_at_once(program: &Program) -> Result {
    let mut server = impatient(program).start()?;
    let client = in_mid_request(&server)?;
    server.interrupt()?;
    server.wait_for_log("finishing the answers in flight")?;
    server.interrupt()?;
    let status = server.wait_for_exit()?;
    ensure!(status.code() == Some(1), "it ended with {status}");
    drop(client);
    Ok(())
}

/// What it is owed is far more than the server may keep for it.
pub(super) fn a_client_that_does_not_read_is_not_read_from(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut greedy = server.client()?;
    let (value, get) = ("v".repeat(1_000_000), "GET a\r\n".repeat(100)); // a hundred megabytes of answers
    ask(&mut greedy, &format!("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1000000\r\n{value}\r\n"), "+OK\r\n")?;
    greedy.shrink_receive_buffer()?;
    greedy.send_as_much_as_possible(get.as_bytes(), Duration::from_millis(100))?;
    greedy.wait_until_read()?;
    let memory = server.resident_memory().unwrap_or_default();
    ensure!(memory < 50_000_000, "it keeps {memory} bytes for a client that does not read");
    serves(&server)
}

pub(super) fn commands_between_multi_and_exec_are_executed_together(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let (mut client, mut other) = (server.client()?, server.client()?);
    ask(&mut client, "MULTI\r\nINCR a\r\nINCR a\r\n", "+OK\r\n+QUEUED\r\n+QUEUED\r\n")?;
    ask(&mut other, "GET a\r\n", "$-1\r\n")?;
    ask(&mut client, "EXEC\r\n", "*2\r\n:1\r\n:2\r\n")
}

/// A byte may cost what it likes, if it costs the same in each request.
pub(super) fn a_byte_of_a_long_request_costs_no_more_than_one_of_a_short_one(program: &Program) -> Result {
    const BYTES: usize = 100;
    let server = impatient(program).start()?;
    let cost = |beginning: &str| {
        let mut client = server.client()?;
        client.send(beginning)?;
        client.wait_until_read()?;
        let before = server.cpu_time().unwrap_or_default();
        client.send_in_pieces(std::iter::repeat_n(b"x".as_slice(), BYTES))?;
        Ok::<_, Failure>(server.cpu_time().unwrap_or_default() - before)
    };
    let arguments = format!("*200002\r\n{}$200\r\n", "$0\r\n\r\n".repeat(200_000));
    let short = cost("*2\r\n$0\r\n\r\n$200\r\n")?;
    for (what, beginning) in [("arguments", arguments), ("a line", "x".repeat(60_000))] {
        let long = cost(&beginning)?;
        ensure!(
            long < 4 * short + Duration::from_millis(20),
            "{BYTES} bytes after {} of {what} take {long:?}, and {short:?} after a few",
            beginning.len()
        );
    }
    serves(&server)
}

pub(super) fn an_urgent_byte_does_not_hide_the_rest_of_a_request(program: &Program) -> Result {
    if !cfg!(unix) {
        return skip("only Unix can suspend a program");
    }
    let mut server = impatient(program).start()?;
    let mut stream = TcpStream::connect(server.address())?;
    stream.set_read_timeout(Some(server.patience))?;
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 14];
    stream.read_exact(&mut answer[..7])?;
    server.while_suspended(|_| {
        stream.write_all(b"PING\r\nPI")?;
        SockRef::from(&stream).send_out_of_band(b"!")?;
        Ok(stream.write_all(b"NG\r\n")?)
    })?;
    stream.read_exact(&mut answer).map_err(|error| Failure::from(error).context("after an urgent byte"))?;
    ensure!(&answer == b"+PONG\r\n+PONG\r\n", "{}", answer.escape_ascii());
    Ok(())
}

/// Several times, because a server that takes the clients or the signal first, by chance, is right in half of them.
pub(super) fn clients_that_come_with_the_signal_are_answered(program: &Program) -> Result {
    if !cfg!(unix) {
        return skip("only Unix has signals");
    }
    for _ in 0..8 {
        let mut server = impatient(program).start()?;
        let (address, process) = (server.address(), server.process());
        let mut clients = vec![server.client()?];
        clients[0].wait_until_read()?; // it has been accepted, and the server rests
        server.while_suspended(|_| {
            for _ in 0..20 {
                clients.push(Client::connect(address)?);
            }
            clients.iter_mut().try_for_each(|client| client.send("ECHO a\r\n"))?;
            system::terminate(process)
        })?;
        for (number, client) in clients.iter_mut().enumerate() {
            ask(client, "", "$1\r\na\r\n").map_err(|failure| failure.context(format!("client {number}")))?;
            ensure!(client.end()? == End::Closed, "client {number} was reset");
        }
        let status = server.wait_for_exit()?;
        ensure!(status.code() == Some(0), "it ended with {status}");
    }
    Ok(())
}

pub(super) fn a_client_that_never_pauses_does_not_keep_it_from_stopping(program: &Program) -> Result {
    let mut server = impatient(program).start()?;
    let mut busy = server.client()?;
    busy.ask_on_while(|| {
        // Another one always has half a request under way.
        let mut slow = TcpStream::connect(server.address())?;
        slow.set_read_timeout(Some(server.patience))?;
        slow.write_all(b"PING\r\nPI")?;
        slow.read_exact(&mut [0; 7])?;
        let slow =
            thread::spawn(move || while slow.write_all(b"NG\r\nPI").is_ok() && slow.read_exact(&mut [0; 7]).is_ok() {});
        server.terminate()?;
        let status = server.wait_for_exit()?;
        ensure!(status.code() == Some(0), "it ended with {status}");
        slow.join().map_err(|_| Failure::new("a client panicked"))
    })
}

pub(super) fn a_full_store_refuses_more_and_keeps_what_it_has(program: &Program) -> Result {
    const FULL: &[u8] = b"-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    let server = impatient(program).start()?;
    let mut client = server.client()?;
    ask(&mut client, "CONFIG SET maxmemory 10mb\r\n", "+OK\r\n")?;
    let value = "v".repeat(1 << 20);
    let mut set = |key: usize| {
        client.send(format!("*3\r\n$3\r\nSET\r\n$2\r\n{key:02}\r\n${}\r\n{value}\r\n", value.len()))?;
        client.line()
    };
    let answers: Vec<Vec<u8>> = (0..40).map(&mut set).collect::<Result<_>>()?;
    ensure!(answers[..10].iter().all(|answer| answer == b"+OK\r\n"), "it is full too early");
    ensure!(answers[11..].iter().all(|answer| answer == FULL), "it is never full");
    ask(&mut client, "STRLEN 05\r\nDEL 00 01 02\r\nSET a b\r\n", ":1048576\r\n:3\r\n+OK\r\n")
}

/// To compare it with one long key would take minutes, in which no other client is served and no signal is heard.
pub(super) fn a_long_pattern_is_refused(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut client = server.client()?;
    ask(&mut client, &format!("SET {} v\r\n", "a".repeat(20_000)), "+OK\r\n")?;
    let pattern = format!("*{}b", "a".repeat(10_000));
    ask(&mut client, &format!("KEYS {pattern}\r\n"), "-ERR the pattern is too long\r\n")?;
    ask(&mut client, &format!("SCAN 0 MATCH {pattern}\r\n"), "-ERR the pattern is too long\r\n")?;
    ask(&mut client, &format!("KEYS *{}b\r\n", "a".repeat(126)), "*0\r\n")
}

pub(super) fn a_crowd_that_is_refused_does_not_fill_the_log(program: &Program) -> Result {
    let server = impatient(program).start()?;
    for _ in 0..100 {
        let mut client = server.client()?;
        client.send("*1\r\n\n\r\n")?;
        client.rest()?;
    }
    let log = server.log();
    ensure!(log.lines().count() < 30, "a hundred clients wrote {} lines into the log", log.lines().count());
    ensure!(log.lines().all(|line| line.contains("127.0.0.1")), "a client's newline is in the log: {log}");
    serves(&server)
}
