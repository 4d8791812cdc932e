//! haproxy or nginx, as a process with a configuration of its own.

use crate::load::ask;
use crate::port::Port;
use clap::ValueEnum;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, path::Path};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::{sleep, timeout};

/// How long a balancer or a copy may take to do what it was asked to do.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How often to look whether it has.
const TICK: Duration = Duration::from_millis(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Haproxy,
    Nginx,
}

/// A balancer that runs. It ends when it is dropped, and its files go away.
pub struct Balancer {
    pub kind: Kind,
    process: Child,
    folder: TempDir,
    pub port: Port,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Haproxy => "haproxy",
            Self::Nginx => "nginx",
        }
    }

    pub fn steps_of_a_restart(self) -> &'static str {
        match self {
            Self::Haproxy => "drained, stopped, started, found healthy",
            Self::Nginx => "stopped, started",
        }
    }

    pub fn steps_of_a_kill(self) -> &'static str {
        match self {
            Self::Haproxy => "killed, found down, started, found healthy",
            Self::Nginx => "killed, started",
        }
    }

    /// The committed configuration.
    pub fn template(self) -> &'static str {
        match self {
            Self::Haproxy => include_str!("../haproxy.cfg"),
            Self::Nginx => include_str!("../nginx.conf"),
        }
    }

    // ANCHOR: configuration
    /// The same with the addresses of this run.
    fn configuration(
        template: &str,
        balance: &str,
        folder: &Path,
        address: SocketAddr,
        copies: &[SocketAddr],
    ) -> String {
        let template = template.replace("{folder}", &folder.to_string_lossy());
        let template = template.replace("{address}", &address.to_string()).replace("{balance}", balance);
        let with_copy = |line: &str, index: usize, copy: &SocketAddr| {
            line.replace("{number}", &(index + 1).to_string()).replace("{copy}", &copy.to_string()) + "\n"
        };
        let expand = |line: &str| match line.contains("{copy}") {
            true => copies.iter().enumerate().map(|(index, copy)| with_copy(line, index, copy)).collect(),
            false => format!("{line}\n"),
        };
        template.lines().map(expand).collect()
    }
    // ANCHOR_END: configuration

    fn command(self, folder: &Path) -> Command {
        let mut command = Command::new(self.name());
        match self {
            Self::Haproxy => command.arg("-db").arg("-f").arg(folder.join("configuration")),
            Self::Nginx => command.arg("-p").arg(folder).arg("-e").arg("errors").arg("-c").arg("configuration"),
        };
        command
    }
}

impl Balancer {
    /// Starts it in front of these copies, and waits until it answers: on this address, or on any free one.
    pub async fn start(kind: Kind, balance: &str, address: Option<SocketAddr>, copies: &[SocketAddr]) -> Result<Self> {
        Self::start_with(kind, kind.template(), balance, address, copies).await
    }

    /// The same with another configuration than the committed one.
    pub async fn start_with(
        kind: Kind,
        template: &str,
        balance: &str,
        address: Option<SocketAddr>,
        copies: &[SocketAddr],
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = address.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let port = Port::keep(address)?;
        let configuration = Kind::configuration(template, balance, folder.path(), port.address, copies);
        fs::write(folder.path().join("configuration"), configuration)?;
        let said = fs::File::create(folder.path().join("said"))?;
        let mut command = kind.command(folder.path());
        command.process_group(0); // what the terminal sends, it sends to us, and we end it
        command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
        let process = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::other(format!("{0} is not installed: apt install {0}", kind.name())),
            _ => error,
        })?;
        let mut balancer = Self { kind, process, folder, port };
        timeout(PATIENCE, balancer.answers()).await.map_err(|_| balancer.cannot("answer"))??;
        Ok(balancer)
    }

    async fn answers(&mut self) -> Result<()> {
        while ask(&mut None, self.port.address, "/").await.is_err() {
            if self.process.try_wait()?.is_some() {
                return Err(self.cannot("start"));
            }
            sleep(TICK).await;
        }
        Ok(())
    }

    // ANCHOR: drain
    /// From now on, this copy gets no new requests. (nginx would need a reload, which would close connections of clients.)
    pub async fn drain(&self, copy: usize) -> Result<()> {
        match self.kind {
            Kind::Haproxy => self.send(&format!("set server copies/copy{copy} state drain")).await.map(drop),
            Kind::Nginx => Ok(()),
        }
    }

    /// This copy may have requests again. Waits until the balancer has seen that it is up.
    pub async fn ready(&self, copy: usize) -> Result<()> {
        if self.kind == Kind::Haproxy {
            self.send(&format!("set server copies/copy{copy} state ready")).await?;
            self.sees(copy, "UP").await?;
        }
        Ok(())
    }
    // ANCHOR_END: drain

    /// Waits until it ends, although it should not.
    pub async fn loss(&mut self) -> Error {
        loop {
            match self.process.try_wait() {
                Ok(None) => sleep(TICK).await,
                Ok(Some(status)) => return Error::other(format!("{} has ended: {status}", self.kind.name())),
                Err(error) => return error,
            }
        }
    }

    /// Waits until the health checks have brought this copy into this state.
    pub async fn sees(&self, copy: usize, state: &str) -> Result<()> {
        let name = format!("copies,copy{copy},");
        let waiting = async {
            loop {
                let table = self.send("show stat").await?;
                let line = table.lines().find(|line| line.starts_with(&name)).unwrap_or_default();
                if line.split(',').nth(17) == Some(state) {
                    return Ok(());
                }
                sleep(TICK).await;
            }
        };
        timeout(PATIENCE, waiting).await.map_err(|_| self.cannot(&format!("find copy {copy} {state}")))?
    }

    /// Sends a command to haproxy's socket.
    async fn send(&self, command: &str) -> Result<String> {
        let mut socket = UnixStream::connect(self.folder.path().join("haproxy.sock")).await?;
        socket.write_all(format!("{command}\n").as_bytes()).await?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await?;
        match answer.trim() {
            refusal if command.starts_with("set") && !refusal.is_empty() => Err(Error::other(refusal.to_owned())),
            _ => Ok(answer),
        }
    }

    fn cannot(&self, what: &str) -> Error {
        let said = ["said", "errors"].map(|file| fs::read_to_string(self.folder.path().join(file)).unwrap_or_default());
        Error::other(format!("{} cannot {what}: {}", self.kind.name(), said.concat().trim()))
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let group = Pid::from_child(&self.process); // nginx's workers are in it, even if their master has died
        let _ = kill_process_group(group, Signal::TERM);
        let _ = self.process.wait();
    }
}
