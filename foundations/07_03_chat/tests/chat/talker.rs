//! A client of the chat. It waits for each message; whatever it waits for, it gives up after its patience.

use harness::{Failure, Result, Server};
use socket2::{Domain, Socket, Type};
use std::fmt::Display;
use std::net::TcpStream;
use std::time::Duration;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

pub struct Talker {
    pub socket: WebSocket<TcpStream>,
}

fn failure(error: impl Display) -> Failure {
    Failure::new(error.to_string())
}

/// A frame from a client, with a mask that changes nothing.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).unwrap();
    assert!(length < 126);
    [&[first, 0x80 | length, 0, 0, 0, 0], payload].concat()
}

impl Talker {
    /// Connects, and hears the question for a name.
    pub fn connect(server: &Server, patience: Duration) -> Result<Self> {
        Self::over(TcpStream::connect(server.address())?, server, patience)
    }

    /// The same, for a client whose system keeps little of what it does not read.
    pub fn with_a_small_buffer(server: &Server, patience: Duration) -> Result<Self> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.set_recv_buffer_size(4096)?;
        socket.connect(&server.address().into())?;
        Self::over(socket.into(), server, patience)
    }

    fn over(stream: TcpStream, server: &Server, patience: Duration) -> Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        let (socket, _) = tungstenite::client(format!("ws://{}/chat", server.address()), stream).map_err(failure)?;
        let mut talker = Self { socket };
        talker.hears("* Welcome! Which name is yours?")?;
        Ok(talker)
    }

    /// Gives a name, and is greeted by it.
    pub fn called(mut self, name: &str) -> Result<Self> {
        self.say(name)?;
        let greeting = self.hear()?;
        if !greeting.starts_with(&format!("* Hello, {name}!")) {
            return Err(Failure::new(format!("{name} is not greeted, but gets {greeting:?}")));
        }
        Ok(self)
    }

    /// Says this.
    pub fn say(&mut self, text: &str) -> Result {
        self.socket.send(Message::text(text)).map_err(failure)
    }

    /// The next message. Meanwhile, pings are answered.
    pub fn hear(&mut self) -> Result<String> {
        loop {
            match self.socket.read().map_err(failure)? {
                Message::Text(text) => return Ok(text.to_string()),
                Message::Close(frame) => return Err(Failure::new(format!("the connection is closed: {frame:?}"))),
                _ => {}
            }
        }
    }

    /// Checks the next message.
    pub fn hears(&mut self, expected: &str) -> Result {
        let heard = self.hear().map_err(|failure| failure.context(format_args!("instead of {expected:?}")))?;
        if heard != expected {
            return Err(Failure::new(format!("heard {heard:?} instead of {expected:?}")));
        }
        Ok(())
    }

    /// Reads to the end, and returns the code and the reason that the server gives for it.
    pub fn goodbye(&mut self) -> Result<(u16, String)> {
        loop {
            if let Message::Close(Some(frame)) = self.socket.read().map_err(failure)? {
                let _ = self.socket.flush(); // our own goodbye
                return Ok((frame.code.into(), frame.reason.to_string()));
            }
        }
    }
}
