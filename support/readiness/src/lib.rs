//! The loop of chapter 4: one thread asks the system which sockets are ready, and looks which deadlines are over. For each client that
//! waits, it keeps what is needed to go on, and hands it back when the wait is over. It need not know what that is: a callback, a
//! coroutine, a green thread.
//!
//! The system reports *once* that a socket has become ready. Until a call has failed with `WouldBlock`, it may not report again. So a
//! handler that wants to read or to write tries to, and waits only if that fails.

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use std::collections::{BTreeSet, HashMap};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How many events to take from the system at a time.
const EVENTS: usize = 1024;
/// The listener's own number. The clients have those that follow.
const LISTENER: Token = Token(0);

// ANCHOR: vocabulary
/// What a client can wait for.
#[derive(Clone, Copy, Debug)]
pub enum Wait {
    /// Until something can be read. It fails if that takes longer than the loop's patience.
    Readable,
    /// Until something can be written. It fails in the same way, even if something can be read meanwhile.
    Writable,
    /// For this time, whatever the socket does.
    Time(Duration),
}

/// What has happened.
#[derive(Debug)]
pub enum Event<W> {
    /// A client has connected. From now on, it has this number.
    Connected(Token, TcpStream),
    /// A wait is over: what was kept for it, and its result.
    Over(Token, W, io::Result<()>),
}
// ANCHOR_END: vocabulary

// ANCHOR: loop
/// A listener, and the clients that wait. The deadlines are in the order of time, so that the next one is found without a search.
#[derive(Debug)]
pub struct EventLoop<W> {
    poll: Poll,
    ready: Events,
    listener: TcpListener,
    last: Token,
    waiting: HashMap<Token, Waiting<W>>,
    deadlines: BTreeSet<(Instant, Token)>,
    patience: Duration,
}

/// A client that waits, or the listener, for which nothing is kept.
#[derive(Debug)]
struct Waiting<W> {
    wait: Wait,
    deadline: Option<Instant>,
    kept: Option<W>,
}
// ANCHOR_END: loop

impl<W> EventLoop<W> {
    /// A loop without clients. Each of them may wait for its socket for as long as this patience.
    ///
    /// # Errors
    ///
    /// If this is no address, or another program listens there, or the system has no descriptors left.
    pub fn bind(address: &str, patience: Duration) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(address)?; // it knows names such as localhost, too
        listener.set_nonblocking(true)?;
        let (poll, mut listener) = (Poll::new()?, TcpListener::from_std(listener));
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        let (ready, waiting, deadlines) = (Events::with_capacity(EVENTS), HashMap::new(), BTreeSet::new());
        let mut event_loop = Self { poll, ready, listener, last: LISTENER, waiting, deadlines, patience };
        event_loop.keep(LISTENER, Wait::Readable, None, None);
        Ok(event_loop)
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// If the system cannot tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    // ANCHOR: wait
    /// This client waits from now on, for one thing. When the wait is over, `kept` comes back.
    pub fn wait(&mut self, token: Token, wait: Wait, kept: W) {
        let longest = match wait {
            Wait::Readable | Wait::Writable => self.patience,
            Wait::Time(time) => time,
        };
        let deadline = Instant::now().checked_add(longest); // none if it is too far away for the clock
        self.keep(token, wait, deadline, Some(kept));
    }
    // ANCHOR_END: wait

    fn keep(&mut self, token: Token, wait: Wait, deadline: Option<Instant>, kept: Option<W>) {
        self.deadlines.extend(deadline.map(|deadline| (deadline, token)));
        self.waiting.insert(token, Waiting { wait, deadline, kept });
    }

    /// Sleeps until a client has connected or a wait is over, and returns what has happened.
    ///
    /// # Errors
    ///
    /// If the system cannot tell which sockets are ready.
    // ANCHOR: turn
    pub fn turn(&mut self) -> io::Result<Vec<Event<W>>> {
        let time_until = |deadline: &Instant| deadline.saturating_duration_since(Instant::now());
        let mut longest = self.deadlines.first().map(|(deadline, _)| time_until(deadline));
        while let Err(error) = self.poll.poll(&mut self.ready, longest) {
            if error.kind() != ErrorKind::Interrupted {
                return Err(error);
            }
            longest = Some(Duration::ZERO); // meanwhile, deadlines have passed and sockets became ready
        }
        let now = Instant::now();
        let ready = self.ready.iter().filter(|event| self.waits_for(event)).map(|event| event.token());
        let ready: Vec<Token> = ready.collect();
        let mut events = Vec::new();
        for token in ready {
            self.end(token, Ok(()), &mut events);
        }
        while let Some(&(_, token)) = self.deadlines.first().filter(|(deadline, _)| *deadline <= now) {
            let waiting = self.waiting.get(&token);
            let is_late = waiting.is_some_and(|waiting| !matches!(waiting.wait, Wait::Time(_)));
            let ended = if is_late { Err(ErrorKind::TimedOut.into()) } else { Ok(()) };
            self.end(token, ended, &mut events);
        }
        Ok(events)
    }
    // ANCHOR_END: turn

    /// Whether this report ends a wait.
    fn waits_for(&self, event: &mio::event::Event) -> bool {
        self.waiting.get(&event.token()).is_some_and(|waiting| match waiting.wait {
            Wait::Readable => event.is_readable() || event.is_read_closed(),
            Wait::Writable => event.is_writable() || event.is_write_closed(),
            Wait::Time(_) => false,
        })
    }

    fn end(&mut self, token: Token, ended: io::Result<()>, events: &mut Vec<Event<W>>) {
        let Some(Waiting { deadline, kept, .. }) = self.waiting.remove(&token) else { return };
        if let Some(deadline) = deadline {
            self.deadlines.remove(&(deadline, token));
        }
        match kept {
            Some(kept) => events.push(Event::Over(token, kept, ended)),
            None => self.accept(events),
        }
    }

    fn accept(&mut self, events: &mut Vec<Event<W>>) {
        loop {
            match self.listener.accept().and_then(|(stream, _)| self.register(stream)) {
                Ok(connected) => events.push(connected),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return self.keep(LISTENER, Wait::Readable, None, None);
                }
                Err(error) => {
                    let rest = echo::cannot_accept(&error);
                    return self.keep(LISTENER, Wait::Time(rest), Instant::now().checked_add(rest), None);
                }
            }
        }
    }

    /// From now on, the system reports what this client is ready for, until its stream is closed.
    fn register(&mut self, mut stream: TcpStream) -> io::Result<Event<W>> {
        let token = Token(self.last.0 + 1);
        self.poll.registry().register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        self.last = token;
        Ok(Event::Connected(token, stream))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpStream as OtherEnd;

    /// A loop, a client that has connected, and the other end of its connection.
    fn connected(patience: Duration) -> (EventLoop<&'static str>, Token, TcpStream, OtherEnd) {
        let mut event_loop = EventLoop::bind("127.0.0.1:0", patience).unwrap();
        let other_end = OtherEnd::connect(event_loop.address().unwrap()).unwrap();
        loop {
            if let Some(Event::Connected(token, stream)) = event_loop.turn().unwrap().pop() {
                return (event_loop, token, stream, other_end);
            }
        }
    }

    /// The results of the waits that are over first, and what was kept for them. Nothing else may happen.
    fn next(event_loop: &mut EventLoop<&'static str>) -> Vec<(&'static str, Result<(), ErrorKind>)> {
        let over = |event| match event {
            Event::Over(_, kept, ended) => (kept, ended.map_err(|error| error.kind())),
            Event::Connected(..) => panic!("no client connects"),
        };
        loop {
            let events = event_loop.turn().unwrap();
            if !events.is_empty() {
                return events.into_iter().map(over).collect();
            }
        }
    }

    #[test]
    fn what_was_kept_comes_back_when_the_socket_is_ready() {
        let (mut event_loop, token, _stream, mut other_end) = connected(Duration::MAX);
        event_loop.wait(token, Wait::Writable, "to write");
        assert_eq!(next(&mut event_loop), [("to write", Ok(()))]); // a new connection can be written to
        event_loop.wait(token, Wait::Readable, "to read");
        other_end.write_all(b"line\n").unwrap();
        assert_eq!(next(&mut event_loop), [("to read", Ok(()))]);
    }

    #[test]
    fn a_wait_for_a_time_does_not_end_before_it_and_a_wait_for_a_socket_fails_at_its_deadline() {
        let time = Duration::from_millis(20);
        let (mut event_loop, token, _stream, mut other_end) = connected(time);
        other_end.write_all(b"line\n").unwrap();
        for (wait, ended) in [(Wait::Time(time), Ok(())), (Wait::Readable, Err(ErrorKind::TimedOut))] {
            let start = Instant::now();
            event_loop.wait(token, wait, "");
            assert_eq!(next(&mut event_loop), [("", ended)]); // nothing was read, so the socket became ready only once
            assert!(start.elapsed() >= time, "it ended after {:?}", start.elapsed());
        }
    }

    #[test]
    fn a_wait_to_write_does_not_end_because_something_can_be_read() {
        let (mut event_loop, token, mut stream, mut other_end) = connected(Duration::from_millis(20));
        event_loop.wait(token, Wait::Writable, "");
        assert_eq!(next(&mut event_loop), [("", Ok(()))]);
        while stream.write(&[0; 65_536]).is_ok() {}
        other_end.write_all(b"line\n").unwrap();
        event_loop.wait(token, Wait::Writable, "");
        assert_eq!(next(&mut event_loop), [("", Err(ErrorKind::TimedOut))]);
    }

    #[test]
    fn waits_end_in_the_order_of_their_deadlines_and_leave_nothing_behind() {
        let (mut event_loop, _, _stream, _peer) = connected(Duration::MAX);
        for (number, time, kept) in [(7, 30, "last"), (8, 1, "first"), (9, 15, "second")] {
            event_loop.wait(Token(number), Wait::Time(Duration::from_millis(time)), kept);
        }
        let mut order = Vec::new();
        while order.len() < 3 {
            order.extend(next(&mut event_loop).into_iter().map(|(kept, _)| kept)); // several at a time, if the machine is busy
        }
        assert_eq!(order, ["first", "second", "last"]);
        assert!(event_loop.deadlines.is_empty());
        assert_eq!(event_loop.waiting.len(), 1); // the listener
    }
}
