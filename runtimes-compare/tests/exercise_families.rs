//! Exercise 1 of section 10.1: a handler of one family of traits, and a stream of the other family. Write `shout_tokio`, then run
//! `cargo test -p runtimes-compare --test exercise_families -- --ignored`.

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use std::io;

/// Sends everything back in capitals. It takes a stream of async-std or smol.
#[allow(dead_code)] // until `shout_tokio` calls it
async fn shout(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    stream.write_all(text.to_uppercase().as_bytes()).await?;
    stream.close().await
}

/// The same for a stream of tokio, by means of `shout`.
async fn shout_tokio(_stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin) -> io::Result<()> {
    Err(io::Error::other("not written yet"))
}

#[test]
#[ignore = "exercise 10.1/1: it passes once you have written `shout_tokio`"]
fn the_handler_of_one_family_serves_a_stream_of_the_other() -> io::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    smol::block_on(async {
        let (mut client, server) = tokio::io::duplex(64);
        client.write_all(b"hello").await?;
        client.shutdown().await?;
        shout_tokio(server).await?;
        let mut answer = String::new();
        client.read_to_string(&mut answer).await?;
        assert_eq!(answer, "HELLO");
        Ok(())
    })
}
