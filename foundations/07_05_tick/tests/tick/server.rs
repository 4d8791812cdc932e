//! Step 7.5: the server has its properties, and ends well.

use super::properties::{self, HELLO, Player, ended};
use super::tick;
use harness::{Result, own_address};
use std::io::pipe;
use std::net::UdpSocket;

#[test]
fn no_stranger_gets_more_bytes_than_it_sent() -> Result {
    properties::a_stranger_gets_no_more_than_it_sent(&tick())
}

#[test]
fn two_servers_do_not_answer_each_other() -> Result {
    properties::no_answer_is_answered(&tick())
}

#[test]
fn a_player_that_is_silent_is_sent_nothing_more() -> Result {
    properties::a_silent_player_is_forgotten(&tick())
}

#[test]
fn the_number_of_players_is_bounded() -> Result {
    properties::the_number_of_players_is_bounded(&tick())
}

#[test]
fn ticks_that_are_missed_are_made_up_for_in_one_step() -> Result {
    properties::missed_ticks_are_sent_once(&tick())
}

#[test]
fn a_flood_of_packets_keeps_no_tick_waiting() -> Result {
    properties::a_flood_does_not_keep_a_tick_waiting(&tick())
}

#[test]
fn two_hundred_players_all_see_each_other() -> Result {
    let server = tick().start()?;
    let mut players = (0..200).map(|_| Player::new(server.address())).collect::<Result<Vec<_>>>()?;
    for player in &mut players {
        player.learn_cookie()?;
        player.say('r')?;
    }
    for player in &players {
        player.say('r')?;
        while !player.picture()?.contains(", of 200\n") {}
    }
    Ok(())
}

#[test]
fn malformed_packets_are_counted_and_not_logged() -> Result {
    let server = tick().start()?;
    let player = Player::entered(server.address())?;
    for packet in [&b""[..], b"\n", b"hello\n", &[0xFF; 19], &[b'0'; 20], &[b'a'; 9_000]] {
        Player::new(server.address())?.send(packet)?;
    }
    player.send(HELLO)?;
    player.answer('c')?;
    let output = ended(server)?;
    assert!(output.ends_with("other packets: 2 without the right cookie, 6 malformed\n"), "{output}");
    Ok(())
}

#[test]
fn a_cookie_of_another_player_is_of_no_use() -> Result {
    let server = tick().start()?;
    let mut player = Player::new(server.address())?;
    player.send(HELLO)?;
    let cookie = player.answer('c')?;
    let thief = Player::new(server.address())?;
    thief.send(format!("{cookie} r\n").as_bytes())?;
    assert_ne!(thief.answer('c')?, cookie);
    player.learn_cookie()?;
    player.say('s')?;
    assert!(player.picture()?.contains(", of 1\n"));
    Ok(())
}

#[test]
fn a_player_that_leaves_is_sent_nothing_and_may_come_back() -> Result {
    let server = tick().start()?;
    let [stays, leaves] = [Player::entered(server.address())?, Player::entered(server.address())?];
    leaves.say('q')?;
    while !stays.picture()?.contains(", of 1\n") {}
    leaves.waiting()?;
    stays.wait_for_two_ticks()?;
    assert_eq!(leaves.waiting()?.len(), 0);
    leaves.say('s')?;
    while !stays.picture()?.contains(", of 2\n") {}
    Ok(())
}

#[test]
fn it_ends_at_each_of_two_signals_and_says_how_late_it_was() -> Result {
    let server = tick().start()?;
    Player::entered(server.address())?;
    let output = ended(server)?;
    assert!(output.contains("\nplayers: 1 entered, 0 forgotten"), "{output}");
    let mut server = tick().start()?;
    server.terminate()?;
    assert_eq!(server.ended()?.code, Some(0));
    Ok(())
}

#[test]
fn its_output_need_not_be_read() -> Result {
    let address = own_address()?;
    let (reader, writer) = pipe()?;
    drop(reader);
    let mut child = tick().command().arg(address.to_string()).stdout(writer.try_clone()?).stderr(writer).spawn()?;
    let player = Player::new(address)?.patience(std::time::Duration::from_millis(100));
    let is_answered = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20)); // until it listens
        player.send(HELLO).and_then(|()| player.answer('c')).is_ok()
    });
    child.kill()?;
    child.wait()?;
    assert!(is_answered);
    Ok(())
}

#[test]
fn its_arguments_messages_and_codes_are_those_of_all_servers() -> Result {
    let taken = UdpSocket::bind("127.0.0.1:0")?;
    let taken = taken.local_addr()?.to_string();
    for (arguments, code, text) in [
        (&["--help"][..], 0, "usage: 07_05_tick"),
        (&[&taken], 1, &taken),
        (&["nonsense"], 2, "nonsense"),
        (&["127.0.0.1:99999"], 2, "127.0.0.1:99999"),
        (&["127.0.0.1:0", "127.0.0.1:0"], 2, "usage: 07_05_tick"),
        (&["--players", "-1"], 2, "usage: 07_05_tick"),
        (&["--players", "many"], 2, "many"),
    ] {
        let ended = tick().run(arguments)?;
        let (said, other) = if code == 0 { (&ended.output, &ended.log) } else { (&ended.log, &ended.output) };
        assert_eq!((ended.code, other.as_str()), (Some(code), ""), "{ended:?}");
        assert!(said.contains(text) && (code == 0 || said.lines().count() == 1), "{ended:?}");
    }
    Ok(())
}
