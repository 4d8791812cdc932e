//! What takes ten seconds. The matrix says what the steps do (that the book shows this matrix, its own tests see to), and
//! no answer keeps a server from stopping.

use harness::{Program, matrix, suite};
use std::thread;

#[test]
fn every_cell_of_the_matrix_is_what_the_steps_do() {
    let steps = Program::several_in_workspace(&matrix::STEPS).unwrap();
    let wrong: String = matrix::verify(&steps).iter().map(|failure| format!("\n{failure}")).collect();
    assert!(wrong.is_empty(), "the matrix is wrong:{wrong}");
}

#[test]
fn servers_that_stop_well_stop_in_time() {
    let names = ["09_06_graceful_server", "tokio_server", "smol_server"];
    let servers = Program::several_in_workspace(&names).unwrap();
    thread::scope(|scope| {
        for server in servers {
            scope.spawn(|| suite::stops_in_time(server).assert_passed());
        }
    });
}
