//! Commands for the server and the connection, as far as clients need them.

use crate::glob;
use crate::request::{MAX_ARGUMENT, Request};
use crate::session::{Outcome, Session, integer, wrong_number};
use std::process;

/// The Redis whose words these are.
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

/// A client tells which version of the protocol it would like, and is told that it is the second.
pub fn hello(session: &mut Session, request: Request) -> Outcome {
    if let Some(version) = request.get(1) {
        let version = integer(version).map_err(|_| "ERR Protocol version is not an integer or out of range")?;
        if version != 2 {
            return Err("NOPROTO unsupported protocol version".into());
        }
    }
    if let Some(option) = request.get(2) {
        return Err(format!("ERR Syntax error in HELLO option '{}'", String::from_utf8_lossy(option)).into());
    }
    let reply = &mut *session.reply;
    reply.array(14);
    ["server", "redis", "version", VERSION].into_iter().for_each(|word| reply.bulk(word.as_bytes()));
    for (name, number) in [("proto", 2), ("id", session.client.number)] {
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
    session.reply.bulk(sections.join("\r\n").as_bytes());
    Ok(())
}

/// None has any: `redis-cli` has its own.
pub fn command_docs(session: &mut Session, _: Request) -> Outcome {
    session.reply.array(0);
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
    if !request[2].iter().all(u8::is_ascii_graphic) {
        return Err("ERR Client names cannot contain spaces, newlines or special characters.".into());
    }
    session.client.name = (!request[2].is_empty()).then(|| request[2].to_vec());
    session.reply.simple("OK");
    Ok(())
}

/// What clients ask about: nothing is saved, and there are limits.
pub fn config_get(session: &mut Session, request: Request) -> Outcome {
    let longest = MAX_ARGUMENT.to_string();
    let all = [("save", ""), ("appendonly", "no"), ("databases", "1"), ("proto-max-bulk-len", &longest)];
    let mut found = Vec::new();
    for (name, value) in &all {
        let name = name.as_bytes();
        if let Some(pattern) = request.from(2).find(|pattern| glob::fits(&pattern.to_ascii_lowercase(), name)) {
            let is_name = pattern.eq_ignore_ascii_case(name); // then it is called as the client calls it
            found.extend([if is_name { pattern } else { name }, value.as_bytes()]);
        }
    }
    session.reply.bulks(&found);
    Ok(())
}

/// Nothing can be set.
pub fn config_set(_: &mut Session, request: Request) -> Outcome {
    let name = String::from_utf8_lossy(&request[2]);
    Err(format!("ERR Unknown option or number of arguments for CONFIG SET - '{name}'").into())
}
