//! One client, from its name to its last word.

use crate::chat::Chat;
use crate::room::{MAX_WAITING, Room};
use common::command_line;
use futures::{SinkExt, StreamExt};
use hyper::body::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use std::{iter, mem};
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::select;
use tokio::time::{self, Instant, Interval};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_util::sync::CancellationToken;

/// The longest message, in bytes.
pub const MAX_MESSAGE: usize = 4 * 1024;
/// How long a client may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);
/// What every client is told when the server stops.
const STOPPING: Ending = Ending::SentAway(CloseCode::Away, "the server stops");
/// What a client would be told that has not read for too long. It may never read this, either.
const TOO_SLOW: Ending = Ending::SentAway(CloseCode::Policy, "you do not read what you are sent");

/// A client, and how long to wait for it.
struct Client {
    socket: WebSocketStream<TokioIo<Upgraded>>,
    patience: Duration,
    /// Whether anything has come from it since the clock ticked last.
    was_heard: bool,
    clock: Interval,
    stopping: CancellationToken,
}

/// Why a conversation is over.
enum Ending {
    /// The client has closed the connection, or it is broken.
    Gone,
    /// The client is sent away, and told why.
    SentAway(CloseCode, &'static str),
}

impl From<Error> for Ending {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(_) => Self::SentAway(CloseCode::Size, "a message may have at most 4096 bytes"),
            Error::Utf8(_) => Self::SentAway(CloseCode::Invalid, "this text is not UTF-8"),
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Gone,
            Error::Protocol(_) => Self::SentAway(CloseCode::Protocol, "this is not WebSocket as in RFC 6455"),
            _ => Self::Gone,
        }
    }
}

/// Talks to a client until it leaves, or has to.
pub async fn converse(upgraded: Upgraded, Chat { room, stopping, .. }: Chat) {
    let limits = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
        .read_buffer_size(MAX_MESSAGE) // every idle client keeps one
        .write_buffer_size(MAX_MESSAGE);
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(limits)).await;
    let patience = echo::patience();
    let clock = time::interval_at(Instant::now() + patience / 2, patience / 2);
    let mut client = Client { socket, patience, was_heard: true, clock, stopping };
    let Err(ending) = client.talk(&room).await;
    if let Ending::SentAway(code, reason) = ending {
        if code != CloseCode::Away {
            command_line::log(format_args!("sent a client away: {reason}"));
        }
        let _ = time::timeout(GOODBYE, client.say_goodbye(code, reason)).await; // it may be gone, too
    }
}

impl Client {
    // ANCHOR: talk
    /// Asks for a name, and then carries messages in both directions.
    async fn talk(&mut self, room: &Arc<Room>) -> Result<Infallible, Ending> {
        self.send(["* Welcome! Which name is yours?".into()]).await?;
        let member = loop {
            match room.join(&self.next_text().await?) {
                Ok((member, greeting)) => {
                    self.send([greeting.into()]).await?;
                    break member;
                }
                Err(refusal) => self.send([refusal.into()]).await?,
            }
        };
        loop {
            select! {
                text = self.next_text() => member.say(&text?),
                message = member.hear() => {
                    let more = iter::from_fn(|| member.hear_now());
                    self.send(iter::once(message).chain(more).take(MAX_WAITING).map(Message::Text)).await?;
                }
            }
        }
    }
    // ANCHOR_END: talk

    // ANCHOR: next_text
    /// What the client says next. Meanwhile, it is asked now and then whether it is still there.
    async fn next_text(&mut self) -> Result<Utf8Bytes, Ending> {
        loop {
            select! {
                message = self.socket.next() => {
                    self.was_heard = true;
                    match message.ok_or(Ending::Gone)?? {
                        Message::Text(text) => return Ok(text),
                        Message::Binary(_) => return Err(Ending::SentAway(CloseCode::Unsupported, "only text is spoken here")),
                        _ => {} // the library has answered a ping, or a pong has answered ours
                    }
                }
                _ = self.clock.tick() => {
                    if !mem::take(&mut self.was_heard) {
                        return Err(Ending::SentAway(CloseCode::Policy, "no answer to a ping"));
                    }
                    self.send([Message::Ping(Bytes::new())]).await?;
                }
                () = self.stopping.cancelled() => return Err(STOPPING),
            }
        }
    }
    // ANCHOR_END: next_text

    // ANCHOR: send
    /// Sends these messages in as few packets as possible. Only this client waits until it has read them, and not for ever.
    async fn send(&mut self, messages: impl IntoIterator<Item = Message>) -> Result<(), Ending> {
        let sent = async {
            for message in messages {
                self.socket.feed(message).await?;
            }
            self.socket.flush().await
        };
        select! {
            sent = time::timeout(self.patience, sent) => Ok(sent.map_err(|_| TOO_SLOW)??),
            () = self.stopping.cancelled() => Err(STOPPING),
        }
    }
    // ANCHOR_END: send

    // ANCHOR: say_goodbye
    /// Closes the connection with a code and a reason, and reads on until the client has seen them.
    async fn say_goodbye(mut self, code: CloseCode, reason: &'static str) -> Result<(), Error> {
        self.socket.close(Some(CloseFrame { code, reason: reason.into() })).await?;
        let mut stream = self.socket.into_inner();
        stream.shutdown().await?;
        io::copy(&mut stream.take(echo::LINGER), &mut io::sink()).await?;
        Ok(())
    }
    // ANCHOR_END: say_goodbye
}
