//! What the picture of chapter 11.1 (`book/tables/claims_chart.svg`) shows: for each claim that says a number, how many times as much we measured.

use crate::claims::{Claim, Group};
use serde_json::{Value, json};

/// How many letters of a claim fit into a line.
const LETTERS: usize = 54;

/// All numbers, and the powers of ten between which they lie.
#[allow(clippy::cast_possible_truncation, reason = "the exponents of a few powers of ten")]
pub fn chart(groups: &[Group]) -> Value {
    let claims = groups.iter().flat_map(|group| &group.claims);
    let number = |claim: &Claim| {
        let factor = claim.judged.factor.filter(|factor| *factor > 0.0)?;
        Some(json!({ "lines": lines(claim.said), "factor": factor, "exponent": factor.log10() }))
    };
    let numbers: Vec<Value> = claims.filter_map(number).collect();
    let exponents = || numbers.iter().filter_map(|number| number["exponent"].as_f64());
    let (least, most) = (exponents().fold(-1.0, f64::min).floor(), exponents().fold(1.0, f64::max).ceil());
    json!({ "numbers": numbers, "least": least, "most": most, "half": 0.5_f64.log10() })
}

fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let length = lines.last().map_or(0, |line| line.chars().count());
        match lines.last_mut() {
            Some(line) if length == 0 || length + 1 + word.chars().count() <= LETTERS => {
                *line = [line.as_str(), word].join(if length == 0 { "" } else { " " });
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
