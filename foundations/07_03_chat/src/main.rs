//! Step 7.3: a chat over WebSocket. What one client says, all others hear, and a client that does not read holds none of them up.
//!
//! Run: `cargo run --bin 07_03_chat`, then open <http://127.0.0.1:7878> in two windows.
//! Try: give each window a name, and write something in one of them. Then press Ctrl-C in the server's terminal.
//! You should see: the other window shows it. When the server stops, both say so, and come back as soon as it is back.

use chat::Chat;
use clap::Parser;
use common::command_line;
use tokio::net::TcpListener;

mod chat;
mod client;
mod name;
mod page;
mod room;
mod server;

/// Serves a chat over WebSocket until Ctrl-C, to browsers that know it by an IP address or as localhost.
#[derive(Debug, Parser)]
#[command(after_help = "Try: open http://127.0.0.1:7878 in two windows")]
struct Arguments {
    /// Where to listen; port 0 means any free port
    #[arg(default_value = "127.0.0.1:7878")]
    address: String,
    /// Another name by which browsers may know this server; may be given several times
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
}

#[tokio::main]
async fn main() {
    let Arguments { address, hosts } = command_line::read();
    let chat = Chat { hosts: hosts.into(), ..Chat::default() };
    match (TcpListener::bind(&address).await, server::signals()) {
        (Ok(listener), Ok(signals)) => server::run(listener, signals, chat).await,
        (Err(error), _) => command_line::cannot_listen(&address, &error),
        (_, Err(error)) => command_line::fail(format_args!("cannot listen for signals: {error}")),
    }
}
