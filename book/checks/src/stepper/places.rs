//! Where a hook is in the file without hooks, which is the one that the book prints.

use crate::{Failure, Result, patch};
use similar::{DiffOp, TextDiff};
use std::collections::BTreeMap;

/// For each line of a file with hooks, the number of the line that it is in the file without hooks, if it is there.
pub struct Places(BTreeMap<String, Vec<Option<usize>>>);

impl Places {
    /// The places of this patch.
    pub fn new(patch: &str) -> Result<Self> {
        let files = patch::changed(patch)?.into_iter();
        Ok(Self(files.map(|(file, before, after)| (file, counterparts(&before, &after))).collect()))
    }

    /// `executor.rs:36` for a hook in that file, at the line before the hook or the next one; empty for what has no file.
    pub fn find(&self, file: &str, line: u64, next: bool) -> Result<String> {
        if file.is_empty() {
            return Ok(String::new());
        }
        let name = file.rsplit_once("/src/").map_or(file, |(_, name)| name).trim_start_matches("src/");
        let found = self.0.iter().find(|(path, _)| path.ends_with(&format!("/src/{name}")));
        let Some((_, lines)) = found else { return Ok(format!("{name}:{line}")) }; // the patch does not change this file
        let index = usize::try_from(line).unwrap_or_default().wrapping_sub(1);
        let at = lines.get(index).and_then(|_| {
            let (before, after) = (&lines[..=index], &lines[index..]);
            if next { after.iter().find_map(|line| *line) } else { before.iter().rev().find_map(|line| *line) }
        });
        at.map(|at| format!("{name}:{at}")).ok_or_else(|| Failure::new(format!("{file}:{line}: there is no such line")))
    }
}

/// A line that was changed is the one that it resembles most among those in whose place it stands. Lines of hooks and lines without
/// words, such as a brace, are none.
fn counterparts(before: &str, after: &str) -> Vec<Option<usize>> {
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let mut places = vec![None; new.len()];
    for operation in TextDiff::from_slices(&old, &new).ops() {
        match *operation {
            DiffOp::Equal { old_index, new_index, len } => {
                (0..len).for_each(|number| places[new_index + number] = Some(old_index + number + 1));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let likeness = |a: &str, b: &str| TextDiff::from_chars(a.trim(), b.trim()).ratio();
                for index in new_index..new_index + new_len {
                    let like = |number: &usize| likeness(old[*number], new[index]);
                    let most = (old_index..old_index + old_len).max_by(|a, b| like(a).total_cmp(&like(b)));
                    places[index] = most.map(|number| number + 1);
                }
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } => {}
        }
    }
    let is_code = |line: &str| line.contains(char::is_alphanumeric) && !line.contains("hook!(");
    places.iter_mut().zip(&new).filter(|(_, line)| !is_code(line)).for_each(|(place, _)| *place = None);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_belongs_to_the_line_of_code_beside_it_even_if_that_was_changed() {
        let before = "let a = 1;\nif b.load() {\n    return;\n}\nmatch c {\n    Some(c) => c.wake(),\n    None => free += 1,\n}\n";
        let after = "let a = 1;\nhook!(0);\nlet is_b = b.load();\nhook!(1);\nif is_b {\n    return;\n}\nhook!(2);\nmatch c {\n    Some((_, c)) => {\n        hook!(3);\n        c.wake();\n    }\n    None => {\n        hook!(4);\n        free += 1;\n    }\n}\n";
        let places = Places([("step/src/main.rs".to_owned(), counterparts(before, after))].into());
        let hooks = after.lines().zip(1..).filter(|(line, _)| line.contains("hook!"));
        let found = hooks.map(|(_, line)| [false, true].map(|next| places.find("src/main.rs", line, next).unwrap()));
        let expected = [[1, 2], [2, 2], [3, 5], [6, 6], [7, 7]];
        assert!(found.eq(expected.map(|lines| lines.map(|line| format!("main.rs:{line}")))));
    }
}
