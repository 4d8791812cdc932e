//! `compare`: measures servers side by side.
//!
//! Run: `cargo run --release -p runtimes-compare`, or with `-- --quick` for a first impression.
//! You should see: a table with a column per server, and where the report is.

#[cfg(target_os = "linux")]
mod compare;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    compare::main()
}

#[cfg(not(target_os = "linux"))]
fn main() -> std::process::ExitCode {
    let _ =
        std::io::Write::write_all(&mut std::io::stderr(), b"compare reads /proc and chooses cores: it needs Linux\n");
    std::process::ExitCode::FAILURE
}
