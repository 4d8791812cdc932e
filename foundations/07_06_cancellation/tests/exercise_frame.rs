//! Exercise 2 of section 7.6: frames of four bytes, read by a call that is not cancel safe yet.

use tokio::io::{self, AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::select;
use tokio::task::yield_now;

/// Frames of four bytes, from a stream.
struct Frames {
    stream: DuplexStream,
}

impl Frames {
    fn new(stream: DuplexStream) -> Self {
        Self { stream }
    }

    /// The next frame.
    async fn next(&mut self) -> io::Result<[u8; 4]> {
        let mut frame = [0; 4];
        self.stream.read_exact(&mut frame).await?;
        Ok(frame)
    }
}

/// A frame comes in two pieces. Between them, `next` is dropped.
#[tokio::test]
#[ignore = "exercise 7.6/2: make `next` cancel safe"]
async fn a_frame_in_two_pieces_with_a_tick_in_between_is_received() -> io::Result<()> {
    let (mut client, server) = io::duplex(64);
    let mut frames = Frames::new(server);
    client.write_all(b"pi").await?;
    select! {
        biased;
        frame = frames.next() => panic!("too early: {frame:?}"),
        () = yield_now() => {} // the tick
    }
    client.write_all(b"ng").await?;
    drop(client);
    assert_eq!(frames.next().await?, *b"ping");
    Ok(())
}
