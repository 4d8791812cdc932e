//! Each table of the book is its template, filled with the committed data.

use book_checks::template::{self, FOLDER, typed_figures};
use book_checks::{Result, assert_none, facts, read, snapshot};

#[test]
fn each_table_shows_its_data() -> Result {
    let names = template::all();
    assert!(names.len() > 30, "{names:?}");
    let filled = names.iter().map(|name| snapshot::check(&format!("generated/{name}"), &facts::table(name)?));
    assert_none(filled.filter_map(|result| Some(result.err()?.to_string())));
    Ok(())
}

#[test]
fn no_template_has_typed_a_figure() -> Result {
    for name in template::all() {
        let typed = typed_figures(&read(format!("{FOLDER}/{name}"))?);
        assert_none(typed.into_iter().map(|figure| format!("{FOLDER}/{name}: {figure} is typed")));
    }
    Ok(())
}
