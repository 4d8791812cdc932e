//! Step 7.4: it has its properties, and as a server of HTTP, it survives what every server here survives.

use super::gateway;
use super::properties::{self, expect};
use harness::{Program, Protocol, Result, suite};

fn server() -> Program {
    gateway().argument("--delay").argument("0s").speaking(Protocol::OwnPage)
}

#[test]
fn it_survives_its_clients() {
    suite::echo_survives(server()).assert_passed(); // these checks ask their question, whatever it is
}

#[test]
fn three_hundred_clients_may_connect_at_the_same_moment() -> Result {
    suite::only("three_hundred_clients_fit_in_the_backlog", &server())?;
    Ok(())
}

#[test]
fn its_command_line_follows_the_conventions() {
    suite::command_line(server()).assert_passed();
}

#[test]
fn a_signal_ends_it_at_once() {
    suite::ends_at_once(server()).assert_passed();
}

#[test]
fn all_services_are_asked_before_one_answers() -> Result {
    properties::all_services_are_asked_before_one_answers(&gateway())?;
    properties::all_services_are_asked_before_one_answers(&gateway().argument("--with").argument("join"))
}

#[test]
fn asked_one_by_one_the_second_service_waits_for_the_first() {
    let program = gateway().argument("--with").argument("one-by-one");
    let failure = properties::all_services_are_asked_before_one_answers(&program).unwrap_err();
    assert_eq!(failure.to_string(), "service 1 is not asked");
}

#[test]
fn a_silent_service_costs_its_own_part_only() -> Result {
    properties::a_silent_service_costs_its_own_part_only(&gateway())
}

#[test]
fn a_late_service_is_asked_once_more_and_the_first_try_is_cancelled() -> Result {
    properties::a_service_that_is_late_is_asked_once_more(&gateway())
}

#[test]
fn a_service_that_fails_gets_no_storm_of_retries() -> Result {
    properties::a_failing_service_gets_no_storm_of_retries(&gateway())
}

#[test]
fn what_may_not_be_repeated_is_sent_once() -> Result {
    properties::an_order_is_sent_once(&gateway())
}

#[test]
fn beyond_the_limit_a_request_is_refused_until_another_one_ends() -> Result {
    properties::what_is_too_much_is_refused(&gateway())
}

#[test]
fn a_client_that_leaves_cancels_what_was_asked_for_it() -> Result {
    properties::a_client_that_leaves_cancels_its_requests(&gateway())
}

#[test]
fn a_client_that_leaves_after_a_large_body_cancels_what_was_asked_for_it() -> Result {
    properties::a_client_that_leaves_after_a_large_body_cancels_its_requests(&gateway())
}

#[test]
fn our_own_services_say_that_they_are_cancelled() -> Result {
    let server = gateway().argument("--silent").start()?;
    let mut client = server.client()?;
    client.send(harness::request("/"))?;
    client.wait_until_read()?;
    drop(client);
    for name in ["price", "stock", "reviews"] {
        server.wait_for_log(&format!("{name}: cancelled\n"))?;
    }
    Ok(())
}

#[test]
fn our_own_services_fail_as_often_as_the_command_line_says() -> Result {
    let server = server().argument("--fail-every").argument("2").argument("--with").argument("join").start()?;
    let mut client = server.client()?;
    for _ in 0..3 {
        expect(client.get("/"), 200, "12.50 euros")?;
        expect(client.get("/"), 502, "it answered 500 Internal Server Error")?;
    }
    Ok(())
}

#[test]
fn other_methods_and_paths_are_refused() -> Result {
    let server = server().start()?;
    let mut client = server.client()?;
    expect(client.get("/nowhere"), 404, "nothing here")?;
    client.send("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let refused = client.response()?;
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD, POST")));
    client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    assert_eq!(client.response_to_head()?.status, 200);
    let long = format!("GET /status HTTP/1.1\r\nHost: localhost\r\nX: {}", "a".repeat(20_000)); // it never ends
    for (request, status) in [
        ("GET /status HTTP/1.1\r\n\r\n", 400),
        ("GET /status HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400),
        ("GET /status HTTP/1.0\r\n\r\n", 200),
        (&long, 431),
    ] {
        let mut client = server.client()?;
        client.send(request)?;
        assert_eq!(client.response()?.status, status, "{request}");
    }
    Ok(())
}

#[test]
fn what_makes_no_sense_on_the_command_line_is_named_and_the_code_is_2() -> Result {
    for nonsense in [
        ["--service", "https://127.0.0.1/"],
        ["--service", "price"],
        ["--service", "http://127.0.0.1:65536/price"],
        ["--service", "http://name:password@127.0.0.1/price"],
        ["--with", "luck"],
        ["--timeout", "soon"],
        ["--limit", "-1"],
        ["--delay", "1"],
        ["--fail-every", "0"],
        ["--loud", ""],
    ] {
        let ended = gateway().run(&nonsense)?;
        assert_eq!(ended.code, Some(2), "{nonsense:?}: {}", ended.log);
        assert!(ended.log.contains(nonsense[0]) && ended.log.contains(nonsense[1]), "{}", ended.log);
    }
    Ok(())
}

/// More than a limit can be is no limit.
#[test]
fn a_huge_limit_is_no_limit() -> Result {
    let server = server().argument("--limit").argument(u64::MAX.to_string()).start()?;
    expect(server.client()?.get("/"), 200, "12.50 euros")
}

#[test]
fn it_asks_the_services_that_it_is_given() -> Result {
    let service = server().start()?;
    let url = |path: &str| format!("http://{}/{path}", service.address());
    let program = [url("status"), url("nowhere")]
        .into_iter()
        .fold(gateway(), |program, url| program.argument("--service").argument(url));
    let gateway = program.start()?;
    let mut client = gateway.client()?;
    expect(client.get("/"), 200, "\"answer\": \"requests under way: 0")?;
    expect(client.get("/"), 200, "\"missing\": \"it answered 404 Not Found\"")
}
