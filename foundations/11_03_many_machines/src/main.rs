//! Step 11.3: several copies of the server behind haproxy or nginx. Each copy is replaced in turn, and no client notices.
//!
//! Run: `cargo run --bin 11_03_many_machines`
//! Try: `--server at-once`, whose copies do not stop well; `--kill`; `--balancer nginx`; `--chat broker`; `--serve 127.0.0.1:7878`.
//! You should see: `lost 0`, while every copy was down for a moment. Copies that end at once lose what they had begun.

#![cfg_attr(not(unix), allow(missing_docs))]

#[cfg(unix)]
mod balancer;
#[cfg(unix)]
mod broker;
#[cfg(unix)]
mod chat;
#[cfg(unix)]
mod load;
#[cfg(unix)]
mod port;
#[cfg(unix)]
mod scene;
#[cfg(unix)]
mod server_copy;

#[cfg(not(unix))]
fn main() {
    eprintln!("haproxy needs Unix");
    std::process::exit(1);
}

#[cfg(unix)]
#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    use std::io::Write;
    use tokio::signal::unix::{SignalKind, signal};

    let arguments = common::command_line::read();
    scene::refuse_nonsense(&arguments);
    let stop_signal = async {
        let mut ctrl_c = signal(SignalKind::interrupt())?;
        let mut terminated = signal(SignalKind::terminate())?;
        let mut terminal_closed = signal(SignalKind::hangup())?;
        tokio::select! { _ = ctrl_c.recv() => {}, _ = terminated.recv() => {}, _ = terminal_closed.recv() => {} }
        std::io::Result::Ok(())
    };
    // Whichever ends first, the other future is dropped, and with it all processes that it has started.
    let ended = tokio::select! { ended = scene::run(&arguments) => ended, ended = stop_signal => ended };
    let Err(error) = ended else { return std::process::ExitCode::SUCCESS };
    let _ = writeln!(std::io::stderr(), "cannot continue: {error}");
    std::process::ExitCode::FAILURE
}
