//! What nginx asks another copy for, and what haproxy would.

use super::balancer::{Balancer, Kind};
use harness::{Client, Result, has_tool};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;

const NOTHING: &str = "";
const OK: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// A copy that reads a request, gives this answer, and closes the connection. To health checks, it is well.
fn copy_that_answers(answer: &'static str) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(|stream| stream.ok()) {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).and_then(|_| {
                let answer = if request.starts_with(b"GET / ") { OK } else { answer };
                stream.write_all(answer.as_bytes())
            });
        }
    });
    Ok(address)
}

/// The answers to two requests, in order, if one of two copies answers none.
async fn statuses(kind: Kind, template: &str, method: &str) -> Result<[u16; 2]> {
    let copies = [copy_that_answers(NOTHING)?, copy_that_answers(OK)?];
    let balancer = Balancer::start_with(kind, template, "roundrobin", None, &copies).await?;
    let mut statuses = [0; 2]; // one for each copy, which take turns
    for status in &mut statuses {
        let mut client = Client::connect(balancer.port.address)?;
        client.send(format!("{method} /pay HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"))?;
        *status = client.response()?.status;
    }
    statuses.sort_unstable();
    Ok(statuses)
}

#[tokio::test]
async fn nginx_retries_a_get_on_another_copy_but_not_a_post() -> Result {
    if has_tool("nginx") {
        for (method, expected) in [("GET", [200, 200]), ("POST", [200, 502])] {
            assert_eq!(statuses(Kind::Nginx, Kind::Nginx.template(), method).await?, expected, "{method}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn haproxy_retries_nothing_on_another_copy_unless_configured_and_then_a_post_too() -> Result {
    if has_tool("haproxy") {
        let committed = Kind::Haproxy.template();
        let configured = committed.replace("retry-on conn-failure", "retry-on conn-failure empty-response");
        for (template, expected) in [(committed, [200, 502]), (&configured, [200, 200])] {
            for method in ["GET", "POST"] {
                assert_eq!(statuses(Kind::Haproxy, template, method).await?, expected, "{method}");
            }
        }
    }
    Ok(())
}
