//! A client that asks the one question of its protocol, and knows the answer. Most checks need no more.

use crate::failure::ensure;
use crate::page::is_hello;
use crate::protocol::{ECHOED, LINE};
use crate::{Client, Protocol, Result};

impl Client {
    /// Asks the server's [question](Protocol::question), and checks the answer.
    pub fn ask(&mut self) -> Result {
        self.send_question()?;
        self.answer()
    }

    /// Sends the server's [question](Protocol::question).
    pub fn send_question(&mut self) -> Result {
        self.send(self.protocol.question())
    }

    /// Sends half of the question, and waits until the server has read it.
    pub fn ask_half(&mut self) -> Result {
        self.send_in_pieces([self.protocol.half_a_question().as_slice()])
    }

    /// Sends the other half of the question, and checks the answer.
    pub fn ask_the_rest(&mut self) -> Result {
        let half = self.protocol.half_a_question().len();
        self.send(&self.protocol.question()[half..])?;
        self.answer()
    }

    /// Reads one answer to the question, and checks it.
    pub fn answer(&mut self) -> Result {
        match self.protocol {
            Protocol::Http => is_hello(&self.response()?),
            Protocol::OwnPage => {
                let response = self.response()?;
                ensure!(response.status == 200, "expected a page: {response:?}");
                Ok(())
            }
            Protocol::Echo => {
                let line = self.line()?;
                ensure!(line == LINE, "expected the same line: {:?}", String::from_utf8_lossy(&line));
                Ok(())
            }
            Protocol::Resp => {
                let answer = self.bytes(ECHOED.len())?;
                ensure!(answer == ECHOED, "expected an echo: {:?}", String::from_utf8_lossy(&answer));
                Ok(())
            }
        }
    }
}
