//! What many checks begin or end with.

use crate::tools::not_checked;
use crate::{Failure, Program, Protocol, Result, Server};
use std::thread;
use std::time::{Duration, Instant};

/// How long a client that is bound to wait is watched, to see that it does. The wait itself lasts until something
/// happens; this time is only for a server that does not make it wait, to betray itself.
pub(super) const WATCH: Duration = Duration::from_millis(150);
/// How soon a server must serve again when descriptors have come back.
const RECOVERY: Duration = Duration::from_secs(5);

/// Says aloud what is not checked here.
pub(super) fn skip(reason: &str) -> Result {
    not_checked(reason);
    Ok(())
}

/// The same, with clients that give up before the ten seconds after which a step of HTTP disconnects a silent one: a client that gets
/// something only then has waited for it. An echo server can be told to wait longer than any test, and a server of RESP waits forever.
pub(super) fn impatient(program: &Program) -> Program {
    match program.protocol {
        Protocol::Echo => program.clone().patience_for_clients(Duration::from_secs(60 * 60)),
        Protocol::Resp => program.clone(),
        Protocol::Http | Protocol::OwnPage => program.clone().patience(Duration::from_secs(8)),
    }
}

/// A check with a thousand clients. On a busy machine, the last of them may come when the server's patience with the first has ended. Then
/// it has to be fewer: as many as come in time.
pub(super) fn with_a_crowd(program: &Program, check: fn(&Server, usize) -> Result) -> Result {
    let mut outcome = Ok(());
    for clients in [1_000, 500, 200] {
        let start = Instant::now();
        outcome = check(&impatient(program).start()?, clients);
        if outcome.is_ok() || start.elapsed() < program.its_patience() {
            break;
        }
    }
    outcome
}

/// Whether the server still serves: a new client gets an answer.
pub(super) fn serves(server: &Server) -> Result {
    server.client()?.ask().map_err(|failure| failure.context("it serves no client any longer"))
}

/// The next clients get their answers: several, so that the server has had time to trip over the one before them.
pub(super) fn keeps_serving(server: &Server) -> Result {
    (0..20).try_for_each(|_| serves(server))
}

/// New clients are served soon. They try again and again, because a full backlog takes none, and their system would
/// make them wait for a second.
pub(super) fn serves_again(server: &Server) -> Result {
    let (deadline, mut patience) = (Instant::now() + RECOVERY, RECOVERY / 100);
    while Instant::now() < deadline {
        let client = server.impatient_client(patience);
        if client.and_then(|mut client| client.ask()).is_ok() {
            return Ok(());
        }
        patience = (2 * patience).min(RECOVERY); // a client that the backlog has no room for would try again after a second
        thread::sleep(Duration::from_millis(5));
    }
    Err(Failure::new(format!("it does not serve again within {RECOVERY:?}")))
}
