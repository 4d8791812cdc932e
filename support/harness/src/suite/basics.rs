//! What many checks begin or end with.

use crate::tools::say_once;
use crate::{Program, Result, Server};
use std::time::Duration;

/// How long a client that is bound to wait is watched, to see that it does. The wait itself lasts until something
/// happens; this time is only for a server that does not make it wait, to betray itself.
pub(super) const WATCH: Duration = Duration::from_millis(150);

/// Says aloud what is not checked here.
pub(super) fn skip(reason: &str) -> Result {
    say_once(reason, &format!("NOT CHECKED: {reason}"));
    Ok(())
}

/// The same, with clients that give up before the ten seconds after which a step disconnects a silent one: a client that gets
/// something only then has waited for it.
pub(super) fn impatient(program: &Program) -> Program {
    program.clone().patience(Duration::from_secs(8))
}

/// Whether the server still serves: a new client gets an answer.
pub(super) fn serves(server: &Server) -> Result {
    server.client()?.ask().map_err(|failure| failure.context("it serves no client any longer"))
}
