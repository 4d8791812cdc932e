//! The chat in several copies: people enter through the balancer, and talk.

use crate::balancer::{self, Balancer};
use crate::broker::Broker;
use crate::load::PATIENCE;
use crate::server_copy::{self, Copy};
use clap::ValueEnum;
use common::command_line::listening;
use futures::{SinkExt, StreamExt};
use rustix::process::Signal;
use std::future::pending;
use std::io::{Error, Result, Write, stdout};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio::select;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// How many copies there are. As people enter one after the other, the fourth of them meets the first.
const COPIES: usize = 3;
/// How much Bob says while a copy is killed. The room keeps more for a member that does not read at once.
const LINES: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Meeting {
    /// Each client is sent to the copy whose turn it is
    Apart,
    /// Clients that name the same room are sent to the same copy
    Sticky,
    /// Each client is sent to the copy whose turn it is, and a broker carries what is said from copy to copy
    Broker,
}

impl Meeting {
    /// How haproxy chooses a copy.
    pub fn balance(self) -> &'static str {
        match self {
            Self::Apart | Self::Broker => "roundrobin",
            Self::Sticky => "url_param room",
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Apart => "each client goes to the next copy",
            Self::Sticky => "the name of the room decides",
            Self::Broker => "each client goes to the next copy, and redis-server connects them",
        }
    }

    pub fn server(self) -> server_copy::Kind {
        match self {
            Self::Apart | Self::Sticky => server_copy::Kind::Chat,
            Self::Broker => server_copy::Kind::SharedChat,
        }
    }
}

/// All that runs.
pub struct Scene {
    balancer: Balancer,
    copies: Vec<Copy>,
    broker: Option<Broker>,
}

/// A person who is connected to one of the copies.
struct Person {
    name: &'static str,
    /// The number of the copy.
    copy: usize,
    socket: WebSocketStream<TcpStream>,
}

impl Scene {
    /// Starts everything, at this address or on any free port.
    pub async fn start(meeting: Meeting, kind: server_copy::Kind, address: Option<SocketAddr>) -> Result<Self> {
        let broker = if meeting == Meeting::Broker { Some(Broker::start().await?) } else { None };
        let mut copies = Vec::new();
        for _ in 0..COPIES {
            copies.push(Copy::start(kind, broker.as_ref().map(Broker::url)).await?);
        }
        let addresses: Vec<SocketAddr> = copies.iter().map(|copy| copy.port.address).collect();
        let balancer = Balancer::start(balancer::Kind::Haproxy, meeting.balance(), address, &addresses).await?;
        if address.is_some() {
            let address = balancer.port.address;
            listening(format_args!("http://{address}"), "a browser with two windows of this address");
        }
        print(&format!("haproxy balances {COPIES} copies of {}: {}", kind.name(), meeting.in_words()));
        Ok(Self { balancer, copies, broker })
    }

    /// Waits until the balancer or the broker ends, although it should not.
    pub async fn loss(&mut self) -> Error {
        let Self { balancer, broker, .. } = self;
        let broker = async {
            match broker {
                Some(broker) => broker.loss().await,
                None => pending().await,
            }
        };
        select! { error = balancer.loss() => error, error = broker => error }
    }

    pub async fn play(&mut self, meeting: Meeting) -> Result<()> {
        match meeting {
            Meeting::Apart => self.apart().await,
            Meeting::Sticky => self.sticky().await,
            Meeting::Broker => self.broker().await,
        }
    }

    // ANCHOR: apart
    async fn apart(&mut self) -> Result<()> {
        let mut ann = self.enter("Ann").await?;
        let mut bob = self.enter("Bob").await?;
        let _cid = self.enter("Cid").await?;
        let mut dora = self.enter("Dora").await?; // at Ann's copy, whose turn it is again
        ann.hears().await?;
        ann.says("Hello!").await?;
        dora.hears().await?;
        let _emil = self.enter("Emil").await?; // at Bob's copy
        bob.hears().await
    }
    // ANCHOR_END: apart

    async fn sticky(&mut self) -> Result<()> {
        let mut ann = self.enter("Ann").await?;
        let mut bob = self.enter("Bob").await?;
        ann.hears().await?;
        bob.says("Hello!").await?;
        ann.hears().await?;
        let copy = ann.copy;
        self.kill(copy).await?;
        ann.loses_the_connection().await?;
        bob.loses_the_connection().await?;
        self.balancer.sees(copy, "DOWN").await?;
        let mut ann = self.enter("Ann").await?;
        let _bob = self.enter("Bob").await?;
        ann.hears().await?;
        self.copies[copy - 1].start_again().await?;
        self.balancer.sees(copy, "UP").await?;
        print(&format!("copy {copy} is back"));
        let _cid = self.enter("Cid").await?;
        Ok(())
    }

    async fn broker(&mut self) -> Result<()> {
        let mut ann = self.enter("Ann").await?;
        let mut bob = self.enter("Bob").await?;
        let mut cid = self.enter("Cid").await?;
        ann.says("Hello!").await?;
        bob.hears_talk().await?;
        cid.hears_talk().await?;
        print(&format!("Bob says {LINES} lines"));
        for number in 0..LINES {
            if number == LINES / 2 {
                self.kill(ann.copy).await?;
            }
            bob.send(&number.to_string()).await?;
        }
        for number in 0..LINES {
            let line = cid.next_talk().await?;
            if line != format!("Bob: {number}") {
                return Err(Error::other(format!("Cid hears {line:?} instead of line {number}")));
            }
        }
        print(&format!("Cid hears {LINES} lines, in order"));
        ann.loses_the_connection().await?;
        let mut ann = self.enter("Ann").await?;
        ann.says("Hello again!").await?;
        bob.hears_talk().await?;
        cid.hears_talk().await
    }

    /// Enters the room through the balancer.
    async fn enter(&self, name: &'static str) -> Result<Person> {
        let address = self.balancer.port.address;
        let stream = TcpStream::connect(address).await?;
        let (socket, answer) =
            client_async(format!("ws://{address}/chat?room=tea"), stream).await.map_err(Error::other)?;
        let copy =
            answer.headers().get("x-copy").and_then(|copy| copy.to_str().ok()?.strip_prefix("copy")?.parse().ok());
        let copy = copy.ok_or_else(|| Error::other("the balancer does not say which copy it has chosen"))?;
        let mut person = Person { name, copy, socket };
        person.next().await?; // the question for a name
        person.send(name).await?;
        let greeting = person.next().await?;
        print(&format!("{name} joins at copy {copy}, and reads {greeting:?}"));
        Ok(person)
    }

    async fn kill(&mut self, copy: usize) -> Result<()> {
        self.copies[copy - 1].end(Signal::KILL).await?;
        print(&format!("copy {copy} is killed"));
        Ok(())
    }
}

impl Person {
    async fn says(&mut self, line: &str) -> Result<()> {
        print(&format!("{} says {line:?}", self.name));
        self.send(line).await
    }

    /// Waits for the next line.
    async fn hears(&mut self) -> Result<()> {
        let line = self.next().await?;
        print(&format!("{} hears {line:?}", self.name));
        Ok(())
    }

    /// Waits for the next line that is not about a member who has come: from other copies, this may come early or late.
    async fn hears_talk(&mut self) -> Result<()> {
        let line = self.next_talk().await?;
        print(&format!("{} hears {line:?}", self.name));
        Ok(())
    }

    async fn next_talk(&mut self) -> Result<String> {
        loop {
            let line = self.next().await?;
            if !line.ends_with(" is here") {
                return Ok(line);
            }
        }
    }

    async fn loses_the_connection(&mut self) -> Result<()> {
        let lost = timeout(*PATIENCE, async { while let Some(Ok(_)) = self.socket.next().await {} }).await;
        lost.map_err(|_| Error::other(format!("{} is still connected", self.name)))?;
        print(&format!("{} has lost the connection", self.name));
        Ok(())
    }

    async fn send(&mut self, line: &str) -> Result<()> {
        self.socket.send(Message::text(line)).await.map_err(Error::other)
    }

    async fn next(&mut self) -> Result<String> {
        let text = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                    Some(Ok(_)) => {}
                    ended => return Err(Error::other(format!("{} has lost the connection: {ended:?}", self.name))),
                }
            }
        };
        timeout(*PATIENCE, text).await.map_err(|_| Error::other(format!("{} hears nothing", self.name)))?
    }
}

fn print(what: &str) {
    let _ = writeln!(stdout(), "{what}");
}
