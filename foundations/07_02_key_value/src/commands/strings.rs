//! Commands for values.

use crate::commands::keys::{Unit, deadline};
use crate::request::{self, MAX_ARGUMENT, Request};
use crate::session::{NOT_AN_INTEGER, Outcome, Problem, SYNTAX, Session, integer, wrong_number};
use crate::store::Millis;

pub fn get(session: &mut Session, request: Request) -> Outcome {
    session.reply.bulk_or_null(session.store.get(&request[1]).map(|entry| entry.value.as_slice()));
    Ok(())
}

pub fn getdel(session: &mut Session, request: Request) -> Outcome {
    session.reply.bulk_or_null(session.store.remove(&request[1]).as_deref());
    Ok(())
}

/// What stands behind a key and a value.
#[derive(Default)]
struct SetOptions<'r> {
    only_if: Option<Existence>,
    gets: bool,
    keeps_deadline: bool,
    expires_in: Option<(Unit, &'r [u8])>,
}

#[derive(Clone, Copy, PartialEq)]
enum Existence {
    Present,
    Absent,
}

impl<'r> SetOptions<'r> {
    fn parse(request: Request<'r>) -> Result<Self, Problem> {
        let mut options = Self::default();
        let mut words = request.from(3);
        while let Some(word) = words.next() {
            let (keeps, unit) = (options.keeps_deadline, options.expires_in.map(|(unit, _)| unit));
            let mut span = |unit| Ok::<_, Problem>(Some((unit, words.next().ok_or(SYNTAX)?)));
            match word.to_ascii_uppercase().as_slice() {
                b"NX" if options.only_if != Some(Existence::Present) => options.only_if = Some(Existence::Absent),
                b"XX" if options.only_if != Some(Existence::Absent) => options.only_if = Some(Existence::Present),
                b"GET" => options.gets = true,
                b"KEEPTTL" if unit.is_none() => options.keeps_deadline = true,
                b"EX" if !keeps && unit != Some(Unit::Millis) => options.expires_in = span(Unit::Seconds)?,
                b"PX" if !keeps && unit != Some(Unit::Seconds) => options.expires_in = span(Unit::Millis)?,
                _ => return Err(SYNTAX),
            }
        }
        Ok(options)
    }
}

pub fn set(session: &mut Session, request: Request) -> Outcome {
    let options = SetOptions::parse(request)?;
    let deadline = options.expires_in.map(|(unit, span)| set_deadline(session.store.now(), unit, span)).transpose()?;
    let (key, value) = (&request[1], &request[2]);
    if options.gets || options.only_if.is_some() {
        let old = session.store.get(key).map(|entry| entry.value.as_slice());
        let existence = if old.is_some() { Existence::Present } else { Existence::Absent };
        let may_set = options.only_if.is_none_or(|wanted| wanted == existence);
        if options.gets {
            session.reply.bulk_or_null(old);
        } else if !may_set {
            session.reply.null();
        }
        if !may_set {
            return Ok(());
        }
    }
    if options.keeps_deadline {
        session.store.set(key, value);
    } else {
        session.store.set_for_ever(key, value);
    }
    if deadline.is_some() {
        session.store.expire_at(key, deadline);
    }
    if !options.gets {
        session.reply.simple("OK");
    }
    Ok(())
}

fn set_deadline(now: Millis, unit: Unit, span: &[u8]) -> Result<Millis, Problem> {
    let span = integer(span)?;
    deadline(now, unit, span).filter(|_| span > 0).ok_or("ERR invalid expire time in 'set' command".into())
}

pub fn incr(session: &mut Session, request: Request) -> Outcome {
    add(session, &request[1], 1)
}

pub fn decr(session: &mut Session, request: Request) -> Outcome {
    add(session, &request[1], -1)
}

pub fn incrby(session: &mut Session, request: Request) -> Outcome {
    add(session, &request[1], integer(&request[2])?)
}

/// A value that is a number is changed where it is, so that its deadline stays.
fn add(session: &mut Session, key: &[u8], difference: i64) -> Outcome {
    let old = session.store.get(key).map_or(Some(0), |entry| request::integer(&entry.value)).ok_or(NOT_AN_INTEGER)?;
    let new = old.checked_add(difference).ok_or("ERR increment or decrement would overflow")?;
    session.store.set(key, itoa::Buffer::new().format(new).as_bytes());
    session.reply.integer(new);
    Ok(())
}

pub fn append(session: &mut Session, request: Request) -> Outcome {
    let (key, more) = (&request[1], &request[2]);
    let length = match session.store.get(key) {
        Some(entry) if entry.value.len() + more.len() > MAX_ARGUMENT => {
            return Err("ERR string exceeds maximum allowed size (proto-max-bulk-len)".into());
        }
        Some(entry) => {
            entry.value.extend_from_slice(more);
            entry.value.len()
        }
        None => {
            session.store.set(key, more);
            more.len()
        }
    };
    session.reply.count(length);
    Ok(())
}

pub fn strlen(session: &mut Session, request: Request) -> Outcome {
    let length = session.store.get(&request[1]).map_or(0, |entry| entry.value.len());
    session.reply.count(length);
    Ok(())
}

pub fn mget(session: &mut Session, request: Request) -> Outcome {
    session.reply.array(request.len() - 1);
    for key in request.from(1) {
        session.reply.bulk_or_null(session.store.get(key).map(|entry| entry.value.as_slice()));
    }
    Ok(())
}

pub fn mset(session: &mut Session, request: Request) -> Outcome {
    if request.len().is_multiple_of(2) {
        return Err(wrong_number("mset"));
    }
    for (key, value) in request.from(1).step_by(2).zip(request.from(2).step_by(2)) {
        session.store.set_for_ever(key, value);
    }
    session.reply.simple("OK");
    Ok(())
}
