//! What is left of a claim beside what was measured.
//!
//! One rule is behind all of these functions, and it is generous: what matters is a factor of two, because the machines of those who
//! made the claims were others than ours.

/// A claim, judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What we measured, in words.
    pub measured: String,
    /// Whether the claim stands, and why not.
    pub verdict: String,
    /// How many times as much we measured as is said; only if a number is said.
    pub factor: Option<f64>,
}

impl Judged {
    /// By some other rule.
    pub fn new(measured: String, verdict: &str) -> Self {
        Self { measured, verdict: verdict.to_owned(), factor: None }
    }

    /// Whether nothing is left of the claim, or all of it; `None` if it depends.
    pub fn stands(&self) -> Option<bool> {
        match (self.verdict.contains("stands"), self.verdict.contains("falls")) {
            (true, true) => None,
            (stands, _) => Some(stands),
        }
    }
}

/// A number stands if ours lies within a factor of two.
pub fn number(said: f64, measured: f64, shown: String) -> Judged {
    within([said, said], measured, shown)
}

/// So does a range.
pub fn within([least, most]: [f64; 2], measured: f64, shown: String) -> Judged {
    let said = measured.clamp(least, most);
    let verdict = match measured / said {
        0.5..=2.0 => "stands",
        ratio if ratio < 0.5 => "falls: it is less",
        _ => "falls: it is more",
    };
    Judged { factor: Some(measured / said), ..Judged::new(shown, verdict) }
}

/// A number that is reached stands if ours reaches half of it.
pub fn at_least(said: f64, measured: f64, shown: String) -> Judged {
    let verdict = if measured >= said / 2.0 { "stands" } else { "falls: it is less" };
    Judged { factor: Some(measured / said), ..Judged::new(shown, verdict) }
}

/// A limit that is kept stands if ours keeps twice of it.
pub fn at_most(said: f64, measured: f64, shown: String) -> Judged {
    let verdict = if measured <= said * 2.0 { "stands" } else { "falls: it is more" };
    Judged { factor: Some(measured / said), ..Judged::new(shown, verdict) }
}

/// "Much more" stands if it is at least twice as much.
pub fn much_more(ratio: f64, shown: String) -> Judged {
    Judged::new(shown, if ratio >= 2.0 { "stands" } else { "falls: less than a factor of two" })
}

/// "A burden" stands if it is at least a tenth of what it is a part of.
pub fn burden(part: f64, whole: f64, shown: String) -> Judged {
    Judged::new(shown, if part >= whole / 10.0 { "stands" } else { "falls: it is less than a tenth" })
}

/// What is true of addresses may be false of memory.
pub fn memory(said: f64, [resident, addresses]: [f64; 2], shown: String) -> Judged {
    let [of_memory, of_addresses] = [resident, addresses].map(|bytes| number(said, bytes, shown.clone()));
    if (of_memory.stands(), of_addresses.stands()) == (Some(false), Some(true)) {
        return Judged { verdict: "falls for memory, stands for addresses".to_owned(), ..of_memory };
    }
    of_memory
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(judged: &Judged) -> &str {
        &judged.verdict
    }

    #[test]
    fn a_claim_stands_if_the_figure_is_within_a_factor_of_two() {
        let judged = |measured| verdict(&number(20.0, measured, String::new())).to_owned();
        assert_eq!([10.0, 40.0].map(judged), ["stands", "stands"]);
        assert_eq!([9.9, 40.1].map(judged), ["falls: it is less", "falls: it is more"]);
        let judged = |measured| verdict(&within([10.0, 100.0], measured, String::new())).to_owned();
        assert_eq!([4.9, 5.0, 50.0, 201.0].map(judged), ["falls: it is less", "stands", "stands", "falls: it is more"]);
    }

    #[test]
    fn a_limit_and_a_difference_are_judged_by_the_same_factor() {
        let judged = |judge: fn(f64, f64, String) -> Judged| {
            [4.0, 6.0, 19.0, 21.0].map(|measured| judge(10.0, measured, String::new()).stands() == Some(true))
        };
        assert_eq!(judged(at_least), [false, true, true, true]);
        assert_eq!(judged(at_most), [true, true, true, false]);
        let judged = |ratio| much_more(ratio, String::new()).stands() == Some(true);
        assert_eq!([0.4, 1.9, 2.0].map(judged), [false, false, true]);
    }

    #[test]
    fn a_tenth_of_the_whole_is_a_burden() {
        assert_eq!([0.9, 1.0].map(|part| burden(part, 10.0, String::new()).stands()), [Some(false), Some(true)]);
    }

    #[test]
    fn what_is_true_of_addresses_may_be_false_of_memory() {
        let judged = |bytes| memory(80e9, bytes, String::new()).verdict;
        assert_eq!(judged([0.1e9, 85e9]), "falls for memory, stands for addresses");
        assert_eq!(judged([80e9, 85e9]), "stands");
        assert_eq!(judged([0.1e9, 22e9]), "falls: it is less");
    }
}
