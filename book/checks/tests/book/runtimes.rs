//! Chapter 10: the ports, and what the chapter says of them. Its figures: `figures.rs`.

#![allow(clippy::unwrap_used)] // in helpers, too: a test says what went wrong by failing at that line

use book_checks::measured::blocked::{self, Blocked};
use book_checks::{Result, difference, has_tool, patch, ports, snapshot, step};
use futures::{AsyncWrite, AsyncWriteExt};
use harness::{Program, suite};
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use std::{env, fs, mem, process, thread};
use tokio_util::compat::TokioAsyncWriteCompatExt; // the stream of tokio gets the traits of `futures`

/// The ports, as programs.
static PROGRAMS: LazyLock<[Program; 3]> =
    LazyLock::new(|| ["async_std_server", "smol_server", "tokio_server"].map(|name| step::program(name).unwrap()));

fn generated(name: &str, expected: &str) {
    snapshot::check(&format!("generated/{name}"), expected).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn each_diff_is_what_changes_from_one_runtime_to_another() {
    for (name, old, new) in
        [("async_std_to_smol", ports::ASYNC_STD, ports::SMOL), ("async_std_to_tokio", ports::ASYNC_STD, ports::TOKIO)]
    {
        generated(&format!("diff_{name}.diff"), &difference::of_programs(old, new).unwrap());
    }
}

#[test]
fn a_blocked_handler_never_stopped_all_others_on_async_std_and_smol() {
    let blocked = Blocked::committed().unwrap();
    assert_eq!((blocked.of("async_std_server"), blocked.of("smol_server")), (Some(0), Some(0)), "{blocked:?}");
    assert!(blocked.of("tokio_server").is_some_and(|stopped| stopped > 0), "{blocked:?}");
}

#[test]
fn a_blocked_handler_stops_no_other_client_on_async_std_and_smol() -> Result {
    // smol's port has as many threads as the machine has processors; on tokio, chance decides.
    let several = thread::available_parallelism()?.get() > 1;
    for program in PROGRAMS.iter().take(if several { 2 } else { 1 }) {
        let program = blocked::with_two_threads(program);
        thread::scope(|scope| {
            let attempts = [(); 10].map(|()| scope.spawn(|| suite::only(blocked::CHECK, &program)));
            attempts.into_iter().try_for_each(|attempt| attempt.join().unwrap())
        })?;
    }
    Ok(())
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports the names of threads")]
fn only_async_std_and_smol_have_a_thread_for_the_reactor() -> Result {
    const REACTOR: &str = "async-io";
    for (program, thread) in PROGRAMS.iter().zip([REACTOR, REACTOR, "tokio-rt-worker"]) {
        let mut server = program.start()?;
        server.client()?.get("/")?;
        let mut names = BTreeSet::new();
        // A thread is called as its parent until it runs and names itself.
        server.wait_until(&format!("a thread is called {thread}"), |server| {
            names = server.thread_names().into_iter().flatten().map(|(_, name)| name).collect();
            names.contains(thread)
        })?;
        assert_eq!(names.contains(REACTOR), thread == REACTOR, "{names:?}");
    }
    Ok(())
}

/// With a client that sends each request only when the server rests.
#[test]
fn a_request_that_is_waited_for_costs_more_system_calls_on_async_std_and_smol() {
    if !has_tool("strace") {
        return;
    }
    for (program, is_expected) in PROGRAMS.iter().zip([more_than_on_tokio, more_than_on_tokio, is_few]) {
        // On a busy machine, a server that was quiet for a moment may not have come to wait yet: then for a longer moment.
        let mut seen = [0; 3];
        let is_seen = [0, 30, 300].map(Duration::from_millis).into_iter().any(|quiet| {
            seen = calls(program, quiet);
            is_expected(seen)
        });
        assert!(is_seen, "{seen:?}");
    }
}

fn is_few(calls: [usize; 3]) -> bool {
    calls == [2, 1, 0]
}

fn more_than_on_tokio(calls: [usize; 3]) -> bool {
    calls.into_iter().zip([2, 1, 1]).all(|(calls, least)| calls >= least)
}

/// How often it reads, how often in vain, and how often it adds the connection to `epoll`: the middle of ten requests, each sent when
/// the server has called nothing for so long.
fn calls(program: &Program, quiet: Duration) -> [usize; 3] {
    let program = program.command().get_program().to_owned();
    let name = Path::new(&program).file_stem().unwrap().display();
    let file = env::temp_dir().join(format!("{name}-{}.strace", process::id()));
    // With `-D`, the server is the process that is started here and ends here, and `strace` looks on.
    let strace = ["-D", "-f", "-yy", "-I1", "-qq", "-e", "trace=recvfrom,sendto,epoll_ctl", "-o"];
    let strace = strace.into_iter().fold(Program::at("strace"), |strace, argument| strace.argument(argument));
    let mut server = strace.argument(&file).argument(&program).start().unwrap();
    let read = || fs::read_to_string(&file).unwrap();
    let mut client = server.client().unwrap();
    for _ in 0..12 {
        client.get("/").unwrap();
        let mut before = String::new();
        server
            .wait_until("the server rests", |_| {
                thread::sleep(quiet);
                read() == mem::replace(&mut before, read())
            })
            .unwrap();
    }
    let calls = read();
    fs::remove_file(&file).unwrap();
    let between_answers: Vec<_> = calls.split("sendto(").skip(2).take(10).collect();
    let middle = |what: fn(&&str) -> bool| {
        let mut counts: Vec<_> = between_answers.iter().map(|calls| calls.lines().filter(what).count()).collect();
        counts.sort_unstable();
        counts[counts.len() / 2]
    };
    [
        middle(|call| call.contains("recvfrom(")),
        middle(|call| call.contains("EAGAIN")),
        middle(|call| call.contains("epoll_ctl(") && call.contains("<TCP")),
    ]
}

#[test]
fn a_panic_in_a_task_that_is_never_awaited_ends_nothing_else() {
    let executor = smol::Executor::new();
    let place = Arc::new(());
    let held = Arc::clone(&place);
    let panics = async move {
        let _held = held;
        panic!("on purpose");
    };
    executor.spawn(panics).detach();
    assert!(executor.try_tick(), "it was polled, and the executor goes on");
    assert_eq!(Arc::strong_count(&place), 1, "smol: what it held is free");

    let held = Arc::clone(&place);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        drop(tokio::spawn(async move {
            let _held = held;
            panic!("on purpose");
        }));
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&place), 1, "tokio: what it held is free");
    });

    let held = Arc::clone(&place);
    drop(async_std::task::spawn(async move {
        let _held = held;
        panic!("on purpose");
    }));
    let is_free = async {
        while Arc::strong_count(&place) > 1 {
            async_std::task::yield_now().await;
        }
    };
    let freed = async_std::task::block_on(async_std::future::timeout(harness::SAFETY, is_free));
    assert!(freed.is_ok(), "async-std: what it held is free");
}

/// On one thread, because a second thread would serve the others. (The main thread accepts.)
#[test]
fn without_yielding_one_client_keeps_the_others_waiting() {
    let program = patch::program("09_06_real_clients+starving").unwrap();
    let program = program.environment("ASYNC_STD_THREAD_COUNT", "1").patience(Duration::from_secs(1));
    suite::only("a_client_that_never_stops_delays_no_other_client", &program).unwrap_err();
}

#[test]
fn to_add_in_two_steps_loses_visits() {
    let program = patch::program("09_05_parallel_server+lost_visits").unwrap();
    suite::only("no_visit_is_lost", &program).unwrap_err();
}

/// If it has to stop while it rests for want of descriptors, it drops the listener, and with it the clients that wait.
#[test]
fn a_server_that_checks_the_signal_first_forgets_clients_that_wait() {
    let program = patch::program("09_07_graceful_server+stop_first").unwrap().patience(Duration::from_secs(2));
    suite::only("clients_that_cannot_be_accepted_before_the_signal_are_answered", &program).unwrap_err();
}

/// With ten permits, each of which is given out once: ten clients are served, and the next one is not.
#[test]
fn a_permit_that_does_not_come_back_is_missed() {
    let program = patch::program("09_07_graceful_server+lost_permit").unwrap();
    let server = program.patience(Duration::from_secs(1)).start().unwrap();
    for _ in 0..10 {
        server.client().unwrap().get("/").unwrap();
    }
    server.client().unwrap().get("/").unwrap_err();
}

// ANCHOR: close
/// Whether the client sees the end when we close our half with `close`, and keep the stream.
async fn close_is_seen(mut stream: impl AsyncWrite + Unpin, client: &mut TcpStream) -> io::Result<bool> {
    stream.close().await?;
    client.set_nonblocking(true)?;
    match client.read(&mut [0; 1]) {
        Ok(received) => Ok(received == 0),                                // the end
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false), // nothing has come
        Err(error) => Err(error),
    }
}
// ANCHOR_END: close

#[test]
fn close_sends_the_end_on_smol_and_tokio_but_not_on_async_std() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = smol::block_on(async {
        let stream = smol::net::TcpStream::connect(address).await.unwrap();
        close_is_seen(stream, &mut listener.accept().unwrap().0).await.unwrap()
    });
    assert!(seen, "smol");
    let seen = async_std::task::block_on(async {
        let stream = async_std::net::TcpStream::connect(address).await.unwrap();
        close_is_seen(stream, &mut listener.accept().unwrap().0).await.unwrap()
    });
    assert!(!seen, "async-std");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let seen = runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        close_is_seen(stream.compat_write(), &mut listener.accept().unwrap().0).await.unwrap()
    });
    assert!(seen, "tokio");
}
