//! What the copies and their relay must do. The book's tests see that programs with a fault do not do it.

use super::talker::Talker;
use harness::{Failure, Program, Result, SAFETY, Server};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// redis-server, which can be ended and started again in the same place. It ends when it is dropped.
pub struct Broker {
    folder: TempDir,
    process: Child,
}

impl Broker {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let process = redis_server(&folder);
        Self { folder, process }
    }

    pub fn end(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }

    pub fn start_again(&mut self) {
        self.process = redis_server(&self.folder);
    }

    /// A copy of the chat that uses it.
    pub fn copy(&self, program: &Program) -> Program {
        program.clone().environment("BROKER", format!("unix://{}/redis.sock", self.folder.path().display()))
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.end();
    }
}

fn redis_server(folder: &TempDir) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "no"]);
    let process = command.current_dir(folder.path()).stdout(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while UnixStream::connect(folder.path().join("redis.sock")).is_err() {
        assert!(start.elapsed() < SAFETY, "redis-server does not listen");
        thread::sleep(Duration::from_millis(2));
    }
    process
}

/// Waits for this line, and returns what is heard before it. What comes from other copies may come early or late.
pub fn hears_at_last(talker: &mut Talker, expected: &str) -> Result<Vec<String>> {
    let mut before = Vec::new();
    loop {
        match talker.hear()? {
            line if line == expected => return Ok(before),
            line => before.push(line),
        }
    }
}

/// More lines than the relay's inbox keeps, while the broker does nothing. Some are lost at the other copy, and that is the broker's
/// fault: no member there was too slow.
pub fn lines_lost_at_the_broker_are_not_blamed_on_a_member(program: &Program) -> Result {
    let broker = Broker::start();
    let (here, there) = (broker.copy(program).start()?, broker.copy(program).start()?);
    let mut bob = Talker::connect(&there, SAFETY)?.called("Bob")?;
    let mut ann = Talker::connect(&here, SAFETY)?.called("Ann")?;
    let mut cid = Talker::connect(&here, SAFETY)?.called("Cid")?;
    hears_at_last(&mut bob, "* Cid is here")?;
    broker.signal(Signal::STOP);
    for number in 0..500 {
        ann.say(&number.to_string())?;
        hears_at_last(&mut cid, &format!("Ann: {number}"))?;
    }
    broker.signal(Signal::CONT);
    let before = hears_at_last(&mut bob, "Ann: 499")?;
    if before.len() >= 499 || before.iter().any(|line| !line.starts_with("Ann: ")) {
        return Err(Failure::new(format!("Bob hears {before:?}")));
    }
    here.wait_for_log("the broker was too slow, and missed ")
}

/// 500 milliseconds is how long the client of Redis waits for an answer by default.
pub fn a_broker_that_rests_for_a_second_is_not_lost(program: &Program) -> Result {
    let broker = Broker::start();
    let (here, there) = (broker.copy(program).start()?, broker.copy(program).start()?);
    let mut bob = Talker::connect(&there, SAFETY)?.called("Bob")?;
    let mut ann = Talker::connect(&here, SAFETY)?.called("Ann")?;
    hears_at_last(&mut bob, "* Ann is here")?;
    broker.signal(Signal::STOP);
    ann.say("are you there?")?;
    thread::sleep(Duration::from_secs(1));
    broker.signal(Signal::CONT);
    let is_quiet = || match [&here, &there].map(Server::log).concat() {
        log if log.is_empty() => Ok(()),
        log => Err(Failure::new(format!("a copy logs {log:?}"))),
    };
    is_quiet()?;
    bob.hears("Ann: are you there?")?;
    is_quiet()
}

/// The broker has taken the line, but not confirmed it, when it ends.
pub fn a_line_that_the_broker_did_not_confirm_is_sent_again(program: &Program) -> Result {
    let mut broker = Broker::start();
    let here = broker.copy(program).start()?;
    let mut ann = Talker::connect(&here, SAFETY)?.called("Ann")?;
    let mut cid = Talker::connect(&here, SAFETY)?.called("Cid")?;
    ann.hears("* Cid is here")?;
    broker.signal(Signal::STOP);
    ann.say("precious")?;
    cid.hears("Ann: precious")?;
    thread::sleep(Duration::from_millis(50)); // the relay has it, too
    let copy = pid(here.process());
    kill_process(copy, Signal::STOP).unwrap();
    broker.end();
    broker.start_again();
    let mut subscriber = UnixStream::connect(broker.folder.path().join("redis.sock"))?;
    subscriber.set_read_timeout(Some(here.patience()))?;
    subscriber.write_all(b"SUBSCRIBE chat\r\n")?;
    let mut subscriber = BufReader::new(subscriber);
    let mut line = String::new();
    while !line.starts_with(":1") {
        line.clear();
        subscriber.read_line(&mut line)?;
    }
    kill_process(copy, Signal::CONT).unwrap();
    let start = Instant::now();
    while !line.ends_with(" Ann: precious\r\n") {
        line.clear();
        let is_heard = subscriber.read_line(&mut line).is_ok_and(|length| length > 0);
        if !is_heard || start.elapsed() > here.patience() {
            return Err(Failure::new("the line is not sent again"));
        }
    }
    Ok(())
}

/// No member speaks, and no packet says that the broker is gone.
pub fn a_broker_that_falls_silent_is_noticed_although_no_member_speaks(program: &Program) -> Result {
    let broker = Broker::start();
    let copy = broker.copy(program).patience_for_clients(Duration::from_secs(3)).start()?;
    thread::sleep(Duration::from_secs(1)); // longer than the broker may be silent
    if !copy.log().is_empty() {
        return Err(Failure::new(format!("the broker is there, and the copy logs {:?}", copy.log())));
    }
    broker.signal(Signal::STOP);
    let noticed = copy.wait_for_log("lost the broker: ");
    broker.signal(Signal::CONT);
    noticed
}

pub fn pid(process: u32) -> Pid {
    Pid::from_raw(process.try_into().unwrap()).unwrap()
}

/// A server with these arguments, and a folder of its own for what is temporary.
pub fn serving(program: &Program, [option, value]: [&str; 2]) -> Result<(Server, TempDir)> {
    let folder = tempfile::tempdir()?;
    let program = program.clone().argument(option).argument(value).environment("TMPDIR", folder.path());
    let server = program.argument("--serve").start()?;
    match server.client()?.get("/")?.status {
        200 => Ok((server, folder)),
        status => Err(Failure::new(format!("expected the page, not the status {status}"))),
    }
}

/// Stopped by this signal, it ends all processes that it has started, and removes its files.
pub fn nothing_is_left_after(program: &Program, arguments: [&str; 2], signal: Signal) -> Result {
    let (mut server, folder) = serving(program, arguments)?;
    let children = children(server.process());
    if children.len() < 4 {
        return Err(Failure::new(format!("three copies and {arguments:?}: {children:?}")));
    }
    kill_process(pid(server.process()), signal).unwrap();
    let ended = server.wait_for_exit()?;
    nothing_is_left_of(&children, &folder, server.patience())?;
    if ended.code() == Some(0) { Ok(()) } else { Err(Failure::new(format!("it ended with {ended}"))) }
}

/// Waits until these processes have ended, and looks into the folder. What is left is ended here.
pub fn nothing_is_left_of(children: &[u32], folder: &TempDir, patience: Duration) -> Result {
    let left: Vec<u32> = children.iter().copied().filter(|child| !ends(*child, patience)).collect();
    for child in &left {
        let _ = kill_process(pid(*child), Signal::KILL); // it may end at this moment
    }
    let files: Vec<_> = fs::read_dir(folder.path())?.flatten().map(|file| file.file_name()).collect();
    match (&left[..], &files[..]) {
        ([], []) => Ok(()),
        (left, files) => Err(Failure::new(format!("the processes {left:?} and the files {files:?} are left"))),
    }
}

/// The processes that this one has started, and those that they have started.
pub fn children(parent: u32) -> Vec<u32> {
    let own = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
    let own: Vec<u32> = own.split_whitespace().map(|number| number.parse().unwrap()).collect();
    own.iter().flat_map(|child| children(*child)).chain(own.clone()).collect()
}

/// Whether this process ends: it was killed, but may not have been on a processor since. (`Z` has ended, and its parent has not asked how.)
fn ends(process: u32, patience: Duration) -> bool {
    let start = Instant::now();
    let is_running = || {
        let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        state.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
    };
    while is_running() && start.elapsed() < patience {
        thread::sleep(Duration::from_millis(2));
    }
    !is_running()
}
