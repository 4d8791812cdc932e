//! The chat of step 7.3 in several copies: a broker carries what is said in one of them to all others.
//!
//! Run: `redis-server --save ''`, then `cargo run --bin 11_03_shared_chat`, and also `cargo run --bin 11_03_shared_chat -- 127.0.0.1:7879`
//! Try: open <http://127.0.0.1:7878> in one window and <http://127.0.0.1:7879> in another, and write something in one of them.
//! You should see: the other window shows it, although it is connected to another program.

use chat::Chat;
use common::command_line;
use relay::{Lines, carry};
use std::env;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

#[path = "../../07_03_chat/src/chat.rs"]
mod chat;
#[path = "../../07_03_chat/src/client.rs"]
mod client;
#[path = "../../07_03_chat/src/name.rs"]
mod name;
#[allow(dead_code, reason = "step 7.3 uses more of it")]
#[path = "../../07_03_chat/src/page.rs"]
mod page;
mod relay;
#[path = "../../07_03_chat/src/room.rs"]
mod room;
#[path = "../../07_03_chat/src/server.rs"]
mod server;

const HELP: &str = "\
Serves HTTP until Ctrl-C, and shares its room with all other copies that use the same broker: redis://127.0.0.1:6379,
unless the environment names another one in BROKER. Port 0 means any free port.

Try: open http://127.0.0.1:7878 in one window, and in another the address of another copy.";

/// How long the last lines may take to the broker, once all members have left.
const GRACE: Duration = Duration::from_secs(1);

// ANCHOR: shared_chat
#[tokio::main]
async fn main() {
    let address = command_line::address_or_help(HELP);
    let broker = env::var("BROKER").unwrap_or_else(|_| "redis://127.0.0.1:6379".to_owned());
    let lines = match Lines::open(&broker).await {
        Ok(lines) => lines,
        Err(error) => command_line::fail(format_args!("cannot reach the broker at {broker}: {error}")),
    };
    let chat = Chat::default();
    let relay = match chat.room.join("relay") {
        Ok((relay, _)) => relay,
        Err(refusal) => command_line::fail(refusal),
    };
    let all_have_left = CancellationToken::new();
    let carried = tokio::spawn(carry(relay, broker, lines, all_have_left.clone()));
    match (TcpListener::bind(&address).await, server::signals()) {
        (Ok(listener), Ok(signals)) => server::run(listener, signals, chat).await,
        (Err(error), _) => command_line::cannot_listen(&address, &error),
        (_, Err(error)) => command_line::fail(format_args!("cannot listen for signals: {error}")),
    }
    all_have_left.cancel();
    let _ = timeout(GRACE, carried).await;
}
// ANCHOR_END: shared_chat
