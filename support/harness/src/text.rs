//! What a program writes, collected while it runs.

use crate::Result;
use crate::failure::ensure;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What a program has written so far, collected by a thread, so that the program never waits for a reader.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text(Arc<(Mutex<Written>, Condvar)>);

#[derive(Debug, Default)]
struct Written {
    text: String,
    has_ended: bool,
}

impl Text {
    /// Collects all that this source gives, from now on.
    pub(crate) fn collect(&self, source: Option<impl Read + Send + 'static>) {
        let text = self.clone();
        let Some(source) = source else { return };
        thread::spawn(move || {
            let mut source = BufReader::new(source);
            let mut line = Vec::new();
            while source.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                text.change(|written| written.text.push_str(&String::from_utf8_lossy(&line)));
                line.clear();
            }
            text.change(|written| written.has_ended = true);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Written)) {
        change(&mut self.0.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.1.notify_all();
    }

    /// All that has arrived until now.
    pub(crate) fn so_far(&self) -> String {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).text.clone()
    }

    /// Waits until the condition, on the text so far and whether it has ended, holds.
    pub(crate) fn wait(&self, patience: Duration, condition: impl Fn(&str, bool) -> bool) -> Result {
        let written = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (written, waited) = self
            .0
            .1
            .wait_timeout_while(written, patience, |written| !condition(&written.text, written.has_ended))
            .unwrap_or_else(PoisonError::into_inner);
        ensure!(!waited.timed_out(), "waited {patience:?} in vain; it wrote {:?}", written.text);
        Ok(())
    }
}
