//! The terminal: keys that come without the Enter key, and pictures that are drawn one over the other.

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{self, IsTerminal, Read, Write};
use std::thread;
use tick::packet::Wish;
use tick::world::Heading;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Goes to the upper left corner, and hides the cursor.
const HOME: &[u8] = b"\x1b[H\x1b[?25l";
/// Clears what is below, and shows the cursor.
const END: &[u8] = b"\x1b[J\x1b[?25h";

/// The terminal, until it is dropped.
pub struct Terminal {
    /// What the keys say.
    pub keys: UnboundedReceiver<Wish>,
    before: Option<Termios>,
    is_drawn_over: bool,
}

impl Terminal {
    /// Listens to the keys. With `once`, pictures are printed, and not drawn.
    pub fn new(once: bool) -> Self {
        let (said, keys) = unbounded_channel();
        let before = if once { None } else { tcgetattr(io::stdin()).ok() };
        if let Some(mut modes) = before.clone() {
            modes.local_modes -= LocalModes::ICANON | LocalModes::ECHO;
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &modes); // without it, the Enter key is needed
        }
        if !once {
            thread::spawn(move || read(&said));
        }
        let is_drawn_over = !once && io::stdout().is_terminal();
        if is_drawn_over {
            let _ = io::stdout().write_all(b"\x1b[2J"); // clears everything
        }
        Self { keys, before, is_drawn_over }
    }

    /// Draws a picture. What a terminal would take for a command is left out, because the server need not be a friend.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn draw(&self, picture: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.is_drawn_over {
            out.write_all(HOME)?;
        }
        let is_harmless = |letter: &u8| letter.is_ascii_graphic() || b" \n".contains(letter);
        out.write_all(&picture.iter().copied().filter(is_harmless).collect::<Vec<u8>>())?;
        if self.is_drawn_over {
            out.write_all(END)?;
        }
        out.flush()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(modes) = &self.before {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, modes);
        }
    }
}

/// Reads keys until there are no more. An arrow key is three bytes, of which the last one is a capital letter.
fn read(said: &UnboundedSender<Wish>) {
    for key in io::stdin().lock().bytes().map_while(Result::ok) {
        let wish = match key {
            b'A' => Wish::Go(Heading::Up),
            b'B' => Wish::Go(Heading::Down),
            b'C' => Wish::Go(Heading::Right),
            b'D' => Wish::Go(Heading::Left),
            b' ' => Wish::Go(Heading::Still),
            b'q' => Wish::Leave,
            _ => continue,
        };
        if said.send(wish).is_err() {
            return;
        }
    }
}
