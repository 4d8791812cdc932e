//! What can be wrong with a server, by name.

/// What can be wrong with a server. Each name says what it does.
pub const FAULTS: &[&str] = &[
    "",
    // Which clients it serves.
    "serial",
    "serves_the_latest_first",
    "serves_ten_clients",
    "serves_a_hundred_at_a_time",
    "shares_one_lock",
    // What it reads.
    "reads_once",
    "drops_pipelined_requests",
    "skips_to_the_last_request",
    "takes_bodies_for_requests",
    "trips_over_queries",
    "wants_everything_encoded",
    "trips_over_urls",
    "takes_unknown_methods_for_get",
    "is_deaf_after_a_half_close",
    // What it answers.
    "always_says_200",
    "refuses_nothing",
    "forgets_sleep",
    "holds_answers_back",
    "sends_a_page_to_head",
    "sends_no_content_length",
    "sends_no_content_type",
    "sends_no_date",
    "buffers_without_end",
    // How it ends a connection.
    "closes_after_one_answer",
    "never_closes",
    "lingers_without_closing",
    "lingers_as_long_as_bytes_come",
    "resets",
    "keeps_descriptors",
    "keeps_memory",
    "fills_the_log",
    // How long it waits.
    "counts_answers_alone",
    "waits_as_long_as_bytes_come",
    "waits_for_readers",
    "takes_bytes_for_progress",
    "times_out_idle_clients",
    "counts_naps_as_silence",
    "gives_up_when_interrupted",
    "times_out_without_a_word",
    // What it dies of.
    "dies_of_a_disconnect",
    "dies_of_noise",
    "dies_without_descriptors",
    "spins_without_descriptors",
    "rests_after_each_failed_accept",
    "logs_failed_accepts_as_connections",
    // How it stops.
    "dies_of_signals",
    "ignores_ctrl_c",
    "ignores_sigterm",
    "keeps_listening",
    "keeps_idle_connections",
    "closes_a_hundred_idle_connections",
    "waits_for_the_refused",
    "cuts_requests",
    "waits_for_the_rest_of_requests",
    "keeps_quiet_about_the_end",
    "forgets_the_backlog",
    "keeps_a_short_backlog",
    "resets_when_it_stops",
    "drops_requests_behind_a_nap",
    "forgets_answers_in_flight",
    "rests_before_it_ends",
    "needs_a_third_ctrl_c",
    "ends_with_the_wrong_code",
    // How it behaves as a program.
    "has_no_help",
    "panics_when_it_cannot_listen",
    "ignores_arguments",
    "reads_its_page_from_the_directory",
    "insists_on_being_read",
];

/// What is wrong with this server.
#[derive(Clone, Copy)]
pub struct Fault(pub &'static str);

impl Fault {
    /// Whether it is this.
    pub fn is(self, name: &str) -> bool {
        debug_assert!(FAULTS.contains(&name), "{name} is missing from the list");
        self.0 == name
    }
}
