//! Step 5.6: no client waits for another, not even for a handler that blocks its thread, and all threads rest when no task has anything to do.

use harness::{Client, Program, Result, Server, has_descriptors, suite};
use std::thread;
use std::time::Duration;

/// How many clients to leave idle.
const IDLE: usize = 2_000;

fn server() -> Program {
    Program::echo(env!("CARGO_BIN_EXE_05_06_many_threads"))
}

#[test]
fn each_line_comes_back() {
    suite::echoes(server()).assert_passed();
}

#[test]
fn it_survives_its_clients() {
    suite::echo_survives(server()).assert_passed();
}

#[test]
fn no_client_waits_for_another() {
    suite::echo_concurrent(server()).assert_passed();
}

#[test]
fn another_thread_takes_over_from_one_that_is_blocked() {
    suite::shares_all_work(server()).assert_passed();
}

#[test]
fn two_handlers_run_at_the_same_instant() {
    suite::parallel(server()).assert_passed();
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
fn idle_clients_cost_nothing() {
    suite::idle_clients_cost_nothing(server()).assert_passed();
}

/// Clients that have sent something, and now send nothing.
fn idle_clients(server: &Server, number: usize) -> Result<Vec<Client>> {
    let client = |_| {
        let mut client = server.client()?;
        client.ask()?; // so that the backlog never overflows
        Ok(client)
    };
    (0..number).map(client).collect()
}

/// The processor time that the server takes in a while in which no client sends anything.
fn cpu_time_while_idle(server: &Server, time: Duration) -> Result<Duration> {
    server.client()?.wait_until_read()?;
    let before = server.cpu_time().unwrap_or_default();
    thread::sleep(time);
    Ok(server.cpu_time().unwrap_or_default() - before)
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports the state of a thread")]
fn thousands_of_idle_clients_take_no_processor_time() -> Result {
    if !has_descriptors(4_000) {
        return Ok(());
    }
    let server = server().start()?;
    let mut clients = idle_clients(&server, IDLE)?;
    assert!(cpu_time_while_idle(&server, Duration::from_millis(100))? < Duration::from_millis(1));
    assert!(server.threads() >= Some(2));
    for client in clients.iter_mut().step_by(100) {
        client.ask()?;
    }
    Ok(())
}

/// A client that has left leaves nothing in the server, not even the timer of the wait that it has
/// ended by leaving.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "only Linux reports the memory of a process")]
fn clients_that_have_left_leave_no_timers_behind() -> Result {
    let server = server().start()?;
    let visits = |number| (0..number).try_for_each(|_| server.client()?.ask());
    visits(500)?;
    let before = server.resident_memory();
    visits(5_000)?;
    let grown = server.resident_memory().unwrap_or_default().saturating_sub(before.unwrap_or_default());
    assert!(grown < 256 * 1024, "{grown} bytes more after 5,000 visits");
    Ok(())
}

/// A lost wake-up leaves a client without its answer forever.
#[test]
fn no_client_is_forgotten_when_many_talk_at_the_same_time() -> Result {
    let server = server().start()?;
    thread::scope(|scope| {
        let talk = |_| {
            let mut clients = idle_clients(&server, 20)?;
            for _ in 0..20 {
                clients.iter_mut().try_for_each(Client::send_question)?;
                clients.iter_mut().try_for_each(Client::answer)?;
            }
            Ok(())
        };
        let talks: Vec<_> = (0..8).map(|number| scope.spawn(move || talk(number))).collect();
        talks.into_iter().try_for_each(|talk| talk.join().unwrap())
    })
}

/// The thread in the reactor rests until the next timer. If another thread sets an earlier
/// one, it has to be called back.
#[test]
fn a_delay_ends_although_it_began_while_a_thread_was_resting() -> Result {
    let server = server().delay(Duration::from_millis(1)).start()?;
    let mut client = server.client()?;
    client.send("a line\n".repeat(300))?;
    (0..300).try_for_each(|_| client.line().map(drop))
}
