//! What is left of a claim beside what was measured.
//!
//! Each claim is a band: what may be measured so that it stands. It stands if all rounds lie within the band, falls if all lie outside on the same side, and
//! is open if the rounds disagree. A number's band is generous, a factor of two, because the claims come from other machines than ours.

use serde::Serialize;

/// Least, median and most of the rounds.
pub type Rounds = [f64; 3];
/// What may be measured so that a claim stands.
pub type Band = [f64; 2];

/// By how much another machine may differ.
const GENEROUS: f64 = 2.0;
/// By how much a speed-up may differ from the number of processors: with a factor of two, two processors could be no faster than one.
const STRICT: f64 = 4.0 / 3.0;

/// A claim, judged.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// What we measured, in words.
    pub measured: String,
    /// Whether the claim stands, and why not.
    pub verdict: String,
    /// How many times as much we measured as is said; only if a number is said, and not a limit.
    pub factor: Option<f64>,
}

impl Judged {
    /// By this band.
    pub fn by(band: Band, rounds: Rounds, measured: String) -> Self {
        Self { measured, verdict: verdict(band, rounds).to_owned(), factor: None }
    }

    /// Whether all of the claim is left, or nothing; `None` if it is open, or depends.
    pub fn stands(&self) -> Option<bool> {
        match (self.verdict.contains("stands"), self.verdict.contains("falls")) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }
}

fn verdict([low, high]: Band, [least, _, most]: Rounds) -> &'static str {
    match (least, most) {
        _ if least >= low && most <= high => "stands",
        _ if most < low => "falls: it is less",
        _ if least > high => "falls: it is more",
        _ => "open: the rounds disagree",
    }
}

/// A number stands if ours lies within a factor of two.
pub fn number(said: f64, rounds: Rounds, measured: String) -> Judged {
    within([said, said], rounds, measured)
}

/// So does a range.
pub fn within([least, most]: [f64; 2], rounds: Rounds, measured: String) -> Judged {
    let factor = rounds[1] / rounds[1].clamp(least, most);
    Judged { factor: Some(factor), ..Judged::by([least / GENEROUS, most * GENEROUS], rounds, measured) }
}

/// A speed-up by so many processors stands if at least three quarters of it are there, and no more than a third too much.
pub fn speed_up(processors: f64, rounds: Rounds, measured: String) -> Judged {
    let judged = Judged::by([processors / STRICT, processors * STRICT], rounds, measured);
    Judged { factor: Some(rounds[1] / processors), ..judged }
}

/// A number that is reached stands if ours reaches half of it.
pub fn at_least(said: f64, rounds: Rounds, measured: String) -> Judged {
    Judged::by([said / GENEROUS, f64::INFINITY], rounds, measured)
}

/// A limit that is kept stands if ours keeps twice of it.
pub fn at_most(said: f64, rounds: Rounds, measured: String) -> Judged {
    Judged::by([0.0, said * GENEROUS], rounds, measured)
}

/// "Much more" stands if it is at least twice as much.
pub fn much_more(ratios: Rounds, measured: String) -> Judged {
    Judged::by([GENEROUS, f64::INFINITY], ratios, measured)
}

/// "The same" stands if it is neither much more nor much less.
pub fn alike(ratios: Rounds, measured: String) -> Judged {
    Judged::by([1.0 / GENEROUS, GENEROUS], ratios, measured)
}

/// "A burden" stands if it is at least a tenth of what it is a part of.
pub fn burden(parts: Rounds, measured: String) -> Judged {
    Judged::by([0.1, f64::INFINITY], parts, measured)
}

/// What is true of addresses may be false of memory.
pub fn memory(said: f64, [resident, addresses]: [Rounds; 2], measured: String) -> Judged {
    let [of_memory, of_addresses] = [resident, addresses].map(|bytes| number(said, bytes, measured.clone()));
    if (of_memory.stands(), of_addresses.stands()) == (Some(false), Some(true)) {
        return Judged { verdict: "falls for memory, stands for addresses".to_owned(), ..of_memory };
    }
    of_memory
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESS: &str = "falls: it is less";
    const MORE: &str = "falls: it is more";
    const OPEN: &str = "open: the rounds disagree";

    /// The verdicts on what was measured alike in each round.
    fn each<const N: usize>(judge: impl Fn(Rounds) -> Judged, measured: [f64; N]) -> [String; N] {
        measured.map(|measured| judge([measured; 3]).verdict)
    }

    #[test]
    fn a_claim_stands_if_the_figure_is_within_a_factor_of_two() {
        let judged = each(|rounds| number(20.0, rounds, String::new()), [9.9, 10.0, 40.0, 40.1]);
        assert_eq!(judged, [LESS, "stands", "stands", MORE]);
        let judged = each(|rounds| within([10.0, 100.0], rounds, String::new()), [4.9, 5.0, 50.0, 201.0]);
        assert_eq!(judged, [LESS, "stands", "stands", MORE]);
    }

    #[test]
    fn a_claim_is_open_if_the_rounds_disagree() {
        let judged = |rounds| number(20.0, rounds, String::new()).verdict;
        assert_eq!([[9.0, 9.5, 10.5], [9.0, 20.0, 39.0], [38.0, 39.0, 41.0]].map(judged), [OPEN; 3]);
        assert_eq!(number(20.0, [9.0, 20.0, 39.0], String::new()).stands(), None);
    }

    #[test]
    fn no_speed_up_at_all_is_none() {
        let judged = each(|rounds| speed_up(2.0, rounds, String::new()), [1.0, 1.4, 1.5, 2.0, 2.6, 2.7]);
        assert_eq!(judged, [LESS, LESS, "stands", "stands", "stands", MORE]);
    }

    #[test]
    fn a_limit_and_a_difference_are_judged_by_the_same_factor() {
        let limits = [4.0, 6.0, 19.0, 21.0];
        assert_eq!(each(|rounds| at_least(10.0, rounds, String::new()), limits), [LESS, "stands", "stands", "stands"]);
        assert_eq!(each(|rounds| at_most(10.0, rounds, String::new()), limits), ["stands", "stands", "stands", MORE]);
        assert_eq!(each(|ratios| much_more(ratios, String::new()), [0.4, 1.9, 2.0]), [LESS, LESS, "stands"]);
        assert_eq!(each(|ratios| alike(ratios, String::new()), [0.4, 0.6, 1.9, 2.1]), [LESS, "stands", "stands", MORE]);
    }

    #[test]
    fn a_tenth_of_the_whole_is_a_burden() {
        assert_eq!(each(|parts| burden(parts, String::new()), [0.09, 0.1]), [LESS, "stands"]);
    }

    #[test]
    fn what_is_true_of_addresses_may_be_false_of_memory() {
        let judged = |bytes: [f64; 2]| memory(80e9, bytes.map(|bytes| [bytes; 3]), String::new()).verdict;
        assert_eq!(judged([0.1e9, 85e9]), "falls for memory, stands for addresses");
        assert_eq!(judged([80e9, 85e9]), "stands");
        assert_eq!(judged([0.1e9, 22e9]), LESS);
    }
}
