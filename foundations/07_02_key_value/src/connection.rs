//! One client: what it sends is answered in its order, as long as it reads the answers.

use crate::commands;
use crate::reply::{Problem, Reply};
use crate::request::Requests;
use crate::session::{Client, Session, Shared, now};
use common::command_line;
use past_urgent::PastUrgent;
use socket2::{SockRef, TcpKeepalive};
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::{select, time};

/// How many bytes of answers to collect before they are sent. A client that does not read them is not read from.
const ENOUGH: usize = 64 * 1024;
/// How long a client may take to read any of its answers. (Tests are in a hurry: `PATIENCE`.)
static PATIENCE: LazyLock<Duration> = LazyLock::new(echo::patience);
/// How many bytes of requests are still answered once the server is stopping. (What had arrived by then is seldom more.)
const LAST_BYTES: usize = 1024 * 1024;
/// How long to wait for the rest of a request that has begun to arrive, once the server is stopping.
const LAST_WAIT: Duration = Duration::from_secs(5);
/// After how long a silence the system asks whether the client is still there. (A client that is may be silent forever.)
const SILENCE: Duration = Duration::from_secs(300);
/// How long, and how far, to read on after the last answer, so that the client can read it.
const LINGER: (Duration, u64) = (Duration::from_secs(1), 1024 * 1024);

/// Where a connection learns that the server stops.
pub type Stopping = watch::Receiver<bool>;

/// Serves one client until either side ends the connection. Without a permit, there are too many: the client gets an error.
pub async fn serve(
    (stream, address): (TcpStream, SocketAddr),
    shared: Rc<Shared>,
    stopping: Stopping,
    permit: Option<OwnedSemaphorePermit>,
) {
    let served = match permit {
        Some(_) => converse(PastUrgent(stream), &shared, stopping).await,
        None => refuse(PastUrgent(stream), stopping).await,
    };
    if let Err(error) = served {
        command_line::gave_up_on(Ok(address), error);
    }
}

async fn refuse(mut stream: PastUrgent<TcpStream>, stopping: Stopping) -> io::Result<()> {
    stream.write_all(b"-ERR max number of clients reached\r\n").await?;
    say_goodbye(stream, stopping).await
}

async fn converse(mut stream: PastUrgent<TcpStream>, shared: &Shared, stopping: Stopping) -> io::Result<()> {
    stream.0.set_nodelay(true)?;
    SockRef::from(&stream.0).set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENCE))?;
    let problem = handle_connection(&mut stream, shared, &stopping).await?;
    say_goodbye(stream, stopping).await?;
    problem.map_or(Ok(()), |problem| Err(Error::new(ErrorKind::InvalidData, problem.to_string())))
}

/// Closes a connection so that the client can read the last answer, although it may still be sending.
async fn say_goodbye(mut stream: PastUrgent<TcpStream>, mut stopping: Stopping) -> io::Result<()> {
    stream.shutdown().await?;
    let (patience, length) = LINGER;
    let (mut rest, mut nowhere) = (stream.take(length), io::sink());
    select! {
        _ = stopping.wait_for(|stop| *stop) => {} // a server that stops does not read on
        _ = time::timeout(patience, io::copy(&mut rest, &mut nowhere)) => {}
    }
    Ok(())
}

/// Sends this to a client, as long as it reads some of it before our patience ends.
async fn send(stream: &mut PastUrgent<TcpStream>, mut answers: &[u8]) -> io::Result<()> {
    while !answers.is_empty() {
        let sent = time::timeout(*PATIENCE, stream.write(answers)).await??;
        answers = &answers[sent..];
    }
    Ok(())
}

/// What to do after some requests were answered.
enum Next {
    /// Answer those after them.
    Answer,
    /// Receive more.
    Receive,
    /// End the connection: the client asked for it, or sent what makes no sense.
    Leave(Option<Problem>),
}

/// Answers the requests of one client, until it leaves or has to.
/// Says why it has to, if it is the client's fault.
async fn handle_connection(
    stream: &mut PastUrgent<TcpStream>,
    shared: &Shared,
    stopping: &Stopping,
) -> io::Result<Option<Problem>> {
    let mut also_stopping = stopping.clone();
    let mut stop_signal = pin!(also_stopping.wait_for(|stop| *stop));
    let (mut requests, mut reply) = (Requests::default(), Reply::default());
    let (mut client, mut last_bytes) = (Client::new(shared), LAST_BYTES);
    let mut last_wait = pin!(last_wait(stopping.clone()));
    loop {
        let received = select! {
            biased; // what has arrived counts
            received = stream.read_buf(requests.buffer()) => received?,
            _ = &mut stop_signal, if !client.is_leaving => {
                client.is_leaving = true; // after one more answer, if it has begun to ask
                if requests.has_begun() { continue } else { 0 }
            }
            () = &mut last_wait => return Err(ErrorKind::TimedOut.into()),
        };
        if received == 0 {
            return Ok(None);
        }
        if *stopping.borrow() {
            last_bytes = last_bytes.saturating_sub(received);
            client.is_leaving |= last_bytes == 0;
        }
        // ANCHOR: send
        let mut next = Next::Answer;
        while let Next::Answer = next {
            next = answer(&mut requests, &mut reply, &mut client, shared);
            send(stream, reply.bytes()).await?; // a client that does not read waits here, alone
            reply.clear();
        }
        // ANCHOR_END: send
        if let Next::Leave(problem) = next {
            return Ok(problem);
        }
    }
}

/// Waits until the server stops, and then for the rest of a request that has begun, but not long enough to hold the server up.
async fn last_wait(mut stopping: Stopping) {
    let _ = stopping.wait_for(|stop| *stop).await;
    time::sleep(echo::patience_or(LAST_WAIT)).await;
}

// ANCHOR: answer
/// Answers requests that have arrived, until there is enough to send.
///
/// There is no `await` in here, so no other task runs meanwhile.
/// The store belongs to this client alone, without a lock.
fn answer(requests: &mut Requests, reply: &mut Reply, client: &mut Client, shared: &Shared) -> Next {
    let mut store = shared.store.borrow_mut();
    let mut session = Session { store: store.at(now()), reply, client };
    while session.reply.bytes().len() < ENOUGH {
        session.reply.begin();
        match requests.next() {
            Ok(Some(request)) => commands::execute(&mut session, request),
            Ok(None) => return Next::Receive,
            Err(problem) => {
                session.reply.error(&problem.after("ERR Protocol error: "));
                return Next::Leave(Some(problem));
            }
        }
        if session.client.is_leaving {
            return Next::Leave(None);
        }
    }
    Next::Answer
}
// ANCHOR_END: answer
