//! What each step survives, and what takes as long as a server's patience: all of it waits at the same time.

use book_checks::{Failure, Result, assert_none, matrix, template};

#[test]
fn every_cell_of_the_matrix_is_what_the_steps_do() -> Result {
    let tables = matrix::tables()?;
    let shown: Vec<String> = template::all().into_iter().filter(|name| name.starts_with("matrix_")).collect();
    assert_eq!(shown, tables.iter().map(|table| format!("matrix_{table}.md")).collect::<Vec<_>>());
    let wrong: Vec<Failure> = tables.iter().map(|table| matrix::verify(table)).collect::<Result<Vec<_>>>()?.concat();
    assert_none(wrong.iter().map(Failure::to_string));
    Ok(())
}

#[test]
fn every_slow_check_passes() -> Result {
    assert_none(matrix::verify_slow_checks()?.iter().map(Failure::to_string));
    Ok(())
}
