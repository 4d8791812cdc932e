//! A thousand clients in one room.

use super::chat;
use harness::{Program, Result};

#[test]
fn a_thousand_clients_hear_everything_in_order() -> Result {
    let server = chat().start()?;
    let crowd = Program::at(env!("CARGO_BIN_EXE_07_03_crowd")).run(&[&server.address().to_string()])?;
    assert_eq!(crowd.code, Some(0), "{crowd:?}");
    let expected = "1000 clients in one room heard 111 messages, all of them in order.\n";
    assert!(crowd.output.starts_with(expected), "{crowd:?}");
    Ok(())
}
