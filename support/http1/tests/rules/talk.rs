//! A client of the state machine: sends bytes, answers the requests that come of them, reads the responses.
//!
//! Whatever a test sends is sent whole, cut in two at every byte, and byte by byte, and must lead to the same every time.

use core::time::Duration;
use http1::{Connection, Response};

/// The page that answers every request.
pub const PAGE: &str = "<p>page</p>";
/// When all this happens.
pub const NOW: Duration = Duration::from_secs(784_111_777);

/// What came of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    /// The paths of the requests that the server saw.
    pub paths: Vec<String>,
    /// The bytes that it sent.
    pub output: Vec<u8>,
    pub is_open: bool,
}

/// One response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn has_field(&self, line: &str) -> bool {
        self.head.lines().any(|each| each == line)
    }
}

impl Talk {
    /// The responses in the output. One without a body is followed by the next one at once.
    pub fn answers(&self) -> Vec<Answer> {
        let mut rest = std::str::from_utf8(&self.output).unwrap();
        let mut answers = Vec::new();
        while let Some((head, after)) = rest.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
            let length = length.map_or(0, |length| length.parse::<usize>().unwrap());
            let has_body = !after.is_empty() && !after.starts_with("HTTP/1.1 ");
            let (body, after) = after.split_at(if has_body { length } else { 0 });
            let status = head.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap();
            answers.push(Answer { status, head: head.into(), body: body.into() });
            rest = after;
        }
        assert_eq!(rest, "", "every byte belongs to a response");
        answers
    }

    pub fn statuses(&self) -> Vec<u16> {
        self.answers().iter().map(|answer| answer.status).collect()
    }
}

/// Sends pieces, one after the other, and reads after each.
pub fn talk_in_pieces<'a>(mut connection: Connection, pieces: impl Iterator<Item = &'a [u8]>) -> Talk {
    talk_on(&mut connection, pieces)
}

/// The same, on a connection that can be looked at afterwards.
pub fn talk_on<'a>(connection: &mut Connection, pieces: impl Iterator<Item = &'a [u8]>) -> Talk {
    let mut talk = Talk { paths: Vec::new(), output: Vec::new(), is_open: true };
    for piece in pieces {
        connection.receive(piece);
        while let Some(request) = connection.next_request() {
            talk.paths.push(request.path().into());
            connection.respond(Response::ok(PAGE));
        }
        talk.output.extend(connection.output(NOW));
    }
    talk.is_open = connection.is_open();
    talk
}

/// Sends bytes whole and in every cut, and insists that the cut does not matter. `end` is the last piece: nothing at all,
/// which says that the client has sent everything, or no piece.
fn talk_in_every_cut(new: fn() -> Connection, input: &[u8], end: Option<&[u8]>) -> Talk {
    let whole = talk_in_pieces(new(), [input].into_iter().chain(end));
    let stride = if input.len() <= 1000 { 1 } else { input.len() / 40 };
    for cut in (1..input.len()).step_by(stride) {
        let (first, second) = input.split_at(cut);
        assert_eq!(talk_in_pieces(new(), [first, second].into_iter().chain(end)), whole, "cut after byte {cut}");
    }
    assert_eq!(talk_in_pieces(new(), input.chunks(1).chain(end)), whole, "byte by byte");
    whole
}

/// Sends bytes, in every cut.
pub fn talk(input: impl AsRef<[u8]>) -> Talk {
    talk_in_every_cut(Connection::new, input.as_ref(), None)
}

/// Sends bytes, in every cut, to a server that answers one request.
pub fn talk_once(input: impl AsRef<[u8]>) -> Talk {
    talk_in_every_cut(Connection::for_one_request, input.as_ref(), None)
}

/// Sends bytes, in every cut, and says that they were all.
pub fn talk_and_end(input: impl AsRef<[u8]>) -> Talk {
    talk_in_every_cut(Connection::new, input.as_ref(), Some(b""))
}

/// Sends bytes which must be one good request, and hands back its path.
#[track_caller]
pub fn accepts(input: impl AsRef<[u8]>) -> String {
    let input = input.as_ref();
    let mut talk = talk(input);
    assert_eq!(talk.statuses(), [200], "{}", input.escape_ascii());
    assert_eq!(talk.paths.len(), 1);
    talk.paths.remove(0)
}

/// Sends bytes which must be refused with this status, one line that says why, and the end of the connection.
#[track_caller]
pub fn rejects(status: u16, input: impl AsRef<[u8]>) -> Answer {
    let input = input.as_ref();
    let talk = talk(input);
    assert_eq!(talk.statuses(), [status], "{}", input.escape_ascii());
    assert_eq!(talk.paths, [""; 0], "the server never sees it");
    assert!(!talk.is_open);
    let answer = talk.answers().remove(0);
    assert!(answer.has_field("Connection: close"), "{}", answer.head);
    assert!(answer.has_field("Content-Type: text/plain; charset=utf-8"), "{}", answer.head);
    assert!(input.starts_with(b"HEAD ") == answer.body.is_empty());
    assert!(answer.body.is_empty() || answer.body.ends_with(".\n") && answer.body.lines().count() == 1);
    answer
}

/// Sends bytes which must be refused because they break a rule, and hands the reason back.
#[track_caller]
pub fn rejects_as_bad(input: impl AsRef<[u8]>) -> String {
    rejects(400, input).body
}

/// A good request for `/` with these fields besides `Host`. Each ends with CR LF.
pub fn with_fields(fields: impl AsRef<[u8]>) -> Vec<u8> {
    [b"GET / HTTP/1.1\r\nHost: localhost\r\n", fields.as_ref(), b"\r\n"].concat()
}
