//! The clients. Each keeps its connection, asks one thing after the other, and asks nothing twice: an answer that does not come is lost.

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HOST;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
type Connection = SendRequest<Empty<Bytes>>;

/// How long a client waits for an answer: five seconds, unless the environment says otherwise in `PATIENCE`, in seconds. (Tests
/// are in a hurry.)
pub static PATIENCE: LazyLock<Duration> = LazyLock::new(|| echo::patience_or(Duration::from_secs(5)));
/// How long a client rests after a loss, or a balancer that is gone would keep it busy.
const PAUSE: Duration = Duration::from_millis(20);

/// When a request was sent, and when its answer came, or was given up.
#[derive(Clone, Debug)]
pub struct Asked {
    pub sent: Instant,
    pub ended: Instant,
    /// Why there is no answer.
    pub lost: Option<String>,
}

// ANCHOR: client
/// Asks until `stop` is set.
pub async fn client(address: SocketAddr, mut stop: watch::Receiver<bool>) -> Vec<Asked> {
    let (mut connection, mut all) = (None, Vec::new());
    while !*stop.borrow_and_update() {
        let sent = Instant::now();
        let answer = timeout(*PATIENCE, ask(&mut connection, address, "/sleep")).await;
        let lost = match answer {
            Ok(answer) => answer.err().map(|error| error.to_string()),
            Err(_) => Some("no answer in time".to_owned()),
        };
        all.push(Asked { sent, ended: Instant::now(), lost });
        if all.last().is_some_and(|asked| asked.lost.is_some()) {
            connection = None;
            sleep(PAUSE).await;
        }
    }
    all
}

/// Asks on a connection that is open, or else opens one. Whatever goes wrong once the request was handed over is an error.
pub async fn ask(connection: &mut Option<Connection>, address: SocketAddr, path: &str) -> Outcome<()> {
    let still_open = match connection.take() {
        Some(mut open) => open.ready().await.is_ok().then_some(open),
        None => None,
    };
    let mut open = match still_open {
        Some(open) => open,
        None => connect(address).await?,
    };
    let request = Request::get(path).header(HOST, address.to_string()).body(Empty::new())?;
    let response = open.send_request(request).await?;
    if response.status() != StatusCode::OK {
        return Err(response.status().to_string().into());
    }
    response.into_body().collect().await?;
    *connection = Some(open);
    Ok(())
}
// ANCHOR_END: client

async fn connect(address: SocketAddr) -> Outcome<Connection> {
    let stream = TcpStream::connect(address).await?;
    let (open, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection); // moves the bytes, until either side closes
    Ok(open)
}
