//! One connection, seen from the server: the state machine between the bytes and the requests.

use crate::answer::Answer;
use crate::head::{self, Head, Method};
use crate::input::Input;
use crate::request::Request;
use crate::response::{Date, Framing, Persistence, Response, Status};
use crate::{MAX_THROWN_AWAY, MILESTONE};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

/// One connection, seen from the server.
///
/// Call [`receive`](Self::receive) with what arrives for as long as it [needs input](Self::needs_input). Then take each
/// [`next_request`](Self::next_request), give it a response with [`respond`](Self::respond), and send the
/// [`output`](Self::output). Repeat this while the connection [is open](Self::is_open).
///
/// ```text
///     receive        ┌──────────────────────────────────────────┐
///        │           ▼                                          │
///        └──▶ reading a head ──▶ reading a body ──▶ answering ──┘
///                    │                  │               │ the client or the server
///        it breaks a │                  │               │ wants to stop
///        rule, or is └──────────────────┴───────┬───────┘
///        timed out                              │
///                                               ▼
///                                            closed
/// ```
///
/// Between two calls it holds no buffer unless a request is incomplete, so that an idle connection costs next to nothing.
/// An incomplete request is held up to [`MAX_HEAD`](crate::MAX_HEAD).
#[derive(Debug, Default)]
pub struct Connection {
    input: Input,
    state: State,
    /// What has been answered since the last output.
    answers: Vec<Answer>,
    /// How many requests, answers and [milestones](crate::MILESTONE) of bodies there were.
    progress: u32,
    serves_one_request: bool,
    /// The client has sent everything: its half of the connection is closed.
    input_ended: bool,
}

// ANCHOR: state
#[derive(Debug)]
enum State {
    /// The next byte is the first of a head, or belongs to one that has not arrived as a whole. So many bytes were searched
    /// for its end.
    ReadingHead { searched: usize },
    /// The head is understood; the request line at least is still in the input. Its body follows. (In a box, because it is
    /// rare: it would make every connection bigger.)
    ReadingBody(Box<Head>),
    /// A request is complete, and has not been handed out yet. Its path is here in the input.
    Asked { path_start: u32, path_length: u16, framing: Framing },
    /// A request was handed out and waits for its response.
    Answering(Framing),
    /// The last response is on its way: what still arrives is thrown away, up to so many bytes.
    Closed { may_throw_away: usize },
}
// ANCHOR_END: state

impl Default for State {
    fn default() -> Self {
        Self::ReadingHead { searched: 0 }
    }
}

/// What one look at the input led to.
enum Step {
    /// Something changed: look again.
    Onward,
    /// Nothing more can be done before more bytes arrive.
    NeedsInput,
}

impl Connection {
    /// A connection that is kept as long as the client wants.
    pub fn new() -> Self {
        Self::default()
    }

    /// A connection that is over after one response, which tells the client so.
    pub fn for_one_request() -> Self {
        Self { serves_one_request: true, ..Self::default() }
    }

    /// Takes the bytes that arrived, in whatever pieces they came. None at all means that the client has sent everything.
    pub fn receive(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            self.input_ended = true;
        }
        match &mut self.state {
            State::Closed { may_throw_away } => {
                let before = *may_throw_away;
                *may_throw_away = before.saturating_sub(bytes.len());
                let milestones = before.div_ceil(MILESTONE) - may_throw_away.div_ceil(MILESTONE);
                self.count(u32::try_from(milestones).unwrap_or(u32::MAX));
            }
            _ => self.input.receive(bytes),
        }
    }

    /// Whether bytes must arrive before there is anything else to do. If not, there is a request, something to send, or the end.
    ///
    /// After the last response it says so, too, if the connection [must be closed with care](Self::must_linger).
    pub fn needs_input(&mut self) -> bool {
        self.look();
        match self.state {
            State::ReadingHead { .. } => true,
            State::ReadingBody(_) => !matches!(self.answers.last(), Some(Answer::Continue)),
            State::Closed { .. } => self.must_linger() && self.answers.is_empty(),
            State::Asked { .. } | State::Answering(_) => false,
        }
    }

    /// The next complete request, if one has arrived and the one before it has been answered.
    pub fn next_request(&mut self) -> Option<Request<'_>> {
        self.look();
        let State::Asked { path_start, path_length, framing } = self.state else { return None };
        self.state = State::Answering(framing);
        let path_start = path_start as usize;
        let path = self.input.get(path_start..path_start + usize::from(path_length));
        let path = core::str::from_utf8(path).unwrap_or_default(); // it is ASCII, `target` saw to that
        Some(Request::new(path))
    }

    /// Answers the request that was handed out last. (Without one there is nothing to answer, and nothing happens.)
    pub fn respond(&mut self, response: Response) {
        if let State::Answering(framing) = self.state {
            self.answer(response, framing);
        }
    }

    /// The bytes to send now: all that has been answered since the last call. `now` is the time since the beginning of
    /// 1970 in UTC, for the `Date` header.
    pub fn output(&mut self, now: Duration) -> Vec<u8> {
        if self.answers.is_empty() {
            return Vec::new();
        }
        let answers = core::mem::take(&mut self.answers);
        let mut output = Vec::with_capacity(answers.iter().map(Answer::max_length).sum()); // one piece of memory for all
        let date = Date::new(now);
        for answer in &answers {
            answer.encode(&date, &mut output);
        }
        output
    }

    /// Whether more may come of this connection: if not, send the [`output`](Self::output) and close.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Closed { .. })
    }

    /// Whether nothing is under way: every request that arrived has been answered, and no other has begun to arrive. (An
    /// empty line is none.)
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::ReadingHead { .. }) && self.input.unread().trim_ascii().is_empty()
    }

    /// Says that the server is about to stop. Call it before [`output`](Self::output): if nothing else is under way, the last response
    /// in there tells the client that the connection is closed after it (RFC 9112, section 9.6), and it is. Half a request stays a
    /// promise: call it again when that request has been answered.
    pub fn finish(&mut self) {
        self.look();
        if self.is_idle() {
            let last = self.answers.last_mut();
            let has_answer = last.is_some(); // a client that has not seen it may be sending its next request
            if let Some(Answer::Final(_, framing)) = last {
                framing.persistence = Persistence::Close;
            }
            self.close(has_answer);
        }
    }

    /// How far this connection has come: each complete request, each answer and each [`MILESTONE`](crate::MILESTONE) of a body, or of what is thrown away, is one step. (A
    /// head that is not complete is none: it is short.) A server that waits for as long as this number changes demands steady
    /// progress, but not that a request be short.
    pub fn progress(&self) -> u32 {
        self.progress
    }

    /// Ends a connection whose client has kept the server waiting for too long. Half a request is answered with
    /// [`Status::RequestTimeout`]; without one, there is nothing to answer.
    pub fn time_out(&mut self) {
        match self.state {
            State::ReadingHead { .. } | State::ReadingBody(_) if !self.is_idle() => self.refuse(TIMED_OUT),
            State::Closed { .. } => {}
            _ => self.close(false),
        }
    }

    /// Whether a connection that is over must be closed with care: the client may still be sending, and a socket that is
    /// closed over unread input is reset, which can destroy the last response before the client has read it (RFC 9112,
    /// section 9.6). Shut down the sending half, and [`receive`](Self::receive) for a while before closing. After
    /// [`MAX_THROWN_AWAY`](crate::MAX_THROWN_AWAY) bytes, it is enough.
    pub fn must_linger(&self) -> bool {
        matches!(self.state, State::Closed { may_throw_away: 1.. }) && !self.input_ended
    }

    /// Reads what has arrived as far as it can be read now.
    fn look(&mut self) {
        loop {
            let step = match core::mem::take(&mut self.state) {
                State::ReadingHead { searched } => self.read_head(searched),
                State::ReadingBody(head) => self.read_body(head),
                unchanged => {
                    self.state = unchanged;
                    return;
                }
            };
            match step {
                Ok(Step::Onward) => {}
                Ok(Step::NeedsInput) => return self.input.forget_consumed(),
                Err(refusal) => self.refuse(refusal),
            }
        }
    }

    fn read_head(&mut self, searched: usize) -> Result<Step, Response> {
        let input = self.input.unread();
        match head::parse(input, searched)? {
            Some(head) => self.read_complete_head(head),
            None if !self.input_ended => {
                self.state = State::ReadingHead { searched: input.len() };
                Ok(Step::NeedsInput)
            }
            None if input.trim_ascii().is_empty() => {
                self.close(false);
                Ok(Step::Onward)
            }
            None => Err(Response::bad("The request is incomplete.\n")),
        }
    }

    fn read_complete_head(&mut self, head: Head) -> Result<Step, Response> {
        if head.body.is_complete() {
            return Ok(self.ask(&head));
        }
        if head.expects_continue {
            // A client that waits must not send a body in vain. That it waits is a promise, not a fact: it may have sent the
            // body already, so after a refusal no more can be read.
            if head.method == Method::Unsupported {
                return Err(head::UNSUPPORTED_METHOD);
            }
            self.push(Answer::Continue);
        }
        self.state = State::ReadingBody(Box::new(head));
        Ok(Step::Onward)
    }

    fn read_body(&mut self, mut head: Box<Head>) -> Result<Step, Response> {
        let skipped = head.body.skip(&self.input.unread()[head.length..])?;
        head.length += skipped;
        self.count(head.pass(skipped));
        if head.body.is_complete() {
            return Ok(self.ask(&head));
        }
        if self.input_ended {
            return Err(Response::bad("The request body is incomplete.\n"));
        }
        self.input.forget(head.path.end..head.length); // all but the target
        head.length = head.path.end;
        self.state = State::ReadingBody(head);
        Ok(Step::NeedsInput)
    }

    /// Hands a complete request out, or answers it here if no page supports its method.
    fn ask(&mut self, head: &Head) -> Step {
        let start = self.input.consume(head.length);
        self.count(1);
        let persistence = if self.serves_one_request { Persistence::Close } else { head.persistence };
        let framing = Framing { is_head: head.method == Method::Head, persistence };
        if head.method == Method::Unsupported {
            self.answer(head::UNSUPPORTED_METHOD, framing);
            return Step::Onward;
        }
        // Both are short: a request is handed out before the next one is looked at, and a target has its limit.
        let path_start = u32::try_from(start + head.path.start).unwrap_or(u32::MAX);
        let path_length = u16::try_from(head.path.len()).unwrap_or(u16::MAX);
        self.state = State::Asked { path_start, path_length, framing };
        Step::Onward
    }

    fn answer(&mut self, response: Response, framing: Framing) {
        self.push(Answer::Final(response, framing));
        if framing.persistence == Persistence::Close {
            let has_sent_more = !self.input.unread().is_empty();
            self.close(self.serves_one_request || has_sent_more);
        } else {
            self.state = State::default();
        }
    }

    /// Answers what could not be understood. Where it ends is unknown too, so nothing after it can be understood either.
    fn refuse(&mut self, refusal: Response) {
        let is_head = head::begins_with_head(self.input.unread());
        self.push(Answer::Final(refusal, Framing { is_head, persistence: Persistence::Close }));
        self.close(true);
    }

    fn push(&mut self, answer: Answer) {
        self.answers.push(answer);
        self.count(1);
    }

    fn count(&mut self, steps: u32) {
        self.progress = self.progress.wrapping_add(steps);
    }

    fn close(&mut self, client_may_be_sending: bool) {
        self.state = State::Closed { may_throw_away: if client_may_be_sending { MAX_THROWN_AWAY } else { 0 } };
        self.input.forget_all();
    }
}

#[cfg(test)]
impl Connection {
    /// The bytes that arrived and are kept.
    pub(crate) fn input_length(&self) -> usize {
        self.input.length()
    }

    /// The bytes that the next output reserves.
    pub(crate) fn output_length(&self) -> usize {
        self.answers.iter().map(Answer::max_length).sum()
    }

    /// The bytes for which memory is reserved.
    pub(crate) fn reserved(&self) -> usize {
        self.input.reserved() + self.answers.capacity() * size_of::<Answer>()
    }
}

const TIMED_OUT: Response =
    Response::refusal(Status::RequestTimeout, "The rest of the request did not arrive in time.\n");
