//! Why the tasks of step 5.6 share what they share by `Arc`: this program does not compile.
//!
//! Run: `cargo build -p many_threads --features rc_in_spawn --bin 05_06_rc_in_spawn`.
//! You should see: "future cannot be sent between threads safely".

use std::future::ready;
use std::rc::Rc;

fn main() {
    spawn(async {
        let shared = Rc::new(7);
        ready(()).await;
        drop(shared);
    });
}

/// The same bounds as those of the executor.
fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) {
    drop(Box::pin(future));
}
