//! What a server must do, as suites of named checks: each function here runs one suite against a program.
//!
//! Every check starts a server of its own, so that one failure does not spoil the next check, and all checks of a suite
//! run at the same time. Which suite applies to which server:
//!
//! | suite | what it shows | steps |
//! |---|---|---|
//! | [`answers`] | it speaks HTTP | all |
//! | [`survives`] | nothing a client does stops it | all |
//! | [`one_at_a_time`] | it serves one connection at a time, and closes it after one answer | 9.1–9.3 |
//! | [`has_no_slow_route`] | `/sleep` is a page that does not exist | 9.1, 9.2 |
//! | [`a_nap_holds_up_all_others`] | `/sleep` holds all clients up | 9.3 |
//! | [`closes_connections`] | it closes a connection after one answer | 9.4, 9.5 |
//! | [`counts_visits`] | it counts its visits, and loses none | 9.4, 9.5 |
//! | [`keeps_connections`] | a connection serves many requests | from 9.6 on |
//! | [`concurrent`] | no client waits for another | from 9.4 on |
//! | [`naps`] | `/sleep` ends with the page | from 9.4 on |
//! | [`on_one_thread`] | a handler that blocks its thread stops all others | 9.4 |
//! | [`parallel`] | two handlers run at the same instant | from 9.5 on |
//! | [`shares_all_work`] | if a handler blocks its thread, another thread serves on the clients of the first | 5.6 |
//! | [`ends_at_once`] | a signal ends it, with or without clients | up to 9.6 |
//! | [`stops_well`] | a signal lets it finish the answers it owes | 9.7 |
//! | [`command_line`] | arguments, messages and exit codes | all, all echo servers, and 7.2 |
//! | [`echoes`] | each line comes back after its delay | all echo servers |
//! | [`echo_survives`] | nothing a client does stops it | all echo servers |
//! | [`echo_one_at_a_time`] | it serves one client at a time | 2.1 |
//! | [`echo_concurrent`] | no client waits for another | all other echo servers, but for the next |
//! | [`echo_pool`] | eight clients are served at a time, by as many workers | 2.3, 2.4 |
//! | [`prefork`] | a worker process that dies is replaced | 2.4 |
//! | [`never_rests`] | it computes though it has nothing to do | 3.2 |
//! | [`idle_clients_cost_nothing`] | clients that say nothing take no time | from 3.3 on |
//! | [`resp`] | it speaks RESP, and one client at a time has all keys to itself | 7.2 |
//! | [`resp_survives`] | nothing a client does stops it | 7.2 |
//! | [`resp_concurrent`] | no client waits for another | 7.2 |

mod answers;
mod basics;
mod command_line;
mod concurrent;
mod echo;
mod keeps_connections;
mod one_at_a_time;
mod patience;
mod pool;
mod prefork;
mod resp;
mod stopping;
mod survives;
mod threads;
mod waiting;

use crate::tools::has_descriptors;
use crate::{Failure, Program, Result};
use std::panic::catch_unwind;

/// One thing that a server must do.
#[derive(Clone, Copy, Debug)]
struct Check {
    name: &'static str,
    run: fn(&Program) -> Result,
}

/// Names each check after its function.
macro_rules! checks {
    ($($module:ident::$name:ident),* $(,)?) => {
        &[$(Check { name: stringify!($name), run: $module::$name }),*]
    };
}

const ANSWERS: &[Check] = checks![
    answers::the_root_is_the_hello_page,
    answers::every_other_path_is_the_404_page,
    answers::a_query_string_does_not_change_the_page,
    answers::what_browsers_do_not_encode_is_served,
    answers::a_whole_url_is_a_target_too,
    answers::head_is_get_without_the_page,
    answers::a_request_in_two_packets_is_one_request,
    answers::a_request_may_come_byte_by_byte,
    answers::a_client_that_has_finished_sending_is_answered,
    answers::a_connection_is_closed_when_the_client_asks_for_it,
    answers::an_old_client_is_answered_and_the_connection_closed,
    answers::the_first_of_pipelined_requests_is_answered,
    answers::a_refused_client_sees_the_end_of_the_connection,
    answers::clients_are_served_one_after_another,
    answers::malformed_requests_are_refused_with_400,
    answers::known_methods_without_a_meaning_here_are_refused_with_405,
    answers::unknown_methods_are_refused_with_501,
    answers::unknown_methods_may_have_any_target,
    answers::other_versions_are_refused_with_505,
    answers::a_long_target_is_refused_with_414,
    answers::a_long_head_is_refused_with_431,
];

const SURVIVES: &[Check] = checks![
    survives::clients_that_leave_before_they_ask,
    survives::clients_that_leave_in_mid_request,
    survives::clients_that_reset_in_mid_request,
    survives::clients_that_do_not_wait_for_the_answer,
    survives::clients_that_reset_in_mid_response,
    survives::clients_that_send_noise,
    survives::clients_that_want_tls,
    survives::a_megabyte_of_header_and_lets_its_sender_read_the_answer,
    survives::a_megabyte_of_target_and_lets_its_sender_read_the_answer,
    survives::two_megabytes_of_body_and_lets_their_sender_read_the_answer,
    survives::what_is_sent_after_the_last_request,
    survives::a_thousand_visits_without_growing,
    survives::running_out_of_descriptors,
    survives::two_hundred_clients_with_sixty_four_descriptors,
    survives::a_failed_accept_is_logged_as_what_it_is,
    survives::connections_that_fail_before_they_are_accepted,
    survives::being_suspended_in_mid_request,
    survives::an_urgent_byte_in_mid_request,
    survives::a_flood_after_a_refusal_is_cut_off,
];

/// Take the ten seconds of a server's patience, so only the book's tests run them, all at the same time.
const PATIENCE: &[Check] = checks![
    survives::a_client_that_stays_silent_is_disconnected,
    patience::a_byte_every_millisecond_does_not_renew_the_patience,
    patience::an_upload_byte_by_byte_does_not_renew_the_patience,
    patience::a_nap_longer_than_the_patience_ends_with_the_page,
    patience::a_client_that_never_reads_is_disconnected,
    patience::a_client_that_sends_on_and_never_reads_is_disconnected,
    patience::a_steady_upload_is_served,
    patience::clients_that_trickle_are_disconnected,
    patience::an_idle_client_is_disconnected_without_an_answer,
    patience::half_a_request_that_stalls_gets_408,
];

const ONE_AT_A_TIME: &[Check] = checks![
    one_at_a_time::a_connection_is_closed_after_one_answer,
    one_at_a_time::only_the_first_of_pipelined_requests_is_answered,
    one_at_a_time::the_second_client_waits_for_the_first,
    one_at_a_time::a_silent_client_holds_up_all_others,
    one_at_a_time::clients_are_served_in_the_order_in_which_they_connected,
    one_at_a_time::a_crowd_takes_one_descriptor_at_a_time,
];

const CLOSES_CONNECTIONS: &[Check] = checks![
    one_at_a_time::a_connection_is_closed_after_one_answer,
    one_at_a_time::only_the_first_of_pipelined_requests_is_answered,
];

const COUNTS_VISITS: &[Check] = checks![concurrent::no_visit_is_lost];

const HAS_NO_SLOW_ROUTE: &[Check] = checks![one_at_a_time::there_is_no_slow_route];

const A_NAP_HOLDS_UP_ALL_OTHERS: &[Check] =
    checks![one_at_a_time::a_client_that_connects_during_a_nap_waits_for_its_end];

const KEEPS_CONNECTIONS: &[Check] = checks![
    keeps_connections::a_connection_serves_many_requests,
    keeps_connections::pipelined_requests_are_all_answered_in_order,
    keeps_connections::a_request_body_is_not_taken_for_a_request,
    keeps_connections::an_old_client_may_ask_to_keep_the_connection,
    keeps_connections::a_thousand_idle_connections_stay_usable,
    keeps_connections::answers_before_a_nap_do_not_wait_for_it,
    keeps_connections::answers_after_a_nap_come_in_their_order,
    concurrent::a_client_that_never_stops_delays_no_other_client,
];

const CONCURRENT: &[Check] = checks![
    concurrent::the_last_to_connect_can_be_the_first_to_be_answered,
    concurrent::a_silent_client_delays_no_other_client,
    concurrent::naps_delay_no_other_client,
    concurrent::floods_after_a_refusal_delay_no_other_client,
    concurrent::a_thousand_unfinished_requests_delay_no_other_client,
    concurrent::clients_that_never_read_delay_no_other_client,
    concurrent::without_descriptors_connected_clients_are_still_served,
];

const NAPS: &[Check] = checks![concurrent::a_thousand_naps_end_together];

const ON_ONE_THREAD: &[Check] = checks![threads::a_handler_that_blocks_its_thread_stops_all_others];

const PARALLEL: &[Check] = checks![threads::a_handler_that_blocks_its_thread_stops_no_other_client];

const SHARES_ALL_WORK: &[Check] = checks![threads::clients_are_still_served_when_the_handler_of_another_blocks];

const ENDS_AT_ONCE: &[Check] =
    checks![stopping::ctrl_c_ends_it_in_mid_request, stopping::sigterm_ends_it_in_mid_request];

const STOPS_WELL: &[Check] = checks![
    stopping::on_ctrl_c_it_finishes_answers_and_disconnects_all_other_clients,
    stopping::a_request_that_has_begun_to_arrive_is_answered,
    stopping::requests_behind_a_nap_are_answered,
    stopping::a_refused_client_that_stays_holds_nothing_up,
    stopping::a_client_that_reads_late_gets_all_its_answers,
    stopping::the_last_answer_says_that_it_is_the_last,
    stopping::requests_that_arrive_with_the_signal_are_answered,
    stopping::clients_that_cannot_be_accepted_before_the_signal_are_answered,
    stopping::hundreds_of_idle_connections_are_closed,
    stopping::without_clients_it_ends_at_once,
    stopping::a_second_ctrl_c_ends_it_at_once,
];

/// Take a part of a server's grace, or all of it, so only the book's tests run them, where others wait as long.
const STOPS_IN_TIME: &[Check] = checks![
    stopping::half_a_request_that_stalls_does_not_outlast_the_grace_period,
    stopping::answers_that_take_too_long_are_abandoned,
    stopping::a_client_that_trickles_does_not_keep_it_from_stopping,
];

const COMMAND_LINE: &[Check] = checks![
    command_line::help_is_printed_and_the_code_is_0,
    command_line::an_address_in_use_is_named_and_the_code_is_1,
    command_line::a_bad_address_is_named_and_the_code_is_2,
    command_line::too_many_arguments_are_misuse_and_the_code_is_2,
    command_line::it_runs_from_any_directory,
    command_line::its_output_need_not_be_read,
];

const ECHOES: &[Check] = checks![
    echo::lines_come_back_in_their_order,
    echo::a_line_in_pieces_comes_back_whole,
    echo::several_lines_in_one_packet_all_come_back,
    echo::the_last_line_needs_no_end,
    echo::a_line_and_the_end_may_come_together,
    echo::empty_lines_come_back,
    echo::bytes_that_are_no_text_come_back,
    echo::a_silent_client_gets_nothing,
    echo::the_longest_line_comes_back,
    echo::a_line_that_is_too_long_is_refused_in_words,
    echo::each_line_waits_for_its_delay,
    echo::a_delay_that_makes_no_sense_is_misuse_and_the_code_is_2,
];

/// The checks of [`SURVIVES`] that do not need HTTP, and those of a server's patience.
const ECHO_SURVIVES: &[Check] = checks![
    survives::clients_that_leave_before_they_ask,
    survives::clients_that_leave_in_mid_request,
    survives::clients_that_reset_in_mid_request,
    survives::clients_that_do_not_wait_for_the_answer,
    survives::clients_that_reset_in_mid_response,
    survives::clients_that_send_noise,
    survives::a_thousand_visits_without_growing,
    survives::running_out_of_descriptors,
    survives::two_hundred_clients_with_sixty_four_descriptors,
    survives::connections_that_fail_before_they_are_accepted,
    survives::being_suspended_in_mid_request,
    survives::an_urgent_byte_in_mid_request,
    echo::silent_clients_are_disconnected,
    echo::clients_that_never_read_are_disconnected,
    echo::clients_that_send_on_and_never_read_are_disconnected,
];

const ECHO_ONE_AT_A_TIME: &[Check] = checks![
    one_at_a_time::the_second_client_waits_for_the_first,
    one_at_a_time::a_silent_client_holds_up_all_others,
    one_at_a_time::a_client_that_never_reads_holds_up_all_others,
    one_at_a_time::five_clients_take_five_delays,
    one_at_a_time::a_crowd_takes_one_descriptor_at_a_time,
];

const ECHO_CONCURRENT: &[Check] = checks![
    concurrent::the_last_to_connect_can_be_the_first_to_be_answered,
    concurrent::a_silent_client_delays_no_other_client,
    concurrent::clients_that_never_read_delay_no_other_client,
    concurrent::a_client_that_never_stops_delays_no_other_client,
    concurrent::without_descriptors_connected_clients_are_still_served,
    echo::five_delays_pass_at_the_same_time,
    echo::during_a_delay_others_come_and_go,
    echo::two_hundred_delays_pass_at_the_same_time,
    echo::a_thousand_clients_are_answered_while_all_stay_connected,
];

const ECHO_POOL: &[Check] = checks![
    concurrent::a_silent_client_delays_no_other_client,
    concurrent::clients_that_never_read_delay_no_other_client,
    echo::five_delays_pass_at_the_same_time,
    pool::eight_clients_are_served_at_a_time_and_the_ninth_waits,
    pool::eight_silent_clients_hold_up_all_others,
    pool::a_crowd_adds_no_thread_and_few_descriptors,
];

const PREFORK: &[Check] = checks![
    prefork::a_worker_that_dies_is_replaced_and_only_its_client_notices,
    prefork::all_workers_are_replaced_but_not_in_a_hurry,
    prefork::workers_end_with_their_parent_however_it_ends,
];
const NEVER_RESTS: &[Check] = checks![waiting::it_computes_while_no_client_sends];

const IDLE_CLIENTS_COST_NOTHING: &[Check] = checks![waiting::thousands_of_idle_clients_cost_nothing];

const RESP: &[Check] = checks![
    resp::a_pipeline_is_answered_in_its_order_however_it_is_cut,
    resp::what_is_no_request_ends_one_connection_and_says_why,
    resp::keys_holds_up_all_others,
    resp::keys_that_are_never_read_expire_too,
    resp::on_a_signal_requests_that_have_begun_to_arrive_are_answered,
    resp::on_a_second_signal_it_ends_at_once,
    resp::a_client_that_does_not_read_is_not_read_from,
    resp::commands_between_multi_and_exec_are_executed_together,
    resp::a_byte_of_a_long_request_costs_no_more_than_one_of_a_short_one,
    resp::an_urgent_byte_does_not_hide_the_rest_of_a_request,
    resp::three_hundred_clients_fit_in_the_backlog,
    resp::clients_that_come_with_the_signal_are_answered,
    stopping::clients_that_cannot_be_accepted_before_the_signal_are_answered,
    resp::a_client_that_never_pauses_does_not_keep_it_from_stopping,
    resp::a_full_store_refuses_more_and_keeps_what_it_has,
    resp::a_crowd_that_is_refused_does_not_fill_the_log,
];

/// The checks of [`SURVIVES`] that do not need HTTP, and one of a server's patience.
const RESP_SURVIVES: &[Check] = checks![
    survives::clients_that_leave_before_they_ask,
    survives::clients_that_leave_in_mid_request,
    survives::clients_that_reset_in_mid_request,
    survives::clients_that_do_not_wait_for_the_answer,
    survives::clients_that_reset_in_mid_response,
    survives::clients_that_send_noise,
    survives::a_thousand_visits_without_growing,
    survives::running_out_of_descriptors,
    survives::two_hundred_clients_with_sixty_four_descriptors,
    survives::connections_that_fail_before_they_are_accepted,
    echo::clients_that_send_on_and_never_read_are_disconnected,
];

/// The checks of [`CONCURRENT`] that do not need HTTP.
const RESP_CONCURRENT: &[Check] = checks![
    concurrent::the_last_to_connect_can_be_the_first_to_be_answered,
    concurrent::a_silent_client_delays_no_other_client,
    concurrent::clients_that_never_read_delay_no_other_client,
    concurrent::without_descriptors_connected_clients_are_still_served,
    echo::a_thousand_clients_are_answered_while_all_stay_connected,
];

/// Each line comes back after its delay, whatever the packets look like.
pub fn echoes(program: impl Into<Program>) -> Report {
    run(ECHOES, &program.into())
}

/// Nothing a client does stops this echo server.
pub fn echo_survives(program: impl Into<Program>) -> Report {
    run(ECHO_SURVIVES, &program.into())
}

/// This echo server serves one client at a time: all others wait.
pub fn echo_one_at_a_time(program: impl Into<Program>) -> Report {
    run(ECHO_ONE_AT_A_TIME, &program.into())
}

/// No client of this echo server waits for another.
pub fn echo_concurrent(program: impl Into<Program>) -> Report {
    run(ECHO_CONCURRENT, &program.into())
}

/// This echo server has eight workers, and serves as many clients at a time. All others wait.
pub fn echo_pool(program: impl Into<Program>) -> Report {
    run(ECHO_POOL, &program.into())
}

/// The workers of this pool are processes. One that dies is replaced, and all end with their parent.
pub fn prefork(program: impl Into<Program>) -> Report {
    run(if_there_are_signals(PREFORK), &program.into())
}

/// It computes though it has nothing to do.
pub fn never_rests(program: impl Into<Program>) -> Report {
    run(NEVER_RESTS, &program.into())
}

/// Clients that say nothing take no time, neither their own nor that of the others.
pub fn idle_clients_cost_nothing(program: impl Into<Program>) -> Report {
    run(IDLE_CLIENTS_COST_NOTHING, &program.into())
}

/// It speaks RESP, and one client at a time has all keys to itself.
pub fn resp(program: impl Into<Program>) -> Report {
    run(RESP, &program.into())
}

/// Nothing a client does stops this server, which speaks as Redis does.
pub fn resp_survives(program: impl Into<Program>) -> Report {
    run(RESP_SURVIVES, &program.into())
}

/// No client of this server, which speaks as Redis does, waits for another.
pub fn resp_concurrent(program: impl Into<Program>) -> Report {
    run(RESP_CONCURRENT, &program.into())
}

/// It speaks HTTP, whatever the packets look like.
pub fn answers(program: impl Into<Program>) -> Report {
    run(ANSWERS, &program.into())
}

/// Nothing a client does stops it.
pub fn survives(program: impl Into<Program>) -> Report {
    run(SURVIVES, &program.into())
}

/// It serves one connection at a time, and one request a connection: all other clients wait.
pub fn one_at_a_time(program: impl Into<Program>) -> Report {
    run(ONE_AT_A_TIME, &program.into())
}

/// It serves one request a connection.
pub fn closes_connections(program: impl Into<Program>) -> Report {
    run(CLOSES_CONNECTIONS, &program.into())
}

/// It counts its visits, and `/visits` says how many there were.
pub fn counts_visits(program: impl Into<Program>) -> Report {
    run(COUNTS_VISITS, &program.into())
}

/// `/sleep` is a page that does not exist yet.
pub fn has_no_slow_route(program: impl Into<Program>) -> Report {
    run(HAS_NO_SLOW_ROUTE, &program.into())
}

/// A request for `/sleep` holds all clients up.
pub fn a_nap_holds_up_all_others(program: impl Into<Program>) -> Report {
    run(A_NAP_HOLDS_UP_ALL_OTHERS, &program.into())
}

/// A connection serves many requests.
pub fn keeps_connections(program: impl Into<Program>) -> Report {
    run(KEEPS_CONNECTIONS, &program.into())
}

/// No client waits for another.
pub fn concurrent(program: impl Into<Program>) -> Report {
    run(CONCURRENT, &program.into())
}

/// Requests for `/sleep` end with the page, all at the same time.
pub fn naps(program: impl Into<Program>) -> Report {
    run(NAPS, &program.into())
}

/// All handlers share one thread: a handler that blocks it stops all others.
pub fn on_one_thread(program: impl Into<Program>) -> Report {
    run(ON_ONE_THREAD, &program.into())
}

/// Two handlers run at the same instant. The program must have two threads for them, on a machine with one processor too:
/// tell it so in its [environment](Program::environment).
pub fn parallel(program: impl Into<Program>) -> Report {
    run(PARALLEL, &program.into())
}

/// No client depends on one thread alone: if a handler blocks it, another thread serves its clients on.
pub fn shares_all_work(program: impl Into<Program>) -> Report {
    run(SHARES_ALL_WORK, &program.into())
}

/// A signal ends it at once, with or without clients.
pub fn ends_at_once(program: impl Into<Program>) -> Report {
    run(if_there_are_signals(ENDS_AT_ONCE), &program.into())
}

/// A signal lets it finish the answers it owes, and nothing else.
pub fn stops_well(program: impl Into<Program>) -> Report {
    run(if_there_are_signals(STOPS_WELL), &program.into())
}

/// Its arguments, messages and exit codes.
pub fn command_line(program: impl Into<Program>) -> Report {
    run(COMMAND_LINE, &program.into())
}

/// Each suite, under the name of the function that runs it, if there is one.
const SUITES: &[(&str, &[Check])] = &[
    ("answers", ANSWERS),
    ("survives", SURVIVES),
    ("patience", PATIENCE),
    ("one_at_a_time", ONE_AT_A_TIME),
    ("closes_connections", CLOSES_CONNECTIONS),
    ("counts_visits", COUNTS_VISITS),
    ("has_no_slow_route", HAS_NO_SLOW_ROUTE),
    ("a_nap_holds_up_all_others", A_NAP_HOLDS_UP_ALL_OTHERS),
    ("keeps_connections", KEEPS_CONNECTIONS),
    ("concurrent", CONCURRENT),
    ("naps", NAPS),
    ("on_one_thread", ON_ONE_THREAD),
    ("parallel", PARALLEL),
    ("shares_all_work", SHARES_ALL_WORK),
    ("ends_at_once", ENDS_AT_ONCE),
    ("stops_well", STOPS_WELL),
    ("stops_in_time", STOPS_IN_TIME),
    ("command_line", COMMAND_LINE),
    ("echoes", ECHOES),
    ("echo_survives", ECHO_SURVIVES),
    ("echo_one_at_a_time", ECHO_ONE_AT_A_TIME),
    ("echo_concurrent", ECHO_CONCURRENT),
    ("echo_pool", ECHO_POOL),
    ("prefork", PREFORK),
    ("never_rests", NEVER_RESTS),
    ("idle_clients_cost_nothing", IDLE_CLIENTS_COST_NOTHING),
    ("resp", RESP),
    ("resp_survives", RESP_SURVIVES),
    ("resp_concurrent", RESP_CONCURRENT),
];

/// The names of all checks of all suites.
pub fn names() -> impl Iterator<Item = &'static str> {
    SUITES.iter().flat_map(|(_, checks)| checks.iter().map(|check| check.name))
}

/// The names of all checks that the function of this name runs.
pub fn names_of(suite: &str) -> impl Iterator<Item = &'static str> {
    SUITES.iter().filter(move |(name, _)| *name == suite).flat_map(|(_, checks)| checks.iter().map(|check| check.name))
}

/// Runs a single check of any suite, by its name.
///
/// # Errors
///
/// Fails if the check does, or if there is none of that name.
pub fn only(check: &str, program: &Program) -> Result {
    let found = SUITES.iter().find_map(|(_, checks)| checks.iter().find(|candidate| candidate.name == check));
    let found = found.ok_or_else(|| Failure::new(format!("there is no check named {check}")))?;
    (found.run)(program)
}

/// Those that open so many connections at the same time that a low limit of descriptors is in their way.
const CROWDS: [&str; 6] = [
    "a_thousand_unfinished_requests_delay_no_other_client",
    "a_thousand_naps_end_together",
    "a_thousand_idle_connections_stay_usable",
    "a_thousand_clients_are_answered_while_all_stay_connected",
    "clients_that_never_read_delay_no_other_client",
    "thousands_of_idle_clients_cost_nothing",
];
/// How many descriptors the checks with a crowd need, which run side by side.
const FOR_A_CROWD: u64 = 8_000;

fn run(checks: &[Check], program: &Program) -> Report {
    // Servers that never rest slow each other down.
    let at_a_time = if program.never_rests { 4 } else { checks.len() };
    let outcomes = crate::at_a_time(at_a_time, checks, |check| {
        if CROWDS.contains(&check.name) && !has_descriptors(FOR_A_CROWD) {
            return (check.name, Ok(()));
        }
        let outcome = catch_unwind(|| (check.run)(program));
        (check.name, outcome.unwrap_or(Err(Failure::new("the check panicked"))))
    });
    Report { program: program.name(), outcomes }
}

/// What became of each check of a suite.
#[derive(Clone, Debug)]
#[must_use = "a report that is not looked at checks nothing"]
pub struct Report {
    /// The name of the program.
    pub program: String,
    /// The name of each check, and how it ended.
    pub outcomes: Vec<(&'static str, Result)>,
}

impl Report {
    /// Ends the test unless every check passed.
    ///
    /// # Panics
    ///
    /// Panics with the name of each check that failed, and what it saw.
    #[track_caller]
    pub fn assert_passed(&self) {
        let failed = self.outcomes.iter().filter_map(|(name, outcome)| Some((name, outcome.as_ref().err()?)));
        let failed: Vec<_> = failed.map(|(name, failure)| format!("\n{name}: {failure}")).collect();
        let (program, failures) = (&self.program, failed.concat());
        assert!(failed.is_empty(), "{program}: {} of {} checks failed:{failures}", failed.len(), self.outcomes.len());
    }
}

fn if_there_are_signals(checks: &'static [Check]) -> &'static [Check] {
    if cfg!(unix) {
        return checks;
    }
    let _ = basics::skip("only Unix has signals");
    &[]
}
