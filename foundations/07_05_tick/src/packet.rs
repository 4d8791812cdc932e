//! What a player sends: sixteen digits of a cookie, a space, a letter, and the end of the line. `0000000000000000 r` says: I do not know
//! my cookie yet, and want to go right. An answer to a player who is not known has the same length.

use crate::world::Heading;
use std::str;

/// How long a packet of a player is, and each answer to one.
pub const LENGTH: usize = 19;

/// What a player wants. A packet says all of it, so the next packet makes up for one that was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To play, and to go there.
    Go(Heading),
    /// To play no longer.
    Leave,
}

/// An answer to a player who is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This is your cookie: say it with each packet.
    Cookie,
    /// This is your cookie, but there is no room for another player.
    NoRoom,
}

const WISHES: [(u8, Wish); 6] = [
    (b's', Wish::Go(Heading::Still)),
    (b'l', Wish::Go(Heading::Left)),
    (b'r', Wish::Go(Heading::Right)),
    (b'u', Wish::Go(Heading::Up)),
    (b'd', Wish::Go(Heading::Down)),
    (b'q', Wish::Leave),
];
const ANSWERS: [(u8, Answer); 2] = [(b'c', Answer::Cookie), (b'n', Answer::NoRoom)];

// ANCHOR: decode_wish
/// The cookie and the wish in a packet of a player; `None` for any other packet. An answer of a server is not a player's packet, either:
/// otherwise two servers could answer each other forever.
pub fn decode_wish(packet: &[u8]) -> Option<(u64, Wish)> {
    decode(packet, &WISHES)
}
// ANCHOR_END: decode_wish

/// The cookie and the answer in a packet of a server, or nothing if it is none.
pub fn decode_answer(packet: &[u8]) -> Option<(u64, Answer)> {
    decode(packet, &ANSWERS)
}

/// The number of the tick that a picture shows. A packet may overtake another one, but a later picture has a higher number.
pub fn tick(picture: &[u8]) -> Option<u64> {
    let number = picture.strip_prefix(b"tick ")?.split(|letter| *letter == b':').next()?;
    str::from_utf8(number).ok()?.parse().ok()
}

/// A packet of a player.
pub fn encode_wish(cookie: u64, wish: Wish) -> [u8; LENGTH] {
    encode(cookie, wish, &WISHES)
}

/// An answer to a packet of a player.
pub fn encode_answer(cookie: u64, answer: Answer) -> [u8; LENGTH] {
    encode(cookie, answer, &ANSWERS)
}

fn decode<T: Copy>(packet: &[u8], letters: &[(u8, T)]) -> Option<(u64, T)> {
    let (cookie, [b' ', letter, b'\n']) = packet.split_at_checked(16)? else { return None };
    let digits = str::from_utf8(cookie).ok().filter(|_| cookie.iter().all(u8::is_ascii_hexdigit))?;
    let meaning = letters.iter().find(|(known, _)| known == letter)?.1;
    Some((u64::from_str_radix(digits, 16).ok()?, meaning))
}

fn encode<T: PartialEq>(cookie: u64, meant: T, letters: &[(u8, T)]) -> [u8; LENGTH] {
    let letter = letters.iter().find(|(_, meaning)| *meaning == meant).map_or(b's', |(letter, _)| *letter);
    let mut packet = [0; LENGTH];
    packet.copy_from_slice(format!("{cookie:016x} {}\n", char::from(letter)).as_bytes());
    packet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for (_, wanted) in WISHES {
            assert_eq!(decode_wish(&encode_wish(0xC00C1E, wanted)), Some((0xC00C1E, wanted)));
        }
        for (_, said) in ANSWERS {
            assert_eq!(decode_answer(&encode_answer(u64::MAX, said)), Some((u64::MAX, said)));
        }
    }

    #[test]
    fn a_picture_says_which_tick_it_shows() {
        assert_eq!(tick(b"tick 17: you are b at 9,6, of 2\n..."), Some(17));
        for packet in ["", "tick", "tick : ", "tick x: ", "tock 17: ", "tick 99999999999999999999: "] {
            assert_eq!(tick(packet.as_bytes()), None, "{packet:?}");
        }
    }

    #[test]
    fn an_answer_of_a_server_is_nothing_to_another_server() {
        for (_, said) in ANSWERS {
            assert_eq!(decode_wish(&encode_answer(1, said)), None);
        }
    }

    #[test]
    fn what_is_not_exactly_a_packet_is_nothing() {
        for packet in [
            "",
            "\n",
            "hello\n",
            "0000000000000000 r",
            "0000000000000000 r\n\n",
            "000000000000000 r\n",
            "00000000000000000r\n",
            "0000000000000000 R\n",
            "0000000000000000 x\n",
            "+000000000000001 r\n",
            "-000000000000001 r\n",
            "000000000000000g r\n",
            " 00000000000000 r\n",
            "0000000000000000\tr\n",
            "0000000000000000 r\r",
            "ééééééé\u{e9}0 r\n",
        ] {
            assert_eq!(decode_wish(packet.as_bytes()), None, "{packet:?}");
        }
        assert_eq!(decode_wish(&[0xFF; LENGTH]), None);
        assert!(decode_wish(b"0000000000000000 r\n").is_some());
    }
}
