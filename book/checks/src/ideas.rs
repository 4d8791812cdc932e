//! The ideas that were tried on the last step: the patches in `runtimes-compare/ideas`.

/// All of them.
pub const IDEAS: [&str; 6] = [
    "page_from_disk",
    "write_per_answer",
    "without_yield",
    "buffer_of_the_poll",
    "accept_on_the_main_thread",
    "deferred_accept",
];

/// Step 5.6, if a thread that leaves the reactor with one task calls no other thread to watch it meanwhile.
pub const UNWATCHED: &str = "05_06_many_threads+unwatched";
