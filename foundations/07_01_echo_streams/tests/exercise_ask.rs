//! Exercise 2 of section 7.1: send and receive at the same time. Write `ask`, then run
//! `cargo test -p echo_streams --test exercise_ask -- --ignored`.

use std::time::Duration;
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// Sends the question, half-closes, and returns all that comes back.
async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, question: &[u8]) -> io::Result<Vec<u8>> {
    stream.write_all(question).await?; // and the answers?
    stream.shutdown().await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// Neither direction has room for more than sixty-four bytes.
#[tokio::test]
#[ignore = "exercise 7.1/2: it passes once `ask` sends and receives at the same time"]
async fn a_long_question_is_answered_whole() {
    let (client, server) = io::duplex(64);
    let server = tokio::spawn(async move {
        let (mut reader, mut writer) = io::split(server);
        io::copy(&mut reader, &mut writer).await?; // until the client has half-closed
        writer.shutdown().await
    });
    let question = b"a line\n".repeat(10_000);
    let answer = timeout(Duration::from_secs(5), ask(client, &question)).await;
    let answer = answer.unwrap_or_else(|_| panic!("both sides wait for room to send"));
    assert!(answer.is_ok_and(|answer| answer == question));
    assert!(server.await.is_ok_and(|ended| ended.is_ok()));
}
