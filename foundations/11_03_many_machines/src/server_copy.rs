//! A copy of the server: step 9.7, or step 9.5, which does not stop well; or the chat of step 7.3, or the chat with a broker.

use crate::balancer::PATIENCE;
use crate::port::Port;
use clap::ValueEnum;
use rustix::process::{Pid, Signal, kill_process};
use std::io::{Error, Result, Write, stderr};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{env, time::Duration};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long the server takes for `/sleep`, and so for each request of the load.
const NAP: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Step 9.7, which finishes what it has begun
    Graceful,
    /// Step 9.5, which ends at once
    AtOnce,
    /// Step 7.3, with a room of its own in each copy
    Chat,
    /// Step 7.3, with a room that all copies share
    SharedChat,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Graceful => "09_07_graceful_server",
            Self::AtOnce => "09_05_parallel_server",
            Self::Chat => "07_03_chat",
            Self::SharedChat => "11_03_shared_chat",
        }
    }

    /// Its program, which is in the same folder as this one. It is built if it is not there.
    async fn program(self) -> Result<PathBuf> {
        let own = env::current_exe()?;
        let program = own.with_file_name(self.name());
        if program.is_file() {
            return Ok(program);
        }
        let _ = writeln!(stderr(), "building {}, which is needed here:", self.name());
        let (profile, target) = (own.parent(), own.parent().and_then(Path::parent));
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.args(["build", "--bin", self.name()]).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
        cargo.args(profile.is_some_and(|profile| profile.ends_with("release")).then_some("--release"));
        cargo.arg("--target-dir").args(target);
        match cargo.status().await {
            Ok(status) if status.success() => Ok(program),
            Ok(_) => Err(Error::other(format!("{0} cannot be built: cargo build --bin {0}", self.name()))),
            Err(error) => Err(Error::other(format!("{0} is not built: cargo build --bin {0} ({error})", self.name()))),
        }
    }
}

/// A copy that runs, or has ended. It is killed when it is dropped.
pub struct Copy {
    kind: Kind,
    /// Where the chat's broker is.
    broker: Option<String>,
    process: Child,
    pub port: Port,
}

impl Copy {
    /// Starts it on a free port.
    pub async fn start(kind: Kind, broker: Option<String>) -> Result<Self> {
        let port = Port::keep(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let process = start_on(kind, broker.as_deref(), port.address).await?;
        Ok(Self { kind, broker, process, port })
    }

    /// Starts it again where it was.
    pub async fn start_again(&mut self) -> Result<()> {
        self.process = start_on(self.kind, self.broker.as_deref(), self.port.address).await?;
        Ok(())
    }

    /// Sends it a signal, and waits for its end.
    pub async fn end(&mut self, signal: Signal) -> Result<()> {
        if let Some(process) = self.process.id().and_then(|id| Pid::from_raw(id.try_into().ok()?)) {
            kill_process(process, signal)?;
        }
        timeout(PATIENCE, self.process.wait()).await??;
        Ok(())
    }
}

/// Starts a server, and waits until it listens.
async fn start_on(kind: Kind, broker: Option<&str>, address: SocketAddr) -> Result<Child> {
    let mut command = Command::new(kind.program().await?);
    command.arg(address.to_string()).env("NAP", NAP.as_secs_f64().to_string());
    command.env_remove("PATIENCE"); // it is about our own clients
    command.envs(broker.map(|broker| ("BROKER", broker)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut process = command.spawn()?;
    let mut line = String::new();
    if let Some(output) = process.stdout.take() {
        timeout(PATIENCE, BufReader::new(output).read_line(&mut line)).await??;
    }
    if line.trim().strip_prefix("listening on http://") == Some(&address.to_string()) {
        return Ok(process);
    }
    Err(Error::other(format!("{} does not listen: {line:?}", kind.name())))
}
