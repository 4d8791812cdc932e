//! The tests of the harness, in one program, so that those that wait do so at the same time.

mod found_by;
mod mock;
mod mutants;
mod servers;
