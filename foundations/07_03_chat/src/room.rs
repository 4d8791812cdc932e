//! The room: its members, and what each of them has not been sent yet. Nothing here waits for a client.

use crate::name::{MAX_NAME, Name};
use std::collections::VecDeque;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::task;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// How many messages to keep for a member that does not read them.
pub const MAX_WAITING: usize = 256;

/// All members.
#[derive(Default)]
pub struct Room {
    inboxes: Mutex<Vec<Arc<Inbox>>>,
    /// Through it, members leave one by one.
    door: tokio::sync::Mutex<()>,
}

impl Room {
    /// Adds a member with this name and greets it, or says why not. The others learn of it.
    pub fn join(self: &Arc<Self>, name: &str) -> Result<(Member, String), String> {
        let name = Name::new(name).ok_or_else(|| {
            format!("* A name has 1 to {MAX_NAME} letters or digits, and no spaces. Which one is yours?")
        })?;
        let mut inboxes = lock(&self.inboxes);
        if inboxes.iter().any(|other| other.owner.looks_like(&name)) {
            return Err(format!("* {} is here already. Which other name is yours?", name.shown()));
        }
        let greeting = format!("* Hello, {}! Others in this room: {}", name.shown(), inboxes.len());
        let inbox = Arc::new(Inbox { owner: name, waiting: Mutex::default(), news: Notify::new() });
        inboxes.push(Arc::clone(&inbox));
        let member = Member { room: Arc::clone(self), inbox };
        member.put(&inboxes, format!("* {} is here", member.name()));
        Ok((member, greeting))
    }

    /// Lets a member leave, and gives other tasks a turn before the next one leaves. If a crowd left in one moment, the inboxes of members
    /// that read all the time would be full.
    pub async fn leave(&self, member: Member) {
        let _one_by_one = self.door.lock().await;
        drop(member);
        task::yield_now().await;
    }
}

/// What a member hears.
pub enum Heard {
    /// What another member has said, or what the room says about one.
    Message(Utf8Bytes),
    /// So many messages are missing here: the inbox had no room for them.
    Missed(usize),
}

impl From<Heard> for Utf8Bytes {
    fn from(heard: Heard) -> Self {
        match heard {
            Heard::Message(message) => message,
            Heard::Missed(missed) => format!("* You were too slow, and missed {missed} messages").into(),
        }
    }
}

/// A place in the room. When it is dropped, for whatever reason, its owner has left.
pub struct Member {
    room: Arc<Room>,
    inbox: Arc<Inbox>,
}

impl Member {
    /// Says this to all others.
    pub fn say(&self, text: &str) {
        let text: String = text.chars().filter(|&letter| is_harmless(letter)).collect();
        if !text.trim().is_empty() {
            self.send_to_others(format!("{}: {text}", self.name()));
        }
    }

    /// The next message for this member, as soon as there is one.
    pub async fn hear(&self) -> Heard {
        loop {
            match self.hear_now() {
                Some(heard) => return heard,
                None => self.inbox.news.notified().await,
            }
        }
    }

    /// The next message for this member, if there is one.
    pub fn hear_now(&self) -> Option<Heard> {
        self.inbox.take()
    }

    // ANCHOR: send_to_others
    /// Puts this into the inboxes of all others, as it is.
    pub fn send_to_others(&self, message: String) {
        self.put(&lock(&self.room.inboxes), message);
    }

    fn put(&self, inboxes: &[Arc<Inbox>], message: String) {
        let message = Utf8Bytes::from(message); // its clones share the text
        for inbox in inboxes {
            if !Arc::ptr_eq(inbox, &self.inbox) {
                inbox.put(message.clone());
            }
        }
    }
    // ANCHOR_END: send_to_others

    fn name(&self) -> &str {
        self.inbox.owner.shown()
    }
}

// ANCHOR: leave
impl Drop for Member {
    fn drop(&mut self) {
        let mut inboxes = lock(&self.room.inboxes);
        inboxes.retain(|inbox| !Arc::ptr_eq(inbox, &self.inbox));
        self.put(&inboxes, format!("* {} has left", self.name())); // before another client takes this name
    }
}
// ANCHOR_END: leave

// ANCHOR: inbox
/// The newest messages that a member has not been sent yet. Older ones make room for them.
struct Inbox {
    owner: Name,
    waiting: Mutex<Waiting>,
    news: Notify,
}

#[derive(Default)]
struct Waiting {
    messages: VecDeque<Utf8Bytes>,
    missed: usize,
}

impl Inbox {
    fn put(&self, message: Utf8Bytes) {
        let mut waiting = lock(&self.waiting);
        if waiting.messages.len() == MAX_WAITING {
            waiting.messages.pop_front();
            waiting.missed += 1;
        }
        waiting.messages.push_back(message);
        self.news.notify_one();
    }

    fn take(&self) -> Option<Heard> {
        let mut waiting = lock(&self.waiting);
        match mem::take(&mut waiting.missed) {
            0 => waiting.messages.pop_front().map(Heard::Message),
            missed => Some(Heard::Missed(missed)),
        }
    }
}
// ANCHOR_END: inbox

/// Not a line break, and nothing else that would change how the text around it looks.
fn is_harmless(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Locks, also if a thread has panicked meanwhile: no change here is left half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(member: &Member) -> Vec<String> {
        std::iter::from_fn(|| member.hear_now()).map(|heard| Utf8Bytes::from(heard).to_string()).collect()
    }

    fn members<const N: usize>(names: [&str; N]) -> [Member; N] {
        let room = Arc::new(Room::default());
        let members = names.map(|name| room.join(name).expect("a free name").0);
        members.iter().for_each(|member| drop(heard(member)));
        members
    }

    #[test]
    fn all_but_the_sender_hear_what_is_said() {
        let [ann, bob, cid] = members(["Ann", "Bob", "Cid"]);
        ann.say("hello");
        assert_eq!(heard(&bob), ["Ann: hello"]);
        assert_eq!(heard(&cid), ["Ann: hello"]);
        assert!(heard(&ann).is_empty());
    }

    #[test]
    fn joining_and_leaving_are_announced_to_the_others() {
        let room = Arc::new(Room::default());
        let (ann, greeting) = room.join("Ann").expect("the room is empty");
        assert_eq!(greeting, "* Hello, Ann! Others in this room: 0");
        let (bob, greeting) = room.join(" Bob ").expect("another name");
        assert_eq!(greeting, "* Hello, Bob! Others in this room: 1");
        assert!(heard(&bob).is_empty());
        drop(bob);
        assert_eq!(heard(&ann), ["* Bob is here", "* Bob has left"]);
    }

    #[test]
    fn a_name_is_unique_until_its_owner_leaves() {
        let room = Arc::new(Room::default());
        assert!(room.join("An n").is_err_and(|why| why.contains("A name has")));
        let ann = room.join("Ann").expect("the room is empty");
        for alike in ["aNN", "\u{410}nn"] {
            assert!(room.join(alike).is_err_and(|why| why.contains("here already")), "{alike}");
        }
        drop(ann);
        assert!(room.join("aNN").is_ok());
    }

    /// Ann leaves, and comes back as soon as she may, on another thread. Bob never reads the same twice in a row.
    #[test]
    fn a_member_that_comes_back_at_once_has_left_before() {
        let [bob] = members(["Bob"]);
        let comes_and_goes = || (0..2_000).for_each(|_| while bob.room.join("Ann").is_err() {});
        std::thread::scope(|threads| {
            let two = [threads.spawn(comes_and_goes), threads.spawn(comes_and_goes)];
            let mut last = String::new();
            while !two.iter().all(|thread| thread.is_finished()) {
                for line in heard(&bob) {
                    if line.starts_with("* You were too slow") {
                        last.clear(); // what comes next may follow anything
                        continue;
                    }
                    assert_ne!(line, last);
                    last = line;
                }
            }
        });
    }

    #[test]
    fn a_member_that_does_not_read_keeps_the_newest_messages_and_hears_how_many_it_missed() {
        let [ann, bob, cid] = members(["Ann", "Bob", "Cid"]);
        for number in 0..MAX_WAITING + 3 {
            ann.say(&number.to_string());
            assert_eq!(heard(&cid), [format!("Ann: {number}")], "a member that reads misses nothing");
        }
        let heard = heard(&bob);
        assert_eq!(heard[..2], ["* You were too slow, and missed 3 messages", "Ann: 3"]);
        assert_eq!((heard.len(), heard.last()), (1 + MAX_WAITING, Some(&format!("Ann: {}", MAX_WAITING + 2))));
    }

    #[test]
    fn nothing_that_is_said_can_pass_for_another_line() {
        let [ann, bob] = members(["Ann", "Bob"]);
        ann.say("a\nCid: b\u{2028}\u{202E}\x1b[1m");
        ann.say(" \n ");
        assert_eq!(heard(&bob), ["Ann: aCid: b[1m"]);
    }
}
