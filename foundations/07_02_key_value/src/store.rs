//! Keys, their values, and when they expire. It reads no clock: the caller says what time it is.

use indexmap::IndexMap;
use smallvec::SmallVec;
use std::collections::BTreeSet;
use std::mem;

/// A moment, or a span, in milliseconds.
pub type Millis = i64;

/// A key or a value. Up to 16 bytes are in the map itself: what is far apart in memory takes long to look at.
type Bytes = SmallVec<[u8; 16]>;

/// How many bytes the store may take, unless `CONFIG SET maxmemory` says otherwise.
const LIMIT: usize = 1 << 30;
/// What a key takes in the map beside its own bytes and those of its value, and what a deadline takes in the order of deadlines. (Both
/// double their room when it is full, so this is an estimate.)
const ENTRY: usize = 128;
const DEADLINE: usize = 64;

/// What is kept for a key.
#[derive(Debug, Default)]
struct Entry {
    value: Bytes,
    /// When the key expires, if it does.
    deadline: Option<Millis>,
}

impl Entry {
    /// About how many bytes it takes with its key. For a deadline, the bytes of the key are kept once more, and there may be one at any time.
    fn size(&self, key: &[u8]) -> usize {
        ENTRY + DEADLINE + 2 * key.len() + self.value.len()
    }
}

/// Keys and values.
#[derive(Debug)]
pub struct Store {
    entries: IndexMap<Bytes, Entry>,
    /// Every deadline and its key, the next one first.
    deadlines: BTreeSet<(Millis, Bytes)>,
    now: Millis,
    /// About how many bytes all this takes.
    used: usize,
    /// How many it may take; 0 is as many as there are.
    pub limit: usize,
}

impl Default for Store {
    fn default() -> Self {
        Self { entries: IndexMap::new(), deadlines: BTreeSet::new(), now: 0, used: 0, limit: LIMIT }
    }
}

impl Store {
    /// The same store at this time.
    pub fn at(&mut self, now: Millis) -> &mut Self {
        self.now = now;
        self
    }

    /// What time it is.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// How many keys there are, with those that have expired and were not removed yet.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many of them have a deadline.
    pub fn expiring(&self) -> usize {
        self.deadlines.len()
    }

    // ANCHOR: is_full
    /// Whether it takes more memory than it may. Then nothing is stored until something is removed, or has expired.
    pub fn is_full(&self) -> bool {
        self.limit > 0 && self.used > self.limit
    }
    // ANCHOR_END: is_full

    /// Whether something has expired and was not removed yet. The first deadline shows it.
    fn is_behind(&self) -> bool {
        self.deadlines.first().is_some_and(|(deadline, _)| *deadline <= self.now)
    }

    // ANCHOR: expire
    /// Removes keys that have expired, at most this many. Returns how many it has removed.
    pub fn expire(&mut self, at_most: usize) -> usize {
        let mut removed = 0;
        while removed < at_most && self.is_behind() {
            let Some((_, key)) = self.deadlines.pop_first() else { break };
            if let Some(entry) = self.entries.swap_remove(&key) {
                self.used -= entry.size(&key);
            }
            removed += 1;
        }
        removed
    }

    /// The value of a key. If the key has expired, it is removed here at the latest.
    pub fn get(&mut self, key: &[u8]) -> Option<&[u8]> {
        self.entry(key).map(|entry| &*entry.value)
    }
    // ANCHOR_END: expire

    fn entry(&mut self, key: &[u8]) -> Option<&mut Entry> {
        let has_expired = |entry: &Entry| entry.deadline.is_some_and(|deadline| deadline <= self.now);
        if self.is_behind() && self.entries.get(key).is_some_and(has_expired) {
            self.remove(key);
        }
        self.entries.get_mut(key)
    }

    /// Sets a value. A deadline stays what it was: see [`expire_at`](Self::expire_at).
    pub fn set(&mut self, key: &[u8], value: &[u8]) {
        self.change(key, |old| *old = value.into());
    }

    /// Sets a value that does not expire.
    pub fn set_forever(&mut self, key: &[u8], value: &[u8]) {
        if self.change(key, |old| *old = value.into()).deadline.is_some() {
            self.expire_at(key, None);
        }
    }

    /// Adds to a value, and returns how long it is then.
    pub fn append(&mut self, key: &[u8], more: &[u8]) -> usize {
        self.change(key, |value| value.extend_from_slice(more)).value.len()
    }

    /// Changes a value, which is empty if there was none.
    fn change(&mut self, key: &[u8], change: impl FnOnce(&mut Bytes)) -> &Entry {
        if self.is_behind() {
            self.entry(key); // removes it if it has expired
        }
        let place = self.entries.get_index_of(key).unwrap_or_else(|| {
            self.used += Entry::default().size(key);
            self.entries.insert_full(key.into(), Entry::default()).0
        });
        let entry = &mut self.entries[place];
        self.used -= entry.value.len();
        change(&mut entry.value);
        self.used += entry.value.len();
        entry
    }

    /// Removes a key, and returns its value, if there was one.
    pub fn remove(&mut self, key: &[u8]) -> Option<Bytes> {
        let (key, entry) = self.entries.swap_remove_entry(key)?;
        self.used -= entry.size(&key);
        if let Some(deadline) = entry.deadline {
            self.deadlines.remove(&(deadline, key));
        }
        entry.deadline.is_none_or(|deadline| deadline > self.now).then_some(entry.value)
    }

    /// Removes all keys.
    pub fn clear(&mut self) {
        *self = Self { now: self.now, limit: self.limit, ..Self::default() };
    }

    /// When a key expires, if there is one: `Some(None)` is never.
    pub fn deadline(&mut self, key: &[u8]) -> Option<Option<Millis>> {
        self.entry(key).map(|entry| entry.deadline)
    }

    /// Sets when a key expires. Its old deadline is forgotten, in the order too, so that no key has two.
    pub fn expire_at(&mut self, key: &[u8], deadline: Option<Millis>) {
        let Some((_, key, entry)) = self.entries.get_full_mut(key) else { return };
        if let Some(old) = mem::replace(&mut entry.deadline, deadline) {
            self.deadlines.remove(&(old, key.clone()));
        }
        if let Some(new) = deadline {
            self.deadlines.insert((new, key.clone()));
        }
    }

    /// The keys that have not expired.
    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        self.keys_in(0, usize::MAX)
    }

    // ANCHOR: scan
    /// Some keys, and the cursor for the next ones.
    /// A cursor of zero begins a scan, and a returned zero ends it.
    ///
    /// It goes from the last place to the first. When a key is removed, the one in
    /// the last place moves into the gap. So a key may be seen twice, but never missed.
    pub fn scan(&self, cursor: usize, count: usize) -> (usize, impl Iterator<Item = &[u8]>) {
        let end = if cursor == 0 { self.entries.len() } else { cursor.min(self.entries.len()) };
        let begin = end.saturating_sub(count);
        (begin, self.keys_in(begin, end))
    }
    // ANCHOR_END: scan

    fn keys_in(&self, begin: usize, end: usize) -> impl Iterator<Item = &[u8]> {
        let end = end.min(self.entries.len());
        let entries = self.entries.get_range(begin.min(end)..end).into_iter().flatten();
        let live = entries.filter(|(_, entry)| entry.deadline.is_none_or(|deadline| deadline > self.now));
        live.map(|(key, _)| &**key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn an_expired_key_is_gone_whether_or_not_it_was_removed() {
        let mut store = Store::default();
        store.set(b"a", b"1");
        store.expire_at(b"a", Some(10));
        assert!(store.at(9).get(b"a").is_some() && store.keys().count() == 1);
        assert!(store.at(10).keys().count() == 0 && store.scan(0, 9).1.count() == 0);
        assert_eq!(store.len(), 1, "not removed yet");
        assert_eq!(store.remove(b"a"), None);
        store.set(b"b", b"1");
        store.expire_at(b"b", Some(5));
        assert!(store.get(b"b").is_none());
        assert_eq!((store.len(), store.expiring()), (0, 0));
    }

    #[test]
    fn keys_expire_in_their_order_a_few_at_a_time_and_the_others_are_not_looked_at() {
        let mut store = Store::default();
        for number in 0..1_000 {
            store.set(format!("{number}").as_bytes(), b"");
            store.expire_at(format!("{number}").as_bytes(), Some(1_000 - number));
        }
        assert_eq!(store.at(100).expire(60), 60);
        assert_eq!(store.expire(60), 40);
        assert_eq!((store.expire(60), store.len(), store.expiring()), (0, 900, 900));
    }

    #[test]
    fn a_key_has_one_deadline_however_often_it_is_set() {
        let mut store = Store::default();
        for deadline in 1..100 {
            store.set(b"a", b"1");
            store.expire_at(b"a", Some(deadline));
        }
        assert_eq!(store.expiring(), 1);
        store.expire_at(b"a", None);
        assert_eq!((store.expiring(), store.at(1_000).expire(9)), (0, 0));
        assert!(store.get(b"a").is_some());
    }

    #[test]
    fn what_the_store_takes_is_counted_right_whatever_is_done_to_it() {
        let mut store = Store::default();
        for number in 0_u8..200 {
            let (key, value) = ([number % 7], vec![0; usize::from(number % 11)]);
            match number % 6 {
                0 => store.set(&key, &value),
                1 => drop(store.append(&key, &value)),
                2 => store.expire_at(&key, Some(i64::from(number) + 9)),
                3 => drop(store.at(i64::from(number)).expire(1)),
                4 => store.set_forever(&key, &value),
                _ => drop(store.remove(&key)),
            }
            let sum: usize = store.entries.iter().map(|(key, entry)| entry.size(key)).sum();
            assert_eq!(store.used, sum, "after {number}");
        }
        store.limit = 1;
        assert!(store.is_full());
        store.clear();
        assert!(store.used == 0 && !store.is_full());
    }

    #[test]
    fn a_scan_misses_no_key_although_others_come_and_go() {
        let mut store = Store::default();
        for number in 0..1_000 {
            store.set(format!("{number}").as_bytes(), b"");
        }
        let (mut seen, mut cursor, mut round) = (HashSet::new(), 0, 0);
        loop {
            let (next, keys) = store.scan(cursor, 10);
            seen.extend(keys.map(<[u8]>::to_vec));
            cursor = next;
            if cursor == 0 {
                break;
            }
            store.remove(format!("{}", 500 + round).as_bytes());
            store.set(format!("new {round}").as_bytes(), b"");
            round += 1;
        }
        assert!((0..500).all(|number| seen.contains(format!("{number}").as_bytes())));
    }
}
