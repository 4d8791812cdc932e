//! Which fault must be found by which checks.

/// A fault, and the checks that must find it.
pub type FoundBy = (&'static str, &'static [&'static str]);

/// Shows only when a nap is over. All other faults show at once.
pub const SHOWS_AFTER_A_NAP: &str = "drops_requests_behind_a_nap";

/// The faults of a server of HTTP, whose patience does not end.
pub const FOUND_BY: &[FoundBy] = &[
    (SHOWS_AFTER_A_NAP, &["requests_behind_a_nap_are_answered"]), // the first, because it takes longest
    // The first steps are asked to make clients wait, so the fault is not to. Nor does it have a patience that ends.
    (
        "",
        &[
            "a_connection_is_closed_after_one_answer",
            "only_the_first_of_pipelined_requests_is_answered",
            "the_second_client_waits_for_the_first",
            "a_silent_client_holds_up_all_others",
            "clients_are_served_in_the_order_in_which_they_connected",
            "a_crowd_takes_one_descriptor_at_a_time",
            "there_is_no_slow_route",
            "a_client_that_connects_during_a_nap_waits_for_its_end",
            "a_handler_that_blocks_its_thread_stops_all_others",
            "no_visit_is_lost",
            "a_client_that_stays_silent_is_disconnected",
            "ctrl_c_ends_it_in_mid_request",
            "sigterm_ends_it_in_mid_request",
        ],
    ),
    ("serves_the_latest_first", &["clients_are_served_in_the_order_in_which_they_connected"]),
    ("serial", &["the_last_to_connect_can_be_the_first_to_be_answered", "a_silent_client_delays_no_other_client"]),
    ("serial", &["naps_delay_no_other_client", "a_thousand_unfinished_requests_delay_no_other_client"]),
    ("serves_ten_clients", &["clients_are_served_one_after_another"]),
    (
        "serves_a_hundred_at_a_time",
        &["a_thousand_idle_connections_stay_usable", "a_thousand_unfinished_requests_delay_no_other_client"],
    ),
    (
        "shares_one_lock",
        &[
            "naps_delay_no_other_client",
            "clients_that_never_read_delay_no_other_client",
            "a_handler_that_blocks_its_thread_stops_no_other_client",
        ],
    ),
    // ANCHOR: faults
    ("reads_once", &["a_request_in_two_packets_is_one_request", "a_request_may_come_byte_by_byte"]),
    ("drops_pipelined_requests", &["pipelined_requests_are_all_answered_in_order"]),
    ("skips_to_the_last_request", &["the_first_of_pipelined_requests_is_answered"]),
    ("takes_bodies_for_requests", &["a_request_body_is_not_taken_for_a_request"]),
    // ANCHOR_END: faults
    ("trips_over_queries", &["a_query_string_does_not_change_the_page"]),
    ("wants_everything_encoded", &["what_browsers_do_not_encode_is_served"]),
    ("takes_unknown_methods_for_get", &["unknown_methods_may_have_any_target"]),
    ("trips_over_urls", &["a_whole_url_is_a_target_too"]),
    ("is_deaf_after_a_half_close", &["a_client_that_has_finished_sending_is_answered"]),
    ("always_says_200", &["every_other_path_is_the_404_page"]),
    (
        "refuses_nothing",
        &[
            "malformed_requests_are_refused_with_400",
            "known_methods_without_a_meaning_here_are_refused_with_405",
            "unknown_methods_are_refused_with_501",
            "other_versions_are_refused_with_505",
            "a_long_target_is_refused_with_414",
            "a_long_head_is_refused_with_431",
        ],
    ),
    ("forgets_sleep", &["a_thousand_naps_end_together", "answers_after_a_nap_come_in_their_order"]),
    ("holds_answers_back", &["answers_before_a_nap_do_not_wait_for_it"]),
    ("sends_a_page_to_head", &["head_is_get_without_the_page"]),
    ("sends_no_content_length", &["the_root_is_the_hello_page", "head_is_get_without_the_page"]),
    ("sends_no_content_type", &["the_root_is_the_hello_page"]),
    ("sends_no_date", &["the_root_is_the_hello_page"]),
    ("buffers_without_end", &["clients_that_never_read_delay_no_other_client"]),
    ("closes_after_one_answer", &["a_connection_serves_many_requests", "an_old_client_may_ask_to_keep_the_connection"]),
    (
        "never_closes",
        &["a_connection_is_closed_when_the_client_asks_for_it", "an_old_client_is_answered_and_the_connection_closed"],
    ),
    ("lingers_without_closing", &["a_refused_client_sees_the_end_of_the_connection"]),
    (
        "resets",
        &[
            "a_megabyte_of_header_and_lets_its_sender_read_the_answer",
            "a_megabyte_of_target_and_lets_its_sender_read_the_answer",
            "two_megabytes_of_body_and_lets_their_sender_read_the_answer",
            "what_is_sent_after_the_last_request",
        ],
    ),
    (
        "lingers_as_long_as_bytes_come",
        &["a_flood_after_a_refusal_is_cut_off", "floods_after_a_refusal_delay_no_other_client"],
    ),
    ("gives_up_when_interrupted", &["being_suspended_in_mid_request"]),
    ("reads_once", &["an_urgent_byte_in_mid_request"]),
    ("rests_after_each_failed_accept", &["connections_that_fail_before_they_are_accepted"]),
    ("logs_failed_accepts_as_connections", &["a_failed_accept_is_logged_as_what_it_is"]),
    ("keeps_descriptors", &["a_thousand_visits_without_growing"]),
    ("keeps_memory", &["a_thousand_visits_without_growing"]),
    (
        "dies_of_a_disconnect",
        &[
            "clients_that_leave_before_they_ask",
            "clients_that_leave_in_mid_request",
            "clients_that_reset_in_mid_request",
            "clients_that_do_not_wait_for_the_answer",
            "clients_that_reset_in_mid_response",
        ],
    ),
    ("fills_the_log", &["clients_that_fail_on_purpose_do_not_fill_the_log"]),
    ("dies_of_noise", &["clients_that_send_noise", "clients_that_want_tls", "what_is_sent_after_the_last_request"]),
    (
        "dies_without_descriptors",
        &[
            "running_out_of_descriptors",
            "two_hundred_clients_with_sixty_four_descriptors",
            "without_descriptors_connected_clients_are_still_served",
        ],
    ),
    (
        "spins_without_descriptors",
        &[
            "running_out_of_descriptors",
            "two_hundred_clients_with_sixty_four_descriptors",
            "without_descriptors_connected_clients_are_still_served",
        ],
    ),
    ("ignores_ctrl_c", &["ctrl_c_ends_it_in_mid_request"]),
    ("ignores_sigterm", &["sigterm_ends_it_in_mid_request", "a_request_that_has_begun_to_arrive_is_answered"]),
    (
        "dies_of_signals",
        &[
            "on_ctrl_c_it_finishes_answers_and_disconnects_all_other_clients",
            "hundreds_of_idle_connections_are_closed",
            "without_clients_it_ends_at_once",
            "a_second_ctrl_c_ends_it_at_once",
        ],
    ),
    ("keeps_listening", &["on_ctrl_c_it_finishes_answers_and_disconnects_all_other_clients"]),
    ("keeps_idle_connections", &["on_ctrl_c_it_finishes_answers_and_disconnects_all_other_clients"]),
    ("waits_for_the_refused", &["a_refused_client_that_stays_holds_nothing_up"]),
    ("closes_a_hundred_idle_connections", &["hundreds_of_idle_connections_are_closed"]),
    (
        "forgets_answers_in_flight",
        &[
            "on_ctrl_c_it_finishes_answers_and_disconnects_all_other_clients",
            "requests_behind_a_nap_are_answered",
            "answers_that_take_too_long_are_abandoned",
        ],
    ),
    (
        "waits_for_the_rest_of_requests",
        &[
            "half_a_request_that_stalls_does_not_outlast_the_grace_period",
            "half_a_question_does_not_make_the_stop_fail",
            "a_client_that_trickles_does_not_keep_it_from_stopping",
        ],
    ),
    ("keeps_quiet_about_the_end", &["the_last_answer_says_that_it_is_the_last"]),
    ("keeps_a_short_backlog", &["three_hundred_clients_fit_in_the_backlog"]),
    (
        "forgets_the_backlog",
        &[
            "requests_that_arrive_with_the_signal_are_answered",
            "clients_that_cannot_be_accepted_before_the_signal_are_answered",
        ],
    ),
    ("cuts_requests", &["a_request_that_has_begun_to_arrive_is_answered"]),
    (
        "resets_when_it_stops",
        &["a_client_that_reads_late_gets_all_its_answers", "hundreds_of_idle_connections_are_closed"],
    ),
    ("rests_before_it_ends", &["without_clients_it_ends_at_once"]),
    ("needs_a_third_ctrl_c", &["a_second_ctrl_c_ends_it_at_once"]),
    ("ends_with_the_wrong_code", &["without_clients_it_ends_at_once", "a_second_ctrl_c_ends_it_at_once"]),
    ("has_no_help", &["help_is_printed_and_the_code_is_0"]),
    (
        "panics_when_it_cannot_listen",
        &["an_address_in_use_is_named_and_the_code_is_1", "a_bad_address_is_named_and_the_code_is_2"],
    ),
    ("ignores_arguments", &["too_many_arguments_are_misuse_and_the_code_is_2"]),
    ("reads_its_page_from_the_directory", &["it_runs_from_any_directory"]),
    ("insists_on_being_read", &["its_output_need_not_be_read"]),
];

/// The same for servers whose patience ends.
pub const PATIENT_FOUND_BY: &[FoundBy] = &[
    ("resets", &["half_a_request_that_stalls_gets_408"]),
    ("counts_answers_alone", &["a_steady_upload_is_served"]),
    ("waits_as_long_as_bytes_come", &["clients_that_trickle_are_disconnected", "half_a_request_that_stalls_gets_408"]),
    (
        "waits_as_long_as_bytes_come",
        &["a_byte_every_millisecond_does_not_renew_the_patience", "an_upload_byte_by_byte_does_not_renew_the_patience"],
    ),
    ("waits_for_readers", &["a_client_that_never_reads_is_disconnected"]),
    ("takes_bytes_for_progress", &["a_client_that_sends_on_and_never_reads_is_disconnected"]),
    ("counts_naps_as_silence", &["a_nap_longer_than_the_patience_ends_with_the_page"]),
    ("times_out_idle_clients", &["an_idle_client_is_disconnected_without_an_answer"]),
    ("times_out_without_a_word", &["half_a_request_that_stalls_gets_408"]),
];

/// The same for echo servers. (Checks that need no HTTP have met their fault above.)
pub const ECHO_FOUND_BY: &[FoundBy] = &[
    ("serial", &["during_a_delay_others_come_and_go"]),
    ("serial", &["five_delays_pass_at_the_same_time", "a_thousand_clients_are_answered_while_all_stay_connected"]),
    ("", &["it_computes_while_no_client_sends"]),
    (
        "serial",
        &[
            "five_delays_pass_at_the_same_time",
            "two_hundred_delays_pass_at_the_same_time",
            "a_thousand_clients_are_answered_while_all_stay_connected",
            "a_client_that_never_stops_delays_no_other_client",
        ],
    ),
    ("serial", &["clients_are_still_served_when_the_handler_of_another_blocks"]),
    ("never_closes", &["a_line_and_the_end_may_come_together"]),
    ("spins", &["thousands_of_idle_clients_cost_nothing"]),
    ("looks_at_all_clients", &["thousands_of_idle_clients_cost_nothing"]),
    ("says_ok", &["lines_come_back_in_their_order"]),
    ("reads_once", &["a_line_in_pieces_comes_back_whole"]),
    ("drops_lines_behind_the_first", &["several_lines_in_one_packet_all_come_back"]),
    ("wants_an_end", &["the_last_line_needs_no_end"]),
    ("skips_empty_lines", &["empty_lines_come_back"]),
    ("wants_text", &["bytes_that_are_no_text_come_back"]),
    ("greets", &["a_silent_client_gets_nothing"]),
    ("wants_short_lines", &["the_longest_line_comes_back"]),
    ("takes_any_line", &["a_line_that_is_too_long_is_refused_in_words"]),
    ("resets", &["a_line_that_is_too_long_is_refused_in_words"]),
    ("does_not_wait", &["each_line_waits_for_its_delay"]),
    ("waits_once_for_all", &["each_line_waits_for_its_delay"]),
    ("ignores_nonsense", &["a_delay_that_makes_no_sense_is_misuse_and_the_code_is_2"]),
    (
        "",
        &[
            "a_client_that_never_reads_holds_up_all_others",
            "five_clients_take_five_delays",
            "eight_clients_are_served_at_a_time_and_the_ninth_waits",
            "eight_silent_clients_hold_up_all_others",
            "a_crowd_adds_no_thread_and_few_descriptors",
            // It has no processes that could be replaced. What is wrong with some that do, the book shows.
            "a_worker_that_dies_is_replaced_and_only_its_client_notices",
            "all_workers_are_replaced_but_not_in_a_hurry",
            "workers_end_with_their_parent_however_it_ends",
            // It has no keys. What is wrong with servers that have, the book shows, too.
            "a_pipeline_is_answered_in_its_order_however_it_is_cut",
            "what_is_no_request_ends_one_connection_and_says_why",
            "keys_holds_up_all_others",
            "keys_that_are_never_read_expire_too",
            "on_a_signal_requests_that_have_begun_to_arrive_are_answered",
            "on_a_second_signal_it_ends_at_once",
            "a_client_that_does_not_read_is_not_read_from",
            "commands_between_multi_and_exec_are_executed_together",
            "a_byte_of_a_long_request_costs_no_more_than_one_of_a_short_one",
            "an_urgent_byte_does_not_hide_the_rest_of_a_request",
            "three_hundred_clients_fit_in_the_backlog",
            "clients_that_come_with_the_signal_are_answered",
            "a_client_that_never_pauses_does_not_keep_it_from_stopping",
            "a_full_store_refuses_more_and_keeps_what_it_has",
            "a_crowd_that_is_refused_does_not_fill_the_log",
            "a_long_pattern_is_refused",
        ],
    ),
    (
        "serves_seven_at_a_time",
        &["eight_clients_are_served_at_a_time_and_the_ninth_waits", "a_crowd_adds_no_thread_and_few_descriptors"],
    ),
    (
        "serves_nine_at_a_time",
        &["eight_clients_are_served_at_a_time_and_the_ninth_waits", "eight_silent_clients_hold_up_all_others"],
    ),
    ("gives_up_when_interrupted", &["being_suspended_in_mid_request"]),
    ("believes_a_short_read", &["an_urgent_byte_in_mid_request"]),
    ("rests_after_each_failed_accept", &["connections_that_fail_before_they_are_accepted"]),
    ("takes_bytes_for_progress", &["clients_that_send_on_and_never_read_are_disconnected"]),
    ("waits_forever", &["silent_clients_are_disconnected", "clients_that_never_read_are_disconnected"]),
];
