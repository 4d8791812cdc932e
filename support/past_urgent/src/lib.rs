//! Streams of tokio's that are read on past urgent data.
//!
//! A client may mark a byte as *urgent* (`MSG_OOB`). Where that byte was, a `recv` stops, although more has arrived after it. tokio takes a
//! read that does not fill its buffer for a sign that nothing is left, and waits for the next packet, which may never come.
//! [`PastUrgent`] reads until the system itself says that nothing is left.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::net::Listener;

/// A stream that is read until the system says that nothing is left, or a listener that accepts such streams.
#[derive(Debug)]
pub struct PastUrgent<T>(pub T);

/// What is asked of a socket before and while it is read. tokio has it without a trait.
pub trait Socket: AsyncWrite + Unpin {
    /// Whether there may be something to read.
    ///
    /// # Errors
    ///
    /// If the runtime is gone.
    fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Reads what there is.
    ///
    /// # Errors
    ///
    /// `WouldBlock`, if there is nothing, and then tokio knows it, too; or what the system says.
    fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize>;
}

macro_rules! socket {
    ($stream:ty) => {
        impl Socket for $stream {
            fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
                <$stream>::poll_read_ready(self, context)
            }

            fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                <$stream>::try_read(self, buffer)
            }
        }
    };
}

socket!(TcpStream);
#[cfg(unix)]
socket!(tokio::net::UnixStream);

impl<S: Socket> AsyncRead for PastUrgent<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            // Unlike `readable().await`, this lets other tasks have a turn when this one has read a lot.
            ready!(self.0.poll_read_ready(context))?;
            match self.0.try_read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                received => return Poll::Ready(received.map(|length| buffer.advance(length))),
            }
        }
    }
}

impl<S: Socket> AsyncWrite for PastUrgent<S> {
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
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }
}

impl Listener for PastUrgent<TcpListener> {
    type Io = PastUrgent<TcpStream>;
    type Addr = std::net::SocketAddr;

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<io::Result<(Self::Io, Self::Addr)>> {
        let (stream, address) = ready!(self.0.poll_accept(context))?;
        Poll::Ready(Ok((PastUrgent(stream), address)))
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

#[cfg(unix)]
impl Listener for PastUrgent<tokio::net::UnixListener> {
    type Io = PastUrgent<tokio::net::UnixStream>;
    type Addr = tokio::net::unix::SocketAddr;

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<io::Result<(Self::Io, Self::Addr)>> {
        let (stream, address) = ready!(self.0.poll_accept(context))?;
        Poll::Ready(Ok((PastUrgent(stream), address)))
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use socket2::SockRef;
    use std::io::Write;
    use std::os::fd::AsFd;
    use std::time::Duration;
    use tokio::io::AsyncReadExt;
    use tokio::net::UnixStream;
    use tokio::time::{sleep, timeout};

    /// Whether all is read that a client has sent before and after an urgent byte.
    async fn reads_all(mut client: impl Write + AsFd, mut stream: impl AsyncRead + Unpin) -> io::Result<bool> {
        client.write_all(b"tw")?;
        SockRef::from(&client).send_out_of_band(b"!")?;
        client.write_all(b"o\n")?;
        sleep(Duration::from_millis(50)).await; // all has arrived, and tokio has heard so
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

    async fn tcp() -> io::Result<(std::net::TcpStream, TcpStream)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let client = std::net::TcpStream::connect(listener.local_addr()?)?;
        Ok((client, listener.accept().await?.0))
    }

    #[tokio::test]
    async fn what_comes_after_an_urgent_byte_is_read() -> io::Result<()> {
        let (client, stream) = tcp().await?;
        assert!(reads_all(client, PastUrgent(stream)).await?);
        let (client, stream) = UnixStream::pair()?;
        let client = client.into_std()?;
        match reads_all(client, PastUrgent(stream)).await {
            Err(error) if error.kind() == ErrorKind::Unsupported => {} // Linux before 5.15, or another system
            all => assert!(all?),
        }
        Ok(())
    }

    /// If this fails, tokio has changed, and [`PastUrgent`] is no longer needed.
    #[tokio::test]
    async fn tokio_alone_waits_at_an_urgent_byte() -> io::Result<()> {
        let (client, stream) = tcp().await?;
        assert!(!reads_all(client, stream).await?);
        Ok(())
    }
}
