//! Commands for keys, whatever their values.

use crate::glob;
use crate::reply::Problem;
use crate::request::Request;
use crate::session::{Outcome, SYNTAX, Session, integer, up_to};
use crate::store::Millis;

/// In what a span of time is given.
#[derive(Clone, Copy, PartialEq)]
pub enum Unit {
    Seconds,
    Millis,
}

/// What Redis says of a deadline that is no moment.
pub fn bad_deadline(command: &str) -> Problem {
    format!("ERR invalid expire time in '{command}' command").into_bytes().into()
}

/// The moment after a span of time, if there is one.
pub fn deadline(now: Millis, unit: Unit, span: i64) -> Option<Millis> {
    let span = if unit == Unit::Seconds { span.checked_mul(1_000)? } else { span };
    now.checked_add(span)
}

pub fn del(session: &mut Session, request: Request) -> Outcome {
    let removed = request.from(1).filter(|key| session.store.remove(key).is_some()).count();
    session.reply.count(removed);
    Ok(())
}

pub fn exists(session: &mut Session, request: Request) -> Outcome {
    let found = request.from(1).filter(|key| session.store.get(key).is_some()).count();
    session.reply.count(found);
    Ok(())
}

pub fn expire(session: &mut Session, request: Request) -> Outcome {
    expire_in(session, request, Unit::Seconds, "expire")
}

pub fn pexpire(session: &mut Session, request: Request) -> Outcome {
    expire_in(session, request, Unit::Millis, "pexpire")
}

fn expire_in(session: &mut Session, request: Request, unit: Unit, name: &str) -> Outcome {
    let condition = Condition::parse(request)?;
    let (key, now) = (&request[1], session.store.now());
    let new = deadline(now, unit, integer(&request[2])?);
    let new = new.ok_or_else(|| bad_deadline(name))?;
    let is_set = session.store.deadline(key).is_some_and(|old| condition.holds(old, new));
    if is_set && new <= now {
        session.store.remove(key);
    } else if is_set {
        session.store.expire_at(key, Some(new));
    }
    session.reply.integer(is_set.into());
    Ok(())
}

/// When a deadline may be set.
#[derive(Default)]
struct Condition {
    no_old: bool,
    old: bool,
    greater: bool,
    less: bool,
}

impl Condition {
    fn parse(request: Request) -> Result<Self, Problem> {
        let mut condition = Self::default();
        for word in request.from(3) {
            match word.to_ascii_uppercase().as_slice() {
                b"NX" => condition.no_old = true,
                b"XX" => condition.old = true,
                b"GT" => condition.greater = true,
                b"LT" => condition.less = true,
                _ => return Err([b"ERR Unsupported option ", up_to(word, word.len())].concat().into()),
            }
        }
        if condition.no_old && (condition.old || condition.greater || condition.less) {
            return Err("ERR NX and XX, GT or LT options at the same time are not compatible".into());
        }
        if condition.greater && condition.less {
            return Err("ERR GT and LT options at the same time are not compatible".into());
        }
        Ok(condition)
    }

    /// For comparison, no deadline is one that never comes.
    fn holds(&self, old: Option<Millis>, new: Millis) -> bool {
        let never = Millis::MAX;
        !(self.no_old && old.is_some()
            || self.old && old.is_none()
            || self.greater && new <= old.unwrap_or(never)
            || self.less && old.is_some_and(|old| new >= old))
    }
}

pub fn ttl(session: &mut Session, request: Request) -> Outcome {
    remaining(session, request, |left| (left + 500) / 1_000)
}

pub fn pttl(session: &mut Session, request: Request) -> Outcome {
    remaining(session, request, |left| left)
}

fn remaining(session: &mut Session, request: Request, shown: fn(Millis) -> i64) -> Outcome {
    let now = session.store.now();
    let left = session.store.deadline(&request[1]);
    session.reply.integer(match left {
        None => -2,
        Some(None) => -1,
        Some(Some(deadline)) => shown(deadline - now),
    });
    Ok(())
}

pub fn persist(session: &mut Session, request: Request) -> Outcome {
    let had_deadline = session.store.deadline(&request[1]).flatten().is_some();
    session.store.expire_at(&request[1], None);
    session.reply.integer(had_deadline.into());
    Ok(())
}

pub fn type_of(session: &mut Session, request: Request) -> Outcome {
    let exists = session.store.get(&request[1]).is_some();
    session.reply.simple(if exists { "string" } else { "none" });
    Ok(())
}

// ANCHOR: keys
/// Looks at every key. No other client is served meanwhile.
pub fn keys(session: &mut Session, request: Request) -> Outcome {
    let pattern = bounded(&request[1])?;
    let matches = |key: &&[u8]| glob::matches(pattern, key);
    let found: Vec<&[u8]> = session.store.keys().filter(matches).collect();
    session.reply.bulks(&found);
    Ok(())
}
// ANCHOR_END: keys

/// How long a pattern may be. Each key takes as many steps as its own length times that of the pattern, and no other client is served meanwhile.
const MAX_PATTERN: usize = 128;

/// The same pattern, unless it is too long.
fn bounded(pattern: &[u8]) -> Result<&[u8], Problem> {
    if pattern.len() > MAX_PATTERN { Err("ERR the pattern is too long".into()) } else { Ok(pattern) }
}

pub fn scan(session: &mut Session, request: Request) -> Outcome {
    let cursor = str::from_utf8(&request[1]).ok().and_then(|cursor| cursor.parse().ok()).ok_or("ERR invalid cursor")?;
    let (mut pattern, mut count, mut has_strings) = (b"*".as_slice(), 10, true);
    let mut words = request.from(2);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(SYNTAX)?;
        match word.to_ascii_uppercase().as_slice() {
            b"MATCH" => pattern = bounded(value)?,
            b"COUNT" => count = usize::try_from(integer(value)?).ok().filter(|count| *count > 0).ok_or(SYNTAX)?,
            b"TYPE" => has_strings = value.eq_ignore_ascii_case(b"string"),
            _ => return Err(SYNTAX.into()),
        }
    }
    let (next, keys) = session.store.scan(cursor, count);
    let found: Vec<&[u8]> = keys.filter(|key| has_strings && glob::matches(pattern, key)).collect();
    session.reply.array(2);
    session.reply.bulk(itoa::Buffer::new().format(next).as_bytes());
    session.reply.bulks(&found);
    Ok(())
}

pub fn dbsize(session: &mut Session, _: Request) -> Outcome {
    session.reply.count(session.store.len());
    Ok(())
}

pub fn flushall(session: &mut Session, request: Request) -> Outcome {
    let knows = |word: &[u8]| word.eq_ignore_ascii_case(b"sync") || word.eq_ignore_ascii_case(b"async");
    if request.len() > 2 || request.get(1).is_some_and(|word| !knows(word)) {
        return Err(SYNTAX.into());
    }
    session.store.clear();
    session.reply.simple("OK");
    Ok(())
}
