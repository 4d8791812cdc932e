//! Commands that are kept, to be executed together: `MULTI`, then the commands, then `EXEC`.

use crate::reply::Problem;
use crate::request::{Kept, MAX_REQUEST, Request};

/// The commands since `MULTI`.
#[derive(Default)]
pub struct Transaction {
    /// The commands.
    pub kept: Vec<Kept>,
    size: usize,
    /// Whether one of the commands was refused: then none is executed.
    pub is_broken: bool,
    /// Whether one of them needs memory.
    pub grows: bool,
}

impl Transaction {
    /// Keeps a command for later. All of them together may be as long as a request.
    pub fn keep(&mut self, request: Request, grows: bool) -> Result<(), Problem> {
        let kept = request.to_kept();
        self.size += kept.size();
        if self.size > MAX_REQUEST {
            self.abort();
            return Err(format!("ERR a transaction may have at most {MAX_REQUEST} bytes").into_bytes().into());
        }
        self.kept.push(kept);
        self.grows |= grows;
        Ok(())
    }

    /// A command was refused.
    pub fn abort(&mut self) {
        self.is_broken = true;
        (self.kept, self.size) = Default::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Requests;

    #[test]
    fn after_one_command_too_many_none_is_executed() {
        let mut requests = Requests::default();
        requests.buffer().extend_from_slice(b"PING\r\n");
        let request = requests.next().unwrap().unwrap();
        let mut transaction = Transaction { size: MAX_REQUEST, ..Transaction::default() };
        transaction.keep(request, false).unwrap_err();
        assert!(transaction.is_broken && transaction.kept.is_empty());
    }
}
