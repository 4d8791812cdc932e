//! A task that borrows a variable of the function that starts it. The compiler refuses it.
//!
//! Run: `cargo build -p tasks --features borrowed_word --bin 05_01_borrowed_word`.

mod executor;

use executor::Executor;

fn main() {
    let word = String::from("Tic");
    let mut executor = Executor::default();
    executor.schedule(async {
        println!("{word}");
        Ok("Boom!")
    });
    executor.run_until_empty();
}
