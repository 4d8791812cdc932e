//! A file and a socket, in one wait and on one thread.
//!
//! Run: `cargo run --example 03_06_file`
//! You should see: both are read, and the program has no second thread.

#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "it has what a server needs, too")]
#[path = "../src/ring.rs"]
mod ring;

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    use ring::{Done, Ring};
    use std::fs::{self, File};
    use std::io::{Write, stdout};
    use std::net::{TcpListener, TcpStream};
    use std::rc::Rc;

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut there = TcpStream::connect(listener.local_addr()?)?;
    let (here, _) = listener.accept()?;
    let file = File::open(std::env::current_exe()?)?;

    // ANCHOR: file
    let mut ring = Ring::new()?;
    ring.receive(0, Rc::new(here), vec![0; 1024])?;
    ring.read(1, Rc::new(file), vec![0; 65_536])?;
    let mut unfinished = 2;
    while unfinished > 0 {
        for done in ring.wait(None)? {
            let Done::Moved { number, result, .. } = done else { continue };
            let what = ["the socket", "the file"][number];
            writeln!(stdout(), "{} bytes of {what}", result?)?;
            unfinished -= 1;
            there.write_all(b"hello\n")?; // only now there is something to receive
        }
    }
    let names = fs::read_dir("/proc/self/task")?.map(|task| fs::read_to_string(task?.path().join("comm")));
    // The kernel's own threads are named `iou-…`.
    let own = names.filter(|name| name.as_ref().is_ok_and(|name| !name.starts_with("iou-")));
    writeln!(stdout(), "threads of the program: {}", own.count())
    // ANCHOR_END: file
}

#[cfg(not(target_os = "linux"))]
fn main() {
    common::command_line::fail("no io_uring on this system: only Linux has it")
}
