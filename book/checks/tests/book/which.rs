//! Chapter 11.2: each cell of the table has a reason.

use book_checks::{Result, assert_none, chapter, facts, which};

#[test]
fn each_cell_has_a_section_that_shows_it_or_the_mark_of_a_judgement() -> Result {
    let chapters = chapter::all()?;
    let is_there = |place: &str| {
        let found =
            place.split_once('#').and_then(|(file, id)| Some((chapters.iter().find(|page| page.file == file)?, id)));
        found.is_some_and(|(page, id)| page.text.contains(&format!("{{#{id}}}")))
    };
    let table = facts::table("which.md")?;
    assert_none(which::unfounded(&table, is_there).into_iter().map(|cell| format!("no reason is given for “{cell}”")));
    assert_eq!(table.lines().count(), 12);

    let faults = "| | a | b | c |\n|---|---|---|---|\n\
                  | case | 3.14 MB | 12 MB [3.7](03_07_what_a_connection_costs.md#nowhere) | *it depends* |\n\
                  | case | 3.14 MB [3.7](03_07_what_a_connection_costs.md) | * | 12 MB [3.7](03_07_what_a_connection_costs.md#memory) |\n";
    assert_eq!(which::unfounded(faults, is_there).len(), 4, "a bare figure, no such section, no section, and no words");
    Ok(())
}
