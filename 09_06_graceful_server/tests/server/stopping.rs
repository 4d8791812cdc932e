//! What defines step 9.6: how it stops.

use super::SERVER;
use harness::{Client, End, Result, Server, request};

fn start() -> Result<Server> {
    Server::start(SERVER)
}

/// A client whose `/sleep` is under way: the answer to the request before it has arrived.
fn asleep(server: &Server) -> Result<Client> {
    let mut client = server.client()?;
    client.send([request("/"), request("/sleep")].concat())?;
    assert_eq!(client.response()?.status, 200);
    Ok(client)
}

#[test]
fn on_ctrl_c_an_answer_in_flight_is_finished_and_everyone_else_is_sent_away() -> Result {
    let mut server = start()?;
    let mut idle = server.client()?;
    assert_eq!(idle.get("/")?.status, 200);
    let mut asleep = asleep(&server)?;

    server.interrupt()?;
    server.wait_for_log("finishing the answers in flight")?;
    assert_eq!(idle.end()?, End::Closed);
    // The listener is dropped by another task than the one that logs, so a few may still get in.
    assert!((0..1000).any(|_| server.client().is_err()), "a stopping server accepts nobody");
    assert!(asleep.is_silent()?, "the slow answer came too early to show anything");

    assert_eq!(asleep.response()?.status, 200);
    assert_eq!(server.wait_for_exit()?.code(), Some(0));
    Ok(())
}

#[test]
fn a_request_that_has_begun_to_arrive_is_answered() -> Result {
    let mut server = start()?;
    let mut client = server.client()?;
    client.send([request("/").as_slice(), b"GET /nope HTTP/1.1\r\nHo"].concat())?;
    assert_eq!(client.response()?.status, 200);

    server.terminate()?;
    server.wait_for_log("finishing the answers in flight")?;
    client.send("st: localhost\r\n\r\n")?;
    assert_eq!(client.response()?.status, 404);
    assert_eq!(server.wait_for_exit()?.code(), Some(0));
    Ok(())
}

#[test]
fn a_second_ctrl_c_ends_it_at_once() -> Result {
    let mut server = start()?;
    let mut asleep = asleep(&server)?;
    server.interrupt()?;
    server.wait_for_log("finishing the answers in flight")?;
    server.interrupt()?;
    assert_eq!(server.wait_for_exit()?.code(), Some(1));
    assert!(asleep.rest().map_or(true, |answer| answer.is_empty()), "the slow answer cannot have been sent");
    Ok(())
}
