//! What HTTP requests get: the page, a conversation, or a refusal.

use super::chat;
use super::properties::{self, HANDSHAKE};
use harness::{Response, Result, SAFETY, Server};

/// The answer to this request, with these header fields.
fn answer(server: &Server, request: &str, fields: &str) -> Result<Response> {
    let mut client = server.client()?;
    client.send(format!("{request} HTTP/1.1\r\nHost: {}\r\n{fields}\r\n", server.address()))?;
    client.response()
}

#[test]
fn the_page_is_at_the_root_and_needs_nothing_from_elsewhere() -> Result {
    let page = answer(&chat().start()?, "GET /", "")?;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    let text = String::from_utf8(page.body).unwrap();
    for word in ["innerHTML", "http://", "https://", "src="] {
        assert!(!text.contains(word), "{word}");
    }
    Ok(())
}

#[test]
fn the_handshake_of_the_rfc_gets_the_answer_of_the_rfc() -> Result {
    let answer = answer(&chat().start()?, "GET /chat", HANDSHAKE)?;
    assert_eq!((answer.status, answer.header("sec-websocket-accept")), (101, Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
    Ok(())
}

#[test]
fn a_page_from_elsewhere_may_not_chat_and_programs_without_a_page_may() -> Result {
    let server = chat().start()?;
    let port = server.address().port();
    for (origin, status) in [
        (String::new(), 101),
        (format!("Origin: http://127.0.0.1:{port}\r\n"), 101),
        (format!("Origin: https://127.0.0.1:{port}\r\n"), 101), // there may be a proxy in front that speaks TLS
        ("Origin: http://127.0.0.1\r\n".to_owned(), 403),
        ("Origin: http://elsewhere.example\r\n".to_owned(), 403),
        (format!("Origin: http://127.0.0.1:{port}.elsewhere.example\r\n"), 403),
        ("Origin: null\r\n".to_owned(), 403),
        ("Origin: \u{fc}\r\n".to_owned(), 403),
    ] {
        let answer = answer(&server, "GET /chat", &format!("{origin}{HANDSHAKE}"))?;
        assert_eq!(answer.status, status, "{origin}");
    }
    Ok(())
}

#[test]
fn a_server_answers_to_addresses_and_to_its_own_names_only() -> Result {
    properties::a_server_answers_to_addresses_and_to_its_own_names_only(&chat(), SAFETY)
}

#[test]
fn what_is_no_handshake_is_refused_with_a_reason() -> Result {
    let server = chat().start()?;
    for (request, fields, status) in [
        ("GET /nothing", "", 404),
        ("POST /", "", 405),
        ("GET /chat", "", 426),
        ("GET /chat", &HANDSHAKE.replace("13", "8"), 426),
        ("GET /chat", &HANDSHAKE.replace("dGhl", ""), 400),
        ("GET /chat", &HANDSHAKE.replace("Sec-WebSocket-Key", "X"), 400),
        ("POST /chat", HANDSHAKE, 405),
    ] {
        let answer = answer(&server, request, fields)?;
        assert_eq!(answer.status, status, "{request} {fields}");
        assert!(!answer.body.is_empty());
        let version = answer.header("sec-websocket-version");
        assert_eq!(version, (status == 426).then_some("13"), "{request} {fields}");
        let (upgrade, connection) = (answer.header("upgrade"), answer.header("connection"));
        let must = if status == 426 { (Some("websocket"), Some("upgrade")) } else { (None, None) }; // RFC 9110, 7.8
        assert_eq!((upgrade, connection), must, "{request} {fields}");
        assert_eq!(answer.header("allow").is_some(), status == 405, "{request} {fields}"); // RFC 9110, 15.5.6
    }
    let long = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}", "a".repeat(20_000)); // it never ends
    for (request, status) in [
        ("nonsense\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400),
        ("GET / HTTP/1.0\r\n\r\n", 200),
        (&long, 431),
    ] {
        let mut client = server.client()?;
        client.send(request)?;
        assert_eq!(client.response()?.status, status, "{request}");
    }
    Ok(())
}

#[test]
fn a_client_that_has_finished_sending_gets_the_page() -> Result {
    let server = chat().start()?;
    let mut client = server.client()?;
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    client.finish_sending()?;
    assert_eq!(client.response()?.status, 200);
    Ok(())
}
