//! What the compiler makes of `tic_tac`, written by hand.

use crate::tic_tac::{Pass, pass};
use common::command_line::say;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

// ANCHOR: states
/// The states of `tic_tac`, each with the variables that are still needed.
pub enum TicTac {
    /// It was called. Nothing has run.
    Start { name: &'static str },
    /// It has said "Tic", and waits.
    AfterTic { name: &'static str, pass: Pass },
    /// It has said "Tac", and waits.
    AfterTac { pass: Pass },
    /// It has returned its value.
    Done,
}
// ANCHOR_END: states

// ANCHOR: poll
impl Future for TicTac {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<&'static str> {
        loop {
            match &mut *self {
                TicTac::Start { name } => {
                    say(format_args!("{name}: Tic"));
                    *self = TicTac::AfterTic { name, pass: pass() };
                }
                TicTac::AfterTic { name, pass: waiting } => {
                    ready!(Pin::new(waiting).poll(context)); // returns here if it is pending
                    say(format_args!("{name}: Tac"));
                    *self = TicTac::AfterTac { pass: pass() };
                }
                TicTac::AfterTac { pass: waiting } => {
                    ready!(Pin::new(waiting).poll(context));
                    *self = TicTac::Done;
                    return Poll::Ready("Boom!");
                }
                TicTac::Done => panic!("polled after it was ready"),
            }
        }
    }
}
// ANCHOR_END: poll
