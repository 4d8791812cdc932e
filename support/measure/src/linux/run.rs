//! The run: scenario by scenario, round by round, server by server.

use crate::figure::Measure;
use crate::linux::children::is_interrupted;
use crate::linux::plan::Plan;
use crate::linux::progress::Progress;
use crate::linux::results::{Results, Sample};
use crate::linux::server::{Recipe, Server};
use crate::linux::trial::measure;
use crate::scenario::{Scenario, Work};
use std::thread;

/// Measures everything that is planned; the rounds of a scenario are interleaved.
pub fn run(plan: &mut Plan, recipes: &[Recipe]) -> Results {
    let progress = Progress::new(plan, u32::try_from(recipes.len()).unwrap_or(u32::MAX));
    let mut results = Results { samples: broken(recipes, plan, &progress) };
    for scenario in plan.scenarios.clone() {
        if let Work::HalfTheRate { of } = scenario.work {
            plan.rate = half_of_the_maximal_rate(*of, plan, &recipes[0], &results);
        }
        for round in 1..=plan.rounds(scenario) {
            let sound: Vec<_> = recipes.iter().filter(|recipe| !results.has_failed(scenario, &recipe.name)).collect();
            let cells = Cells { scenario, round, plan, progress: &progress };
            let measured = if scenario.is_waiting() {
                cells.measure_side_by_side(&sound)
            } else {
                cells.measure_one_by_one(&sound)
            };
            results.samples.extend(measured);
            if is_interrupted() {
                return results;
            }
        }
    }
    results
}

/// Starts each server once and asks it once. One that fails this fails all that it would have been measured for, with one message.
fn broken(recipes: &[Recipe], plan: &Plan, progress: &Progress) -> Vec<Sample> {
    let mut samples = Vec::new();
    let Some(scenario) = plan.scenarios.first() else { return samples };
    for recipe in recipes {
        let mut protocol = (scenario.protocol)();
        let server = recipe.with(scenario.arguments).start(&[], protocol.as_ref());
        let ask = |mut server: Server| server.ask(protocol.as_mut()).map_err(|error| server.explain(&error));
        let answer = server.and_then(ask);
        let Err(error) = answer else { continue };
        if is_interrupted() {
            break;
        }
        progress.complain(&format!("{}: {error}", recipe.name));
        let failed = |&scenario| Sample::failed(scenario, &recipe.name, 1, &error);
        samples.extend(plan.scenarios.iter().map(failed));
    }
    samples
}

/// Half of what the first column could do, if known from this run, else from one measurement for this purpose.
fn half_of_the_maximal_rate(of: Scenario, plan: &Plan, first: &Recipe, results: &Results) -> Option<f64> {
    let known = results.median(of, Measure::RequestsPerSecond, &first.name);
    let maximum = known.or_else(|| {
        let measured = measure(of, first, plan).ok()?;
        measured.values.get(&Measure::RequestsPerSecond).copied()
    });
    Some(maximum? / 2.0)
}

/// One round of one scenario.
struct Cells<'run> {
    scenario: Scenario,
    round: u32,
    plan: &'run Plan,
    progress: &'run Progress,
}

impl Cells<'_> {
    fn measure_one_by_one(&self, recipes: &[&Recipe]) -> Vec<Sample> {
        let mut samples = Vec::new();
        for recipe in recipes.iter().take_while(|_| !is_interrupted()) {
            self.progress.show(self.scenario, self.round, self.plan, &recipe.name);
            samples.push(self.measure(recipe));
            self.progress.advance(self.plan.round_time(self.scenario, 1));
        }
        samples
    }

    fn measure_side_by_side(&self, recipes: &[&Recipe]) -> Vec<Sample> {
        self.progress.show(self.scenario, self.round, self.plan, "side by side");
        let samples = thread::scope(|scope| {
            let mut threads = Vec::new();
            for recipe in recipes {
                threads.push(scope.spawn(|| self.measure(recipe)));
                thread::sleep(self.plan.stagger(self.scenario));
            }
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        self.progress.advance(self.plan.round_time(self.scenario, u32::try_from(recipes.len()).unwrap_or(1)));
        samples
    }

    fn measure(&self, recipe: &Recipe) -> Sample {
        match measure(self.scenario, recipe, self.plan) {
            Ok(measured) => Sample {
                scenario: self.scenario,
                server: recipe.name.clone(),
                round: self.round,
                values: measured.values,
                parts: measured.parts,
                busy: measured.busy,
                error: None,
            },
            Err(error) => {
                if !is_interrupted() {
                    self.progress.complain(&format!("{}, {}: {error}", recipe.name, self.scenario.title));
                }
                Sample::failed(self.scenario, &recipe.name, self.round, &error)
            }
        }
    }
}
