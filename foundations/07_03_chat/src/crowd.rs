//! A crowd for the chat of step 7.3: a thousand clients in one room, and one who speaks to all of them.
//!
//! Run: `cargo run --release --bin 07_03_chat`, and in another terminal `cargo run --release --bin 07_03_crowd`
//! You should see: how long a message takes to the first of them, to half of them, and to the last one. The clients share the
//! processors with the server, so this is more than what the server takes.

use clap::Parser;
use common::{command_line, say};
use futures::{SinkExt, StreamExt};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// How many listen.
const CROWD: usize = 1_000;
/// How many messages are said one by one, each when all clients have heard the one before.
const ROUNDS: usize = 11;
/// How many messages are said in a row after that. An inbox of the server has room for them.
const IN_A_ROW: usize = 100;

/// Enters the room of a chat with a thousand clients and one who speaks, and prints how long a message takes.
#[derive(Parser)]
#[command(after_help = "Try: cargo run --release --bin 07_03_chat in another terminal, first")]
struct Arguments {
    /// Where the chat's server listens
    #[arg(default_value = "127.0.0.1:7878")]
    address: String,
}

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;
type Socket = WebSocketStream<TcpStream>;

#[tokio::main]
async fn main() {
    let Arguments { address } = command_line::read();
    if let Err(error) = talk(address).await {
        command_line::fail(format_args!("cannot go on: {error}"));
    }
}

async fn talk(address: String) -> Result {
    let together = Arc::new(Barrier::new(CROWD + 1));
    let mut crowd = JoinSet::new();
    let mut sockets = Vec::new();
    for _ in 0..CROWD {
        sockets.push(enter(&address).await?);
    }
    for (number, socket) in sockets.into_iter().enumerate() {
        crowd.spawn(listen(socket, number, Arc::clone(&together)));
    }
    together.wait().await; // all have been greeted
    let mut speaker = enter(&address).await?;
    speaker.send(Message::text("Speaker")).await?;
    together.wait().await; // all have heard that the speaker is here
    let mut said = Vec::new();
    for round in 0..ROUNDS + IN_A_ROW {
        said.push(Instant::now());
        speaker.send(Message::text(round.to_string())).await?;
        if round < ROUNDS {
            together.wait().await; // all have heard this one
        }
    }
    together.wait().await;
    let heard: Vec<Vec<Instant>> = crowd.join_all().await.into_iter().collect::<Result<_>>()?;
    print(&said, &heard);
    Ok(())
}

/// Connects, and is asked for a name.
async fn enter(address: &str) -> Result<Socket> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut socket, _) = client_async(format!("ws://{address}/chat"), stream).await?;
    next(&mut socket).await?;
    Ok(socket)
}

/// The next message.
async fn next(socket: &mut Socket) -> Result<String> {
    loop {
        match socket.next().await.ok_or("the server has hung up")?? {
            Message::Text(text) => return Ok(text.to_string()),
            Message::Close(reason) => return Err(format!("the server has closed the connection: {reason:?}").into()),
            _ => {}
        }
    }
}

/// Hears all messages, checks that none is missing and none comes before its turn, and says when each of them came.
async fn listen(mut socket: Socket, number: usize, together: Arc<Barrier>) -> Result<Vec<Instant>> {
    socket.send(Message::text(format!("L{number}"))).await?;
    while !next(&mut socket).await?.starts_with("* Hello") {}
    together.wait().await;
    while next(&mut socket).await? != "* Speaker is here" {}
    together.wait().await;
    let mut heard = Vec::new();
    for round in 0..ROUNDS + IN_A_ROW {
        let message = next(&mut socket).await?;
        heard.push(Instant::now());
        if message != format!("Speaker: {round}") {
            return Err(format!("heard {message:?} when message {round} was due").into());
        }
        if round < ROUNDS {
            together.wait().await;
        }
    }
    together.wait().await; // the room would tell the others that this client has left
    Ok(heard)
}

/// Prints when the first, half and the last of the crowd had a message: the median of all rounds.
fn print(said: &[Instant], heard: &[Vec<Instant>]) {
    let milliseconds = |rank: usize| {
        let time = |round: usize| {
            let mut times: Vec<Duration> = heard.iter().map(|heard| heard[round] - said[round]).collect();
            times.sort();
            times[rank]
        };
        let mut times: Vec<Duration> = (0..ROUNDS).map(time).collect();
        times.sort();
        times[ROUNDS / 2].as_secs_f64() * 1e3
    };
    say!("{CROWD} clients in one room heard {} messages, all of them in order.", said.len());
    let [first, half, last] = [0, CROWD / 2, CROWD - 1].map(milliseconds);
    say!("A message is with the first of them after {first:.1} ms, with half of them after {half:.1} ms,");
    say!("and with the last one after {last:.1} ms.");
}
