//! The processes that this program has started: none of them outlives it, however it ends.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{self, Error};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The leaders of the process groups that run. `None` once Ctrl-C was pressed: then nothing new starts.
static RUNNING: Mutex<Option<Vec<Pid>>> = Mutex::new(Some(Vec::new()));

fn running() -> MutexGuard<'static, Option<Vec<Pid>>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process in a group of its own. Dropping it ends the whole group.
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
        let _ = kill_process_group(group, Signal::KILL); // fails when all have ended, which is as good
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
            let _ = kill_process_group(group, Signal::KILL);
        }
    })
}

/// Whether Ctrl-C was pressed.
pub fn is_interrupted() -> bool {
    running().is_none()
}
