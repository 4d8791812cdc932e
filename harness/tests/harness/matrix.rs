//! The matrix says what the steps do. (That the book shows this matrix, its own tests see to.)

use harness::{Program, matrix};

#[test]
fn every_cell_of_the_matrix_is_what_the_steps_do() {
    let steps = Program::several_in_workspace(&matrix::STEPS).unwrap();
    let wrong: String = matrix::verify(&steps).iter().map(|failure| format!("\n{failure}")).collect();
    assert!(wrong.is_empty(), "the matrix is wrong:{wrong}");
}
