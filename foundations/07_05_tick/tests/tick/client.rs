//! Step 7.5: the player.

use super::properties::{HELLO, Player};
use super::tick;
use harness::{Program, Result, own_address};
use std::net::UdpSocket;
use std::thread;

fn player() -> Program {
    Program::at(env!("CARGO_BIN_EXE_07_05_player"))
}

#[test]
fn a_player_sees_itself_on_the_field() -> Result {
    let server = tick().start()?;
    let _other = Player::entered(server.address())?;
    let ended = player().run(&[&server.address().to_string(), "--once"])?;
    assert_eq!((ended.code, ended.log.as_str()), (Some(0), ""));
    let rows: Vec<&str> = ended.output.lines().collect();
    assert!(rows[0].starts_with("tick ") && rows[0].ends_with(": you are b at 9,6, of 2"), "{}", ended.output);
    assert!(rows.len() == 13 && &rows[2][2..3] == "a" && &rows[7][9..10] == "b", "{}", ended.output);
    Ok(())
}

#[test]
fn a_player_says_so_if_there_is_no_server() -> Result {
    let address = own_address()?;
    let ended = player().run(&[&address.to_string()])?;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.log.starts_with(&format!("cannot play on {address}: Connection refused")), "{ended:?}");
    Ok(())
}

#[test]
fn a_player_says_so_if_the_server_is_full() -> Result {
    let server = tick().argument("--players").argument("0").start()?;
    let ended = player().run(&[&server.address().to_string()])?;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.log.ends_with(": there is no room for another player\n"), "{ended:?}");
    Ok(())
}

#[test]
fn what_a_server_sends_cannot_command_the_terminal() -> Result {
    let server = UdpSocket::bind("127.0.0.1:0")?;
    let address = server.local_addr()?.to_string();
    let playing = thread::spawn(move || player().run(&[&address, "--once"]));
    let mut packet = [0; 64];
    let (length, from) = server.recv_from(&mut packet)?;
    assert_eq!(&packet[..length], HELLO);
    server.send_to(b"\x1b[2J\x1b]0;title\x07fine\r\x9b2J\xff\n", from)?;
    let ended = playing.join().unwrap()?;
    assert_eq!((ended.code, ended.output.as_str()), (Some(0), "[2J]0;titlefine2J\n"));
    Ok(())
}

/// Until a cookie comes: the server may have been started again, and count from the beginning.
#[test]
fn a_picture_that_comes_after_a_newer_one_is_not_drawn() -> Result {
    let server = UdpSocket::bind("127.0.0.1:0")?;
    let address = server.local_addr()?.to_string();
    let playing = thread::spawn(move || player().run(&[&address]));
    let (_, from) = server.recv_from(&mut [0; 64])?;
    for packet in [
        "tick 9: nine\n",
        "tick 8: late\n",
        "no picture\n",
        "tick 10: ten\n",
        "tick 9: late\n",
        "0000000000000001 c\n",
        "tick 1: one\n",
        "0000000000000001 n\n",
    ] {
        server.send_to(packet.as_bytes(), from)?;
    }
    let ended = playing.join().unwrap()?;
    assert_eq!(ended.output, "tick 9: nine\ntick 10: ten\ntick 1: one\n", "{ended:?}");
    Ok(())
}

#[test]
fn its_arguments_messages_and_codes_are_those_of_all_programs() -> Result {
    let ended = player().run(&["--help"])?;
    assert!(ended.code == Some(0) && ended.output.contains("usage: 07_05_player"), "{ended:?}");
    for arguments in [&["nonsense"][..], &["127.0.0.1:1", "127.0.0.1:1"], &["--twice"]] {
        let ended = player().run(arguments)?;
        assert!(ended.code == Some(2) && ended.log.contains("usage: 07_05_player"), "{ended:?}");
        assert_eq!((ended.log.lines().count(), ended.output.as_str()), (1, ""));
    }
    Ok(())
}
