//! The ideas that were tried on the last step: the patches in `runtimes-compare/ideas`.

/// The step that all ideas start from, under the name that it has in the committed data. To measure again, name
/// [`runtimes_compare::CHANGED_STEP`] here.
pub const STEP: &str = "09_05_parallel_server";

/// All of them.
pub const IDEAS: [&str; 7] = [
    "page_from_disk",
    "write_per_answer",
    "without_yield",
    "yield_at_the_end",
    "buffer_of_the_poll",
    "accept_on_the_main_thread",
    "deferred_accept",
];

/// That whose system calls are counted, with a connection for each request.
pub const COUNTED: &str = "yield_at_the_end";

/// Step 5.6, if a thread that leaves the reactor with one task calls no other one to watch it meanwhile.
pub const UNWATCHED: &str = "05_06_many_threads+unwatched";
