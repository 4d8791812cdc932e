//! What is kept while a future waits, and what is not.

use crate::tic_tac::pass;

// ANCHOR: buffers
/// Uses a buffer on both sides of an `.await`.
pub async fn keeps_a_buffer() -> usize {
    let mut buffer = [0; 1024];
    fill(&mut buffer);
    pass().await;
    buffer.len()
}

/// Is done with the buffer before the `.await`.
pub async fn drops_a_buffer() -> usize {
    let length = {
        let mut buffer = [0; 1024];
        fill(&mut buffer);
        buffer.len()
    };
    pass().await;
    length
}
// ANCHOR_END: buffers

fn fill(buffer: &mut [u8]) {
    buffer.fill(b'.');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_has_room_for_what_it_keeps_and_for_nothing_else() {
        assert!(size_of_val(&keeps_a_buffer()) > 1024);
        assert!(size_of_val(&drops_a_buffer()) < 100);
    }

    #[test]
    fn an_argument_is_kept_twice() {
        async fn takes_a_buffer(buffer: [u8; 1024]) -> usize {
            pass().await;
            buffer.len()
        }
        let size = size_of_val(&takes_a_buffer([0; 1024]));
        assert!(size > 2 * 1024, "{size}: today's compiler has learnt it");
    }
}
