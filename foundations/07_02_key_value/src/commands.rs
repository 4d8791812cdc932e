//! The commands: a table of what there is, and what Redis says when something is not.

mod keys;
mod server;
mod strings;

use crate::request::Request;
use crate::session::{Outcome, Problem, Session, wrong_number};
use std::borrow::Cow;

/// A command.
struct Command {
    /// Its name; `config|get` is the command `get` of `config`.
    name: &'static str,
    /// How many arguments it has with its name, or, if negative, how many at least.
    arity: i64,
    run: fn(&mut Session, Request) -> Outcome,
    /// Whether it writes or only reads, and the places of the first and the last key, and how far it is from one to the next.
    use_of_keys: (&'static str, [i64; 3]),
}

const NO_KEY: (&str, [i64; 3]) = ("fast", [0, 0, 0]);
const READS: (&str, [i64; 3]) = ("readonly", [1, 1, 1]);
const READS_ALL: (&str, [i64; 3]) = ("readonly", [1, -1, 1]);
const WRITES: (&str, [i64; 3]) = ("write", [1, 1, 1]);
const WRITES_ALL: (&str, [i64; 3]) = ("write", [1, -1, 1]);
const WRITES_PAIRS: (&str, [i64; 3]) = ("write", [1, -1, 2]);

// ANCHOR: table
const COMMANDS: &[Command] = &[
    command("get", 2, strings::get, READS),
    command("set", -3, strings::set, WRITES),
    command("incr", 2, strings::incr, WRITES),
    command("decr", 2, strings::decr, WRITES),
    // ANCHOR_END: table
    command("incrby", 3, strings::incrby, WRITES),
    command("getdel", 2, strings::getdel, WRITES),
    command("append", 3, strings::append, WRITES),
    command("strlen", 2, strings::strlen, READS),
    command("mget", -2, strings::mget, READS_ALL),
    command("mset", -3, strings::mset, WRITES_PAIRS),
    command("del", -2, keys::del, WRITES_ALL),
    command("exists", -2, keys::exists, READS_ALL),
    command("expire", -3, keys::expire, WRITES),
    command("pexpire", -3, keys::pexpire, WRITES),
    command("ttl", 2, keys::ttl, READS),
    command("pttl", 2, keys::pttl, READS),
    command("persist", 2, keys::persist, WRITES),
    command("type", 2, keys::type_of, READS),
    command("keys", 2, keys::keys, ("readonly", [0, 0, 0])),
    command("scan", -2, keys::scan, ("readonly", [0, 0, 0])),
    command("dbsize", 1, keys::dbsize, ("readonly", [0, 0, 0])),
    command("flushall", -1, keys::flushall, ("write", [0, 0, 0])),
    command("ping", -1, server::ping, NO_KEY),
    command("echo", 2, server::echo, NO_KEY),
    command("hello", -1, server::hello, NO_KEY),
    command("quit", -1, server::quit, NO_KEY),
    command("select", 2, server::select, NO_KEY),
    command("info", -1, server::info, NO_KEY),
    command("command", -1, list, NO_KEY),
    command("command|count", 2, count, NO_KEY),
    command("command|docs", -2, server::command_docs, NO_KEY),
    command("client", -2, subcommand, NO_KEY),
    command("client|id", 2, server::client_id, NO_KEY),
    command("client|getname", 2, server::client_getname, NO_KEY),
    command("client|setname", 3, server::client_setname, NO_KEY),
    command("config", -2, subcommand, NO_KEY),
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
    use_of_keys: (&'static str, [i64; 3]),
) -> Command {
    Command { name, arity, run, use_of_keys }
}

/// Executes a request. Its answer is complete, whatever happens.
pub fn execute(session: &mut Session, request: Request) {
    session.reply.begin();
    let name = &request[0];
    let known = COMMANDS.iter().find(|command| command.name.as_bytes().eq_ignore_ascii_case(name));
    let outcome = known.ok_or_else(|| unknown(request)).and_then(|command| command.call(session, request));
    session.reply.end(outcome.err());
}

impl Command {
    fn call(&self, session: &mut Session, request: Request) -> Outcome {
        let arguments = i64::try_from(request.len()).unwrap_or(i64::MAX);
        if arguments == self.arity || arguments >= -self.arity && self.arity < 0 {
            (self.run)(session, request)
        } else {
            Err(wrong_number(self.name))
        }
    }
}

/// `CONFIG GET`: the second word says which command it is.
fn subcommand(session: &mut Session, request: Request) -> Outcome {
    let [container, name] = [0, 1].map(|place| String::from_utf8_lossy(&request[place]).into_owned());
    let full_name = format!("{container}|{name}");
    match COMMANDS.iter().find(|command| command.name.eq_ignore_ascii_case(&full_name)) {
        Some(command) => command.call(session, request),
        None => {
            let (name, container) = (up_to(&request[1], 128), container.to_ascii_uppercase());
            Err(format!("ERR unknown subcommand '{name}'. Try {container} HELP.").into())
        }
    }
}

/// All commands: name, arity, flags, and where the keys are.
fn list(session: &mut Session, request: Request) -> Outcome {
    if request.len() > 1 {
        return subcommand(session, request);
    }
    session.reply.array(without_subcommands().count());
    for command in without_subcommands() {
        let (flag, places) = command.use_of_keys;
        session.reply.array(6);
        session.reply.bulk(command.name.as_bytes());
        session.reply.integer(command.arity);
        session.reply.array(1);
        session.reply.simple(flag);
        places.into_iter().for_each(|place| session.reply.integer(place));
    }
    Ok(())
}

fn without_subcommands() -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter().filter(|command| !command.name.contains('|'))
}

fn count(session: &mut Session, _: Request) -> Outcome {
    session.reply.count(without_subcommands().count());
    Ok(())
}

fn unknown(request: Request) -> Problem {
    let mut arguments = String::new();
    for argument in request.from(1) {
        if arguments.len() < 128 {
            arguments += &format!("'{}' ", up_to(argument, 128 - arguments.len()));
        }
    }
    format!("ERR unknown command '{}', with args beginning with: {arguments}", up_to(&request[0], 128)).into()
}

/// The beginning of a text, for a message.
fn up_to(text: &[u8], length: usize) -> Cow<'_, str> {
    String::from_utf8_lossy(&text[..length.min(text.len())])
}
