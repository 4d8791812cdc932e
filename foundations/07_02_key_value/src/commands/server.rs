//! Commands for the server and the connection, as far as clients need them.

use crate::glob;
use crate::request::{MAX_ARGUMENT, Request};
use crate::session::{Outcome, Session, integer, up_to, wrong_number};
use std::process;

/// The version of Redis that these commands follow.
const VERSION: &str = "7.0.15";

pub fn ping(session: &mut Session, request: Request) -> Outcome {
    match request.get(1) {
        None => session.reply.simple("PONG"),
        Some(message) if request.len() == 2 => session.reply.bulk(message),
        Some(_) => return Err(wrong_number("ping")),
    }
    Ok(())
}

pub fn echo(session: &mut Session, request: Request) -> Outcome {
    session.reply.bulk(&request[1]);
    Ok(())
}

pub fn quit(session: &mut Session, _: Request) -> Outcome {
    session.reply.simple("OK");
    session.client.is_leaving = true;
    Ok(())
}

/// A page in a browser can make it send lines to any address, but not make it speak Redis: its first line betrays it.
pub fn not_redis(session: &mut Session, _: Request) -> Outcome {
    session.client.is_leaving = true;
    Ok(())
}

/// A client says which version of the protocol it would like, and may give its name.
pub fn hello(session: &mut Session, request: Request) -> Outcome {
    let mut is_resp3 = session.reply.is_resp3;
    if let Some(version) = request.get(1) {
        let version = integer(version).map_err(|_| "ERR Protocol version is not an integer or out of range")?;
        is_resp3 = match version {
            2 => false,
            3 => true,
            _ => return Err("NOPROTO unsupported protocol version".into()),
        };
    }
    let mut options = request.from(2);
    while let Some(option) = options.next() {
        match options.next() {
            Some(name) if option.eq_ignore_ascii_case(b"setname") => set_name(session, name)?,
            _ => return Err([b"ERR Syntax error in HELLO option '", up_to(option, 128), b"'"].concat().into()),
        }
    }
    let reply = &mut *session.reply;
    reply.is_resp3 = is_resp3;
    reply.map(7);
    ["server", "redis", "version", VERSION].into_iter().for_each(|word| reply.bulk(word.as_bytes()));
    for (name, number) in [("proto", if is_resp3 { 3 } else { 2 }), ("id", session.client.number)] {
        reply.bulk(name.as_bytes());
        reply.integer(number);
    }
    ["mode", "standalone", "role", "master", "modules"].into_iter().for_each(|word| reply.bulk(word.as_bytes()));
    reply.array(0);
    Ok(())
}

/// There is one database, number 0.
pub fn select(session: &mut Session, request: Request) -> Outcome {
    if integer(&request[1])? != 0 {
        return Err("ERR DB index is out of range".into());
    }
    session.reply.simple("OK");
    Ok(())
}

pub fn info(session: &mut Session, request: Request) -> Outcome {
    let server =
        format!("# Server\r\nredis_version:{VERSION}\r\nredis_mode:standalone\r\nprocess_id:{}\r\n", process::id());
    let (keys, expires) = (session.store.len(), session.store.expiring());
    let keys = if keys == 0 { String::new() } else { format!("db0:keys={keys},expires={expires},avg_ttl=0\r\n") };
    let keyspace = format!("# Keyspace\r\n{keys}");
    let is_wanted = |section: &str| {
        let all = ["all", "default", "everything", section];
        request.len() == 1
            || request.from(1).any(|word| all.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes())))
    };
    let sections = [("server", server), ("keyspace", keyspace)].into_iter().filter(|(name, _)| is_wanted(name));
    let sections: Vec<String> = sections.map(|(_, text)| text).collect();
    session.reply.text(&sections.join("\r\n"));
    Ok(())
}

/// None has any: `redis-cli` has its own.
pub fn command_docs(session: &mut Session, _: Request) -> Outcome {
    session.reply.map(0);
    Ok(())
}

pub fn client_id(session: &mut Session, _: Request) -> Outcome {
    session.reply.integer(session.client.number);
    Ok(())
}

pub fn client_getname(session: &mut Session, _: Request) -> Outcome {
    session.reply.bulk_or_null(session.client.name.as_deref());
    Ok(())
}

pub fn client_setname(session: &mut Session, request: Request) -> Outcome {
    set_name(session, &request[2])?;
    session.reply.simple("OK");
    Ok(())
}

fn set_name(session: &mut Session, name: &[u8]) -> Outcome {
    if !name.iter().all(u8::is_ascii_graphic) {
        return Err("ERR Client names cannot contain spaces, newlines or special characters.".into());
    }
    session.client.name = (!name.is_empty()).then(|| name.to_vec());
    Ok(())
}

/// What clients ask about: nothing is saved, and there are limits.
pub fn config_get(session: &mut Session, request: Request) -> Outcome {
    let (longest, limit) = (MAX_ARGUMENT.to_string(), session.store.limit.to_string());
    let all = [
        ("save", ""),
        ("appendonly", "no"),
        ("databases", "1"),
        ("proto-max-bulk-len", &longest),
        ("maxmemory", &limit),
    ];
    let mut found = Vec::new();
    for (name, value) in &all {
        let name = name.as_bytes();
        if let Some(pattern) = request.from(2).find(|pattern| glob::matches(&pattern.to_ascii_lowercase(), name)) {
            let is_name = pattern.eq_ignore_ascii_case(name); // then it is called as the client calls it
            found.extend([if is_name { pattern } else { name }, value.as_bytes()]);
        }
    }
    session.reply.map(found.len() / 2);
    found.into_iter().for_each(|word| session.reply.bulk(word));
    Ok(())
}

/// One thing can be set: how much memory the store may take.
pub fn config_set(session: &mut Session, request: Request) -> Outcome {
    if !request[2].eq_ignore_ascii_case(b"maxmemory") || request.len() != 4 {
        let name = up_to(&request[2], 128);
        return Err([b"ERR Unknown option or number of arguments for CONFIG SET - '", name, b"'"].concat().into());
    }
    session.store.limit = memory(&request[3])
        .ok_or("ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value")?;
    session.reply.simple("OK");
    Ok(())
}

/// A number of bytes: `100mb` is 100 times 1,048,576, `100m` is 100 million, and without a digit it is 0.
fn memory(text: &[u8]) -> Option<usize> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = str::from_utf8(&text[..digits]).ok()?;
    let number: usize = if number.is_empty() { 0 } else { number.parse().ok()? };
    let unit = match text[digits..].to_ascii_lowercase().as_slice() {
        b"" | b"b" => 1,
        b"k" => 1_000,
        b"kb" => 1 << 10,
        b"m" => 1_000_000,
        b"mb" => 1 << 20,
        b"g" => 1_000_000_000,
        b"gb" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(unit)
}
