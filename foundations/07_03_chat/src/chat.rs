//! What all connections share.

use crate::room::Room;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The room, and the connections to it.
#[derive(Clone, Default)]
pub struct Chat {
    /// The members, and what they say.
    pub room: Arc<Room>,
    /// The names, besides `localhost`, that this server goes by.
    pub hosts: Arc<[String]>,
    /// The tasks of all connections.
    pub clients: TaskTracker,
    /// Cancelled when the server stops.
    pub stopping: CancellationToken,
}
