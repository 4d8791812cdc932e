//! Step 8.2: an echo server with two mistakes in it, on one thread, and tools that find them.
//!
//! Run: `cargo run --bin 08_02_find_the_blocker -- --delay 250ms`
//! Try: `printf 'hello\nsleep\ncompute\n' | nc -N 127.0.0.1 7878`, then press Ctrl-C in the server's terminal.
//! You should see: a warning for `sleep` and one for `compute`, none for `hello`; then a report, the longest poll first.

mod arguments;
mod connection;
#[path = "../../08_01_blocking_pool/src/signals.rs"]
mod signals;
mod tool;

use arguments::{Arguments, Sort};
use find_the_blocker::profile::Record;
use find_the_blocker::report::{self, Order};
use signals::Signals;
use std::fmt::Display;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, path::Path, process};
use tokio::io;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::{select, time};
use tool::Tool;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Arguments = echo::read();
    let ended = match &arguments.load {
        Some(file) => read(file).and_then(|record| report(&record, &arguments)),
        None => listen(&arguments).await,
    };
    if let Err(error) = ended {
        give_up(error);
    }
}

async fn listen(arguments: &Arguments) -> io::Result<()> {
    let mut signals = Signals::new()?;
    let tool = Arc::new(Tool::new(arguments));
    match TcpListener::bind(&arguments.address).await {
        Ok(listener) => run(listener, &mut signals, arguments, &tool).await,
        Err(error) => echo::cannot_listen(&arguments.address, &error),
    }
    match &*tool {
        Tool::Profile(profile) => report(&profile.record(), arguments),
        others => write!(std::io::stdout(), "{}", others.counted()),
    }
}

/// Serves until a signal to stop arrives, and then finishes what is in flight.
async fn run(listener: TcpListener, signals: &mut Signals, arguments: &Arguments, tool: &Arc<Tool>) {
    echo::announce(listener.local_addr());
    let (stop, stopping) = watch::channel(());
    // ANCHOR: accept_loop
    let accepting = tool.spawn("accept loop", accept(listener, arguments.delay, Arc::clone(tool), stopping));
    // ANCHOR_END: accept_loop
    signals.stop_signal().await;
    time::sleep(Duration::from_millis(10)).await; // clients that wait already are accepted first
    accepting.abort();
    stop.send_replace(());
    echo::log("finishing the answers in flight; press Ctrl-C again to stop at once");
    select! {
        () = stop.closed() => {} // each handler has dropped its `stopping`
        () = signals.second_stop_signal() => give_up("stopped before all answers were sent"),
    }
}

async fn accept(listener: TcpListener, delay: Duration, tool: Arc<Tool>, stopping: watch::Receiver<()>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tool.spawn("connection", connection::serve(stream, delay, Arc::clone(&tool), stopping.clone()));
            }
            Err(error) => time::sleep(echo::cannot_accept(&error)).await,
        }
    }
}

/// What was kept in a file.
fn read(file: &Path) -> io::Result<Record> {
    let record = fs::read(file).and_then(|text| Ok(serde_json::from_slice(&text)?));
    record.map_err(|error| io::Error::other(format!("cannot read {}: {error}", file.display())))
}

/// Prints what was seen, and writes it to the files that were asked for.
fn report(record: &Record, arguments: &Arguments) -> io::Result<()> {
    let order = match arguments.sort {
        Sort::Total => Order::Total,
        Sort::Worst => Order::Worst,
    };
    writeln!(std::io::stdout(), "{}", report::table(record, order))?;
    if let Some(file) = &arguments.save {
        write(file, &format!("{}\n", serde_json::to_string(record)?))?;
    }
    if let Some(file) = &arguments.svg {
        write(file, &timeline::picture(&[("What runs on the loop's thread", &report::timeline(record))]))?;
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    fs::write(file, text).map_err(|error| io::Error::other(format!("cannot write {}: {error}", file.display())))
}

fn give_up(reason: impl Display) -> ! {
    echo::log(reason);
    process::exit(1)
}
