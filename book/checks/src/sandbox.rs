//! A place of its own for commands that change files of the workspace or listen on port 7878: no other program sees what they do there.
//!
//! Linux lets an ordinary user have *namespaces*: a network, numbers of processes, and mounts of its own. Over the workspace, an
//! overlay is mounted that keeps all changes in memory. So the commands find everything built, at the path where it always is. Some systems
//! do not allow this. Then there is a copy of the workspace, and one page has to follow the other.

use crate::{Failure, Result, files, target, workspace};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// Sets up the namespaces, says so, and holds them until its input ends. Its arguments are a folder for the changes, and what they are
/// changes of.
const SET_UP: &str = r#"
set -e
ip link set lo up
mount -t tmpfs tmpfs "$1"
changes=$1
shift
for folder; do
    number=$((number + 1))
    mkdir "$changes/upper$number" "$changes/work$number"
    mount -t overlay overlay -o "lowerdir=$folder,upperdir=$changes/upper$number,workdir=$changes/work$number" "$folder"
done
echo ready
read -r || true
"#;

/// The variables that are the same in a terminal and in a test.
const KEPT: [&str; 13] = [
    "CARGO_HOME",
    "CARGO_INCREMENTAL",
    "CARGO_TARGET_DIR",
    "HOME",
    "LANG",
    "PATH",
    "RUSTFLAGS",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "SHELL",
    "TMPDIR",
    "USER",
    "VIRTUAL_ENV",
];

/// Without namespaces, there is one place for all.
static ONLY_ONE: Mutex<()> = Mutex::new(());

/// A place of its own.
pub struct Sandbox {
    place: Place,
}

enum Place {
    /// The process that holds the namespaces, its own number, and where the changes are.
    Namespaces {
        unshare: Child,
        process: u32,
        changes: tempfile::TempDir,
    },
    Copy {
        folder: PathBuf,
        _only_one: MutexGuard<'static, ()>,
    },
}

impl Sandbox {
    /// Whether the system lets an ordinary user have namespaces, so that several places can exist at the same time.
    pub fn is_possible() -> bool {
        static IS_POSSIBLE: LazyLock<bool> =
            LazyLock::new(|| env::var_os("NO_NAMESPACES").is_none() && namespaces().is_ok());
        *IS_POSSIBLE
    }

    /// A new place, in which the workspace is as it is now.
    ///
    /// # Errors
    ///
    /// If files cannot be copied.
    pub fn new() -> Result<Self> {
        let place = if Self::is_possible() { namespaces()? } else { copy()? };
        Ok(Self { place })
    }

    /// A command that runs there, in the workspace's folder, as a reader would run it: not as a part of a test.
    pub fn command(&self, program: &str) -> Command {
        let mut command = match &self.place {
            Place::Namespaces { process, .. } => {
                let mut command = Command::new("nsenter");
                command.args(["--preserve-credentials", "--user", "--net", "--pid", "--mount", "--target"]);
                // After it has entered, or it would be in the folder below the overlay.
                command.arg(process.to_string()).arg("env").arg("--chdir").arg(root()).arg(program);
                command
            }
            Place::Copy { folder, .. } => {
                let mut command = Command::new(program);
                command.current_dir(folder);
                command
            }
        };
        // What a reader's terminal has, and nothing that a test or a build server adds.
        command.env_clear().envs(env::vars_os().filter(|(name, _)| KEPT.iter().any(|kept| *kept == name)));
        if matches!(self.place, Place::Copy { .. }) {
            command.env("CARGO_TARGET_DIR", target());
        }
        command.env("CARGO_TERM_QUIET", "true").env("CARGO_NET_OFFLINE", "true");
        command
    }

    /// The files of the workspace that are not as they were.
    pub fn changed(&self) -> Vec<String> {
        let changes = match &self.place {
            Place::Namespaces { process, changes, .. } => {
                PathBuf::from(format!("/proc/{process}/root{}/upper1", changes.path().display()))
            }
            Place::Copy { folder, .. } => folder.clone(),
        };
        let is_changed = |file: &String| fs::read(changes.join(file)).ok() != fs::read(workspace().join(file)).ok();
        below(&changes, Path::new("")).into_iter().filter(is_changed).collect()
    }

    /// The names of the programs that run there, but for those that hold the place. (`None` if others cannot be told from them.)
    pub fn running(&self) -> Option<Vec<String>> {
        let Place::Namespaces { .. } = self.place else { return None };
        let output = self.command("bash").args(["-c", "cat /proc/[0-9]*/comm 2>/dev/null"]).output().ok()?;
        let names = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_own = |name: &&str| ["bash", "cat", "env", "nsenter", "setsid"].contains(name);
        Some(names.lines().filter(|name| !is_own(name)).map(str::to_owned).collect())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Place::Namespaces { unshare, .. } = &mut self.place {
            let _ = unshare.kill(); // all that runs there ends with the process that holds it (--kill-child)
            let _ = unshare.wait();
        }
    }
}

/// The workspace's folder, as the shell names it.
fn root() -> PathBuf {
    workspace().canonicalize().unwrap_or_else(|_| workspace().to_owned())
}

fn namespaces() -> Result<Place> {
    let changes = tempfile::tempdir()?;
    let mut folders = vec![root()];
    folders.extend(Some(target()).filter(|target| !target.starts_with(&folders[0])));
    let mut unshare = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"])
        .args(["bash", "-c", SET_UP, "bash"])
        .arg(changes.path())
        .args(folders)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    if let Some(output) = unshare.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", unshare.id())).unwrap_or_default();
    match children.trim().parse() {
        Ok(process) if line == "ready\n" => Ok(Place::Namespaces { unshare, process, changes }),
        _ => {
            let output = unshare.wait_with_output()?;
            Err(Failure::new(format!("no namespaces: {}", String::from_utf8_lossy(&output.stderr))))
        }
    }
}

/// A copy of the workspace that shares the folder of what is built. Files that are the same keep their time, so that cargo builds nothing twice.
fn copy() -> Result<Place> {
    let only_one = ONLY_ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = target().join("copy");
    let wanted = files("");
    for file in below(&folder, Path::new("")) {
        if !wanted.contains(&file) {
            fs::remove_file(folder.join(file))?;
        }
    }
    for file in wanted {
        let (from, to) = (workspace().join(&file), folder.join(&file));
        let text = fs::read(from)?;
        if fs::read(&to).ok().as_ref() != Some(&text) {
            to.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(to, text)?;
        }
    }
    if !folder.join(".git").exists() {
        Command::new("git").args(["init", "--quiet"]).current_dir(&folder).status()?; // `git apply` looks for the top
    }
    Ok(Place::Copy { folder, _only_one: only_one })
}

/// All files below a folder, relative to it, without those that cargo and git keep.
fn below(root: &Path, folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            if ![Path::new("target"), Path::new(".git")].contains(&path.as_path()) {
                found.extend(below(root, &path));
            }
        } else if entry.path().is_file() {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found
}
