//! What a server does while all clients are silent, and what silent clients cost.

use super::basics::{impatient, serves, skip};
use super::resting::{REST, rest, rests_while};
use crate::failure::ensure;
use crate::{Client, Failure, Program, Result, Server};
use std::thread;
use std::time::Duration;

/// How many clients say nothing, beside those that ask: a server that looks at each of them must need several times as much.
const CROWD: usize = 4_000;
/// How many questions are asked beside them, and how often: whatever else the system does on behalf of a server at that moment makes some
/// of these times longer, and the shortest one says what the questions cost.
const QUESTIONS: usize = 50;
const TIMES: usize = 10;
/// How many times the processor time of a server without a crowd one with a crowd may need, and how often this is tried: now and then, the
/// machine is busy with something else for one of the two only.
const MOST: f64 = 1.5;
const ATTEMPTS: usize = 5;
/// No machine is so busy: it is the server.
const FAR_TOO_MUCH: f64 = 20.0;

/// A server that polls is found at work whenever one looks.
pub(super) fn it_computes_while_no_client_sends(program: &Program) -> Result {
    let server = program.start()?;
    let _silent = server.client()?;
    serves(&server)?;
    let (looks, mut busy) = (100, 0);
    for _ in 0..looks {
        let Some(is_busy) = server.is_busy() else { return skip("only Linux reports whether a server is busy") };
        busy += usize::from(is_busy);
        thread::sleep(Duration::from_millis(2));
    }
    ensure!(busy * 10 >= looks * 9, "of {looks} looks, it was at work in {busy} only: it rests");
    Ok(())
}

/// Neither their own time nor that of others: the processor time for the same questions, at a server with a crowd and at one without, which
/// are asked by turns. So a busy machine makes both more expensive. A server that looks at all clients for each question needs a multiple.
pub(super) fn thousands_of_idle_clients_cost_nothing(program: &Program) -> Result {
    let (crowded, empty) = (impatient(program).start()?, impatient(program).start()?);
    let _crowd = crowd(&crowded)?;
    rests_while(&crowded, || rest(Duration::from_millis(150)))?;
    let mut costs = Vec::new();
    while costs.len() < ATTEMPTS {
        let Some([beside, alone]) = time_for_questions([&crowded, &empty])? else {
            return skip("only Linux reports the time of a server");
        };
        if beside.as_secs_f64() < MOST * alone.as_secs_f64() {
            return Ok(());
        }
        costs.push((beside, alone));
        if beside.as_secs_f64() > FAR_TOO_MUCH * alone.as_secs_f64() {
            break;
        }
        rest(2 * REST)?; // whatever made one of the two slower may have ended by then
    }
    Err(Failure::new(format!("{QUESTIONS} questions beside {CROWD} idle clients, and without them, cost {costs:?}")))
}

fn crowd(server: &Server) -> Result<Vec<Client>> {
    let arrive = |number| {
        let mut client = server.client()?;
        if number % 50 == 0 {
            client.ask()?; // so that the backlog never overflows
        }
        Ok::<_, Failure>(client)
    };
    let crowd: Result<Vec<Client>> = (0..CROWD).map(arrive).collect();
    serves(server)?;
    crowd
}

/// The least processor time that each of these servers needs for its share of the questions.
fn time_for_questions(servers: [&Server; 2]) -> Result<Option<[Duration; 2]>> {
    let [mut one, mut other] = [servers[0].client()?, servers[1].client()?];
    let mut ask = || {
        (0..QUESTIONS).try_for_each(|_| {
            thread::sleep(Duration::from_micros(50)); // each question finds a server that waits
            one.ask().and_then(|()| other.ask())
        })
    };
    ask()?;
    let mut least = [Duration::MAX; 2];
    for _ in 0..TIMES {
        let before = servers.map(Server::cpu_time);
        ask()?;
        let after = servers.map(Server::cpu_time);
        for (least, (before, after)) in least.iter_mut().zip(before.into_iter().zip(after)) {
            let Some((before, after)) = before.zip(after) else { return Ok(None) };
            *least = after.saturating_sub(before).min(*least);
        }
    }
    Ok(Some(least))
}
