//! Exercise 2 of section 3.5: which descriptors can be read? Write `readable`, then run
//! `cargo test -p select_poll_epoll --test exercise_readable -- --ignored`.

#![cfg(target_os = "linux")]

use rustix::fd::{AsFd, BorrowedFd};
use std::io::{self, Write, pipe};

/// The places of those descriptors that can be read now. It does not wait.
fn readable(_descriptors: &[BorrowedFd<'_>]) -> io::Result<Vec<u64>> {
    Err(io::Error::other("not written yet"))
}

#[test]
#[ignore = "exercise 3.5/2: it passes once you have written `readable`"]
fn it_finds_those_that_can_be_read() -> io::Result<()> {
    let mut pipes = (0..5).map(|_| pipe()).collect::<io::Result<Vec<_>>>()?;
    for written in [3, 1] {
        pipes[written].1.write_all(b"hello")?;
    }
    let descriptors: Vec<BorrowedFd<'_>> = pipes.iter().map(|(reader, _)| reader.as_fd()).collect();
    for _ in 0..2 {
        let mut found = readable(&descriptors)?; // nothing was read in between
        found.sort_unstable();
        assert_eq!(found, [1, 3]);
    }
    Ok(())
}
