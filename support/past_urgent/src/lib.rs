//! A stream of tokio's that reads on past urgent data.
//!
//! A client may mark a byte as *urgent* (`MSG_OOB`). Where that byte was, a `recv` stops, although more has arrived behind it. tokio takes a
//! read that does not fill its buffer for a sign that nothing is left, and waits for the next packet, which may never come.
//! [`PastUrgent`] reads until the system itself says that nothing is left.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A stream that is read until the system says that nothing is left. Everything else is as in [`TcpStream`].
#[derive(Debug)]
pub struct PastUrgent(pub TcpStream);

impl AsyncRead for PastUrgent {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            // Unlike `readable()`, it also lets other tasks have a turn when this one has read enough.
            ready!(self.0.poll_read_ready(context))?;
            match self.0.try_read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {} // now tokio knows it, too
                received => return Poll::Ready(received.map(|length| buffer.advance(length))),
            }
        }
    }
}

impl AsyncWrite for PastUrgent {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use socket2::SockRef;
    use std::io::Write;
    use std::time::Duration;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;
    use tokio::time::{sleep, timeout};

    /// Whether all is read that a client has sent before and after an urgent byte.
    async fn reads_all(read_on: bool) -> io::Result<bool> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut client = std::net::TcpStream::connect(listener.local_addr()?)?;
        let (stream, _) = listener.accept().await?;
        client.write_all(b"tw")?;
        SockRef::from(&client).send_out_of_band(b"!")?;
        client.write_all(b"o\n")?;
        sleep(Duration::from_millis(50)).await; // all has arrived, and tokio has heard so
        let mut stream: Box<dyn AsyncRead + Unpin> =
            if read_on { Box::new(PastUrgent(stream)) } else { Box::new(stream) };
        let mut received = Vec::new();
        let all = async {
            while !received.ends_with(b"o\n") {
                stream.read_buf(&mut received).await?;
            }
            Ok(())
        };
        match timeout(Duration::from_millis(500), all).await {
            Ok(read) => read.map(|()| true),
            Err(_) => Ok(false),
        }
    }

    #[tokio::test]
    async fn what_comes_after_an_urgent_byte_is_read() -> io::Result<()> {
        assert!(reads_all(true).await?);
        Ok(())
    }

    /// If this fails, tokio has changed, and nobody needs [`PastUrgent`] any longer.
    #[tokio::test]
    async fn tokio_alone_waits_at_an_urgent_byte() -> io::Result<()> {
        assert!(!reads_all(false).await?);
        Ok(())
    }
}
