//! The table in the book says what the steps do.

use harness::{Program, matrix};
use std::path::Path;
use std::{env, fs};

#[test]
fn every_cell_of_the_matrix_is_what_the_steps_do() {
    let steps = Program::several_in_workspace(&matrix::STEPS).unwrap();
    let wrong: String = matrix::verify(&steps).iter().map(|failure| format!("\n{failure}")).collect();
    assert!(wrong.is_empty(), "the matrix is wrong:{wrong}");
}

#[test]
fn the_matrix_in_the_book_is_this_one() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../book/src/generated/matrix.md");
    if env::var_os("UPDATE_BOOK").is_some() {
        fs::create_dir_all(page.parent().unwrap()).unwrap();
        fs::write(&page, matrix::markdown()).unwrap();
    }
    if let Ok(committed) = fs::read_to_string(&page) {
        assert_eq!(
            committed,
            matrix::markdown(),
            "run `UPDATE_BOOK=1 cargo test -p harness` to rewrite {}",
            page.display()
        );
    }
}
