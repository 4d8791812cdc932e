//! What will be measured, how often, how long, and on which cores.

use crate::compare::cli::Options;
use crate::compare::load::Window;
use crate::compare::measure;
use crate::compare::process;
use crate::compare::scenario::Scenario;
use clap::ValueEnum;
use std::time::Duration;

/// What will be measured, how often, how long, and on which cores.
pub struct Plan {
    pub scenarios: Vec<Scenario>,
    /// The length of a measurement under load.
    pub window: Window,
    /// How long a server may settle before its memory or its idleness is looked at.
    pub settling: Duration,
    /// How long to look at an idle server.
    pub idling: Duration,
    /// The cores that `compare` may use.
    pub cores: Vec<usize>,
    /// Requests per second for the scenario that has a rate; known once the first column's maximum is.
    pub rate: Option<f64>,
    /// Whether to count system calls and instructions instead of measuring.
    pub is_counting: bool,
    quick: bool,
    rounds: u32,
    connections: Option<usize>,
}

impl Plan {
    /// What the command line asks for.
    pub fn new(options: &Options) -> Self {
        let mut scenarios = options.scenario.clone();
        if scenarios.is_empty() {
            let is_wanted = |scenario: &&Scenario| match options.count {
                true => scenario.is_countable(),
                false => **scenario != Scenario::Build,
            };
            scenarios.extend(Scenario::value_variants().iter().filter(is_wanted));
        }
        scenarios.sort(); // so that the maximal rate is known before half of it is asked for
        scenarios.dedup();
        let (mut window, settling, idling) = measure::times(options.quick);
        if let Some(duration) = options.duration {
            window.measured = duration;
        }
        Self {
            scenarios,
            window,
            settling,
            idling,
            cores: process::cores(),
            rate: None,
            is_counting: options.count,
            quick: options.quick,
            rounds: options.rounds.unwrap_or(match (options.count, options.quick) {
                (true, true) => 1,
                (true, false) | (false, true) => 3,
                (false, false) => 5,
            }),
            connections: options.connections,
        }
    }

    /// How often a scenario is measured.
    pub fn rounds(&self, scenario: Scenario) -> u32 {
        let few = if self.quick { 1 } else { 3 };
        match scenario {
            Scenario::Size | Scenario::Crates | Scenario::Build => 1,
            Scenario::Sleep | Scenario::Memory | Scenario::Idle => self.rounds.min(few),
            _ => self.rounds,
        }
    }

    /// How many requests are made, first in one run, then in another, to count what each of them costs. More of them where more
    /// are on their way when a run ends.
    pub fn requests_counted(&self, scenario: Scenario) -> [u64; 2] {
        let requests = if self.quick { [200, 1_200] } else { [2_000, 12_000] };
        requests.map(|requests| if scenario == Scenario::Pipelined { requests * 4 } else { requests })
    }

    /// How many connections a scenario holds.
    pub fn connections(&self, scenario: Scenario) -> usize {
        self.connections.or(scenario.connections()).unwrap_or(1)
    }

    /// Where the server runs: on the first core, when there is another one for the load and the scenario keeps them apart. Empty: anywhere.
    pub fn server_cores(&self, scenario: Scenario) -> &[usize] {
        if self.keeps_apart(scenario) { &self.cores[..1] } else { &[] }
    }

    /// Where the load runs. Empty: anywhere.
    pub fn load_cores(&self, scenario: Scenario) -> &[usize] {
        if self.keeps_apart(scenario) { &self.cores[1..] } else { &[] }
    }

    /// How long after the one before a server starts that is measured beside it, so that their work does not coincide.
    pub fn stagger(&self, scenario: Scenario) -> Duration {
        match scenario.connections() {
            Some(_) => Duration::from_micros(250) * u32::try_from(self.connections(scenario)).unwrap_or(u32::MAX),
            None => Duration::from_millis(50),
        }
    }

    /// How many cores these are, none meaning all.
    pub fn cores_of(&self, cores: &[usize]) -> usize {
        if cores.is_empty() { self.cores.len().max(1) } else { cores.len() }
    }

    fn keeps_apart(&self, scenario: Scenario) -> bool {
        self.cores.len() > 1 && scenario.is_load() && scenario != Scenario::KeepAliveShared
    }

    /// About how long one round of a scenario takes.
    pub fn round_time(&self, scenario: Scenario, servers: u32) -> Duration {
        let (start, nap) = (Duration::from_millis(40), Duration::from_millis(5_200));
        match scenario {
            _ if self.is_counting => Duration::from_secs(if self.quick { 4 } else { 12 }) * servers,
            Scenario::Sleep => nap + (self.stagger(scenario) + start) * servers,
            Scenario::Idle => self.idling + self.settling + (self.stagger(scenario) + start) * servers,
            Scenario::Memory => (self.settling * 2 + Duration::from_millis(700) + start) * servers,
            Scenario::StartUp | Scenario::Size => start * servers,
            Scenario::Crates => Duration::from_millis(150) * servers,
            Scenario::Build => Duration::from_secs(30) * servers,
            _ => (self.window.warm_up + self.window.measured + start) * servers,
        }
    }
}
