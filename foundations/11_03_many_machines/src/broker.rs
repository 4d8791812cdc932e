//! redis-server, as a process.

use crate::balancer::PATIENCE;
use std::io::{Error, ErrorKind, Result};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How often to look whether it listens.
const TICK: Duration = Duration::from_millis(5);

/// A broker that runs. It is killed when it is dropped.
pub struct Broker {
    process: Child,
    folder: TempDir,
}

impl Broker {
    /// Starts it, without a port: it listens to a socket in its folder, and writes nothing to the disk.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "no"]);
        command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let mut process = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::other("redis-server is not installed: apt install redis-server"),
            _ => error,
        })?;
        let listens = async {
            while UnixStream::connect(folder.path().join("redis.sock")).await.is_err() {
                if let Some(status) = process.try_wait()? {
                    return Err(Error::other(format!("redis-server cannot start: {status}")));
                }
                sleep(TICK).await;
            }
            Ok(())
        };
        timeout(PATIENCE, listens).await??;
        Ok(Self { process, folder })
    }

    /// Waits until it ends, although it should not.
    pub async fn loss(&mut self) -> Error {
        match self.process.wait().await {
            Ok(status) => Error::other(format!("redis-server has ended: {status}")),
            Err(error) => error,
        }
    }

    /// Where it can be reached.
    pub fn url(&self) -> String {
        format!("unix://{}", self.folder.path().join("redis.sock").display())
    }
}
