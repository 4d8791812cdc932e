//! The relay is a member of the room. What it hears, it tells the broker, and what other relays have told the broker, it tells the room.

use crate::room::Member;
use common::command_line;
use futures::StreamExt;
use redis::aio::{MultiplexedConnection, PubSubStream};
use redis::{AsyncTypedCommands, Client, ErrorKind, RedisError, RedisResult};
use std::time::Duration;
use tokio::{select, time};
use tokio_util::sync::CancellationToken;

/// What all relays publish to, and subscribe to.
const CHANNEL: &str = "chat";
/// How long to wait before a broker that is gone is tried again.
const PAUSE: Duration = Duration::from_millis(200);

// ANCHOR: lines
/// Two connections to the broker. In Redis's protocol, one that has subscribed to something can do nothing else.
pub struct Lines {
    outgoing: MultiplexedConnection,
    incoming: PubSubStream,
    /// Redis numbers its connections. A relay knows its own lines by the number of the connection that they have taken.
    number: isize,
}

impl Lines {
    /// Connects, and subscribes.
    pub async fn open(broker: &str) -> RedisResult<Self> {
        let broker = Client::open(broker)?;
        let mut outgoing = broker.get_multiplexed_async_connection().await?;
        let mut incoming = broker.get_async_pubsub().await?;
        incoming.subscribe(CHANNEL).await?;
        let number = outgoing.client_id().await?;
        Ok(Self { outgoing, incoming: incoming.into_on_message(), number })
    }

    async fn publish(&mut self, line: &str) -> RedisResult<()> {
        self.outgoing.publish(CHANNEL, format!("{} {line}", self.number)).await.map(drop)
    }
}
// ANCHOR_END: lines

// ANCHOR: carry
/// Carries lines until everyone has left, and then those that are left. A broker that is gone is tried again and again.
pub async fn carry(relay: Member, broker: String, mut lines: Lines, everyone_has_left: CancellationToken) {
    while let Err(error) = carry_on(&relay, &mut lines, &everyone_has_left).await {
        command_line::log(format_args!("lost the broker: {error}"));
        lines = loop {
            time::sleep(PAUSE).await;
            if let Ok(lines) = Lines::open(&broker).await {
                break lines;
            }
        };
    }
}

async fn carry_on(relay: &Member, lines: &mut Lines, everyone_has_left: &CancellationToken) -> RedisResult<()> {
    loop {
        select! {
            line = relay.hear() => lines.publish(&line).await?,
            message = lines.incoming.next() => {
                let message = message.ok_or(RedisError::from((ErrorKind::Io, "it has hung up")))?;
                let message: String = message.get_payload()?;
                match message.split_once(' ') {
                    Some((number, line)) if number != lines.number.to_string() => relay.tell_others(line.to_owned()),
                    _ => {} // our own
                }
            }
            () = everyone_has_left.cancelled() => break,
        }
    }
    while let Some(line) = relay.hear_now() {
        lines.publish(&line).await?;
    }
    Ok(())
}
// ANCHOR_END: carry
