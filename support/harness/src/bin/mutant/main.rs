//! A server with one fault, for the suites to find: the environment variable `FAULT` names it. Without one it is sound, so
//! that the suites can also be seen to pass.
//!
//! Run: `FAULT=reads_once cargo run -p harness --bin mutant`

mod clients;
mod fault;
mod output;
mod patience;
#[cfg(unix)]
mod signals;

use clients::{Client, Doing};
use common::{HELLO, NOT_FOUND, command_line};
use fault::{FAULTS, Fault};
use http1::{Connection, Response};
use output::Output;
use patience::{Patience, patience};
use std::borrow::Cow;
use std::io::{self, ErrorKind, Read};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};
use std::{env, mem, process, thread};

fn main() {
    let fault = env::var("FAULT").unwrap_or_default();
    let Some(fault) = FAULTS.iter().find(|known| **known == fault) else {
        command_line::log(format_args!("no such fault: {fault}"));
        process::exit(2)
    };
    let address = address(fault);
    match TcpListener::bind(&address) {
        Ok(listener) => run(listener, Fault(fault)),
        Err(error) if *fault == "panics_when_it_cannot_listen" => panic!("{error}"),
        Err(error) => command_line::cannot_listen(&address, &error),
    }
}

fn address(fault: &str) -> String {
    match fault {
        "has_no_help" if env::args().nth(1).is_some_and(|argument| argument.starts_with('-')) => process::exit(2),
        "ignores_arguments" => env::args().nth(1).unwrap_or_default(),
        _ => command_line::address(),
    }
}

/// Held by each thread that shares one lock, which makes many threads as good as one.
static LOCK: Mutex<()> = Mutex::new(());

fn run(listener: TcpListener, fault: Fault) {
    #[cfg(unix)]
    signals::obey(&listener, fault);
    if !fault.is("keeps_a_short_backlog") {
        common::expect_a_crowd(&listener);
    }
    if fault.is("insists_on_being_read") {
        println!("listening on http://{}", listener.local_addr().unwrap_or_else(|error| panic!("{error}")));
    } else {
        command_line::announce(listener.local_addr());
    }
    if fault.is("serves_the_latest_first") {
        return run_latest_first(&listener);
    }
    for (number, stream) in listener.incoming().enumerate() {
        match stream {
            Ok(_) if fault.is("forgets_the_backlog") && has_heard_of_a_signal() => break,
            Ok(stream) if clients::is_stopping() => {
                welcome(stream, fault);
                break;
            }
            Ok(_) if fault.is("serves_ten_clients") && number == 10 => return,
            Ok(stream) if fault.is("serial") => serve(Client::connected(stream, usize::MAX), fault),
            Ok(stream) => welcome(stream, fault),
            Err(_) if fault.is("dies_without_descriptors") => process::exit(1),
            Err(_) if fault.is("spins_without_descriptors") => {}
            Err(error) => {
                let rest = command_line::cannot_accept(&error);
                if fault.is("logs_failed_accepts_as_connections") {
                    command_line::log(format_args!("gave up on a connection: {error}"));
                }
                let always = fault.is("rests_after_each_failed_accept");
                thread::sleep(if always { Duration::from_millis(100) } else { rest });
            }
        }
    }
    if !fault.is("forgets_the_backlog") {
        let _ = listener.set_nonblocking(true);
        while let Ok((stream, _)) = listener.accept() {
            welcome(stream, fault);
        }
    }
    if fault.is("keeps_listening") {
        mem::forget(listener);
    } else {
        drop(listener);
    }
    if fault.is("rests_before_it_ends") {
        thread::sleep(Duration::from_secs(10));
    }
    clients::wait_until_all_have_left();
    process::exit(i32::from(fault.is("ends_with_the_wrong_code")))
}

/// Whether the server stops. The thread that takes the signals has time to be first, so a signal that came with the clients counts.
fn has_heard_of_a_signal() -> bool {
    thread::sleep(Duration::from_millis(20));
    clients::is_stopping()
}

fn welcome(stream: TcpStream, fault: Fault) {
    let limit = if fault.is("serves_a_hundred_at_a_time") { 100 } else { usize::MAX };
    let client = Client::connected(stream, limit);
    thread::spawn(move || serve(client, fault));
}

fn run_latest_first(listener: &TcpListener) {
    let _ = listener.set_nonblocking(true);
    let mut waiting = Vec::new();
    loop {
        while let Ok((stream, _)) = listener.accept() {
            waiting.push(stream);
        }
        match waiting.pop() {
            Some(stream) => serve(Client::connected(stream, usize::MAX), Fault("serial")),
            None => thread::sleep(Duration::from_millis(1)),
        }
    }
}

fn serve(client: Client, fault: Fault) {
    if let Err(error) = handle_connection(&client, fault) {
        let _lock = fault.is("shares_one_lock").then(|| LOCK.lock());
        if fault.is("fills_the_log") {
            eprintln!("gave up on a connection: {error}");
        } else {
            command_line::gave_up_on(client.stream.peer_addr(), &error);
        }
        if fault.is("dies_of_a_disconnect") {
            process::exit(1);
        }
    }
    if fault.is("keeps_descriptors") {
        mem::forget(Arc::clone(&client.stream));
    } else if fault.is("keeps_memory") {
        mem::forget(vec![1_u8; 8192]);
    }
}

fn handle_connection(client: &Client, fault: Fault) -> io::Result<()> {
    let mut stream = &*client.stream;
    let one = fault.is("serial") || fault.is("closes_after_one_answer");
    let mut connection = if one { Connection::for_one_request() } else { Connection::new() };
    let mut output = Output::new(stream, fault)?;
    let mut buffer = [0; 4096];
    let mut patience = Patience::new(fault);
    if !fault.is("waits_for_readers") {
        stream.set_write_timeout(patience.patience)?;
    }
    while connection.is_open() {
        client.is(if connection.is_idle() { Doing::Nothing } else { Doing::Asking });
        let Some(received) = patience.read(stream, &mut buffer, &connection)? else {
            stream.set_read_timeout(None)?; // it lingers for as long as the client likes
            last_words(&mut connection, &mut output, fault)?;
            break;
        };
        client.is(Doing::Waiting);
        if received == 0 && clients::is_stopping() && !connection.is_idle() {
            connection.time_out(); // the last call is over
        }
        if received == 0 && fault.is("dies_of_a_disconnect") {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let locks = fault.is("shares_one_lock") || fault.is("lingers_as_long_as_bytes_come");
        let _lock = locks.then(|| LOCK.lock());
        let input = misread(&buffer[..received], fault);
        connection.receive(&input);
        answer_all(&mut connection, &input, &mut output, fault)?;
        if fault.is("is_deaf_after_a_half_close") && has_half_closed(stream)? {
            return Ok(());
        }
        let nothing_more = clients::is_stopping() && connection.is_idle() && has_nothing_more(stream)?;
        if nothing_more && !fault.is("keeps_quiet_about_the_end") {
            connection.finish();
        }
        output.send(&connection.output(now()), input.starts_with(b"HEAD"))?;
        if fault.is("drops_requests_behind_a_nap") && clients::is_stopping() {
            return Ok(());
        }
        if fault.is("reads_once") {
            return output.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", false);
        }
        if fault.is("drops_pipelined_requests") && connection.is_open() {
            connection = Connection::new();
        }
        if fault.is("dies_of_noise") && !input.ends_with(b"\r\n") && received > 0 {
            process::exit(1);
        }
    }
    if (connection.must_linger() && !fault.is("resets")) || fault.is("never_closes") {
        if !fault.is("never_closes") && !fault.is("lingers_without_closing") {
            stream.shutdown(Shutdown::Write)?;
        }
        if !fault.is("waits_for_the_refused") {
            client.is(Doing::Nothing);
        }
        if fault.is("lingers_as_long_as_bytes_come") {
            let _lock = LOCK.lock();
            io::copy(&mut stream, &mut io::sink())?;
        } else {
            while connection.must_linger() {
                let received = stream.read(&mut buffer)?;
                connection.receive(&buffer[..received]);
            }
            if fault.is("never_closes") {
                io::copy(&mut stream, &mut io::sink())?;
            }
        }
    }
    Ok(())
}

fn has_nothing_more(stream: &TcpStream) -> io::Result<bool> {
    stream.set_nonblocking(true)?;
    let seen = stream.peek(&mut [0]);
    stream.set_nonblocking(false)?;
    Ok(!matches!(seen, Ok(1)))
}

/// The answer to a client that has made no progress.
fn last_words(connection: &mut Connection, output: &mut Output<'_>, fault: Fault) -> io::Result<()> {
    if fault.is("times_out_idle_clients") && connection.is_idle() {
        connection.receive(b"half a request");
    }
    connection.time_out();
    if fault.is("times_out_without_a_word") { Ok(()) } else { output.send(&connection.output(now()), false) }
}

/// What the server takes the bytes for.
fn misread(input: &[u8], fault: Fault) -> Cow<'_, [u8]> {
    let text = String::from_utf8_lossy(input);
    if fault.is("skips_to_the_last_request") {
        Cow::Borrowed(&input[text.rfind("GET /").unwrap_or(0)..])
    } else if fault.is("takes_bodies_for_requests") {
        let lines = text.split_inclusive('\n').filter(|line| !line.starts_with("Content-Length"));
        Cow::Owned(lines.collect::<String>().into_bytes())
    } else if fault.is("wants_everything_encoded") {
        Cow::Owned(text.replace(['{', '|', '^'], "\"").into_bytes())
    } else if fault.is("takes_unknown_methods_for_get") {
        Cow::Owned(text.replace("M-SEARCH", "GET").into_bytes())
    } else {
        Cow::Borrowed(input)
    }
}

fn answer_all(connection: &mut Connection, input: &[u8], output: &mut Output<'_>, fault: Fault) -> io::Result<()> {
    let text = String::from_utf8_lossy(input);
    let trips = fault.is("trips_over_queries") && text.contains('?')
        || fault.is("trips_over_urls") && text.contains("http://")
        || fault.is("reads_its_page_from_the_directory") && !std::path::Path::new("Cargo.toml").exists();
    let mut is_first = true;
    while let Some(request) = connection.next_request() {
        let response = match request.path() {
            _ if trips => Response::not_found(NOT_FOUND),
            "/" => Response::ok(HELLO),
            "/sleep" if !fault.is("forgets_sleep") => {
                if !fault.is("holds_answers_back") {
                    output.send(&connection.output(now()), false)?;
                }
                if fault.is("counts_naps_as_silence")
                    && patience().is_some_and(|patience| patience < command_line::nap())
                {
                    return Err(ErrorKind::TimedOut.into());
                }
                thread::sleep(command_line::nap());
                Response::ok(HELLO)
            }
            _ if fault.is("always_says_200") => Response::ok(HELLO),
            _ => Response::not_found(NOT_FOUND),
        };
        if is_first || !fault.is("drops_pipelined_requests") {
            connection.respond(response);
        } else {
            return Ok(());
        }
        is_first = false;
    }
    Ok(())
}

fn now() -> Duration {
    UNIX_EPOCH.elapsed().unwrap_or_default()
}

fn has_half_closed(stream: &TcpStream) -> io::Result<bool> {
    stream.set_read_timeout(Some(Duration::from_millis(50)))?;
    let seen = stream.peek(&mut [0]);
    stream.set_read_timeout(None)?;
    Ok(matches!(seen, Ok(0)))
}
