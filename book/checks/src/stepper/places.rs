//! Where a hook is in the file without hooks, which is the one that the book prints.

use crate::{Failure, Result, patch};
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeMap;

/// For each line of a file with hooks, the lines without hooks before and after it.
pub struct Places(BTreeMap<String, Vec<(u64, u64)>>);

impl Places {
    /// The places of this patch.
    pub fn new(patch: &str) -> Result<Self> {
        let mut files = BTreeMap::new();
        for (file, before, after) in patch::changed(patch)? {
            let (mut lines, mut last) = (Vec::new(), 0);
            for change in TextDiff::from_lines(&before, &after).iter_all_changes() {
                match change.tag() {
                    ChangeTag::Delete => last += 1,
                    ChangeTag::Insert => lines.push((last, last + 1)),
                    ChangeTag::Equal => {
                        last += 1;
                        lines.push((last, last));
                    }
                }
            }
            files.insert(file, lines);
        }
        Ok(Self(files))
    }

    /// `executor.rs:36` for a hook in that file, at the line before the hook or the next one; empty for what has no file.
    pub fn find(&self, file: &str, line: u64, next: bool) -> Result<String> {
        if file.is_empty() {
            return Ok(String::new());
        }
        let name = file.rsplit_once("/src/").map_or(file, |(_, name)| name).trim_start_matches("src/");
        let found = self.0.iter().find(|(path, _)| path.ends_with(&format!("/src/{name}")));
        if found.is_none() {
            return Ok(format!("{name}:{line}")); // the patch does not change this file
        }
        let index = usize::try_from(line).unwrap_or_default().wrapping_sub(1);
        let place = found.and_then(|(_, lines)| lines.get(index));
        let (before, after) =
            place.ok_or_else(|| Failure::new(format!("{file}:{line}: the patch has no such line")))?;
        Ok(format!("{name}:{}", if next { after } else { before }))
    }
}
