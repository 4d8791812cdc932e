//! Arguments, messages and exit codes.

use super::basics::serves;
use crate::failure::ensure;
use crate::{Ended, Program, Result};
use std::net::TcpListener;

pub(super) fn help_is_printed_and_the_code_is_0(program: &Program) -> Result {
    for flag in ["--help", "-h"] {
        let ended = program.run(&[flag])?;
        ensure!(ended.code == Some(0), "{flag} must end with the code 0: {ended:?}");
        ensure!(ended.output.contains("usage: "), "{flag} must print the usage: {ended:?}");
        ensure!(ended.log.is_empty(), "help is no error: {ended:?}");
    }
    Ok(())
}

pub(super) fn an_address_in_use_is_named_and_the_code_is_1(program: &Program) -> Result {
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    complains(&program.run(&[&address])?, 1, &address)
}

pub(super) fn a_bad_address_is_named_and_the_code_is_2(program: &Program) -> Result {
    for address in ["nonsense", "127.0.0.1", "127.0.0.1:99999"] {
        complains(&program.run(&[address])?, 2, address)?;
    }
    Ok(())
}

pub(super) fn too_many_arguments_are_misuse_and_the_code_is_2(program: &Program) -> Result {
    complains(&program.run(&["127.0.0.1:0", "127.0.0.1:0"])?, 2, "usage: ")
}

/// One line on the standard error that says this, and nothing on the standard output.
fn complains(ended: &Ended, code: i32, text: &str) -> Result {
    ensure!(ended.code == Some(code), "expected the code {code}: {ended:?}");
    ensure!(ended.log.contains(text), "expected {text:?} in the message: {ended:?}");
    ensure!(ended.log.lines().count() == 1, "expected one line: {ended:?}");
    ensure!(ended.output.is_empty(), "an error belongs to the standard error: {ended:?}");
    Ok(())
}

pub(super) fn it_runs_from_any_directory(program: &Program) -> Result {
    serves(&program.clone().directory(std::env::temp_dir()).start()?)
}

/// Its standard output and error are pipes whose readers are gone, as after `server | head -0`.
pub(super) fn its_output_need_not_be_read(program: &Program) -> Result {
    let server = program.start_without_reader()?;
    let mut client = server.client()?;
    client.ask_half()?;
    client.reset()?; // something to log
    serves(&server)
}
