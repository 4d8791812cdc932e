//! One client: what it sends is answered in its order, as long as it reads the answers.

use crate::commands;
use crate::reply::Reply;
use crate::request::{Refusal, Requests};
use crate::session::{Client, Session, Shared, now};
use common::command_line;
use socket2::{SockRef, TcpKeepalive};
use std::io::ErrorKind;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::{select, time};

/// How many bytes of answers to collect before they are sent. Whoever does not read them is not read from.
const ENOUGH: usize = 64 * 1024;
/// After how long a silence the system asks whether the client is still there. (One that is may be silent for ever.)
const SILENCE: Duration = Duration::from_secs(300);
/// How long, and how far, to read on after the last answer, so that the client can read it.
const LINGER: (Duration, u64) = (Duration::from_secs(1), 1024 * 1024);

/// Serves one client, until either side has had enough.
pub async fn serve(stream: TcpStream, shared: Rc<Shared>, stopping: watch::Receiver<bool>) {
    if let Err(error) = converse(stream, &shared, stopping).await {
        command_line::log(format_args!("gave a connection up: {error}"));
    }
}

/// Sends a client away, because there are too many.
pub fn refuse(stream: &TcpStream) {
    let _ = stream.try_write(b"-ERR max number of clients reached\r\n");
}

async fn converse(mut stream: TcpStream, shared: &Shared, mut stopping: watch::Receiver<bool>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENCE))?;
    let refusal = handle_connection(&mut stream, shared, &mut stopping).await?;
    stream.shutdown().await?;
    let (patience, length) = LINGER;
    let (mut rest, mut nowhere) = (stream.take(length), io::sink());
    select! {
        _ = stopping.wait_for(|stop| *stop) => {} // a server that stops does not read on
        _ = time::timeout(patience, io::copy(&mut rest, &mut nowhere)) => {}
    }
    refusal.map_or(Ok(()), |refusal| Err(io::Error::new(ErrorKind::InvalidData, refusal)))
}

/// What to do after some requests were answered.
enum Next {
    /// Answer the ones behind them.
    Answer,
    /// Receive more.
    Receive,
    /// End the connection: the client asked for it, or sent what makes no sense.
    Leave(Option<Refusal>),
}

// ANCHOR: handle_connection
/// Answers the requests of one client, until it leaves or has to.
/// Says why it has to, if it is the client's fault.
async fn handle_connection(
    stream: &mut TcpStream,
    shared: &Shared,
    stopping: &mut watch::Receiver<bool>,
) -> io::Result<Option<Refusal>> {
    let mut told_to_stop = pin!(stopping.wait_for(|stop| *stop));
    let (mut requests, mut reply) = (Requests::default(), Reply::default());
    let mut client = Client::new(shared);
    loop {
        let may_stop = !requests.has_begun(); // else its rest is awaited first
        let received = select! {
            biased;
            received = stream.read_buf(requests.room()) => received?,
            _ = &mut told_to_stop, if may_stop => 0, // as though the client had left
        };
        if received == 0 {
            return Ok(None);
        }
        let mut next = Next::Answer;
        while let Next::Answer = next {
            next = answer(&mut requests, &mut reply, &mut client, shared);
            stream.write_all(reply.bytes()).await?; // who does not read waits here, alone
            reply.clear();
        }
        if let Next::Leave(refusal) = next {
            return Ok(refusal);
        }
    }
}
// ANCHOR_END: handle_connection

// ANCHOR: answer
/// Answers requests that have arrived, until there is enough to send.
///
/// There is no `await` in here, so nobody else has a turn meanwhile.
/// The store is this client's alone, without a lock.
fn answer(requests: &mut Requests, reply: &mut Reply, client: &mut Client, shared: &Shared) -> Next {
    let mut store = shared.store.borrow_mut();
    let mut session = Session { store: store.at(now()), reply, client };
    while session.reply.bytes().len() < ENOUGH {
        match requests.next() {
            Ok(Some(request)) => commands::execute(&mut session, request),
            Ok(None) => return Next::Receive,
            Err(refusal) => {
                session.reply.error(format_args!("ERR Protocol error: {refusal}"));
                return Next::Leave(Some(refusal));
            }
        }
        if session.client.is_leaving {
            return Next::Leave(None);
        }
    }
    Next::Answer
}
// ANCHOR_END: answer
