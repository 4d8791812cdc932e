//! The commands: a table of what there is, and what Redis says when something is not.

mod keys;
mod server;
mod strings;

use crate::reply::Problem;
use crate::request::Request;
use crate::session::{FULL, Outcome, SYNTAX, Session, up_to, wrong_number};
use crate::transaction::Transaction;

/// A command.
struct Command {
    /// Its name; `config|get` is the command `get` of `config`.
    name: &'static str,
    /// How many arguments it has with its name, or, if negative, how many at least.
    arity: i64,
    run: fn(&mut Session, Request) -> Outcome,
    /// What it does to keys.
    on_keys: OnKeys,
}

/// Whether a command writes or only reads, and whether it needs memory, in Redis's words; and the places of the first and the last key,
/// and how far it is from one to the next.
type OnKeys = (&'static [&'static str], [i64; 3]);

const NO_KEY: OnKeys = (&["fast"], [0, 0, 0]);
const READS: OnKeys = (&["readonly"], [1, 1, 1]);
const READS_MANY: OnKeys = (&["readonly"], [1, -1, 1]);
const READS_ALL: OnKeys = (&["readonly"], [0, 0, 0]);
const WRITES: OnKeys = (&["write"], [1, 1, 1]);
const WRITES_MANY: OnKeys = (&["write"], [1, -1, 1]);
const WRITES_ALL: OnKeys = (&["write"], [0, 0, 0]);
const GROWS: OnKeys = (&["write", "denyoom"], [1, 1, 1]);
const GROWS_PAIRS: OnKeys = (&["write", "denyoom"], [1, -1, 2]);

// ANCHOR: table
const COMMANDS: &[Command] = &[
    command("get", 2, strings::get, READS),
    command("set", -3, strings::set, GROWS),
    command("incr", 2, strings::incr, GROWS),
    command("decr", 2, strings::decr, GROWS),
    // ANCHOR_END: table
    command("incrby", 3, strings::incrby, GROWS),
    command("decrby", 3, strings::decrby, GROWS),
    command("getdel", 2, strings::getdel, WRITES),
    command("append", 3, strings::append, GROWS),
    command("strlen", 2, strings::strlen, READS),
    command("mget", -2, strings::mget, READS_MANY),
    command("mset", -3, strings::mset, GROWS_PAIRS),
    command("del", -2, keys::del, WRITES_MANY),
    command("exists", -2, keys::exists, READS_MANY),
    command("expire", -3, keys::expire, WRITES),
    command("pexpire", -3, keys::pexpire, WRITES),
    command("ttl", 2, keys::ttl, READS),
    command("pttl", 2, keys::pttl, READS),
    command("persist", 2, keys::persist, WRITES),
    command("type", 2, keys::type_of, READS),
    command("keys", 2, keys::keys, READS_ALL),
    command("scan", -2, keys::scan, READS_ALL),
    command("dbsize", 1, keys::dbsize, READS_ALL),
    command("flushall", -1, keys::flushall, WRITES_ALL),
    command("multi", 1, multi, NO_KEY),
    command("exec", 1, exec, NO_KEY),
    command("discard", 1, discard, NO_KEY),
    command("ping", -1, server::ping, NO_KEY),
    command("echo", 2, server::echo, NO_KEY),
    command("hello", -1, server::hello, NO_KEY),
    command("quit", -1, server::quit, NO_KEY),
    command("select", 2, server::select, NO_KEY),
    command("info", -1, server::info, NO_KEY),
    command("command", -1, list, NO_KEY),
    command("command|count", 2, count, NO_KEY),
    command("command|docs", -2, server::command_docs, NO_KEY),
    command("client", -2, no_subcommand, NO_KEY),
    command("client|id", 2, server::client_id, NO_KEY),
    command("client|getname", 2, server::client_getname, NO_KEY),
    command("client|setname", 3, server::client_setname, NO_KEY),
    command("config", -2, no_subcommand, NO_KEY),
    command("config|get", -3, server::config_get, NO_KEY),
    command("config|set", -4, server::config_set, NO_KEY),
    // Not Redis, but a browser on some web page that was made to send it something.
    command("post", -1, server::not_redis, NO_KEY),
    command("host:", -1, server::not_redis, NO_KEY),
];

const fn command(
    name: &'static str,
    arity: i64,
    run: fn(&mut Session, Request) -> Outcome,
    on_keys: OnKeys,
) -> Command {
    Command { name, arity, run, on_keys }
}

// ANCHOR: execute
/// Executes a request, or keeps it for `EXEC`. Its answer is complete, whatever happens.
pub fn execute(session: &mut Session, request: Request) {
    let start = session.reply.bytes().len();
    let admitted = find(request).and_then(|command| command.admit(session, request));
    let outcome = match (admitted, &mut session.client.transaction) {
        (Ok(command), Some(transaction)) if !command.is_about_transactions() => {
            transaction.keep(request, command.grows()).map(|()| session.reply.simple("QUEUED"))
        }
        (Ok(command), _) => (command.run)(session, request),
        (Err(problem), Some(transaction)) => {
            transaction.abort();
            Err(problem)
        }
        (Err(problem), None) => Err(problem),
    };
    session.reply.end(start, outcome.err());
}
// ANCHOR_END: execute

/// Executes a request that was admitted before.
fn execute_admitted(session: &mut Session, request: Request) {
    let start = session.reply.bytes().len();
    let outcome = find(request).and_then(|command| (command.run)(session, request));
    session.reply.end(start, outcome.err());
}

/// The command that a request names: `CONFIG`, or `CONFIG|GET` if the next argument is `GET`.
fn find(request: Request) -> Result<&'static Command, Problem> {
    let known = |name: &[u8]| COMMANDS.iter().find(|command| command.name.as_bytes().eq_ignore_ascii_case(name));
    let command = known(&request[0]).ok_or_else(|| unknown(request))?;
    match request.get(1) {
        Some(name) if command.has_subcommands() => known(&[&request[0], b"|", name].concat()).ok_or_else(|| {
            let container = request[0].to_ascii_uppercase();
            [b"ERR unknown subcommand '", up_to(name, 128), b"'. Try ", &container, b" HELP."].concat().into()
        }),
        _ => Ok(command),
    }
}

fn unknown(request: Request) -> Problem {
    let mut arguments = Vec::new();
    for argument in request.from(1) {
        if arguments.len() < 128 {
            arguments.extend([b"'", up_to(argument, 128 - arguments.len()), b"' "].concat());
        }
    }
    let name = up_to(&request[0], 128);
    [b"ERR unknown command '", name, b"', with args beginning with: ", &arguments].concat().into()
}

impl Command {
    fn has_subcommands(&self) -> bool {
        COMMANDS.iter().any(|other| other.name.strip_prefix(self.name).is_some_and(|rest| rest.starts_with('|')))
    }

    /// Whether it needs memory.
    fn grows(&self) -> bool {
        self.on_keys.0.contains(&"denyoom")
    }

    /// Whether it is executed at once, also after `MULTI`.
    fn is_about_transactions(&self) -> bool {
        matches!(self.name, "multi" | "exec" | "discard" | "quit")
    }

    /// Whether it has all its arguments, and the store has room for what it does. If not, the transaction is aborted.
    fn admit(&'static self, session: &mut Session, request: Request) -> Result<&'static Self, Problem> {
        let arguments = i64::try_from(request.len()).unwrap_or(i64::MAX);
        let takes_these = arguments == self.arity || arguments >= -self.arity && self.arity < 0;
        let is_kept = session.client.transaction.is_some() && !self.is_about_transactions();
        if !takes_these && self.name == "exec" {
            session.client.transaction = None;
            Err("EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command".into())
        } else if !takes_these {
            Err(wrong_number(self.name))
        } else if (self.grows() || is_kept) && session.store.is_full() {
            Err(FULL.into())
        } else {
            Ok(self)
        }
    }
}

fn multi(session: &mut Session, _: Request) -> Outcome {
    if session.client.transaction.is_some() {
        return Err("ERR MULTI calls can not be nested".into());
    }
    session.client.transaction = Some(Transaction::default());
    session.reply.simple("OK");
    Ok(())
}

fn discard(session: &mut Session, _: Request) -> Outcome {
    session.client.transaction.take().ok_or("ERR DISCARD without MULTI")?;
    session.reply.simple("OK");
    Ok(())
}

// ANCHOR: exec
/// Executes all commands since `MULTI`. There is no `await` between them, so no other command comes in between.
fn exec(session: &mut Session, _: Request) -> Outcome {
    let transaction = session.client.transaction.take().ok_or("ERR EXEC without MULTI")?;
    if transaction.is_broken {
        return Err("EXECABORT Transaction discarded because of previous errors.".into());
    }
    if transaction.grows && session.store.is_full() {
        return Err(Problem::from(FULL).after("EXECABORT Transaction discarded because of: "));
    }
    session.reply.array(transaction.kept.len());
    transaction.kept.iter().for_each(|kept| execute_admitted(session, kept.request()));
    Ok(())
}
// ANCHOR_END: exec

/// All commands: name, arity, flags, and where the keys are.
fn list(session: &mut Session, _: Request) -> Outcome {
    session.reply.array(without_subcommands().count());
    for command in without_subcommands() {
        let (flags, places) = command.on_keys;
        session.reply.array(6);
        session.reply.bulk(command.name.as_bytes());
        session.reply.integer(command.arity);
        session.reply.set(flags.len());
        flags.iter().for_each(|flag| session.reply.simple(flag));
        places.into_iter().for_each(|place| session.reply.integer(place));
    }
    Ok(())
}

/// `CONFIG` alone has too few arguments, and with more it is another command.
fn no_subcommand(_: &mut Session, _: Request) -> Outcome {
    Err(SYNTAX.into())
}

fn without_subcommands() -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter().filter(|command| !command.name.contains('|'))
}

fn count(session: &mut Session, _: Request) -> Outcome {
    session.reply.count(without_subcommands().count());
    Ok(())
}
