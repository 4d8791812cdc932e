//! A program that measures: what is asked for, what is measured, what is said.

use crate::comparison::Comparison;
use crate::linux::children;
use crate::linux::count;
use crate::linux::files;
use crate::linux::limits;
use crate::linux::load;
use crate::linux::options::{Cli, Hidden, Options};
use crate::linux::own;
use crate::linux::page;
use crate::linux::plan::Plan;
use crate::linux::report::Report;
use crate::linux::run;
use crate::linux::server::Recipe;
use crate::linux::source;
use crate::linux::table;
use clap::Command;
use clap::error::ErrorKind;
use std::env;
use std::io::{self, Error, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

impl Comparison {
    /// The program: a command line in, an exit code out (0 done, 1 failed, 2 misuse).
    pub fn main(&self) -> ExitCode {
        let cli = Cli::parse_as(self.command());
        let result = match cli.hidden {
            Some(Hidden::Load) => load::main(self.scenarios).map(|()| true),
            None => self.run(&cli.options),
        };
        match result {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                self.say(&error.to_string());
                ExitCode::FAILURE
            }
        }
    }

    fn command(&self) -> Command {
        Cli::command(self.name, self.about, self.scenarios)
    }

    /// Measures, and tells whether all went well.
    fn run(&self, options: &Options) -> io::Result<bool> {
        let recipes = self.chosen(options)?;
        let mut plan = Plan::new(options, self.scenarios);
        children::end_with_ctrl_c().map_err(Error::other)?;
        if plan.is_counting {
            count::prepare()?;
        }
        own::prepare(&recipes)?;
        let output = options.output.clone().unwrap_or_else(|| default_output(self.name));
        let files = ["report.html", "report.json"].map(|name| output.join(name));
        let json = options.json.as_ref().filter(|path| *path != Path::new("-"));
        files.iter().chain(json).try_for_each(|file| files::prepare(file))?;
        self.warn(&plan);
        limits::check(&plan, &recipes)?;
        let results = run::run(&mut plan, &recipes);
        if children::is_interrupted() {
            return Err(Error::other("interrupted; nothing is left running"));
        }
        let servers: Vec<_> = recipes.iter().map(|recipe| recipe.name.clone()).collect();
        let report = Report::new(self.name, self.crates, &plan, &recipes, &results);
        show(&table::table(&report, &results, &servers), options)?;
        let [page, data] = &files;
        files::write(page, &page::page(&report)?)?;
        files::write(data, &report.json()?)?;
        if let Some(path) = &options.json {
            write_json(&report, path)?;
        }
        writeln!(io::stderr(), "Wrote {0}/report.html and {0}/report.json.", output.display())?;
        Ok(!results.have_errors())
    }

    /// The servers that the command line asks for; ends the program with code 2 when it asks for what there isn't.
    fn chosen(&self, options: &Options) -> io::Result<Vec<Recipe>> {
        let misuse = |message: String| -> ! { self.command().error(ErrorKind::InvalidValue, message).exit() };
        let mut recipes = own::recipes(self.servers)?;
        recipes.extend(options.server.iter().cloned());
        for (index, recipe) in recipes.iter().enumerate() {
            if recipes[..index].iter().any(|other| other.name == recipe.name) {
                misuse(format!("two servers are called {}", recipe.name));
            }
        }
        let mut named =
            self.scenarios.iter().filter(|scenario| options.scenario.iter().any(|name| name == scenario.name));
        if let (true, Some(scenario)) = (options.count, named.find(|scenario| !scenario.is_countable())) {
            misuse(format!("in the scenario {} nothing can be counted", scenario.name));
        }
        let names: Vec<_> = recipes.iter().map(|recipe| recipe.name.clone()).collect();
        if let Some(unknown) = options.only.iter().find(|name| !names.contains(name)) {
            misuse(format!("no server is called {unknown}; there are {}", names.join(", ")));
        }
        let place = |recipe: &Recipe| options.only.iter().position(|name| *name == recipe.name);
        recipes.retain(|recipe| options.only.is_empty() || recipe.own.is_none() || place(recipe).is_some());
        recipes.sort_by_key(|recipe| place(recipe).unwrap_or(usize::MAX)); // the others stay in their order
        if recipes.is_empty() {
            misuse("there is no server to measure: name one with --server".to_owned());
        }
        Ok(recipes)
    }

    /// Says what makes the figures worth less than they could be.
    fn warn(&self, plan: &Plan) {
        if cfg!(debug_assertions) {
            self.say("this is a debug build: for figures that mean something use --release");
        }
        if plan.cores.len() == 1 {
            self.say("there is one core only: servers and load share it");
        }
    }

    fn say(&self, message: &str) {
        let _ = writeln!(io::stderr(), "{}: {message}", self.name);
    }
}

/// Prints the table; on the standard error when the standard output is for JSON.
fn show(table: &str, options: &Options) -> io::Result<()> {
    if options.json.as_deref() == Some(Path::new("-")) {
        write!(io::stderr(), "{table}")
    } else {
        write!(io::stdout(), "{table}")
    }
}

fn write_json(report: &Report, path: &Path) -> io::Result<()> {
    let json = report.json()?;
    if path == Path::new("-") { write!(io::stdout(), "{json}") } else { files::write(path, &json) }
}

/// A folder below `target` in the workspace, wherever the user is; written as short as it can be.
fn default_output(name: &str) -> PathBuf {
    let folder = source::workspace().join("target").join(name);
    let here = env::current_dir().ok();
    here.and_then(|here| folder.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or(folder)
}
