//! The servers of this workspace: where they are, and how they come to be there.

use crate::comparison::Own;
use crate::linux::server::Recipe;
use crate::linux::source;
use std::collections::BTreeSet;
use std::env;
use std::io::{self, Error, Write};
use std::path::Path;
use std::process::Stdio;

/// How to start these servers.
pub fn recipes(servers: &[Own]) -> io::Result<Vec<Recipe>> {
    let program = env::current_exe()
        .map_err(|error| Error::new(error.kind(), format!("cannot tell where this program is: {error}")))?;
    let folder = program.parent().unwrap_or(Path::new("."));
    Ok(servers.iter().map(|own| recipe(folder, own)).collect())
}

/// It is beside this program.
fn recipe(folder: &Path, own: &Own) -> Recipe {
    let path = folder.join(format!("{}{}", own.binary, env::consts::EXE_SUFFIX));
    let command = vec![path.to_string_lossy().into_owned(), "127.0.0.1:0".to_owned()];
    Recipe { name: own.name.to_owned(), command, own: Some(*own) }
}

/// Sees to it that the servers are there, and up to date when `cargo run` started this program.
///
/// `cargo run` builds this program alone. But you expect to run what the sources say, so the servers are
/// built too, by a command that is shown. Started in any other way, this program builds nothing.
pub fn prepare(recipes: &[Recipe]) -> io::Result<()> {
    let own: Vec<_> = recipes.iter().filter(|recipe| recipe.own.is_some()).collect();
    if env::var_os("CARGO").is_some() && !own.is_empty() {
        build(&own)?;
    }
    match own.iter().find(|recipe| !Path::new(&recipe.command[0]).exists()) {
        Some(missing) => Err(Error::other(format!(
            "{} is not built; build it with: cargo build --release -p {}",
            missing.command[0],
            missing.own.map_or("", |own| own.package)
        ))),
        None => Ok(()),
    }
}

fn build(recipes: &[&Recipe]) -> io::Result<()> {
    let own = || recipes.iter().filter_map(|recipe| recipe.own);
    let mut cargo = source::cargo();
    cargo.arg("build").stdout(Stdio::null());
    for package in own().map(|own| own.package).collect::<BTreeSet<_>>() {
        cargo.args(["--package", package]);
    }
    let folder = Path::new(&recipes[0].command[0]).parent().unwrap_or(Path::new("."));
    match folder.file_name() {
        Some(profile) if profile != "debug" => cargo.arg("--profile").arg(profile),
        _ => &mut cargo,
    };
    if let Some(target) = folder.parent() {
        cargo.env("CARGO_TARGET_DIR", target); // where this program is, even if the user named that folder relative to another one
    }
    for own in own() {
        cargo.args(["--bin", own.binary]);
    }
    let shown: Vec<_> = cargo.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
    writeln!(io::stderr(), "Building the servers: cargo {}", shown.join(" "))?;
    let status = cargo.status()?;
    if status.success() { Ok(()) } else { Err(Error::other("the servers can't be built")) }
}
