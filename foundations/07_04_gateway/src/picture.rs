//! The picture of step 7.4: when each of three services is asked, and when it has answered.
//!
//! Run: `cargo run --bin 07_04_picture -- one-by-one`
//! Try: the same with `join`.
//! You should see: when each of them was asked and when it answered, as JSON. `timeline` draws it; the book shows the picture.

use common::command_line;
use gateway::ask::client;
use gateway::combine::{one_by_one, together};
use gateway::service::Service;
use hyper::Method;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};
use timeline::{Kind, Timeline, Unit};

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The services, and how many milliseconds each of them takes.
const SERVICES: [(&str, u64); 3] = [("price", 300), ("stock", 500), ("reviews", 400)];

#[tokio::main]
async fn main() {
    let way = command_line::word(include_str!("picture.rs"), ["join", "one-by-one"]);
    if let Err(error) = draw(way == "one-by-one").await {
        command_line::fail(error);
    }
}

async fn draw(is_naive: bool) -> Result {
    let (times, observed) = channel();
    let services: Vec<Service> =
        SERVICES.iter().map(|(name, delay)| start(name, *delay, times.clone())).collect::<Result<_>>()?;
    let start = Instant::now();
    let (client, method) = (client(), Method::GET);
    let answers = if is_naive {
        one_by_one(&client, &method, &services).await
    } else {
        together(&client, &method, &services).await
    };
    let end = start.elapsed();
    let mut picture = Timeline::new(if is_naive { "One after the other" } else { "Together" }, Unit::Milliseconds)
        .legend(Kind::Blocked, "waits")
        .legend(Kind::Served, "has a request");
    let milliseconds = |time: Duration| u64::try_from(time.as_millis());
    picture.row("client").span(Kind::Blocked, 0, milliseconds(end)?);
    answers.into_iter().collect::<std::result::Result<Vec<_>, _>>()?;
    let mut observed: Vec<_> = observed.iter().take(SERVICES.len()).collect();
    observed.sort_by_key(|(_, asked, _)| *asked);
    for (name, asked, answered) in observed {
        let [from, to] = [asked, answered].map(|time| milliseconds(time - start));
        picture.row(name).span(Kind::Served, from?, to?);
    }
    command_line::say(serde_json::to_string(&picture)?);
    Ok(())
}

/// A service that answers one request, and reports when it had the request and when it answered.
fn start(name: &'static str, delay: u64, times: Sender<(&'static str, Instant, Instant)>) -> Result<Service> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let service = format!("http://{}/{name}", listener.local_addr()?).parse()?;
    thread::spawn(move || -> Result {
        let (mut stream, _) = listener.accept()?;
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        while !lines.next().ok_or("no request")??.is_empty() {}
        let asked = Instant::now();
        thread::sleep(Duration::from_millis(delay));
        times.send((name, asked, Instant::now()))?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
        Ok(())
    });
    Ok(service)
}
