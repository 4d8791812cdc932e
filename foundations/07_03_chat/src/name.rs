//! Names: what may be one, and which of them look alike.

use unicode_security::GeneralSecurityProfile;
use unicode_security::confusable_detection::skeleton;

/// The longest name, in characters.
pub const MAX_NAME: usize = 20;

/// The name of a member of the room.
#[derive(Debug)]
pub struct Name {
    shown: String,
    /// The same for all names that look alike, or that differ only in small and capital letters.
    looks: [String; 2],
}

impl Name {
    /// Letters and digits that the standard on security (UTS 39) allows in names. Among others, it allows none that cannot be seen.
    pub fn new(text: &str) -> Option<Self> {
        let shown = text.trim();
        let may_be_in_it =
            |letter: char| letter.is_alphanumeric() && letter.identifier_allowed() || "-_".contains(letter);
        if shown.is_empty() || shown.chars().count() > MAX_NAME || !shown.chars().all(may_be_in_it) {
            return None;
        }
        let seen: String = skeleton(shown).collect();
        let looks = [seen.to_lowercase(), skeleton(&shown.to_lowercase()).collect()];
        Some(Self { shown: shown.to_owned(), looks })
    }

    /// As its owner has written it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether one of the two could be taken for the other.
    pub fn looks_like(&self, other: &Self) -> bool {
        self.looks.iter().zip(&other.looks).any(|(ours, theirs)| ours == theirs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        for nonsense in ["", "  ", "An n", "A:", "*", "<b>", "a\u{202E}b", &"x".repeat(MAX_NAME + 1)] {
            assert!(Name::new(nonsense).is_none(), "{nonsense:?}");
        }
        for name in ["Ann", " Ann\n", "Zoë-2", "Анна", "安", "x_y", &"ü".repeat(MAX_NAME)] {
            assert_eq!(Name::new(name).unwrap().shown(), name.trim());
        }
    }

    #[test]
    fn a_name_has_no_letters_that_cannot_be_seen_or_are_those_of_another_alphabet_in_disguise() {
        for letter in ['\u{3164}', '\u{115F}', '\u{200B}', '\u{200D}', '\u{FEFF}', 'Ａ', '𝐀', '\u{301}', '\u{E0041}']
        {
            for name in [format!("Ann{letter}"), letter.to_string()] {
                assert!(Name::new(&name).is_none(), "{name:?}");
            }
        }
    }

    #[test]
    fn names_that_could_be_taken_for_each_other_look_alike() {
        let are_alike = |one: &str, other: &str| Name::new(one).unwrap().looks_like(&Name::new(other).unwrap());
        for (one, other) in [
            ("Ann", "aNN"),
            ("Ann", "\u{410}nn"),
            ("Bill", "BiIl"),
            ("bill", "BILL"),
            ("Tom", "T0m"),
            ("Zoë", "zo\u{451}"),
        ] {
            assert!(are_alike(one, other) && are_alike(other, one), "{one} {other}");
        }
        for (one, other) in [("Ann", "Anne"), ("Ann", "Ahn"), ("Zoe", "Zoë"), ("A-B", "A_B")] {
            assert!(!are_alike(one, other), "{one} {other}");
        }
    }
}
