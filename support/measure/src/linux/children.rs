//! The processes that this program has started: none of them outlives it, however it ends.

use crate::linux::process::members;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::io::{self, Error};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The leaders of the process groups that run. `None` once Ctrl-C was pressed: then nothing new starts.
static RUNNING: Mutex<Option<Vec<Pid>>> = Mutex::new(Some(Vec::new()));

fn running() -> MutexGuard<'static, Option<Vec<Pid>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process in a group of its own. Dropping it ends the whole group, and all that it has started.
pub struct Group(pub Child);

impl Group {
    /// Starts a process.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut running = running(); // held until the child is on the list, so that Ctrl-C can't miss it
        let Some(running) = running.as_mut() else { return Err(Error::other("interrupted")) };
        let child = command.process_group(0).spawn()?;
        running.push(Pid::from_child(&child));
        Ok(Self(child))
    }

    /// Asks all processes of the group to end.
    pub fn terminate(&self) -> io::Result<()> {
        Ok(kill_process_group(Pid::from_child(&self.0), Signal::TERM)?)
    }

    /// The number of the process, which is also that of its group.
    pub fn id(&self) -> i32 {
        Pid::from_child(&self.0).as_raw_nonzero().get()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let mut running = running();
        let group = Pid::from_child(&self.0);
        kill(group);
        let _ = self.0.wait();
        if let Some(running) = running.as_mut() {
            running.retain(|&other| other != group);
        }
    }
}

/// Ends all the groups on Ctrl-C, on SIGTERM and when the terminal goes away.
pub fn end_with_ctrl_c() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        for group in running().take().unwrap_or_default() {
            kill(group);
        }
    })
}

/// Ends all processes of a group together, and then what they have started in groups of their own. (What has ended already is as good.)
fn kill(group: Pid) {
    let members = members(group.as_raw_nonzero().get()); // whose children they are is lost when the group has ended
    let _ = kill_process_group(group, Signal::KILL);
    for process in members.into_iter().filter_map(Pid::from_raw) {
        let _ = kill_process(process, Signal::KILL);
    }
}

/// Whether Ctrl-C was pressed.
pub fn is_interrupted() -> bool {
    running().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use procfs::process::Process;
    use std::thread;
    use std::time::{Duration, Instant};

    /// Looks again and again, for ten seconds at most.
    fn comes_true(mut is_true: impl FnMut() -> bool) -> bool {
        let start = Instant::now();
        while !is_true() && start.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(2));
        }
        is_true()
    }

    #[test]
    fn what_a_process_has_started_in_another_group_belongs_to_it_and_ends_with_it() {
        let group = Group::start(Command::new("bash").args(["-c", "set -m; sleep 60 & wait"])).unwrap();
        let both = || members(group.id());
        assert!(comes_true(|| both().len() == 2), "{:?}", both());
        let both = both();
        drop(group);
        let runs =
            |process| Process::new(process).and_then(|process| process.stat()).is_ok_and(|stat| stat.state != 'Z');
        assert!(comes_true(|| !both.iter().any(|process| runs(*process))), "{both:?}");
    }
}
