//! It speaks HTTP, whatever the packets look like.

use super::basics::impatient;
use crate::failure::ensure;
use crate::page::{has_page_headers, is_date, is_hello, is_not_found};
use crate::{Client, End, Program, Result, request};
use common::HELLO;

/// A client of a server that was started for it.
fn with_client(program: &Program, talk: impl FnOnce(&mut Client) -> Result) -> Result {
    let server = impatient(program).start()?;
    talk(&mut server.client()?)
}

/// Each of these requests gets a refusal with this status, which can be read to its end.
fn refuses(program: &Program, status: u16, requests: &[&[u8]]) -> Result {
    let server = program.start()?;
    for request in requests {
        let text = String::from_utf8_lossy(&request[..request.len().min(200)]).into_owned();
        let mut client = server.client()?;
        client.send(request)?;
        let response = client.response().map_err(|failure| failure.context(format_args!("{text:?}")))?;
        ensure!(response.status == status, "{text:?} must be refused with {status}: {response:?}");
        ensure!(response.header("date").is_some_and(is_date), "expected one Date: {response:?}");
        ensure!(response.header("content-length").is_some(), "expected one Content-Length: {response:?}");
    }
    Ok(())
}

pub(super) fn the_root_is_the_hello_page(program: &Program) -> Result {
    with_client(program, |client| is_hello(&client.get("/")?))
}

pub(super) fn every_other_path_is_the_404_page(program: &Program) -> Result {
    let server = program.start()?;
    for path in ["/nope", "/hello.html", "//", "/sleepy", "/%2e", "/../etc/passwd"] {
        is_not_found(&server.client()?.get(path)?)?;
    }
    Ok(())
}

pub(super) fn a_query_string_does_not_change_the_page(program: &Program) -> Result {
    let server = program.start()?;
    is_hello(&server.client()?.get("/?name=value")?)?;
    is_not_found(&server.client()?.get("/nope?/")?)
}

/// RFC 3986 would have these encoded; the URL Standard, and so every browser, does not.
pub(super) fn what_browsers_do_not_encode_is_served(program: &Program) -> Result {
    let server = program.start()?;
    for target in ["/?a=b|c", "/?q={x}", "/?^`\\[]"] {
        is_hello(&server.client()?.get(target)?)?;
    }
    is_not_found(&server.client()?.get("/a|b")?)
}

pub(super) fn a_whole_url_is_a_target_too(program: &Program) -> Result {
    with_client(program, |client| is_hello(&client.get("http://localhost/")?))
}

pub(super) fn head_is_get_without_the_page(program: &Program) -> Result {
    with_client(program, |client| {
        client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let response = client.response_to_head()?;
        ensure!(response.status == 200, "expected the status 200: {response:?}");
        has_page_headers(&response, HELLO)?;
        let rest = client.rest()?;
        ensure!(rest.is_empty(), "expected no page: {:?}", String::from_utf8_lossy(&rest));
        Ok(())
    })
}

pub(super) fn a_request_in_two_packets_is_one_request(program: &Program) -> Result {
    let server = program.start()?;
    let request = request("/");
    for cut in [1, "GET /".len(), request.len() - 2, request.len() - 1] {
        let mut client = server.client()?;
        client.send_in_pieces([&request[..cut]])?;
        client.send(&request[cut..])?;
        let context = format!("cut after {cut} bytes");
        client.response().and_then(|response| is_hello(&response)).map_err(|failure| failure.context(context))?;
    }
    Ok(())
}

pub(super) fn a_request_may_come_byte_by_byte(program: &Program) -> Result {
    with_client(program, |client| {
        let request = request("/");
        let (last, first) = request.split_last().unwrap_or((&0, &[]));
        client.send_in_pieces(first.chunks(1))?;
        ensure!(client.is_silent()?, "it answered before the request was complete");
        client.send([*last])?;
        is_hello(&client.response()?)
    })
}

pub(super) fn a_client_that_has_finished_sending_is_answered(program: &Program) -> Result {
    with_client(program, |client| {
        client.send(request("/"))?;
        client.finish_sending()?;
        is_hello(&client.response()?)?;
        ensure!(client.rest()?.is_empty(), "expected one answer");
        Ok(())
    })
}

pub(super) fn a_connection_is_closed_when_the_client_asks_for_it(program: &Program) -> Result {
    with_client(program, |client| {
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let response = client.response()?;
        is_hello(&response)?;
        ensure!(response.announces_close(), "expected `Connection: close`: {response:?}");
        ensure!(client.end()? == End::Closed, "expected an orderly close");
        Ok(())
    })
}

pub(super) fn an_old_client_is_answered_and_the_connection_closed(program: &Program) -> Result {
    with_client(program, |client| {
        client.send("GET / HTTP/1.0\r\n\r\n")?;
        is_hello(&client.response()?)?;
        ensure!(client.end()? == End::Closed, "expected an orderly close");
        Ok(())
    })
}

/// It does not close its own half, so the server lingers: it closes its half, and waits for the client's.
pub(super) fn a_refused_client_sees_the_end_of_the_connection(program: &Program) -> Result {
    with_client(program, |client| {
        client.send("hello\r\n\r\n")?;
        let response = client.response()?;
        ensure!(response.status == 400, "expected the status 400: {response:?}");
        ensure!(client.rest()?.is_empty(), "expected one answer");
        Ok(())
    })
}

pub(super) fn the_first_of_pipelined_requests_is_answered(program: &Program) -> Result {
    with_client(program, |client| {
        client.send([request("/"), request("/nope")].concat())?;
        is_hello(&client.response()?)
    })
}

pub(super) fn clients_are_served_one_after_another(program: &Program) -> Result {
    let server = program.start()?;
    (0..20).try_for_each(|_| is_hello(&server.client()?.get("/")?))
}

pub(super) fn malformed_requests_are_refused_with_400(program: &Program) -> Result {
    let requests: [&[u8]; 12] = [
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",                                  // no Host
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",            // two of them
        b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",                     // not a host
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",                      // white space before the colon
        b"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n",         // a folded line
        b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",              // NUL
        b"GET / HTTP/1.1\nHost: a\n\n",                             // LF alone
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",                   // not ASCII
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", // not a length
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ];
    refuses(program, 400, &requests)
}

pub(super) fn known_methods_without_a_meaning_here_are_refused_with_405(program: &Program) -> Result {
    with_client(program, |client| {
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello")?;
        let response = client.response()?;
        ensure!(response.status == 405, "expected the status 405: {response:?}");
        ensure!(response.header("allow") == Some("GET, HEAD"), "expected `Allow: GET, HEAD`: {response:?}");
        Ok(())
    })
}

pub(super) fn unknown_methods_are_refused_with_501(program: &Program) -> Result {
    refuses(program, 501, &[b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", b"get / HTTP/1.1\r\nHost: a\r\n\r\n"])
}

pub(super) fn unknown_methods_may_have_any_target(program: &Program) -> Result {
    refuses(program, 501, &[b"M-SEARCH * HTTP/1.1\r\nHost: a\r\n\r\n", b"M-SEARCH a:80 HTTP/1.1\r\nHost: a\r\n\r\n"])
}

pub(super) fn other_versions_are_refused_with_505(program: &Program) -> Result {
    refuses(program, 505, &[b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])
}

pub(super) fn a_long_target_is_refused_with_414(program: &Program) -> Result {
    refuses(program, 414, &[&request(&format!("/{}", "a".repeat(20_000)))])
}

pub(super) fn a_long_head_is_refused_with_431(program: &Program) -> Result {
    let long_value = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(20_000));
    let many_fields = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: a\r\n".repeat(200));
    refuses(program, 431, &[long_value.as_bytes(), many_fields.as_bytes()])
}
