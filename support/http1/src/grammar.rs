//! The small words of the grammar that several rules share (RFC 9110, section 5.6).

/// Which bytes belong to a set of characters.
pub(crate) type Set = [bool; 256];

/// The ASCII letters, the digits and these other characters.
pub(crate) const fn letters_digits_and(others: &[u8]) -> Set {
    let mut set = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        set[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let mut position = 0;
    while position < others.len() {
        set[others[position] as usize] = true;
        position += 1;
    }
    set
}

/// A character of a token: of a method, or of a field's name (section 5.6.2).
pub(crate) fn is_token_byte(byte: u8) -> bool {
    static TOKEN: Set = letters_digits_and(b"!#$%&'*+-.^_`|~");
    TOKEN[usize::from(byte)]
}

/// A character of a field's value (section 5.5): no control character but the tab.
pub(crate) fn is_text_byte(byte: u8) -> bool {
    !byte.is_ascii_control() || byte == b'\t'
}

/// The members of a comma-separated list; empty ones do not count (section 5.6.1).
pub(crate) fn list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).filter(|member| !member.is_empty())
}

/// What follows the white space at the beginning of `text`, if there is any (section 5.6.3).
pub(crate) fn after_space(text: &[u8]) -> &[u8] {
    let space = text.iter().take_while(|byte| b" \t".contains(byte)).count();
    &text[space..]
}

/// What follows the token at the beginning of `text` (section 5.6.2).
pub(crate) fn after_token(text: &[u8]) -> Option<&[u8]> {
    let token = text.iter().take_while(|&&byte| is_token_byte(byte)).count();
    (token > 0).then(|| &text[token..])
}

/// What follows the quoted string whose first quotation mark is before `text` (section 5.6.4).
pub(crate) fn after_quoted_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', escaped, rest @ ..] if is_text_byte(*escaped) => rest,
            [b'\\', ..] => return None,
            [byte, rest @ ..] if is_text_byte(*byte) => rest,
            _ => return None,
        }
    }
}
