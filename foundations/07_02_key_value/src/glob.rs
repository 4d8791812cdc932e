//! Patterns for keys: `*`, `?`, `[a-z]`, `[^a]`, and a backslash before what is meant literally.

/// Whether the whole text matches the pattern.
///
/// A star is tried with ever more of the text, but only the last one is: no pattern takes more steps than its length times that of
/// the text.
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut rest_of_pattern, mut rest) = (pattern, text);
    let mut last_star: Option<(&[u8], &[u8])> = None; // what follows it, and what of the text is left to that
    loop {
        if let [b'*', after @ ..] = rest_of_pattern {
            rest_of_pattern = after;
            last_star = Some((after, rest));
        } else if rest_of_pattern.is_empty() && rest.is_empty() {
            return true;
        } else if let Some((after, rest_after)) = one(rest_of_pattern, rest) {
            (rest_of_pattern, rest) = (after, rest_after);
        } else {
            let Some((after_star, [_, left @ ..])) = last_star else { return false };
            (rest_of_pattern, rest) = (after_star, left);
            last_star = Some((after_star, left));
        }
    }
}

/// If the first piece of the pattern matches the first byte of the text: what is left of both.
fn one<'p, 't>(pattern: &'p [u8], text: &'t [u8]) -> Option<(&'p [u8], &'t [u8])> {
    let (byte, rest) = text.split_first()?;
    let (matches, after) = match pattern {
        [] => return None,
        [b'?', after @ ..] => (true, after),
        [b'[', b'^', class @ ..] => class_has(class, *byte, false),
        [b'[', class @ ..] => class_has(class, *byte, true),
        [b'\\', letter, after @ ..] | [letter, after @ ..] => (letter == byte, after),
    };
    matches.then_some((after, rest))
}

/// Whether the byte is in the class exactly if it is `expected` there, and what follows the class.
fn class_has(mut class: &[u8], byte: u8, expected: bool) -> (bool, &[u8]) {
    let mut is_in = false;
    loop {
        let range;
        (range, class) = match class {
            [] => break,
            [b']', after @ ..] => {
                class = after;
                break;
            }
            [b'\\', letter, after @ ..] => (*letter..=*letter, after),
            [first, b'-', last, after @ ..] => (*first.min(last)..=*first.max(last), after),
            [letter, after @ ..] => (*letter..=*letter, after),
        };
        is_in |= range.contains(&byte);
    }
    (is_in == expected, class)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_match_as_in_redis() {
        for (pattern, text) in [
            ("*", ""),
            ("h?llo", "hello"),
            ("h*llo", "heeeello"),
            ("h[ae]llo", "hallo"),
            ("h[^e]llo", "hallo"),
            ("h[b-a]llo", "hbllo"),
            ("h\\?", "h?"),
            ("*a*b*c", "aabbcc"),
            ("[a-c", "b"),
            ("\\", "\\"),
        ] {
            assert!(matches(pattern.as_bytes(), text.as_bytes()), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("h?llo", "hllo"), ("h[^e]llo", "hello"), ("h\\?", "hi"), ("*a*b*c", "aabb")]
        {
            assert!(!matches(pattern.as_bytes(), text.as_bytes()), "{pattern} {text}");
        }
    }

    #[test]
    fn no_pattern_takes_forever() {
        assert!(!matches(&b"a*".repeat(1_000), &[b'a'; 999])); // the naive way takes longer than the universe is old
    }
}
