//! Eight worker processes, and a parent that replaces those that die. If it ends itself, they end with it.

use super::basics::{impatient, skip};
use super::pool::{WORKERS, a_client_for_each_worker};
use crate::failure::ensure;
use crate::{Client, Program, Result, Server, system};
use std::time::{Duration, Instant};

/// How long it must at least take to replace all workers, so that workers that die at once, again and again, do not keep it busy.
const REST: Duration = Duration::from_millis(700);

/// Its workers, if the system tells. There must be as many as there should be, and none of them dead.
fn workers(server: &Server) -> Result<Option<Vec<u32>>> {
    if !cfg!(target_os = "linux") {
        return Ok(None);
    }
    let workers: Vec<u32> = server.processes().into_iter().filter(|process| *process != server.process()).collect();
    ensure!(workers.len() == WORKERS, "it has {} worker processes", workers.len());
    ensure!(!workers.iter().any(|worker| system::is_gone(*worker)), "a worker is dead, and was not waited for");
    Ok(Some(workers))
}

const LINUX_ONLY: &str = "only Linux reports the processes of a server";

pub(super) fn a_worker_that_dies_is_replaced_and_only_its_client_notices(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut inside = a_client_for_each_worker(&server)?;
    let Some(workers_before) = workers(&server)? else { return skip(LINUX_ONLY) };
    server.kill(workers_before[WORKERS / 2])?;
    inside.retain_mut(|client| client.ask().is_ok());
    ensure!(inside.len() == WORKERS - 1, "{} of {WORKERS} clients lost their connection", WORKERS - inside.len());
    server.client()?.ask().map_err(|failure| failure.context("the worker was not replaced"))?;
    workers(&server)?;
    inside.iter_mut().try_for_each(Client::ask)
}

/// One after the other: at least the rest between two of them passes, on a slow machine more.
pub(super) fn all_workers_are_replaced_but_not_in_a_hurry(program: &Program) -> Result {
    let server = impatient(program).start()?;
    let mut inside = a_client_for_each_worker(&server)?;
    let Some(workers_before) = workers(&server)? else { return skip(LINUX_ONLY) };
    let start = Instant::now();
    workers_before.iter().try_for_each(|worker| server.kill(*worker))?;
    inside.retain_mut(|client| client.ask().is_ok());
    ensure!(inside.is_empty(), "{} clients of dead workers are served", inside.len());
    let _inside = a_client_for_each_worker(&server).map_err(|failure| failure.context("not all were replaced"))?;
    let passed = start.elapsed();
    ensure!(passed >= REST, "{WORKERS} workers were replaced within {passed:?}: if they die at once, it spins");
    let workers_now = workers(&server)?.unwrap_or_default();
    ensure!(!workers_now.iter().any(|worker| workers_before.contains(worker)), "a dead worker is back");
    Ok(())
}

pub(super) fn workers_end_with_their_parent_however_it_ends(program: &Program) -> Result {
    for end in [Server::interrupt, Server::terminate, |server: &Server| server.kill(server.process())] {
        let mut server = impatient(program).start()?;
        let _inside = a_client_for_each_worker(&server)?;
        let Some(workers) = workers(&server)? else { return skip(LINUX_ONLY) };
        end(&server)?;
        server.wait_for_exit()?;
        let ended = server.wait_until("its workers end", |_| workers.iter().all(|worker| system::is_gone(*worker)));
        let left = workers.iter().filter(|worker| !system::is_gone(**worker));
        left.for_each(|worker| drop(server.kill(*worker))); // nothing else would
        ended?;
    }
    Ok(())
}
