//! Three clients for the chat of step 7.3: Ann talks, Bob listens, and Dora does not read what she is sent. Then she does.
//!
//! Run: `cargo run --bin 07_03_chat`, and in another terminal `cargo run --bin 07_03_sleeper`
//! You should see: who did what when, as JSON. `timeline` draws it; the book shows the picture.

use clap::Parser;
use common::{command_line, say};
use std::error::Error;
use std::net::TcpStream;
use std::time::Instant;
use timeline::{Kind, Timeline, Unit};
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

/// How much Ann says: more than what the systems and the room keep for Dora.
const MESSAGES: usize = 2_000;
/// How long each message is.
const LENGTH: usize = 4_000;

/// Enters the room of a chat with three clients, one of which does not read, and prints who did what when, as JSON.
#[derive(Parser)]
#[command(after_help = "Try: cargo run --bin 07_03_chat in another terminal, first")]
struct Arguments {
    /// Where the chat's server listens
    #[arg(default_value = "127.0.0.1:7878")]
    address: String,
}

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn main() {
    let Arguments { address } = command_line::read();
    if let Err(error) = talk(&address) {
        command_line::fail(format_args!("cannot go on: {error}"));
    }
}

fn talk(address: &str) -> Result {
    let [mut dora, mut ann, mut bob] = [enter(address, "Dora")?, enter(address, "Ann")?, enter(address, "Bob")?];
    while !hear(&mut ann)?.ends_with("Bob is here") {}
    let start = Instant::now();
    let now = || u64::try_from(start.elapsed().as_micros());
    for number in 0..MESSAGES {
        ann.send(Message::text(format!("{number:LENGTH$}")))?;
        hear(&mut bob)?; // before Ann says the next
    }
    let asleep = now()?;
    let missed = loop {
        let heard = hear(&mut dora)?;
        if let Some(missed) = heard.strip_prefix("* You were too slow, and missed ") {
            break missed.to_owned();
        }
    };
    while hear(&mut dora)?.trim_start_matches("Ann:").trim() != (MESSAGES - 1).to_string() {}
    let mut picture = Timeline::new("Nobody waits for a client that does not read", Unit::Microseconds)
        .legend(Kind::Served, "talks, or reads what is said")
        .legend(Kind::Blocked, "does not read");
    picture.notes = "missed".to_owned();
    picture.row("Ann").span(Kind::Served, 0, asleep);
    picture.row("Bob").span(Kind::Served, 0, asleep).note = "0 messages".to_owned();
    picture.row("Dora").span(Kind::Blocked, 0, asleep).span(Kind::Served, asleep, now()?).note = missed;
    say!("{}", serde_json::to_string(&picture)?);
    Ok(())
}

/// Enters the room under this name.
fn enter(address: &str, name: &str) -> Result<WebSocket<TcpStream>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let (mut socket, _) = tungstenite::client(format!("ws://{address}/chat"), stream)?;
    socket.send(Message::text(name))?;
    while !hear(&mut socket)?.starts_with("* Hello") {}
    Ok(socket)
}

/// The next message.
fn hear(socket: &mut WebSocket<TcpStream>) -> Result<String> {
    loop {
        match socket.read()? {
            Message::Text(text) => return Ok(text.to_string()),
            Message::Close(reason) => return Err(format!("the server has closed the connection: {reason:?}").into()),
            _ => {}
        }
    }
}
