//! The table of rules in `src/rfc.md` and the tests say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const TABLE: &str = include_str!("../../src/rfc.md");

/// The names in the last column of the table.
fn named_tests() -> BTreeSet<&'static str> {
    let rows = TABLE.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| section"));
    let last_columns = rows.map(|row| row.trim_end_matches(" |").rsplit(" | ").next().unwrap());
    last_columns.flat_map(|column| column.split(", ")).map(|name| name.trim_matches('`')).collect()
}

/// The names of all test functions below a folder.
fn test_functions(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.extend(test_functions(&path));
        } else {
            let source = fs::read_to_string(&path).unwrap();
            let functions = source.split("#[test]").skip(1).filter_map(|after| after.trim_start().strip_prefix("fn "));
            names.extend(functions.map(|after| after.split('(').next().unwrap().to_owned()));
        }
    }
    names
}

fn all_tests() -> BTreeSet<String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["src", "tests"].iter().flat_map(|folder| test_functions(&package.join(folder))).collect()
}

#[test]
fn every_row_of_the_table_names_tests_that_exist() {
    let tests = all_tests();
    let missing: Vec<_> = named_tests().into_iter().filter(|name| !tests.contains(*name)).collect();
    assert!(named_tests().len() > 50, "the table was found");
    assert_eq!(missing, [""; 0], "named in src/rfc.md, but there is no such test");
}

#[test]
fn every_rule_that_is_tested_is_in_the_table() {
    let named = named_tests();
    let is_rule = |name: &String| name.starts_with("accepts_") || name.starts_with("rejects_");
    let missing: Vec<_> = all_tests().into_iter().filter(|name| is_rule(name) && !named.contains(&**name)).collect();
    assert_eq!(missing, [""; 0], "tested, but not in src/rfc.md");
}
