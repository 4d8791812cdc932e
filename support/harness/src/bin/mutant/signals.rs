//! SIGINT and SIGTERM: the first one lets the server stop well, unless that is its fault.

use crate::clients;
use crate::fault::Fault;
use common::command_line;
use nix::sys::signal::{SigSet, Signal};
use std::net::{TcpListener, TcpStream};
use std::{process, thread};

/// From now on, a thread of its own does what signals ask for. (Threads that exist already would still die of them.)
pub fn obey(listener: &TcpListener, fault: Fault) {
    let signals = SigSet::from_iter([Signal::SIGINT, Signal::SIGTERM]);
    let Ok(address) = listener.local_addr() else { return };
    if fault.is("dies_of_signals") || signals.thread_block().is_err() {
        return;
    }
    thread::spawn(move || {
        let received = std::iter::from_fn(|| signals.wait().ok());
        let ignored = |signal: &Signal| match signal {
            Signal::SIGINT => fault.is("ignores_ctrl_c"),
            _ => fault.is("ignores_sigterm"),
        };
        for (number, _) in received.filter(|signal| !ignored(signal)).enumerate() {
            match number {
                0 => {
                    clients::stop(fault);
                    command_line::log("finishing the answers in flight; press Ctrl-C again to stop at once");
                    if fault.is("forgets_answers_in_flight") {
                        process::exit(0);
                    }
                    let _ = TcpStream::connect(address); // wakes the thread that accepts
                }
                1 if fault.is("needs_a_third_ctrl_c") => {}
                _ => process::exit(i32::from(!fault.is("ends_with_the_wrong_code"))),
            }
        }
    });
}
