//! Exercise 7.2/2: the command `RENAME`.

use harness::{Result, Server};

#[test]
#[ignore = "exercise 7.2/2: add the command RENAME"]
fn a_key_moves_to_another_name_with_its_value_and_its_deadline() -> Result {
    let server = Server::start(env!("CARGO_BIN_EXE_07_02_key_value"))?;
    let mut client = server.client()?;
    for (command, answer) in [
        ("SET a 1 EX 100", "+OK\r\n"),
        ("RENAME a b", "+OK\r\n"),
        ("MGET a b", "*2\r\n$-1\r\n$1\r\n1\r\n"),
        ("TTL b", ":100\r\n"),
        ("RENAME b b", "+OK\r\n"),
        ("TTL b", ":100\r\n"),
        ("SET c 2", "+OK\r\n"),
        ("RENAME c b", "+OK\r\n"),
        ("MGET b c", "*2\r\n$1\r\n2\r\n$-1\r\n"),
        ("TTL b", ":-1\r\n"),
        ("RENAME a b", "-ERR no such key\r\n"),
        ("RENAME b", "-ERR wrong number of arguments for 'rename' command\r\n"),
        ("DBSIZE", ":1\r\n"),
    ] {
        client.send([command, "\r\n"].concat())?;
        let received = client.bytes(answer.len())?;
        assert_eq!(received.escape_ascii().to_string(), answer.as_bytes().escape_ascii().to_string(), "{command}");
    }
    Ok(())
}
