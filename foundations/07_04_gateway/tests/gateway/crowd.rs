//! A thousand clients at the same time, and a thousand that leave before they are answered.

use super::gateway;
use super::properties::expect;
use harness::{Client, Program, Result, Server, has_descriptors, request};

const CROWD: usize = 1_000;

fn start(arguments: &[&str]) -> Result<Server> {
    arguments.iter().fold(gateway(), Program::argument).start()
}

fn crowd(server: &Server) -> Result<Vec<Client>> {
    let mut clients = Vec::new();
    for number in 0..CROWD {
        let mut client = server.client()?;
        client.send(request("/"))?;
        if number % 50 == 49 {
            client.wait_until_read()?; // so that no backlog overflows
        }
        clients.push(client);
    }
    Ok(clients)
}

fn status(server: &Server) -> Result<String> {
    Ok(String::from_utf8_lossy(&server.client()?.get("/status")?.body).into_owned())
}

#[test]
fn a_thousand_clients_are_answered_at_the_same_time() -> Result {
    if !has_descriptors(4_000) {
        return Ok(());
    }
    let server = start(&["--delay", "1s", "--timeout", "20s"])?;
    for client in &mut crowd(&server)? {
        expect(client.response(), 200, "4 of 5 stars")?;
    }
    Ok(())
}

/// Connections and tasks are back as they were. The allocator keeps memory for the next crowd, and the next crowd takes it.
#[test]
fn a_thousand_clients_that_leave_keep_no_task_and_no_connection() -> Result {
    if !has_descriptors(4_000) {
        return Ok(());
    }
    let mut server = start(&["--silent", "--timeout", "1h"])?;
    let at_first = server.resident_memory().unwrap_or_default();
    let leave = |server: &mut Server| -> Result<(Option<usize>, u64)> {
        let clients = crowd(server)?;
        assert!(status(server)?.starts_with(&format!("requests under way: {CROWD}\n")));
        drop(clients);
        server.wait_until("all requests are cancelled", |server| {
            status(server).is_ok_and(|status| status.starts_with("requests under way: 0\n"))
        })?;
        // A connection that was being made when its request was dropped closes a moment later.
        server.wait_until("all connections are closed", |server| server.descriptors() < Some(100))?;
        server.wait_until("all tasks have ended", |server| {
            status(server).is_ok_and(|status| status.ends_with("tasks: 4\n"))
        })?;
        Ok((server.descriptors(), server.resident_memory().unwrap_or_default()))
    };
    let (descriptors, memory) = leave(&mut server)?;
    let first = memory.saturating_sub(at_first);
    let mut grown = vec![first];
    // Memory that leaks would grow with each crowd. (The arenas of the allocator fill one after the other.)
    for _ in 0..4 {
        let before = server.resident_memory().unwrap_or_default();
        let (_, after) = leave(&mut server)?;
        server.wait_until("all connections are closed", |server| server.descriptors() <= descriptors)?;
        grown.push(after.saturating_sub(before));
        if grown.last().is_some_and(|last| *last < first * 2 / 3) {
            return Ok(());
        }
    }
    panic!("each crowd took new memory: {grown:?}");
}
