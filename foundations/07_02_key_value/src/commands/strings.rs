//! Commands for values.

use crate::commands::keys::{Unit, bad_deadline, deadline};
use crate::reply::Problem;
use crate::request::{self, MAX_ARGUMENT, Request};
use crate::session::{NOT_AN_INTEGER, Outcome, SYNTAX, Session, integer, wrong_number};
use crate::store::Millis;

pub fn get(session: &mut Session, request: Request) -> Outcome {
    session.reply.bulk_or_null(session.store.get(&request[1]));
    Ok(())
}

pub fn getdel(session: &mut Session, request: Request) -> Outcome {
    session.reply.bulk_or_null(session.store.remove(&request[1]).as_deref());
    Ok(())
}

/// The options after a key and a value.
#[derive(Default)]
struct SetOptions<'r> {
    only_if: Option<Existence>,
    gets: bool,
    keeps_deadline: bool,
    expires: Option<(Expiry, &'r [u8])>,
}

/// How a deadline is given: in which unit, and whether from now or from 1970.
type Expiry = (Unit, Since);

#[derive(Clone, Copy, PartialEq)]
enum Since {
    Now,
    Epoch,
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
            let word = word.to_ascii_uppercase();
            let expiry = match word.as_slice() {
                b"EX" => Some((Unit::Seconds, Since::Now)),
                b"PX" => Some((Unit::Millis, Since::Now)),
                b"EXAT" => Some((Unit::Seconds, Since::Epoch)),
                b"PXAT" => Some((Unit::Millis, Since::Epoch)),
                _ => None,
            };
            match (expiry, word.as_slice()) {
                (None, b"NX") if options.only_if != Some(Existence::Present) => {
                    options.only_if = Some(Existence::Absent);
                }
                (None, b"XX") if options.only_if != Some(Existence::Absent) => {
                    options.only_if = Some(Existence::Present);
                }
                (None, b"GET") => options.gets = true,
                (None, b"KEEPTTL") if options.expires.is_none() => options.keeps_deadline = true,
                (Some(new), _) if !options.keeps_deadline && options.expires.is_none_or(|(old, _)| old == new) => {
                    options.expires = Some((new, words.next().ok_or(SYNTAX)?));
                }
                _ => return Err(SYNTAX.into()),
            }
        }
        Ok(options)
    }
}

pub fn set(session: &mut Session, request: Request) -> Outcome {
    let options = SetOptions::parse(request)?;
    let deadline = options.expires.map(|(expiry, time)| set_deadline(session.store.now(), expiry, time)).transpose()?;
    let (key, value) = (&request[1], &request[2]);
    if options.gets || options.only_if.is_some() {
        let old = session.store.get(key);
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
        session.store.set_forever(key, value);
    }
    if deadline.is_some() {
        session.store.expire_at(key, deadline);
    }
    if !options.gets {
        session.reply.simple("OK");
    }
    Ok(())
}

fn set_deadline(now: Millis, (unit, since): Expiry, time: &[u8]) -> Result<Millis, Problem> {
    let (time, start) = (integer(time)?, if since == Since::Now { now } else { 0 });
    deadline(start, unit, time).filter(|_| time > 0).ok_or_else(|| bad_deadline("set"))
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

pub fn decrby(session: &mut Session, request: Request) -> Outcome {
    let difference = integer(&request[2])?.checked_neg().ok_or("ERR decrement would overflow")?;
    add(session, &request[1], difference)
}

/// A value that is a number is changed where it is, so that its deadline stays.
fn add(session: &mut Session, key: &[u8], difference: i64) -> Outcome {
    let old = session.store.get(key).map_or(Some(0), request::integer).ok_or(NOT_AN_INTEGER)?;
    let new = old.checked_add(difference).ok_or("ERR increment or decrement would overflow")?;
    session.store.set(key, itoa::Buffer::new().format(new).as_bytes());
    session.reply.integer(new);
    Ok(())
}

pub fn append(session: &mut Session, request: Request) -> Outcome {
    let (key, more) = (&request[1], &request[2]);
    if session.store.get(key).map_or(0, <[u8]>::len) + more.len() > MAX_ARGUMENT {
        return Err("ERR string exceeds maximum allowed size (proto-max-bulk-len)".into());
    }
    session.reply.count(session.store.append(key, more));
    Ok(())
}

pub fn strlen(session: &mut Session, request: Request) -> Outcome {
    session.reply.count(session.store.get(&request[1]).map_or(0, <[u8]>::len));
    Ok(())
}

pub fn mget(session: &mut Session, request: Request) -> Outcome {
    session.reply.array(request.len() - 1);
    for key in request.from(1) {
        session.reply.bulk_or_null(session.store.get(key));
    }
    Ok(())
}

pub fn mset(session: &mut Session, request: Request) -> Outcome {
    if request.len().is_multiple_of(2) {
        return Err(wrong_number("mset"));
    }
    for (key, value) in request.from(1).step_by(2).zip(request.from(2).step_by(2)) {
        session.store.set_forever(key, value);
    }
    session.reply.simple("OK");
    Ok(())
}
