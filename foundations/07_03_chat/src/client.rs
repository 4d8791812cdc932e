//! One client, from its name to its last word.

use crate::chat::Chat;
use crate::room::{MAX_WAITING, Member, Room};
use common::command_line;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use hyper::body::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Mutex, Notify};
use tokio::time::{sleep, timeout};
use tokio::{select, try_join};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_util::io::InspectReader;

/// The longest message, in bytes.
pub const MAX_MESSAGE: usize = 4 * 1024;
/// How much may arrive before a text is complete: the longest text, even if each of its bytes has a frame of its own.
const MAX_UNFINISHED: usize = 8 * MAX_MESSAGE;
/// How long to wait between one message of a client and the next: it can send at most a thousand in a second.
const PACE: Duration = Duration::from_millis(1);
/// How long a client may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

const STOPPING: Ending = Ending::SentAway(CloseCode::Away, "the server is stopping");
const NAMELESS: Ending = Ending::SentAway(CloseCode::Policy, "no name was given");
const SILENT: Ending = Ending::SentAway(CloseCode::Policy, "no answer to a ping");
/// The client hardly ever gets to read this: what it did not read comes first.
const TOO_SLOW: Ending = Ending::SentAway(CloseCode::Policy, "you do not read your messages");
const NEVER_ENDS: Ending = Ending::SentAway(CloseCode::Size, "a message may take at most 32 KiB, with its frames");
const NOT_TEXT: Ending = Ending::SentAway(CloseCode::Unsupported, "only text messages are understood");

type Socket = WebSocketStream<InspectReader<TokioIo<Upgraded>, Box<dyn FnMut(&[u8]) + Send>>>;
type ReadHalf = SplitStream<Socket>;

/// A client, as its task talks to it. The half of the connection that is read is not in here: the loop that reads has it.
struct Client {
    outgoing: Mutex<SplitSink<Socket, Message>>,
    unfinished: Arc<Unfinished>,
    patience: Duration,
}

/// How many bytes have arrived since the last text. A message may be cut into frames, and a frame may be empty: the library joins
/// them for as long as they come.
#[derive(Default)]
struct Unfinished {
    bytes: AtomicUsize,
    too_many: Notify,
}

impl Unfinished {
    fn add(&self, bytes: usize) {
        if self.bytes.fetch_add(bytes, Relaxed) + bytes > MAX_UNFINISHED {
            self.too_many.notify_one();
        }
    }

    /// A message is complete. A ping or a pong may come between the frames of a text. It is no part of a text, and its head has six bytes.
    fn take_out(&self, message: &Message) {
        let size = match message {
            Message::Ping(payload) | Message::Pong(payload) => payload.len() + 6,
            _ => usize::MAX,
        };
        let _ = self.bytes.fetch_update(Relaxed, Relaxed, |bytes| Some(bytes.saturating_sub(size))); // it cannot fail
    }
}

/// Why a conversation has ended.
enum Ending {
    /// The client has closed the connection, or it is broken.
    Gone,
    /// The client is sent away, with the reason.
    SentAway(CloseCode, &'static str),
}

impl From<Error> for Ending {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(_) => Self::SentAway(CloseCode::Size, "a message may have at most 4096 bytes"),
            Error::Utf8(_) => Self::SentAway(CloseCode::Invalid, "this text is not UTF-8"),
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing) => {
                Self::Gone
            }
            Error::Protocol(_) => Self::SentAway(CloseCode::Protocol, "this is not WebSocket as in RFC 6455"),
            _ => Self::Gone,
        }
    }
}

/// Talks to a client until it leaves, or has to.
pub async fn converse(upgraded: Upgraded, Chat { room, stopping, .. }: Chat) {
    // ANCHOR: limits
    let limits = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
        .read_buffer_size(MAX_MESSAGE) // every idle client keeps one
        .write_buffer_size(MAX_MESSAGE)
        .max_write_buffer_size(4 * MAX_MESSAGE); // a pong that does not fit waits, and the next one replaces it
    // ANCHOR_END: limits
    let unfinished = Arc::new(Unfinished::default());
    let counted = Arc::clone(&unfinished);
    let stream =
        InspectReader::new(TokioIo::new(upgraded), Box::new(move |bytes: &[u8]| counted.add(bytes.len())) as _);
    let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(limits)).await;
    let (outgoing, mut incoming) = socket.split();
    let client = Client { outgoing: Mutex::new(outgoing), unfinished, patience: echo::patience() };
    let Err(ending) = select! {
        ended = client.talk(&mut incoming, &room) => ended,
        () = client.unfinished.too_many.notified() => Err(NEVER_ENDS),
        () = stopping.cancelled() => Err(STOPPING),
    };
    if let Ending::SentAway(code, reason) = ending {
        if code != CloseCode::Away {
            command_line::log(format_args!("disconnected a client: {reason}"));
        }
        if let Ok(socket) = incoming.reunite(client.outgoing.into_inner()) {
            let _ = timeout(GOODBYE, say_goodbye(socket, code, reason)).await; // it may be gone, too
        }
    }
}

impl Client {
    // ANCHOR: talk
    /// Asks for a name, and then carries messages in both directions at the same time.
    async fn talk(&self, incoming: &mut ReadHalf, room: &Arc<Room>) -> Result<Infallible, Ending> {
        let entered = timeout(self.patience, self.enter(incoming, room));
        let member = entered.await.map_err(|_| NAMELESS)??;
        let Err(ending) = try_join!(self.listen(incoming, &member), self.speak(&member));
        room.leave(member).await;
        Err(ending)
    }

    /// Says to the others what the client sends.
    async fn listen(&self, incoming: &mut ReadHalf, member: &Member) -> Result<Infallible, Ending> {
        loop {
            member.say(&self.next_text(incoming).await?);
        }
    }

    /// Sends to the client what the others say.
    async fn speak(&self, member: &Member) -> Result<Infallible, Ending> {
        loop {
            let first = member.hear().await;
            let more = iter::from_fn(|| member.hear_now());
            let heard = iter::once(first).chain(more).take(MAX_WAITING);
            self.send(heard.map(|text| Message::Text(text.into()))).await?;
        }
    }
    // ANCHOR_END: talk

    async fn enter(&self, incoming: &mut ReadHalf, room: &Arc<Room>) -> Result<Member, Ending> {
        self.send(["* Welcome! Which name is yours?".into()]).await?;
        loop {
            match room.join(&self.next_text(incoming).await?) {
                Ok((member, greeting)) => {
                    self.send([greeting.into()]).await?;
                    return Ok(member);
                }
                Err(refusal) => self.send([refusal.into()]).await?,
            }
        }
    }

    // ANCHOR: next_text
    /// The next text of the client. After a long silence, a ping asks whether it is still there.
    async fn next_text(&self, incoming: &mut ReadHalf) -> Result<Utf8Bytes, Ending> {
        loop {
            sleep(PACE).await;
            let message = match timeout(self.patience / 2, incoming.next()).await {
                Ok(message) => message,
                Err(_) => {
                    self.send([Message::Ping(Bytes::new())]).await?;
                    timeout(self.patience, incoming.next()).await.map_err(|_| SILENT)?
                }
            };
            let message = message.ok_or(Ending::Gone)??;
            self.unfinished.take_out(&message);
            match message {
                Message::Text(text) => return Ok(text),
                Message::Binary(_) => return Err(NOT_TEXT),
                _ => {} // the library has answered a ping, or a pong has answered ours
            }
        }
    }
    // ANCHOR_END: next_text

    // ANCHOR: send
    /// Sends these messages in as few packets as possible.
    /// If the client does not read them, its task waits, but not forever.
    async fn send(&self, messages: impl IntoIterator<Item = Message>) -> Result<(), Ending> {
        let mut outgoing = self.outgoing.lock().await;
        self.in_time(outgoing.flush()).await?; // sends the pongs that still wait, to make room
        for message in messages {
            self.in_time(outgoing.feed(message)).await?;
        }
        self.in_time(outgoing.flush()).await
    }

    async fn in_time(&self, step: impl Future<Output = Result<(), Error>>) -> Result<(), Ending> {
        Ok(timeout(self.patience, step).await.map_err(|_| TOO_SLOW)??)
    }
    // ANCHOR_END: send
}

// ANCHOR: say_goodbye
/// Closes the connection with a code and a reason, and reads on until the client has seen them.
async fn say_goodbye(mut socket: Socket, code: CloseCode, reason: &'static str) -> Result<(), Error> {
    socket.flush().await?;
    socket.close(Some(CloseFrame { code, reason: reason.into() })).await?;
    let mut stream = socket.into_inner();
    stream.shutdown().await?;
    io::copy(&mut stream.take(echo::LINGER), &mut io::sink()).await?;
    Ok(())
}
// ANCHOR_END: say_goodbye
