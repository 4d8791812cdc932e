//! What goes wrong if a buffer is used for something else while the kernel still has it.
//!
//! Run: `cargo run --example 03_06_dropped`
//! You should see: a text that we have written, and then the same text with bytes in it that we have not written.

#![cfg_attr(
    target_os = "linux",
    allow(unsafe_code, reason = "the kernel writes into a buffer without the compiler's knowledge")
)]

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    use io_uring::{IoUring, opcode, types::Fd};
    use std::io::{Write, stdout};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

    // ANCHOR: dropped
    /// Atomics, because they may change while nothing in the program changes them.
    static BUFFER: [AtomicU8; 18] = [const { AtomicU8::new(0) }; 18];
    let text = || BUFFER.iter().map(|byte| char::from(byte.load(Relaxed))).collect::<String>();

    let (here, mut there) = UnixStream::pair()?;
    let mut ring = IoUring::new(2)?;
    let buffer = BUFFER.as_ptr().cast::<u8>().cast_mut();
    let receive = opcode::Recv::new(Fd(here.as_raw_fd()), buffer, 18).build();
    // SAFETY: until the end of the program, the descriptor stays open and the buffer stays where it is.
    unsafe { ring.submission().push(&receive) }.map_err(std::io::Error::other)?;
    ring.submit()?; // the kernel receives from now on

    // Here, a task that waited for the bytes is dropped. Its buffer is used for something else.
    BUFFER.iter().zip(b"the buffer is ours").for_each(|(byte, letter)| byte.store(*letter, Relaxed));
    writeln!(stdout(), "before: {}", text())?;

    there.write_all(b"hello")?; // the client knows nothing of this
    ring.submit_and_wait(1)?;
    writeln!(stdout(), "after:  {}", text())
    // ANCHOR_END: dropped
}

#[cfg(not(target_os = "linux"))]
fn main() {
    common::command_line::fail("no io_uring on this system: only Linux has it")
}
