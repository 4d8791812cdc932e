//! Eight workers, threads or processes, serve eight clients at a time. There are never more: further clients wait.

use super::basics::{WATCH, impatient, serves_again, skip};
use crate::failure::ensure;
use crate::{Client, Program, Result, Server};

/// How many workers the pools of the book have.
pub(super) const WORKERS: usize = 8;
/// How many more clients a pool may accept before it has a worker for them.
const QUEUE: usize = 20;

/// A client for each worker. Each has been answered, so it is that worker which waits for its next line.
pub(super) fn a_client_for_each_worker(server: &Server) -> Result<Vec<Client>> {
    let client = |_| {
        let mut client = server.client()?;
        client.ask()?;
        Ok(client)
    };
    (0..WORKERS).map(client).collect()
}

pub(super) fn eight_clients_are_served_at_a_time_and_the_ninth_waits(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut inside = a_client_for_each_worker(&server)?;
    let mut ninth = server.client()?;
    ninth.send_question()?;
    ensure!(ninth.stays_silent_for(WATCH)?, "a ninth client was served");
    inside.iter_mut().rev().try_for_each(Client::ask)?;
    ensure!(ninth.is_silent()?, "a ninth client was served");
    drop(inside.pop());
    ninth.answer()?;
    inside.iter_mut().rev().try_for_each(Client::ask)
}

pub(super) fn eight_silent_clients_hold_up_all_others(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let silent: Vec<Client> = (0..WORKERS).map(|_| server.client()).collect::<Result<_>>()?;
    let mut newcomer = server.client()?;
    newcomer.send_question()?;
    ensure!(newcomer.stays_silent_for(WATCH)?, "a new client was served although there is no worker left");
    drop(silent);
    newcomer.answer()
}

pub(super) fn a_crowd_adds_no_thread_and_few_descriptors(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut inside = a_client_for_each_worker(&server)?;
    let (Some(threads), Some(descriptors)) = (server.threads(), server.descriptors()) else {
        return skip("only Linux reports the threads and descriptors of a server");
    };
    let mut crowd: Vec<Client> = (0..200).map(|_| server.knock()).collect::<Result<_>>()?;
    ensure!(
        crowd[0].stays_silent_for(WATCH)?,
        "a new client was served, or sent away, although there is no worker left"
    );
    let (more_threads, more_descriptors) = (server.threads(), server.descriptors());
    ensure!(more_threads == Some(threads), "it had {threads} threads, and with a crowd it has {more_threads:?}");
    ensure!(
        more_descriptors <= Some(descriptors + QUEUE),
        "it had {descriptors} descriptors, and with a crowd it has {more_descriptors:?}"
    );
    inside.iter_mut().try_for_each(Client::ask)?;
    drop((crowd, inside));
    serves_again(&server)
}
