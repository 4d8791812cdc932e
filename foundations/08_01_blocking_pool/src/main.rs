//! Step 8.1: a line that is a number is answered with the number of primes up to it. Which thread counts, and what waits meanwhile?
//!
//! Run: `cargo run --bin 08_01_blocking_pool -- --on loop`
//! Try: `nc 127.0.0.1 7878` in two terminals. Send 5000000 in the first one, and at once any word in the second.
//! You should see: the word comes back only after the number. With `--on pool` or `--on rayon`, it comes back at once.

mod arguments;
mod pool;
mod primes;
mod signals;

use arguments::Arguments;
use echo::{LINGER, Lines};
use past_urgent::PastUrgent;
use pool::{Pool, Refusal};
use signals::Signals;
use std::process;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{self, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::{select, task, time};

fn main() {
    let arguments: Arguments = echo::read();
    if let Err(error) = runtime(&arguments).and_then(|runtime| runtime.block_on(listen(&arguments))) {
        echo::log(error);
        process::exit(1)
    }
}

// ANCHOR: runtime
/// One thread for the loop, and a bounded number of others for what would block it.
fn runtime(arguments: &Arguments) -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().max_blocking_threads(arguments.threads.into()).build()
}
// ANCHOR_END: runtime

async fn listen(arguments: &Arguments) -> io::Result<()> {
    let (pool, signals) = (Arc::new(Pool::new(arguments)?), Signals::new()?);
    let listener = TcpListener::bind(&arguments.address).await;
    let listener = listener.unwrap_or_else(|error| echo::cannot_listen(&arguments.address, &error));
    run(listener, signals, arguments, &pool).await;
    Ok(())
}

/// How long clients that have connected already are still accepted, once the server is stopping.
const LAST_CLIENTS: Duration = Duration::from_millis(10);

/// Serves until a signal to stop arrives, and then finishes what is in flight.
async fn run(listener: TcpListener, mut signals: Signals, arguments: &Arguments, pool: &Arc<Pool>) {
    echo::announce(listener.local_addr());
    let (stop, stopping) = watch::channel(());
    select! {
        biased; // clients that wait already are accepted first
        () = accept(listener, arguments, pool, stopping) => {}
        () = async { signals.stop_signal().await; time::sleep(LAST_CLIENTS).await } => {}
    }
    stop.send_replace(());
    echo::log("finishing the answers in flight; press Ctrl-C again to stop at once");
    select! {
        () = stop.closed() => {} // each handler has dropped its `stopping`
        () = signals.second_stop_signal() => {
            echo::log("stopped before all answers were sent");
            process::exit(1)
        }
    }
}

async fn accept(listener: TcpListener, arguments: &Arguments, pool: &Arc<Pool>, stopping: watch::Receiver<()>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let (pool, stopping, arguments) = (Arc::clone(pool), stopping.clone(), arguments.clone());
                task::spawn(async move {
                    if let Err(error) = handle_connection(PastUrgent(stream), &arguments, &pool, stopping).await {
                        echo::log(format_args!("gave up on a connection: {error}"));
                    }
                });
            }
            Err(error) => time::sleep(echo::cannot_accept(&error)).await,
        }
    }
}

// ANCHOR: handle_connection
async fn handle_connection(
    mut stream: PastUrgent<TcpStream>,
    arguments: &Arguments,
    pool: &Pool,
    stopping: watch::Receiver<()>,
) -> io::Result<()> {
    let mut lines = Lines::new();
    let mut buffer = [0; 1024];
    while lines.is_open() {
        let received = select! {
            biased; // what has arrived counts
            received = time::timeout(echo::patience(), stream.read(&mut buffer)) => received??,
            () = signals::stop_is_due(&stopping, &lines) => return Ok(()),
        };
        lines.receive(&buffer[..received]);
        while let Some(line) = lines.next_line() {
            if !arguments.delay.is_zero() {
                time::sleep(arguments.delay).await; // or else a millisecond: the timers of tokio have no finer one
            }
            let answer = answer(line, arguments.deadline, pool).await;
            time::timeout(echo::patience(), stream.write_all(&answer)).await??;
        }
    }
    let Some(refusal) = lines.refusal() else { return Ok(()) };
    stream.shutdown().await?; // the client may still be sending: it reads why it should not
    time::timeout(echo::patience(), io::copy(&mut stream.take(LINGER), &mut io::sink())).await??;
    Err(refusal)
}
// ANCHOR_END: handle_connection

// ANCHOR: answer
/// Answers a number with how many primes there are up to it, and any other line with the line itself.
async fn answer(line: Vec<u8>, deadline: Duration, pool: &Pool) -> Vec<u8> {
    let number = str::from_utf8(&line).ok().and_then(|text| text.trim().parse().ok());
    let Some(number) = number else { return line };
    let answer = match time::timeout(deadline, pool.count_primes(number)).await {
        Ok(Ok(count)) => format!("{count}\n"),
        Ok(Err(Refusal::Full)) => "error: too many requests, try again later\n".to_owned(),
        Ok(Err(Refusal::Failed)) => "error: the computation failed\n".to_owned(),
        Err(_) => format!("error: not finished within {}\n", humantime::format_duration(deadline)),
    };
    answer.into_bytes()
}
// ANCHOR_END: answer
