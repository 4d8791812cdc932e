//! The idea of step 7.1 and nothing else: an echo server from the parts of a library.
//!
//! Run: `cargo run --example 07_01_naive`
//! Try: `seq 3 | nc -N 127.0.0.1 7878` in another terminal.
//! You should see: the three numbers. But a line may be endless, a client may be silent forever, and a failed accept ends the server.

use tokio::io;
use tokio::net::TcpListener;

// ANCHOR: program
#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind(echo::arguments().address).await?;
    echo::announce(listener.local_addr());
    loop {
        let (mut stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let (mut reader, mut writer) = stream.split();
            io::copy(&mut reader, &mut writer).await
        });
    }
}
// ANCHOR_END: program
