//! What nginx asks another copy for.

use super::balancer::{Balancer, Kind};
use harness::{Client, Result, has_tool};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;

const NOTHING: &str = "";
const OK: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// A copy that reads a request, gives this answer, and closes the connection.
fn copy_that_answers(answer: &'static str) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(|stream| stream.ok()) {
            let _ = stream.read(&mut [0; 1024]).and_then(|_| stream.write_all(answer.as_bytes()));
        }
    });
    Ok(address)
}

#[tokio::test]
async fn nginx_asks_another_copy_for_a_get_and_not_for_a_post() -> Result {
    if !has_tool("nginx") {
        return Ok(());
    }
    let copies = [copy_that_answers(NOTHING)?, copy_that_answers(OK)?];
    let nginx = Balancer::start(Kind::Nginx, "", None, &copies).await?;
    for (method, expected) in [("GET", [200, 200]), ("POST", [200, 502])] {
        let mut statuses = [0; 2]; // one for each copy, which take turns
        for status in &mut statuses {
            let mut client = Client::connect(nginx.address)?;
            client.send(format!("{method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"))?;
            *status = client.response()?.status;
        }
        statuses.sort_unstable();
        assert_eq!(statuses, expected, "{method}");
    }
    Ok(())
}
