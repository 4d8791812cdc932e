//! The servers of this package: which there are, where they are, and how they come to be there.

use crate::compare::server::{Own, Recipe};
use crate::compare::source;
use std::env;
use std::io::{self, Error, Write};
use std::path::Path;
use std::process::Stdio;

/// Name, binary, and whether it is a server. What users would pick instead comes first: everything is told as a ratio to it.
const SERVERS: [(&str, &str, bool); 5] = [
    ("hyper", "hyper_server", true),
    ("async-std", "async_std_server", true),
    ("tokio", "tokio_server", true),
    ("smol", "smol_server", true),
    ("limit", "limit", false),
];

/// How to build what is missing.
pub const BUILD: &str = "cargo build --release -p runtimes-compare";

/// All of them.
pub fn recipes() -> Result<Vec<Recipe>, String> {
    let folder = env::current_exe().map_err(|error| format!("cannot tell where this program is: {error}"))?;
    let folder = folder.parent().unwrap_or(Path::new("."));
    Ok(SERVERS.map(|(name, binary, is_server)| recipe(folder, name, binary, is_server)).into())
}

fn recipe(folder: &Path, name: &str, binary: &'static str, is_server: bool) -> Recipe {
    let path = folder.join(format!("{binary}{}", env::consts::EXE_SUFFIX));
    let command = vec![path.to_string_lossy().into_owned(), "127.0.0.1:0".to_owned()];
    Recipe { name: name.to_owned(), command, own: Some(Own { binary, path, is_server }) }
}

/// Sees to it that the servers are there, and up to date when `cargo run` started this program.
///
/// `cargo run` builds this program alone. Who types it expects that what runs is what the sources say, so the servers are
/// built too, by a command that is shown. Started in any other way, this program builds nothing.
pub fn prepare(recipes: &[Recipe]) -> io::Result<()> {
    let binaries: Vec<_> = recipes.iter().filter_map(|recipe| recipe.own.as_ref()).collect();
    if env::var_os("CARGO").is_some() && !binaries.is_empty() {
        build(&binaries)?;
    }
    match binaries.iter().find(|own| !own.path.exists()) {
        Some(missing) => Err(Error::other(format!("{} is not built; build it with: {BUILD}", missing.path.display()))),
        None => Ok(()),
    }
}

fn build(binaries: &[&Own]) -> io::Result<()> {
    let mut cargo = source::cargo();
    cargo.args(["build", "--package", "runtimes-compare"]).stdout(Stdio::null());
    match binaries[0].path.parent().and_then(Path::file_name) {
        Some(profile) if profile != "debug" => cargo.arg("--profile").arg(profile),
        _ => &mut cargo,
    };
    for own in binaries {
        cargo.args(["--bin", own.binary]);
    }
    let shown: Vec<_> = cargo.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
    writeln!(io::stderr(), "Building the servers: cargo {}", shown.join(" "))?;
    let status = cargo.status()?;
    if status.success() { Ok(()) } else { Err(Error::other("the servers can't be built")) }
}
