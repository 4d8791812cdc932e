//! What the templates of the tables know besides the reports: what is computed from several of them, or read from programs. Numbers stay numbers here; the
//! templates say how they are written.

use crate::claims::{self, Group};
use crate::evidence::Evidence;
use crate::machines::{self, Hop};
use crate::measured::key_value::Measured;
use crate::ports::{self, ASYNC_STD, SMOL, TOKIO};
use crate::report::Report;
use crate::template::{fill, two_digits};
use crate::{Result, difference, factors, matrix, models, which};
use measure::figure::grouped;
use models_compare::{DELAY, SERVE};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The table of this name, with all that is in the book.
pub fn table(name: &str) -> Result<String> {
    fill(name, all(name)?)
}

/// What this table needs.
fn all(table: &str) -> Result<Value> {
    Ok(match table.split(['_', '.']).next().unwrap_or_default() {
        "models" => json!({ "models": of_models(&Report::committed("models")?) }),
        "many" => json!({ "machines": of_machines()? }),
        "key" if table.starts_with("key_lengths") => json!({ "lengths": Measured::of_lengths()?.compared() }),
        "key" => json!({ "key_value": Measured::committed()?.compared() }),
        "claims" => json!({ "claims": of_claims(&claims::all(&Evidence::committed()?)) }),
        "matrix" => json!({ "matrix": matrix::rows(table.trim_start_matches("matrix_").trim_end_matches(".md"))? }),
        "which" | "decision" => json!({ "which": which::facts()? }),
        "changed" => json!({ "changed_lines": changed_lines()? }),
        _ => json!({}),
    })
}

fn of_models(report: &Report) -> Value {
    let by_arithmetic =
        |scenario: &measure::Scenario| (scenario.name, models::by_arithmetic(scenario.connections.unwrap_or_default()));
    let prices = models::prices(report).map(|price| {
        json!({ "name": price.name, "resident": price.resident, "in_the_kernel": price.in_the_kernel, "whole": price.whole(), "said": price.said })
    });
    json!({
        "delay": DELAY.as_secs(),
        "pools": models::pools(),
        "by_arithmetic": SERVE.iter().map(by_arithmetic).collect::<BTreeMap<_, _>>(),
        "prices": prices,
        "socket": models::socket(),
        "said": models::said(report),
    })
}

fn of_machines() -> Result<Value> {
    let whole = |number: f64| grouped(format!("{:.0}", two_digits(number)));
    let needs = machines::needs(&Hop::committed()?)?.map(|need| {
        let examples = [0, 1].map(|example| match (need.per_client[example], need.enough_for()[example]) {
            (Some(each), Some(enough)) => {
                json!({ "needs": (need.shown)(each * machines::CLIENTS), "enough": whole(enough) })
            }
            _ => json!({}),
        });
        json!({ "resource": need.resource, "has": (need.shown)(need.has), "examples": examples })
    });
    Ok(json!({ "clients": machines::CLIENTS, "needs": needs }))
}

fn of_claims(groups: &[Group]) -> Value {
    let mut all = factors::chart(groups);
    for Group { name, claims } in groups {
        let claims = claims.iter().map(|claim| {
            json!({ "said": claim.said, "by": claim.by.to_string(), "judged": claim.judged, "shown_in": claim.shown_in })
        });
        all[name] = claims.collect();
    }
    all
}

/// How many lines change from one runtime to another.
fn changed_lines() -> Result<Vec<(&'static str, &'static str, [usize; 3])>> {
    let [async_std, tokio, smol] = ports::PORTS;
    let ways = [(async_std, smol, ASYNC_STD, SMOL), (async_std, tokio, ASYNC_STD, TOKIO), (smol, tokio, SMOL, TOKIO)];
    ways.into_iter().map(|(from, to, old, new)| Ok((from, to, difference::counts(old, new)?))).collect()
}
