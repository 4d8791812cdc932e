//! What each step survives, and what takes as long as a server's patience: all of it waits at the same time.

use book_checks::{Failure, Result, assert_none, matrix, snapshot};

#[test]
fn each_matrix_is_what_the_steps_say() -> Result {
    for table in matrix::tables()? {
        snapshot::check(&format!("generated/matrix_{table}.md"), &matrix::markdown(&table)?)?;
    }
    Ok(())
}

#[test]
fn every_cell_of_the_matrix_is_what_the_steps_do() -> Result {
    let tables = matrix::tables()?;
    assert!(!tables.is_empty());
    let wrong: Vec<Failure> = tables.iter().map(|table| matrix::verify(table)).collect::<Result<Vec<_>>>()?.concat();
    assert_none(wrong.iter().map(Failure::to_string));
    Ok(())
}

#[test]
fn every_slow_check_passes() -> Result {
    assert_none(matrix::verify_slow_checks()?.iter().map(Failure::to_string));
    Ok(())
}
