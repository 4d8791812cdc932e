//! What happens: the copies are started, loaded, and replaced one after the other.

use crate::balancer::{self, Balancer};
use crate::chat::{self, Meeting};
use crate::load::{Asked, ask, client};
use crate::server_copy::{self, Copy};
use clap::Parser;
use common::command_line::{self, listening};
use rustix::process::Signal;
use std::collections::BTreeSet;
use std::io::{Error, Result, Write, stderr, stdout};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use timeline::{Kind, Timeline, Unit};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How many clients ask at a time.
const CLIENTS: usize = 8;
/// How long everything is left as it is, between two changes.
const PAUSE: Duration = Duration::from_millis(150);
/// How long it takes to install a new version of the server, once the old one has ended.
const INSTALLATION: Duration = Duration::from_millis(100);

/// Starts copies of a server behind a balancer, and replaces each of them in turn, while clients ask.
#[derive(Parser)]
#[command(after_help = "Try: --server at-once, --kill, --balancer nginx, --chat broker")]
pub struct Arguments {
    /// Which program is the balancer
    #[arg(long, default_value = "haproxy")]
    balancer: balancer::Kind,
    /// Which server the copies are, if not the usual one
    #[arg(long)]
    server: Option<server_copy::Kind>,
    /// How many copies
    #[arg(long, default_value = "3", value_parser = clap::value_parser!(u16).range(1..=100))]
    copies: u16,
    /// Kill the first copy instead, without a warning
    #[arg(long)]
    kill: bool,
    /// Let people chat instead, and meet in one of these ways
    #[arg(long, value_name = "HOW", conflicts_with_all = ["balancer", "copies", "kill", "json"])]
    chat: Option<Meeting>,
    /// Print what happened as a timeline, as data
    #[arg(long)]
    json: bool,
    /// Only serve, at this address, until Ctrl-C
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["kill", "json"])]
    serve: Option<SocketAddr>,
}

/// Ends the program with code 2 if this server cannot be asked what it would be asked.
pub fn refuse_nonsense(arguments: &Arguments) {
    let Some(server) = arguments.server else { return };
    let fits = match arguments.chat {
        None => matches!(server, server_copy::Kind::Graceful | server_copy::Kind::AtOnce),
        Some(Meeting::Apart | Meeting::Sticky) => server == server_copy::Kind::Chat,
        Some(Meeting::Broker) => matches!(server, server_copy::Kind::Chat | server_copy::Kind::SharedChat),
    };
    if !fits {
        let how = arguments.chat.map_or("without --chat", |_| "with this --chat");
        let problem = format!("{how}, --server cannot be {}", server.name());
        command_line::refuse::<Arguments>(problem);
    }
}

/// All that runs, and what has happened.
struct Scene {
    balancer: Balancer,
    copies: Vec<Copy>,
    start: Instant,
    timeline: Timeline,
    prints: bool,
}

/// Does what was asked for.
pub async fn run(arguments: &Arguments) -> Result<()> {
    match arguments.chat {
        Some(meeting) => let_people_chat(arguments, meeting).await,
        None => replace_copies(arguments).await,
    }
}

async fn let_people_chat(arguments: &Arguments, meeting: Meeting) -> Result<()> {
    let server = arguments.server.unwrap_or(meeting.server());
    let mut scene = chat::Scene::start(meeting, server, arguments.serve).await?;
    if arguments.serve.is_none() {
        return scene.play(meeting).await;
    }
    Err(scene.loss().await)
}

async fn replace_copies(arguments: &Arguments) -> Result<()> {
    let mut scene = Scene::start(arguments).await?;
    if arguments.serve.is_some() {
        return Err(scene.balancer.loss().await);
    }
    let (stop, stopped) = watch::channel(false);
    let address = scene.balancer.port.address;
    scene.print(&format!("{CLIENTS} clients ask, each as soon as it has its answer"));
    let mut clients: JoinSet<Vec<Asked>> = (0..CLIENTS).map(|_| client(address, stopped.clone())).collect();
    sleep(PAUSE).await;
    if arguments.kill {
        scene.kill().await?;
    } else {
        scene.rolling_restart().await?;
    }
    let _ = stop.send(true);
    let mut asked = Vec::new();
    while let Some(client) = clients.join_next().await {
        asked.extend(client.map_err(Error::other)?);
    }
    scene.report(&asked, arguments.json)
}

impl Scene {
    async fn start(arguments: &Arguments) -> Result<Self> {
        let server = arguments.server.unwrap_or(server_copy::Kind::Graceful);
        let mut copies = Vec::new();
        for _ in 0..arguments.copies {
            copies.push(Copy::start(server, None).await?);
        }
        let addresses: Vec<SocketAddr> = copies.iter().map(|copy| copy.port.address).collect();
        let balancer = Balancer::start(arguments.balancer, "roundrobin", arguments.serve, &addresses).await?;
        let mut timeline = Timeline::new("Copies behind a balancer", Unit::Milliseconds)
            .legend(Kind::Served, "answers")
            .legend(Kind::Waits, "gets no new requests, and finishes what it has begun")
            .legend(Kind::Blocked, "is down")
            .legend(Kind::Lost, "was requested, but never came");
        timeline.notes = "lost".to_owned();
        for number in 1..=copies.len() {
            timeline.row(format!("copy {number}"));
        }
        let (start, prints) = (Instant::now(), !arguments.json);
        let scene = Self { balancer, copies, start, timeline, prints };
        if arguments.serve.is_some() && prints {
            let address = scene.balancer.port.address;
            listening(format_args!("http://{address}"), format_args!("curl -i http://{address}"));
        }
        let (name, server) = (arguments.balancer.name(), server.name());
        let copies = if arguments.copies == 1 { "one copy".to_owned() } else { format!("{} copies", arguments.copies) };
        scene.print(&format!("{name} balances {copies} of {server}"));
        Ok(scene)
    }

    // ANCHOR: rolling_restart
    /// Replaces one copy after the other: the balancer sends it no new requests,
    /// and the copy finishes what it has begun.
    async fn rolling_restart(&mut self) -> Result<()> {
        for number in 1..=self.copies.len() {
            let copy = &mut self.copies[number - 1];
            let drained = Instant::now();
            self.balancer.drain(number).await?;
            // The copy accepts in order of arrival. Once it has answered us,
            // it has accepted what the balancer sent before.
            ask(&mut None, copy.port.address, "/").await.map_err(Error::other)?;
            copy.end(Signal::TERM).await?;
            let ended = Instant::now();
            sleep(INSTALLATION).await;
            copy.start_again().await?;
            self.balancer.ready(number).await?;
            self.was_down(number, drained, ended, self.balancer.kind.steps_of_a_restart());
            sleep(PAUSE).await;
        }
        Ok(())
    }
    // ANCHOR_END: rolling_restart

    /// Kills the first copy, and starts it again when the balancer has noticed.
    async fn kill(&mut self) -> Result<()> {
        let killed = Instant::now();
        self.copies[0].end(Signal::KILL).await?;
        match self.balancer.kind {
            balancer::Kind::Haproxy => self.balancer.sees(1, "DOWN").await?,
            balancer::Kind::Nginx => sleep(PAUSE).await, // it does not look
        }
        sleep(PAUSE).await;
        self.copies[0].start_again().await?;
        self.balancer.ready(1).await?;
        self.was_down(1, killed, killed, self.balancer.kind.steps_of_a_kill());
        sleep(PAUSE).await;
        Ok(())
    }

    fn was_down(&mut self, number: usize, drained: Instant, ended: Instant, what: &str) {
        let (up, drained, ended) =
            (self.since_start(Instant::now()), self.since_start(drained), self.since_start(ended));
        let row = &mut self.timeline.rows[number - 1];
        row.span(Kind::Served, 0, drained);
        if drained < ended {
            row.span(Kind::Waits, drained, ended);
        }
        row.span(Kind::Blocked, ended, up).span(Kind::Served, up, up);
        self.print(&format!("copy {number}: {what}"));
    }

    fn since_start(&self, moment: Instant) -> u64 {
        moment.duration_since(self.start).as_millis().try_into().unwrap_or(u64::MAX)
    }

    /// Says how many requests were lost, and draws when each copy was there.
    fn report(&mut self, asked: &[Asked], as_data: bool) -> Result<()> {
        let end = self.since_start(Instant::now());
        for row in &mut self.timeline.rows {
            match row.spans.last_mut() {
                Some(last) => last.to = end,
                None => drop(row.span(Kind::Served, 0, end)),
            }
        }
        let lost: Vec<&Asked> = asked.iter().filter(|asked| asked.lost.is_some()).collect();
        let spans: Vec<_> = lost.iter().map(|one| (self.since_start(one.sent), self.since_start(one.ended))).collect();
        let row = self.timeline.row("lost requests");
        row.note = lost.len().to_string();
        for (from, to) in merged(spans) {
            row.span(Kind::Lost, from, to);
        }
        if as_data {
            return writeln!(stdout(), "{}", serde_json::to_string(&self.timeline)?);
        }
        self.print(&format!("answered {}", asked.len() - lost.len()));
        self.print(&format!("lost {}", lost.len()));
        let reasons: BTreeSet<&str> = lost.iter().filter_map(|asked| asked.lost.as_deref()).collect();
        reasons.iter().try_for_each(|reason| writeln!(stderr(), "lost: {reason}"))?;
        Ok(())
    }

    fn print(&self, what: &str) {
        if self.prints {
            let _ = writeln!(stdout(), "{what}");
        }
    }
}

/// Times in order, where those that overlap are one.
fn merged(mut times: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    times.sort_unstable();
    let mut all: Vec<(u64, u64)> = Vec::new();
    for (from, to) in times {
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => all.push((from, to)),
        }
    }
    all
}
