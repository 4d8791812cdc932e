//! One connection, seen from the server: the state machine between the bytes and the requests.

use crate::head::{self, Head, Method};
use crate::response::{Framing, Persistence, Response, Status, date};
use alloc::vec::Vec;
use core::ops::Range;
use core::time::Duration;

/// One connection, seen from the server.
///
/// Call [`receive`](Self::receive) with what arrived, then [`next_request`](Self::next_request) until there is none,
/// each time followed by one [`respond`](Self::respond); then send the [`output`](Self::output). Stop when it is no
/// longer [open](Self::is_open).
///
/// Between two calls it holds no buffer unless a request is incomplete, so that an idle connection costs next to nothing.
#[derive(Debug, Default)]
pub struct Connection {
    /// What has arrived; the first `consumed` bytes of it are done with.
    input: Vec<u8>,
    consumed: usize,
    state: State,
    answers: Vec<Answer>,
    serves_one_request: bool,
    /// The peer has sent everything: its half of the connection is closed.
    input_ended: bool,
}

#[derive(Debug, Default)]
enum State {
    /// The next byte is the first of a head, or belongs to one that is incomplete.
    #[default]
    Head,
    /// The head is complete and still at `consumed`; its body follows.
    Body { head: Head },
    /// A request was handed out and waits for its response.
    Asked(Framing),
    /// The last response is on its way: whatever still arrives is thrown away.
    Over {
        /// The peer did not say that it would stop, so it may be sending still.
        peer_may_be_sending: bool,
    },
}

#[derive(Debug)]
enum Answer {
    Final(Response, Framing),
    /// `100 Continue` (RFC 9110, section 15.2.1).
    Continue,
}

/// A complete `GET` or `HEAD` request. (`HEAD` needs no attention: [`Connection::output`] leaves the page out.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'connection> {
    path: &'connection str,
}

impl<'connection> Request<'connection> {
    /// The path of the request's target, as it was sent, without the query string: `/sleep` for `/sleep?for=fun` and for
    /// `http://localhost:7878/sleep`.
    pub fn path(&self) -> &'connection str {
        self.path
    }
}

impl Connection {
    /// A connection that is kept as long as the peer wants.
    pub fn new() -> Self {
        Self::default()
    }

    /// A connection that is over after one response, which tells the peer so.
    pub fn for_one_request() -> Self {
        Self { serves_one_request: true, ..Self::default() }
    }

    /// Takes the bytes that arrived, in whatever pieces they came. None at all means that the peer has sent everything.
    pub fn receive(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            self.input_ended = true;
        }
        if self.is_open() {
            self.input.extend_from_slice(bytes);
        }
    }

    /// The next complete request, if one has arrived and the one before it has been answered.
    pub fn next_request(&mut self) -> Option<Request<'_>> {
        loop {
            let step = match &mut self.state {
                State::Head => self.read_head(),
                State::Body { .. } => self.skip_body(),
                State::Asked(_) | State::Over { .. } => return None,
            };
            match step {
                Ok(Step::Asked(path)) => {
                    let path = core::str::from_utf8(&self.input[path]).unwrap_or_default(); // checked: it is ASCII
                    return Some(Request { path });
                }
                Ok(Step::Onward) => {}
                Ok(Step::NeedsInput) => {
                    self.forget_consumed();
                    return None;
                }
                Err(refusal) => self.refuse(refusal),
            }
        }
    }

    /// Answers the request that was handed out last. (Without one there is nothing to answer, and nothing happens.)
    pub fn respond(&mut self, response: Response) {
        if let State::Asked(framing) = self.state {
            self.answer(response, framing);
        }
    }

    /// The bytes to send now: all that has been answered since the last call. `now` is the time since the beginning of
    /// 1970 in UTC, for the `Date` header.
    pub fn output(&mut self, now: Duration) -> Vec<u8> {
        let mut output = Vec::new();
        if self.answers.is_empty() {
            return output;
        }
        let date = date(now);
        for answer in core::mem::take(&mut self.answers) {
            match answer {
                Answer::Continue => output.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n"),
                Answer::Final(response, framing) => response.encode(framing, &date, &mut output),
            }
        }
        output
    }

    /// Whether more may come of this connection: if not, send the [`output`](Self::output) and close.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, State::Over { .. })
    }

    /// Whether nothing is under way: every request that arrived has been answered, and no other has begun to arrive.
    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Head) && self.input.len() == self.consumed
    }

    /// Whether a connection that is over must be closed with care: the peer may still be sending, and a socket that is
    /// closed over unread input is reset, which can destroy the last response before the peer has read it (RFC 9112,
    /// section 9.6). Shut down the sending half, and read for a while before closing.
    pub fn peer_may_be_sending(&self) -> bool {
        matches!(self.state, State::Over { peer_may_be_sending: true }) && !self.input_ended
    }

    fn read_head(&mut self) -> Result<Step, Response> {
        let input = &self.input[self.consumed..];
        if let Some(head) = head::parse(input)? {
            return self.read_complete_head(head);
        }
        if !self.input_ended {
            return Ok(Step::NeedsInput);
        }
        if input.iter().all(|byte| b"\r\n".contains(byte)) {
            self.end(false);
            return Ok(Step::Onward);
        }
        Err(Response::refusal(Status::BadRequest, "The request is incomplete.\n"))
    }

    fn read_complete_head(&mut self, head: Head) -> Result<Step, Response> {
        if head.body.is_over() {
            self.consumed += head.length;
            return Ok(self.ask(&head, self.consumed - head.length));
        }
        let nothing_followed = self.input.len() == self.consumed + head.length;
        if head.expects_continue && nothing_followed && !head.body.is_too_large() {
            self.answers.push(Answer::Continue);
        }
        self.state = State::Body { head };
        Ok(Step::Onward)
    }

    /// Skips the body; the head stays in the input, because the path is in there.
    fn skip_body(&mut self) -> Result<Step, Response> {
        let State::Body { head } = &mut self.state else { return Ok(Step::Onward) };
        let start = self.consumed + head.length;
        let skipped = head.body.skip(&self.input[start..])?;
        self.input.drain(start..start + skipped);
        if head.body.is_over() {
            let head = head.clone();
            self.consumed = start;
            return Ok(self.ask(&head, start - head.length));
        }
        if self.input_ended {
            return Err(Response::refusal(Status::BadRequest, "The request body is incomplete.\n"));
        }
        Ok(Step::NeedsInput)
    }

    /// Hands a complete request out, or answers it here if no server supports its method.
    fn ask(&mut self, head: &Head, head_start: usize) -> Step {
        let connection = if self.serves_one_request { Persistence::Close } else { head.persistence };
        let framing = Framing { is_head: head.method == Method::Head, connection };
        let refusal = match head.method {
            Method::Get | Method::Head => {
                self.state = State::Asked(framing);
                return Step::Asked(head_start + head.path.start..head_start + head.path.end);
            }
            Method::Unsupported => {
                Response::refusal(Status::MethodNotAllowed, "The pages here can be read with GET and HEAD.\n")
            }
            Method::Unknown => Response::refusal(Status::NotImplemented, "This server does not know that method.\n"),
        };
        self.answer(refusal, framing);
        Step::Onward
    }

    fn answer(&mut self, response: Response, framing: Framing) {
        self.answers.push(Answer::Final(response, framing));
        if framing.connection == Persistence::Close {
            self.end(self.serves_one_request);
        } else {
            self.state = State::Head;
        }
    }

    /// Answers what could not be understood. Where it ends is unknown too, so nothing after it can be understood either.
    fn refuse(&mut self, refusal: Response) {
        self.answers.push(Answer::Final(refusal, Framing { is_head: false, connection: Persistence::Close }));
        self.end(true);
    }

    fn end(&mut self, peer_may_be_sending: bool) {
        self.state = State::Over { peer_may_be_sending };
        self.input = Vec::new();
        self.consumed = 0;
    }

    /// Gives the memory of finished requests back; what is left is the beginning of one that is incomplete.
    fn forget_consumed(&mut self) {
        if self.consumed == self.input.len() {
            self.input = Vec::new();
        } else {
            self.input.drain(..self.consumed);
        }
        self.consumed = 0;
    }
}

enum Step {
    /// A request is complete; its path stands here in the input.
    Asked(Range<usize>),
    /// Something changed: look again.
    Onward,
    /// Nothing more can be done before more bytes arrive.
    NeedsInput,
}
