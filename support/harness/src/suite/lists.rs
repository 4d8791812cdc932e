//! Which checks each suite has, by the names of their functions.

use super::{
    accept, answers, command_line, concurrent, echo, keeps_connections, one_at_a_time, patience, pool, prefork, resp,
    stopping, survives, threads, waiting,
};
use crate::{Program, Result};

/// One thing that a server must do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) run: fn(&Program) -> Result,
}

/// Names each check after its function.
macro_rules! checks {
    ($($module:ident::$name:ident),* $(,)?) => {
        &[$(Check { name: stringify!($name), run: $module::$name }),*]
    };
}

pub(super) const ANSWERS: &[Check] = checks![
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

pub(super) const SURVIVES: &[Check] = checks![
    survives::clients_that_leave_before_they_ask,
    survives::clients_that_leave_in_mid_request,
    survives::clients_that_reset_in_mid_request,
    survives::clients_that_fail_on_purpose_do_not_fill_the_log,
    survives::clients_that_do_not_wait_for_the_answer,
    survives::clients_that_reset_in_mid_response,
    survives::clients_that_send_noise,
    survives::clients_that_want_tls,
    survives::a_megabyte_of_header_and_lets_its_sender_read_the_answer,
    survives::a_megabyte_of_target_and_lets_its_sender_read_the_answer,
    survives::two_megabytes_of_body_and_lets_their_sender_read_the_answer,
    survives::what_is_sent_after_the_last_request,
    survives::a_thousand_visits_without_growing,
    accept::running_out_of_descriptors,
    accept::two_hundred_clients_with_sixty_four_descriptors,
    accept::a_failed_accept_is_logged_as_what_it_is,
    accept::connections_that_fail_before_they_are_accepted,
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

pub(super) const ONE_AT_A_TIME: &[Check] = checks![
    one_at_a_time::a_connection_is_closed_after_one_answer,
    one_at_a_time::only_the_first_of_pipelined_requests_is_answered,
    one_at_a_time::the_second_client_waits_for_the_first,
    one_at_a_time::a_silent_client_holds_up_all_others,
    one_at_a_time::clients_are_served_in_the_order_in_which_they_connected,
    one_at_a_time::a_crowd_takes_one_descriptor_at_a_time,
];

pub(super) const CLOSES_CONNECTIONS: &[Check] = checks![
    one_at_a_time::a_connection_is_closed_after_one_answer,
    one_at_a_time::only_the_first_of_pipelined_requests_is_answered,
];

pub(super) const COUNTS_VISITS: &[Check] = checks![concurrent::no_visit_is_lost];

pub(super) const HAS_NO_SLOW_ROUTE: &[Check] = checks![one_at_a_time::there_is_no_slow_route];

pub(super) const A_NAP_HOLDS_UP_ALL_OTHERS: &[Check] =
    checks![one_at_a_time::a_client_that_connects_during_a_nap_waits_for_its_end];

pub(super) const KEEPS_CONNECTIONS: &[Check] = checks![
    keeps_connections::a_connection_serves_many_requests,
    keeps_connections::pipelined_requests_are_all_answered_in_order,
    keeps_connections::a_request_body_is_not_taken_for_a_request,
    keeps_connections::an_old_client_may_ask_to_keep_the_connection,
    keeps_connections::a_thousand_idle_connections_stay_usable,
    accept::three_hundred_clients_fit_in_the_backlog,
    keeps_connections::answers_before_a_nap_do_not_wait_for_it,
    keeps_connections::answers_after_a_nap_come_in_their_order,
    concurrent::a_client_that_never_stops_delays_no_other_client,
];

pub(super) const CONCURRENT: &[Check] = checks![
    concurrent::the_last_to_connect_can_be_the_first_to_be_answered,
    concurrent::a_silent_client_delays_no_other_client,
    concurrent::naps_delay_no_other_client,
    concurrent::floods_after_a_refusal_delay_no_other_client,
    concurrent::a_thousand_unfinished_requests_delay_no_other_client,
    concurrent::clients_that_never_read_delay_no_other_client,
    concurrent::without_descriptors_connected_clients_are_still_served,
];

pub(super) const NAPS: &[Check] = checks![concurrent::a_thousand_naps_end_together];

pub(super) const ON_ONE_THREAD: &[Check] = checks![threads::a_handler_that_blocks_its_thread_stops_all_others];

pub(super) const PARALLEL: &[Check] = checks![threads::a_handler_that_blocks_its_thread_stops_no_other_client];

pub(super) const SHARES_ALL_WORK: &[Check] =
    checks![threads::clients_are_still_served_when_the_handler_of_another_blocks];

pub(super) const ENDS_AT_ONCE: &[Check] =
    checks![stopping::ctrl_c_ends_it_in_mid_request, stopping::sigterm_ends_it_in_mid_request];

pub(super) const STOPS_WELL: &[Check] = checks![
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

pub(super) const COMMAND_LINE: &[Check] = checks![
    command_line::help_is_printed_and_the_code_is_0,
    command_line::an_address_in_use_is_named_and_the_code_is_1,
    command_line::a_bad_address_is_named_and_the_code_is_2,
    command_line::too_many_arguments_are_misuse_and_the_code_is_2,
    command_line::it_runs_from_any_directory,
    command_line::its_output_need_not_be_read,
];

pub(super) const ECHOES: &[Check] = checks![
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
pub(super) const ECHO_SURVIVES: &[Check] = checks![
    survives::clients_that_leave_before_they_ask,
    survives::clients_that_leave_in_mid_request,
    survives::clients_that_reset_in_mid_request,
    survives::clients_that_fail_on_purpose_do_not_fill_the_log,
    survives::clients_that_do_not_wait_for_the_answer,
    survives::clients_that_reset_in_mid_response,
    survives::clients_that_send_noise,
    survives::a_thousand_visits_without_growing,
    accept::running_out_of_descriptors,
    accept::two_hundred_clients_with_sixty_four_descriptors,
    accept::connections_that_fail_before_they_are_accepted,
    survives::being_suspended_in_mid_request,
    survives::an_urgent_byte_in_mid_request,
    echo::silent_clients_are_disconnected,
    echo::clients_that_never_read_are_disconnected,
    echo::clients_that_send_on_and_never_read_are_disconnected,
];

pub(super) const ECHO_ONE_AT_A_TIME: &[Check] = checks![
    one_at_a_time::the_second_client_waits_for_the_first,
    one_at_a_time::a_silent_client_holds_up_all_others,
    one_at_a_time::a_client_that_never_reads_holds_up_all_others,
    one_at_a_time::five_clients_take_five_delays,
    one_at_a_time::a_crowd_takes_one_descriptor_at_a_time,
];

pub(super) const ECHO_CONCURRENT: &[Check] = checks![
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

pub(super) const ECHO_POOL: &[Check] = checks![
    concurrent::a_silent_client_delays_no_other_client,
    concurrent::clients_that_never_read_delay_no_other_client,
    echo::five_delays_pass_at_the_same_time,
    pool::eight_clients_are_served_at_a_time_and_the_ninth_waits,
    pool::eight_silent_clients_hold_up_all_others,
    pool::a_crowd_adds_no_thread_and_few_descriptors,
];

pub(super) const PREFORK: &[Check] = checks![
    prefork::a_worker_that_dies_is_replaced_and_only_its_client_notices,
    prefork::all_workers_are_replaced_but_not_in_a_hurry,
    prefork::workers_end_with_their_parent_however_it_ends,
];

pub(super) const NEVER_RESTS: &[Check] = checks![waiting::it_computes_while_no_client_sends];

pub(super) const IDLE_CLIENTS_COST_NOTHING: &[Check] = checks![waiting::thousands_of_idle_clients_cost_nothing];

pub(super) const RESP: &[Check] = checks![
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
    accept::three_hundred_clients_fit_in_the_backlog,
    resp::clients_that_come_with_the_signal_are_answered,
    stopping::clients_that_cannot_be_accepted_before_the_signal_are_answered,
    resp::a_client_that_never_pauses_does_not_keep_it_from_stopping,
    stopping::half_a_question_does_not_make_the_stop_fail,
    resp::a_full_store_refuses_more_and_keeps_what_it_has,
    resp::a_crowd_that_is_refused_does_not_fill_the_log,
    resp::a_long_pattern_is_refused,
];

/// The checks of [`SURVIVES`] that do not need HTTP, and one of a server's patience.
pub(super) const RESP_SURVIVES: &[Check] = checks![
    survives::clients_that_leave_before_they_ask,
    survives::clients_that_leave_in_mid_request,
    survives::clients_that_reset_in_mid_request,
    survives::clients_that_fail_on_purpose_do_not_fill_the_log,
    survives::clients_that_do_not_wait_for_the_answer,
    survives::clients_that_reset_in_mid_response,
    survives::clients_that_send_noise,
    survives::a_thousand_visits_without_growing,
    accept::running_out_of_descriptors,
    accept::two_hundred_clients_with_sixty_four_descriptors,
    accept::connections_that_fail_before_they_are_accepted,
    echo::clients_that_send_on_and_never_read_are_disconnected,
];

/// The checks of [`CONCURRENT`] that do not need HTTP.
pub(super) const RESP_CONCURRENT: &[Check] = checks![
    concurrent::the_last_to_connect_can_be_the_first_to_be_answered,
    concurrent::a_silent_client_delays_no_other_client,
    concurrent::clients_that_never_read_delay_no_other_client,
    concurrent::without_descriptors_connected_clients_are_still_served,
    echo::a_thousand_clients_are_answered_while_all_stay_connected,
];

/// Each suite, under the name of the function that runs it, if there is one.
pub(super) const SUITES: &[(&str, &[Check])] = &[
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
