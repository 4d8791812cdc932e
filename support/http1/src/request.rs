//! A request, as far as a server needs to know it.

/// A complete `GET` or `HEAD` request. (`HEAD` needs no attention: [`Connection::output`](crate::Connection::output)
/// leaves the page out.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'connection> {
    path: &'connection str,
}

impl<'connection> Request<'connection> {
    /// A request for this path: an empty one means `/`.
    pub(crate) fn new(path: &'connection str) -> Self {
        Self { path: if path.is_empty() { "/" } else { path } }
    }

    /// The path of the request's target, as it was sent, without the query string: `/sleep` for `/sleep?for=fun` and for
    /// `http://localhost:7878/sleep`, `/` for `http://localhost:7878`.
    pub fn path(&self) -> &'connection str {
        self.path
    }
}
