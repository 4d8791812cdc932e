//! What the examples of section 3.6 show.

#![cfg(target_os = "linux")]

use harness::{Program, Result, has_io_uring};

#[test]
fn a_buffer_that_is_used_too_early_is_overwritten() -> Result {
    if has_io_uring() {
        let ended = Program::example("03_06_dropped")?.run(&[])?;
        assert_eq!(ended.output, "before: the buffer is ours\nafter:  hellouffer is ours\n", "{}", ended.log);
    }
    Ok(())
}

#[test]
fn a_file_is_read_without_a_thread() -> Result {
    if has_io_uring() {
        let ended = Program::example("03_06_file")?.run(&[])?;
        assert_eq!(
            ended.output, "65536 bytes of the file\n6 bytes of the socket\nthreads of the program: 1\n",
            "{}",
            ended.log
        );
    }
    Ok(())
}
