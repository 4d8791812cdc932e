//! Step 7.3: a chat over WebSocket. What one says, all others hear; and who does not listen holds nobody up.
//!
//! Run: `cargo run --bin 07_03_chat`, then open <http://127.0.0.1:7878> in two windows.
//! Try: give each window a name, and write something in one of them. Then press Ctrl-C in the server's terminal.
//! You should see: the other window shows it. When the server stops, both say so, and come back as soon as it is back.

use chat::Chat;
use common::command_line;
use tokio::net::TcpListener;

mod chat;
mod client;
mod name;
mod page;
mod room;
mod server;
mod urgent;

const HELP: &str = "\
Serves HTTP until Ctrl-C, to browsers that know it by an IP address or as localhost. Port 0 means any free port.
--host NAME: also to browsers that know it by this name.";

#[tokio::main]
async fn main() {
    let (address, hosts) = command_line::address_and("--host", HELP);
    let chat = Chat { hosts: hosts.into(), ..Chat::default() };
    match (TcpListener::bind(&address).await, server::signals()) {
        (Ok(listener), Ok(signals)) => server::run(listener, signals, chat).await,
        (Err(error), _) => command_line::cannot_listen(&address, &error),
        (_, Err(error)) => command_line::cannot_listen("Ctrl-C", &error),
    }
}
