//! What will be measured, how often, how long, and on which cores.

use crate::linux::load::Window;
use crate::linux::options::Options;
use crate::linux::process;
use crate::scenario::{Cores, Scenario, Work};
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
    /// The cores that this program may use.
    pub cores: Vec<usize>,
    /// Requests per second for the scenario that has a rate; known once the first column's maximum is.
    pub rate: Option<f64>,
    /// Whether to count system calls and instructions instead of measuring.
    pub is_counting: bool,
    /// How long to wait for an answer that a healthy server gives at once.
    patience: Duration,
    quick: bool,
    rounds: u32,
    connections: Option<usize>,
}

impl Plan {
    /// What the command line asks for, of these scenarios. They stay in their order, so that the maximal rate is known before half of it
    /// is asked for.
    pub fn new(options: &Options, scenarios: &[Scenario]) -> Self {
        let is_wanted = |scenario: &&Scenario| match (&options.scenario[..], options.count) {
            ([], true) => scenario.is_countable(),
            ([], false) => !scenario.is_optional,
            (names, _) => names.iter().any(|name| name == scenario.name),
        };
        let scenarios = scenarios.iter().filter(is_wanted).copied().collect();
        let (mut window, settling, idling) = times(options.quick);
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
            patience: options.patience,
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
        match scenario.work {
            Work::Size | Work::Crates | Work::Build => 1,
            Work::AllAtOnce { .. } | Work::Hold | Work::Idle => self.rounds.min(few),
            _ => self.rounds,
        }
    }

    /// How many requests are made, first in one run, then in another, to count what each of them costs. More of them where more
    /// are on their way when a run ends.
    pub fn requests_counted(&self, scenario: Scenario) -> [u64; 2] {
        let requests = if self.quick { [200, 1_200] } else { [2_000, 12_000] };
        let is_pipelined = matches!(scenario.work, Work::KeepAlive { pipelined: 2.. });
        requests.map(|requests| if is_pipelined { requests * 4 } else { requests })
    }

    /// How many connections a scenario holds.
    pub fn connections(&self, scenario: Scenario) -> usize {
        self.connections.or(scenario.connections).unwrap_or(1)
    }

    /// How long to wait for an answer in a scenario, if nothing else happens.
    pub fn patience(&self, scenario: Scenario) -> Duration {
        match scenario.work {
            Work::AllAtOnce { ideal, .. } => self.patience + ideal * 2,
            _ => self.patience,
        }
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
        match scenario.connections {
            Some(_) => Duration::from_micros(250) * u32::try_from(self.connections(scenario)).unwrap_or(u32::MAX),
            None => Duration::from_millis(50),
        }
    }

    /// How many cores these are, none meaning all.
    pub fn cores_of(&self, cores: &[usize]) -> usize {
        if cores.is_empty() { self.cores.len().max(1) } else { cores.len() }
    }

    fn keeps_apart(&self, scenario: Scenario) -> bool {
        self.cores.len() > 1 && scenario.cores == Cores::Apart
    }

    /// About how long one round of a scenario takes.
    pub fn round_time(&self, scenario: Scenario, servers: u32) -> Duration {
        let start = Duration::from_millis(40);
        match scenario.work {
            _ if self.is_counting => Duration::from_secs(if self.quick { 4 } else { 12 }) * servers,
            Work::AllAtOnce { ideal, .. } => {
                ideal + Duration::from_millis(200) + (self.stagger(scenario) + start) * servers
            }
            Work::Idle => self.idling + self.settling + (self.stagger(scenario) + start) * servers,
            Work::Hold => (self.settling * 2 + Duration::from_millis(700) + start) * servers,
            Work::StartUp | Work::Size => start * servers,
            Work::Crates => Duration::from_millis(150) * servers,
            Work::Build => Duration::from_secs(30) * servers,
            _ => (self.window.warm_up + self.window.measured + start) * servers,
        }
    }
}

/// The default lengths of things that take time.
fn times(quick: bool) -> (Window, Duration, Duration) {
    let milliseconds = Duration::from_millis;
    if quick {
        let window = Window { warm_up: milliseconds(40), measured: milliseconds(100) };
        (window, milliseconds(40), milliseconds(300))
    } else {
        let window = Window { warm_up: milliseconds(500), measured: milliseconds(2000) };
        (window, milliseconds(300), milliseconds(5000))
    }
}
