//! The command: what is asked for, what is measured, what is said.

mod children;
mod cli;
mod count;
mod load;
mod measure;
mod own;
mod page;
mod plan;
mod process;
mod progress;
mod report;
mod results;
mod run;
mod scenario;
mod server;
mod source;
mod table;

use clap::Parser;
use clap::error::ErrorKind;
use cli::{Cli, Hidden, Options};
use plan::Plan;
use report::Report;
use server::Recipe;
use std::io::{self, Error, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The program: a command line in, an exit code out (0 done, 1 failed, 2 misuse).
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.hidden {
        Some(Hidden::Load) => load::main().map(|()| true),
        None => compare(&cli.options),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "compare: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures, and tells whether all went well.
fn compare(options: &Options) -> io::Result<bool> {
    let recipes = chosen(options);
    let mut plan = Plan::new(options);
    children::end_with_ctrl_c().map_err(Error::other)?;
    if plan.is_counting {
        count::prepare()?;
    }
    own::prepare(&recipes)?;
    files(options).iter().try_for_each(|file| report::prepare(file))?;
    warn(&plan);
    let results = run::run(&mut plan, &recipes);
    if children::is_interrupted() {
        return Err(Error::other("interrupted; nothing is left running"));
    }
    let servers: Vec<_> = recipes.iter().map(|recipe| recipe.name.clone()).collect();
    show(&table::table(&results, &servers), options)?;
    let report = Report::new(&plan, &recipes, &results);
    report.write(&options.output)?;
    if let Some(path) = &options.json {
        write_json(&report, path)?;
    }
    writeln!(io::stderr(), "Wrote {0}/report.html and {0}/report.json.", options.output.display())?;
    Ok(!results.have_errors())
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
    if path == Path::new("-") { write!(io::stdout(), "{json}") } else { report::write(path, &json) }
}

/// The files to be written, except the standard output.
fn files(options: &Options) -> Vec<PathBuf> {
    let json = options.json.iter().filter(|path| *path != Path::new("-")).cloned();
    ["report.html", "report.json"].map(|name| options.output.join(name)).into_iter().chain(json).collect()
}

/// The servers that the command line asks for; ends the program with code 2 when it asks for what there isn't.
fn chosen(options: &Options) -> Vec<Recipe> {
    let misuse = |message: String| -> ! { clap_error(message) };
    let mut recipes = own::recipes().unwrap_or_else(|message| misuse(message));
    recipes.extend(options.server.iter().cloned());
    for (index, recipe) in recipes.iter().enumerate() {
        if recipes[..index].iter().any(|other| other.name == recipe.name) {
            misuse(format!("two servers are called {}", recipe.name));
        }
    }
    if let (true, Some(scenario)) = (options.count, options.scenario.iter().find(|scenario| !scenario.is_countable())) {
        misuse(format!("in the scenario {} nothing can be counted", scenario.name()));
    }
    let names: Vec<_> = recipes.iter().map(|recipe| recipe.name.clone()).collect();
    if let Some(unknown) = options.only.iter().find(|name| !names.contains(name)) {
        misuse(format!("no server is called {unknown}; there are {}", names.join(", ")));
    }
    let place = |recipe: &Recipe| options.only.iter().position(|name| *name == recipe.name);
    recipes.retain(|recipe| options.only.is_empty() || recipe.own.is_none() || place(recipe).is_some());
    recipes.sort_by_key(|recipe| place(recipe).unwrap_or(usize::MAX)); // the others stay in their order
    recipes
}

fn clap_error(message: String) -> ! {
    use clap::CommandFactory;
    Cli::command().error(ErrorKind::InvalidValue, message).exit()
}

/// Says what makes the figures worth less than they could be.
fn warn(plan: &Plan) {
    let limit = process::raise_descriptor_limit();
    let mut warnings = Vec::new();
    if cfg!(debug_assertions) {
        warnings.push("this is a debug build: for figures that mean something use --release".to_owned());
    }
    if plan.cores.len() == 1 {
        warnings.push("there is one core only: servers and load share it".to_owned());
    }
    let most = plan.scenarios.iter().map(|&scenario| plan.connections(scenario)).max().unwrap_or_default() as u64;
    if limit < most + 64 {
        warnings.push(format!(
            "{most} connections need about as many descriptors, but the limit is {limit} and can't be raised"
        ));
    }
    for warning in warnings {
        let _ = writeln!(io::stderr(), "compare: {warning}");
    }
}
