//! The smallest thing that computes: counting primes, one number at a time. (There are far better ways; that is the point.)

use rayon::prelude::*;
use std::ops::RangeInclusive;
use tokio_util::sync::CancellationToken;

/// How many numbers to look at before checking again whether a client still waits for the answer.
const PIECE: u32 = 1_000;

// ANCHOR: count
/// How many primes there are up to this number; `None` if the count was stopped.
pub fn count(limit: u32, stop: &CancellationToken) -> Option<usize> {
    (0..=limit / PIECE).map(|piece| count_in(numbers(piece, limit), stop)).sum()
}

/// The same, on all threads of a pool at the same time.
pub fn count_in_parallel(limit: u32, stop: &CancellationToken) -> Option<usize> {
    (0..=limit / PIECE).into_par_iter().map(|piece| count_in(numbers(piece, limit), stop)).sum()
}

fn count_in(numbers: RangeInclusive<u32>, stop: &CancellationToken) -> Option<usize> {
    (!stop.is_cancelled()).then(|| numbers.filter(|&number| is_prime(number)).count())
}
// ANCHOR_END: count

fn numbers(piece: u32, limit: u32) -> RangeInclusive<u32> {
    let first = piece * PIECE;
    first..=limit.min(first.saturating_add(PIECE - 1))
}

fn is_prime(number: u32) -> bool {
    number > 1 && (2..=number.isqrt()).all(|divisor| !number.is_multiple_of(divisor))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From published tables.
    const KNOWN: [(u32, usize); 10] = [
        (0, 0),
        (1, 0),
        (2, 1),
        (10, 4),
        (999, 168),
        (1_000, 168),
        (1_009, 169),
        (10_000, 1_229),
        (65_536, 6_542),
        (100_000, 9_592),
    ];

    #[test]
    fn primes_are_counted_in_either_way() {
        let stop = CancellationToken::new();
        for (limit, expected) in KNOWN {
            assert_eq!(count(limit, &stop), Some(expected), "{limit}");
            assert_eq!(count_in_parallel(limit, &stop), Some(expected), "{limit}");
        }
    }

    #[test]
    fn the_largest_number_has_a_last_piece() {
        assert_eq!(numbers(u32::MAX / PIECE, u32::MAX), 4_294_967_000..=u32::MAX);
    }

    #[test]
    fn a_count_ends_when_it_is_cancelled() {
        let stop = CancellationToken::new();
        stop.cancel();
        assert_eq!((count(10_000_000, &stop), count_in_parallel(10_000_000, &stop)), (None, None));
    }
}
