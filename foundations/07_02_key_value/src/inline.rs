//! Requests that a person types: words in a line, with quotes where a word has spaces in it.

use std::ops::Range;

/// Splits a line into words, as Redis does. `None` if a quote is not closed, or if something follows right after it.
pub fn split(line: &[u8], words: &mut Vec<u8>, spans: &mut Vec<Range<usize>>) -> Option<()> {
    let mut rest = line;
    while let Some(begin) = rest.iter().position(|byte| !is_space(*byte)) {
        let start = words.len();
        rest = word(&rest[begin..], words)?;
        spans.push(start..words.len());
    }
    Some(())
}

/// What may separate words, as C's `isspace` has it. Of these, two do not end a word: see [`word`].
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Reads one word, and returns what follows.
fn word<'l>(mut rest: &'l [u8], word: &mut Vec<u8>) -> Option<&'l [u8]> {
    loop {
        match rest {
            [] => return Some(rest),
            [quote @ (b'"' | b'\''), after @ ..] => {
                rest = quoted(after, *quote, word)?;
                return rest.first().is_none_or(|byte| is_space(*byte)).then_some(rest);
            }
            [b' ' | b'\t' | b'\n' | b'\r', ..] => return Some(rest),
            [letter, after @ ..] => {
                word.push(*letter);
                rest = after;
            }
        }
    }
}

/// Reads to the closing quote, and returns what follows. Between double quotes, a backslash begins an escape.
fn quoted<'l>(mut rest: &'l [u8], quote: u8, word: &mut Vec<u8>) -> Option<&'l [u8]> {
    loop {
        let (letter, after) = match rest {
            [] => return None,
            [end, after @ ..] if *end == quote => return Some(after),
            [b'\\', b'x', high, low, after @ ..] if quote == b'"' && is_hex(*high) && is_hex(*low) => {
                (hex(*high) * 16 + hex(*low), after)
            }
            [b'\\', letter, after @ ..] if quote == b'"' => (escaped(*letter), after),
            [b'\\', b'\'', after @ ..] => (b'\'', after),
            [letter, after @ ..] => (*letter, after),
        };
        word.push(letter);
        rest = after;
    }
}

fn escaped(letter: u8) -> u8 {
    match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'a' => 7,
        other => other,
    }
}

fn is_hex(digit: u8) -> bool {
    digit.is_ascii_hexdigit()
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit.to_ascii_lowercase() - b'a' + 10,
    }
}
