//! A server under test: a process of its own, on a free port, stopped when the test is over.

use crate::address::own_address;
use crate::client::Client;
use crate::failure::ensure;
use crate::text::Text;
use crate::{Ended, Failure, Program, Protocol, Result, SAFETY, system};
use std::collections::BTreeMap;
use std::io::pipe;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A running server. It is killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
    output: Text,
    log: Text,
    pub(crate) patience: Duration,
    protocol: Protocol,
    pub(crate) never_rests: bool,
}

/// How it is run, and how it becomes a server.
impl Program {
    /// Runs it with these arguments, on which it is expected to end.
    ///
    /// # Errors
    ///
    /// Fails if it does not.
    pub fn run(&self, arguments: &[&str]) -> Result<Ended> {
        let mut command = self.command();
        self.spawn(command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()))?.ended()
    }

    /// Starts it on a free port of the loopback interface, and waits until it says that it listens.
    ///
    /// # Errors
    ///
    /// Fails if it cannot be started, or does not print as its first line `listening on http://ADDRESS`, or `redis://`
    /// instead of `http://`, or, if it is an echo server, nothing instead.
    pub fn start(&self) -> Result<Server> {
        self.start_with_log(Stdio::piped())
    }

    /// As [`start`](Self::start), with the standard error connected to something else.
    pub(crate) fn start_with_log(&self, log: Stdio) -> Result<Server> {
        let mut server = self.spawn(self.command().arg("127.0.0.1:0").stdout(Stdio::piped()).stderr(log))?;
        server.read_announcement().map_err(|failure| failure.context(self.path.display()))?;
        Ok(server)
    }

    /// As [`start`](Self::start), with no reader for what it writes. It cannot report its address either, so it gets one
    /// of [`own_address`].
    pub(crate) fn start_without_reader(&self) -> Result<Server> {
        let mut attempts = 0..5; // another program may take the address in the meantime
        loop {
            let (reader, writer) = pipe()?;
            drop(reader);
            let address = own_address()?;
            let mut command = self.command();
            command.arg(address.to_string()).stdout(writer.try_clone()?).stderr(writer);
            let mut server = self.spawn(&mut command)?;
            server.address = address;
            server.wait_until("it listens or ends", |server| server.has_ended() || server.client().is_ok())?;
            if !server.has_ended() {
                return Ok(server);
            }
            ensure!(attempts.next().is_some(), "with no reader for what it writes, it ends");
        }
    }

    fn spawn(&self, command: &mut Command) -> Result<Server> {
        system::raise_own_descriptor_limit();
        let child = command.spawn().map_err(|error| Failure::from(error).context(self.path.display()))?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let (output, log) = (Text::default(), Text::default());
        let (patience, protocol) = (self.patience, self.protocol);
        let mut server = Server { child, address, output, log, patience, protocol, never_rests: self.never_rests };
        if let Some(limit) = self.descriptor_limit {
            server.limit_descriptors(limit)?;
        }
        server.output.collect(server.child.stdout.take());
        server.log.collect(server.child.stderr.take());
        Ok(server)
    }
}

impl Server {
    /// Starts the program in this file: [`Program::start`].
    pub fn start(path: impl AsRef<Path>) -> Result<Self> {
        Program::at(path).start()
    }

    /// Starts the binary of this name: [`Program::in_workspace`], [`Program::start`].
    pub fn from_workspace(binary: &str) -> Result<Self> {
        Program::in_workspace(binary)?.start()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How long it is waited for.
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// What it speaks.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// A new client, connected.
    pub fn client(&self) -> Result<Client> {
        self.impatient_client(self.patience)
    }

    /// A new client, connected, that waits for nothing longer than this.
    pub(crate) fn impatient_client(&self, patience: Duration) -> Result<Client> {
        let mut client = Client::connect_with_patience(self.address, patience)?;
        client.server = (!self.never_rests).then(|| self.process());
        client.protocol = self.protocol;
        Ok(client)
    }

    /// A new client that has not been taken yet, perhaps: [`Client::knock`].
    pub fn knock(&self) -> Result<Client> {
        let mut client = Client::knock(self.address)?;
        client.protocol = self.protocol;
        Ok(client)
    }

    /// What it has printed so far.
    pub fn output(&self) -> String {
        self.output.so_far()
    }

    /// What it has written to the standard error so far.
    pub fn log(&self) -> String {
        self.log.so_far()
    }

    /// Waits until the standard error has this text in it.
    ///
    /// # Errors
    ///
    /// Fails if it ends without.
    pub fn wait_for_log(&self, text: &str) -> Result {
        let waited = self.log.wait(self.patience, |log, has_ended| has_ended || log.contains(text));
        waited.map_err(|failure| failure.context(format!("no {text:?} in the log")))?;
        ensure!(self.log().contains(text), "it ended without {text:?} in the log: {:?}", self.log());
        Ok(())
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// The numbers of all its processes: its own, those that it has started, and so on. (Only its own if the system does not tell.)
    pub fn processes(&self) -> Vec<u32> {
        system::family(self.process())
    }

    /// The processor time it has used so far. (`None` if the system does not tell.)
    pub fn cpu_time(&self) -> Option<Duration> {
        system::cpu_time(self.process())
    }

    /// Whether one of its threads computes at this moment, or could if it had a processor. (`None` if the system does not
    /// tell.)
    pub fn is_busy(&self) -> Option<bool> {
        system::is_busy(self.process())
    }

    /// How many threads it has. (`None` if the system does not tell.)
    pub fn threads(&self) -> Option<usize> {
        system::threads(self.process())
    }

    /// The names of its threads, which Linux cuts to 15 characters, by their numbers; the main thread has that of
    /// the process. (`None` if the system does not tell.)
    pub fn thread_names(&self) -> Option<BTreeMap<u32, String>> {
        system::thread_names(self.process())
    }

    /// How many file descriptors it has open. (`None` if the system does not tell.)
    pub fn descriptors(&self) -> Option<usize> {
        system::descriptors(self.process())
    }

    /// How many bytes of RAM it uses. (`None` if the system does not tell.)
    pub fn resident_memory(&self) -> Option<u64> {
        system::resident_memory(self.process())
    }

    /// How many bytes of addresses it has, whether or not there is RAM behind them. (`None` if the system does not tell.)
    pub fn virtual_memory(&self) -> Option<u64> {
        system::virtual_memory(self.process())
    }

    /// Sends it SIGINT, as Ctrl-C does.
    ///
    /// # Errors
    ///
    /// Fails everywhere but on Unix.
    pub fn interrupt(&self) -> Result {
        system::interrupt(self.process())
    }

    /// Sends it SIGTERM, as service managers do.
    ///
    /// # Errors
    ///
    /// Fails everywhere but on Unix.
    pub fn terminate(&self) -> Result {
        system::terminate(self.process())
    }

    /// Kills one of its processes, which is not asked.
    ///
    /// # Errors
    ///
    /// Fails everywhere but on Unix.
    pub fn kill(&self, process: u32) -> Result {
        system::kill(process)
    }

    /// Suspends it and lets it go on, as Ctrl-Z and the shell's `fg` do.
    ///
    /// # Errors
    ///
    /// Fails everywhere but on Unix.
    pub fn suspend_for_a_moment(&mut self) -> Result {
        system::suspend(self.process())?;
        self.wait_until("it is suspended", |server| system::is_stopped(server.process()) != Some(false))?;
        system::resume(self.process())
    }

    /// Does something while it is suspended: it sees all of it at the same time, when it goes on.
    ///
    /// # Errors
    ///
    /// Fails if the action does, and everywhere but on Unix.
    pub fn while_suspended(&mut self, action: impl FnOnce(&Self) -> Result) -> Result {
        system::suspend(self.process())?;
        self.wait_until("it is suspended", |server| system::is_stopped(server.process()) != Some(false))?;
        let done = action(self);
        system::resume(self.process())?;
        done
    }

    /// Sets how many file descriptors it may have from now on.
    ///
    /// # Errors
    ///
    /// Fails everywhere but on Linux.
    pub fn limit_descriptors(&self, limit: u64) -> Result {
        #[cfg(target_os = "linux")]
        return system::limit_descriptors(self.process(), limit);
        #[cfg(not(target_os = "linux"))]
        return Err(Failure::new(format!("only Linux can limit a running program to {limit} descriptors")));
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until it ends by itself. What it wrote last may still be on its way: [`ended`](Self::ended) waits for that, too.
    ///
    /// # Errors
    ///
    /// Fails if it does not.
    pub fn wait_for_exit(&mut self) -> Result<ExitStatus> {
        let mut ended = None;
        self.wait_until("the server ends", |server| {
            ended = server.child.try_wait().ok().flatten();
            ended.is_some()
        })?;
        ended.ok_or_else(|| Failure::new("the server does not end"))
    }

    /// Waits until it ends by itself, and until all that it wrote has arrived.
    ///
    /// # Errors
    ///
    /// Fails if it does not end.
    pub fn ended(&mut self) -> Result<Ended> {
        let status = self.wait_for_exit()?;
        self.output.wait(self.patience, |_, has_ended| has_ended)?;
        self.log.wait(self.patience, |_, has_ended| has_ended)?;
        Ok(Ended { code: status.code(), output: self.output(), log: self.log() })
    }

    /// Waits until the condition holds: for what no event announces.
    pub fn wait_until(&mut self, what: &str, mut condition: impl FnMut(&mut Self) -> bool) -> Result {
        let deadline = Instant::now() + self.patience;
        while !condition(self) {
            ensure!(Instant::now() < deadline, "waited {:?} in vain until {what}", self.patience);
            thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Waits until it says what it speaks, and where.
    fn read_announcement(&mut self) -> Result {
        let has_line = |text: &str, has_ended: bool| has_ended || text.contains('\n');
        self.output.wait(SAFETY, has_line)?; // impatience is for faults, not for a slow start
        let output = self.output.so_far();
        let announcement = output.lines().next().and_then(Protocol::announced);
        let (protocol, address) = announcement.ok_or_else(|| {
            let log = self.log();
            Failure::new(format!("its first line is not `listening on [http://|redis://]ADDRESS`: {output:?} {log:?}"))
        })?;
        self.address = address;
        if self.protocol != Protocol::OwnPage {
            self.protocol = protocol; // a server cannot tell that its page is another one
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended already
        let _ = self.child.wait();
    }
}
