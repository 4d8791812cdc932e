//! Exercise 2 of section 9.4: a route that says how many clients are connected. Change `src/main.rs`, then run
//! `cargo test -p concurrent_server --test exercise_connected -- --ignored`.

use harness::{Client, Server};

/// What a further client gets for `/connected`.
fn connected(server: &Server) -> harness::Result<String> {
    let answer = server.client()?.get("/connected")?;
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}

#[test]
#[ignore = "exercise 9.4/2: it passes once there is a route `/connected`"]
fn the_server_knows_how_many_clients_are_connected() -> harness::Result {
    let mut server = Server::start(env!("CARGO_BIN_EXE_09_04_concurrent_server"))?;
    let mut clients: Vec<Client> = (0..2).map(|_| server.client()).collect::<harness::Result<_>>()?;
    for client in &mut clients {
        client.ask_half()?;
        client.wait_until_read()?;
    }
    assert_eq!(connected(&server)?, "3 connected\n", "two clients have begun a request, and the third one asks");
    clients.pop().map(Client::reset).transpose()?;
    server.wait_until("it says that one client has left", |server| {
        connected(server).is_ok_and(|text| text == "2 connected\n")
    })
}
