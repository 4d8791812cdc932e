//! What a server does while nobody says anything, and what those cost who say nothing.

use super::basics::{serves, skip};
use super::survives::{rest, rests_while};
use crate::failure::ensure;
use crate::{Client, Failure, Program, Result, Server};
use std::thread;
use std::time::Duration;

/// How many clients say nothing, beside those who do: a server that looks at each of them must need several times as much.
const CROWD: usize = 4_000;
/// How many questions are asked beside them.
const QUESTIONS: usize = 1_000;

/// A server that polls is found at work whenever one looks.
pub(super) fn it_computes_while_nobody_speaks(program: &Program) -> Result {
    let server = program.start()?;
    let _silent = server.client()?;
    serves(&server)?;
    let (looks, mut busy) = (100, 0);
    for _ in 0..looks {
        let Some(is_busy) = server.is_busy() else { return skip("only Linux tells whether a server is busy") };
        busy += usize::from(is_busy);
        thread::sleep(Duration::from_millis(2));
    }
    ensure!(busy * 10 >= looks * 9, "of {looks} looks, it was at work in {busy} only: it rests");
    Ok(())
}

/// Neither their own time nor that of others: the processor time for the same questions, without and with a crowd. A server that looks at
/// everyone for each of them needs many times as much. A busy machine makes any server dearer at times, so it may try a few times.
pub(super) fn thousands_of_idle_clients_cost_nothing(program: &Program) -> Result {
    let server = program.start()?;
    let Some(first) = time_for_questions(&server)? else { return skip("only Linux tells the time of a server") };
    let alone = time_for_questions(&server)?.map_or(first, |second| first.min(second));
    let _crowd = crowd(&server)?;
    rests_while(&server, || rest(Duration::from_millis(150)))?;
    let limit = alone * 2 + Duration::from_millis(40); // which other programs may cost it
    let mut beside = Duration::MAX;
    for _ in 0..5 {
        beside = beside.min(time_for_questions(&server)?.unwrap_or_default());
        if beside < limit {
            return Ok(());
        }
        if beside > limit * 3 {
            break; // no machine is as busy as that
        }
    }
    Err(Failure::new(format!("{QUESTIONS} questions cost {alone:?}, and {beside:?} beside {CROWD} idle clients")))
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

fn time_for_questions(server: &Server) -> Result<Option<Duration>> {
    let mut client = server.client()?;
    client.ask()?;
    let before = server.cpu_time();
    (0..QUESTIONS).try_for_each(|_| client.ask())?;
    Ok(server.cpu_time().zip(before).map(|(after, before)| after - before))
}
