//! Where a server listens: an address of the network, or a path in the file system.

use std::fmt;
use std::fs;
use std::io::{self, Error, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use tokio::net::{UnixListener, UnixStream};

/// An address of either kind, out of an argument.
pub enum Address<'text> {
    /// `127.0.0.1:7878`
    Tcp(&'text str),
    /// `unix:echo.socket`, or any path with a `/`
    Unix(&'text Path),
}

// ANCHOR: address
impl<'text> From<&'text str> for Address<'text> {
    fn from(text: &'text str) -> Self {
        match text.strip_prefix("unix:") {
            Some(path) => Self::Unix(Path::new(path)),
            None if text.contains('/') => Self::Unix(Path::new(text)),
            None => Self::Tcp(text),
        }
    }
}
// ANCHOR_END: address

impl fmt::Display for Address<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => formatter.write_str(address),
            Self::Unix(path) => write!(formatter, "unix:{}", path.display()),
        }
    }
}

// ANCHOR: bind
/// Listens on this path, even if a server that is gone has left its socket there.
#[allow(dead_code, reason = "the client listens nowhere")]
pub async fn bind(path: &Path) -> io::Result<UnixListener> {
    if path.as_os_str().is_empty() {
        return Err(Error::new(ErrorKind::InvalidInput, "the name of a file is missing"));
    }
    match UnixListener::bind(path) {
        Err(error) if error.kind() == ErrorKind::AddrInUse && is_stale(path).await => {
            fs::remove_file(path)?;
            UnixListener::bind(path)
        }
        bound => bound,
    }
}

/// Whether this is a socket on which no program listens.
/// Connecting to a file that is not a socket is refused as well.
async fn is_stale(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    let is_refusal = |error: Error| error.kind() == ErrorKind::ConnectionRefused;
    is_socket && UnixStream::connect(path).await.is_err_and(is_refusal)
}
// ANCHOR_END: bind

/// Which file this is: another one of the same name is another file.
#[allow(dead_code, reason = "the client removes nothing")]
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path).ok().map(|file| (file.dev(), file.ino()))
}
