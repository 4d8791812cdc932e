//! Commands that are executed together: `MULTI`, then commands that are only kept, then `EXEC`.

use crate::commands;
use crate::reply::Problem;
use crate::request::{Kept, MAX_REQUEST, Request};
use crate::session::{FULL, Outcome, Session};

/// The commands since `MULTI`.
#[derive(Default)]
pub struct Transaction {
    kept: Vec<Kept>,
    size: usize,
    /// Whether one of the commands was refused: then none is executed.
    is_broken: bool,
    /// Whether one of them needs memory.
    grows: bool,
}

impl Transaction {
    /// Keeps a command for later. All of them together may be as long as a request.
    pub fn keep(&mut self, request: Request, grows: bool) -> Outcome {
        let kept = request.to_kept();
        self.size += kept.size();
        if self.size > MAX_REQUEST {
            return Err(format!("ERR a transaction may have at most {MAX_REQUEST} bytes").into_bytes().into());
        }
        self.kept.push(kept);
        self.grows |= grows;
        Ok(())
    }

    /// A command was refused.
    pub fn break_off(&mut self) {
        self.is_broken = true;
        (self.kept, self.size) = Default::default();
    }
}

pub fn multi(session: &mut Session, _: Request) -> Outcome {
    if session.client.transaction.is_some() {
        return Err("ERR MULTI calls can not be nested".into());
    }
    session.client.transaction = Some(Transaction::default());
    session.reply.simple("OK");
    Ok(())
}

pub fn discard(session: &mut Session, _: Request) -> Outcome {
    session.client.transaction.take().ok_or("ERR DISCARD without MULTI")?;
    session.reply.simple("OK");
    Ok(())
}

// ANCHOR: exec
/// Executes all commands since `MULTI`. There is no `await` between them, so nobody comes in between.
pub fn exec(session: &mut Session, _: Request) -> Outcome {
    let transaction = session.client.transaction.take().ok_or("ERR EXEC without MULTI")?;
    if transaction.is_broken {
        return Err("EXECABORT Transaction discarded because of previous errors.".into());
    }
    if transaction.grows && session.store.is_full() {
        return Err(Problem::from(FULL).after("EXECABORT Transaction discarded because of: "));
    }
    session.reply.array(transaction.kept.len());
    transaction.kept.iter().for_each(|kept| commands::execute_admitted(session, kept.request()));
    Ok(())
}
// ANCHOR_END: exec
