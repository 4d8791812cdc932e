//! A handler that computes, for measurements: what do the other clients notice of it?

use std::env;
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// The line before whose answer a handler computes, if the environment says for how long: in `COMPUTE`, in seconds.
pub const COMPUTE: &[u8] = b"compute\n";

static TIME: LazyLock<Option<Duration>> = LazyLock::new(|| {
    let seconds = env::var("COMPUTE").ok()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
});

/// Keeps the processor busy if this line asks for it, and the environment allows it.
pub(crate) fn compute_if_asked(line: &[u8]) {
    if line == COMPUTE
        && let Some(time) = *TIME
    {
        let end = Instant::now() + time;
        while black_box(Instant::now()) < end {}
    }
}
