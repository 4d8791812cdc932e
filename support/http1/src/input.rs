//! The bytes that have arrived and are not done with.

use alloc::vec::Vec;
use core::ops::Range;

/// What has arrived; the first `consumed` bytes of it are done with.
#[derive(Debug, Default)]
pub(crate) struct Input {
    bytes: Vec<u8>,
    consumed: usize,
}

impl Input {
    /// Takes the bytes that arrived.
    pub(crate) fn receive(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// What is not done with.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.bytes[self.consumed..]
    }

    /// Is done with so many more bytes, and says where they begin: [`get`](Self::get) finds them there until something is
    /// forgotten.
    pub(crate) fn consume(&mut self, length: usize) -> usize {
        let start = self.consumed;
        self.consumed += length;
        start
    }

    /// The bytes in this range of all that is still here.
    pub(crate) fn get(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// Gives back the memory of what is done with; what is left is the beginning of a request that is incomplete.
    pub(crate) fn forget_consumed(&mut self) {
        if self.consumed > 0 {
            self.bytes = self.bytes[self.consumed..].to_vec();
            self.consumed = 0;
        }
    }

    /// Gives back the memory of this part of what is not done with.
    pub(crate) fn forget(&mut self, part: Range<usize>) {
        self.bytes.drain(self.consumed + part.start..self.consumed + part.end);
        self.bytes.shrink_to_fit();
    }

    /// Gives back all memory.
    pub(crate) fn forget_all(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
impl Input {
    /// The bytes that arrived and are kept.
    pub(crate) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes for which memory is reserved.
    pub(crate) fn reserved(&self) -> usize {
        self.bytes.capacity()
    }
}
