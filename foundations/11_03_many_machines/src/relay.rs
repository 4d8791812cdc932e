//! The relay is a member of the room. It publishes what it hears there, and says in the room what other relays have published.

use crate::room::{Heard, Member};
use common::command_line;
use futures::StreamExt;
use redis::aio::{MultiplexedConnection, PubSubStream};
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError, RedisResult};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;
use tokio::select;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// What all relays publish to, and subscribe to.
const CHANNEL: &str = "chat";
/// How long to wait before a broker that is gone is tried again.
const PAUSE: Duration = Duration::from_millis(200);
/// How many lines go to the broker at a time; how many come from it before the members of the room may read.
const BATCH: usize = 64;

/// How long a broker may say nothing: ten seconds, if a client may do so for a minute. A slow command may take the broker seconds.
fn patience() -> Duration {
    echo::patience() / 6
}

// ANCHOR: lines
/// Two connections to the broker. In the older version of Redis's protocol, one that has subscribed can do little else.
pub struct Lines {
    outgoing: MultiplexedConnection,
    incoming: PubSubStream,
}

impl Lines {
    /// Connects, and subscribes.
    pub async fn open(broker: &str) -> RedisResult<Self> {
        let broker = Client::open(broker)?;
        let patient = AsyncConnectionConfig::new().set_response_timeout(Some(patience()));
        let outgoing = broker.get_multiplexed_async_connection_with_config(&patient).await?;
        let mut incoming = broker.get_async_pubsub().await?;
        incoming.subscribe(CHANNEL).await?;
        Ok(Self { outgoing, incoming: incoming.into_on_message() })
    }
}
// ANCHOR_END: lines

// ANCHOR: carry
/// Carries lines until all members have left, and then what remains.
/// A broker that is gone is tried again and again.
pub async fn carry(member: Member, broker: String, mut lines: Lines, all_have_left: CancellationToken) {
    let id = RandomState::new().hash_one(()).to_string(); // so that a relay knows its own lines
    let mut unsent = Vec::new();
    loop {
        let Lines { outgoing, incoming } = &mut lines;
        let ended = select! {
            lost = deliver(&member, &id, incoming) => lost,
            ended = publish(&member, &id, &mut unsent, outgoing, &all_have_left) => ended,
        };
        let Err(error) = ended else { return };
        command_line::log(format_args!("lost the broker: {error}"));
        lines = loop {
            sleep(PAUSE).await;
            if let Ok(Ok(lines)) = timeout(patience(), Lines::open(&broker)).await {
                break lines;
            }
        };
    }
}

/// Publishes what the room says. What the broker has not confirmed is kept,
/// and sent again on the next connection: it may arrive twice.
async fn publish(
    member: &Member,
    id: &str,
    unsent: &mut Vec<String>,
    broker: &mut MultiplexedConnection,
    all_have_left: &CancellationToken,
) -> RedisResult<()> {
    loop {
        while unsent.len() < BATCH
            && let Some(heard) = member.hear_now()
        {
            keep(unsent, heard);
        }
        let mut batch = redis::pipe();
        for line in unsent.iter() {
            batch.publish(CHANNEL, format!("{id} {line}"));
        }
        if unsent.is_empty() {
            batch.publish(CHANNEL, format!("{id} ")); // it comes back to us, if the broker is there
        }
        batch.exec_async(broker).await?;
        unsent.clear();
        select! {
            biased;
            heard = member.hear() => keep(unsent, heard),
            () = all_have_left.cancelled() => return Ok(()),
            () = sleep(patience() / 3) => {}
        }
    }
}

/// Says in the room what other relays have published.
async fn deliver(member: &Member, id: &str, broker: &mut PubSubStream) -> RedisResult<()> {
    let lost = |why| RedisError::from((ErrorKind::Io, why));
    for number in 1.. {
        let message = timeout(patience(), broker.next()).await.map_err(|_| lost("it says nothing"))?;
        let message: String = message.ok_or(lost("it has hung up"))?.get_payload()?;
        match message.split_once(' ') {
            Some((other, line)) if other != id && !line.is_empty() => member.send_to_others(line.into()),
            _ => {} // our own line, or an empty one
        }
        if number % BATCH == 0 {
            sleep(Duration::from_millis(1)).await; // meanwhile the members read
        }
    }
    Ok(())
}
// ANCHOR_END: carry

/// Keeps what is to be published. That lines are missing here is no message to others.
fn keep(unsent: &mut Vec<String>, heard: Heard) {
    match heard {
        Heard::Message(line) => unsent.push(line.to_string()),
        Heard::Missed(missed) => {
            command_line::log(format_args!("the broker was too slow, and missed {missed} messages"));
        }
    }
}
