//! What holds for inputs that no author thought of.

use crate::talk::{NOW, PAGE, Talk, talk_in_pieces, talk_on};
use http1::Connection;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::fs;
use std::path::Path;

/// Words that requests are made of, good and bad: any sequence of them comes closer to a request than any bytes do.
const WORDS: &[&str] = &[
    "GET / HTTP/1.1\r\nHost: a\r\n",
    "GET",
    "HEAD",
    "POST",
    "BREW",
    "M-SEARCH * HTTP/1.1\r\nHost: a\r\n",
    " ",
    "/",
    "/path",
    "*",
    "http://a",
    "https://a",
    "?query",
    "?a|{b}^`\\",
    "%2f",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/1.7",
    "HTTP/2.0",
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\r",
    ":",
    "\t",
    "\0",
    "\"",
    ";",
    "Host: a\r\n",
    "Content-Length: ",
    "5",
    "0",
    "ffffffffffffffff",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "Expect: 100-continue\r\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    ";a=\"b\"",
    "hello",
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HEAD /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
];

fn anything() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::collection::vec(select(WORDS), 0..30).prop_map(|words| words.concat().into_bytes());
    prop_oneof![4 => words, 1 => prop::collection::vec(any::<u8>(), 0..200)]
}

/// Sends bytes in the pieces that the cuts make of it.
fn talk_cut_at(input: &[u8], cuts: &[Index]) -> Talk {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len() + 1)).chain([0, input.len()]).collect();
    cuts.sort_unstable();
    let pieces = cuts.windows(2).map(|cut| &input[cut[0]..cut[1]]).filter(|piece| !piece.is_empty());
    talk_in_pieces(Connection::new(), pieces)
}

/// A good request, and its path if the server is to see it.
fn good_request() -> impl Strategy<Value = (String, Option<String>)> {
    let method = select(&["GET", "HEAD", "POST"][..]);
    let body = select(
        &[
            "\r\n",
            "Content-Length: 0\r\n\r\n",
            "Content-Length: 19\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n13;a=\"b\"\r\nGET /x HTTP/1.1\r\n\r\n\r\n0\r\nX: y\r\n\r\n",
        ][..],
    );
    (method, "/[a-z|]{0,5}", "[a-z?|{}^`\\\\\\[\\]]{0,5}", body).prop_map(|(method, path, query, body)| {
        let request = format!("{method} {path}?{query} HTTP/1.1\r\nHost: a\r\n{body}");
        (request, (method != "POST").then_some(path))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_never_matter(input in anything(), cuts in prop::collection::vec(any::<Index>(), 0..8)) {
        let whole = talk_in_pieces(Connection::new(), [&input[..]].into_iter().filter(|piece| !piece.is_empty()));
        prop_assert_eq!(&talk_cut_at(&input, &cuts), &whole);
        prop_assert_eq!(&talk_in_pieces(Connection::new(), input.chunks(1)), &whole);
    }

    #[test]
    fn what_is_sent_is_bounded_by_what_was_received(input in anything()) {
        const SHORTEST_REQUEST: usize = "A / HTTP/1.0\r\n\r\n".len();
        const LONGEST_ANSWER: usize = 256;
        let talk = talk_in_pieces(Connection::new(), [&input[..]].into_iter());
        let refusals = 1;
        let continues = 1; // at most as many as requests, and shorter than the rest of an answer
        prop_assert!(talk.answers().len() <= 2 * (input.len() / SHORTEST_REQUEST) + refusals + continues);
        prop_assert!(talk.output.len() <= talk.answers().len() * LONGEST_ANSWER);
        prop_assert!(PAGE.len() < LONGEST_ANSWER);
    }

    /// Whatever has arrived: a time-out ends it, with one answer if a part of a request is there, and with none if not.
    #[test]
    fn a_time_out_answers_half_a_request_and_nothing_else(input in anything(), end in any::<Index>()) {
        let mut connection = Connection::new();
        let talk = talk_on(&mut connection, [&input[..end.index(input.len() + 1)]].into_iter());
        let waits_for_the_rest = talk.is_open && !connection.is_idle();
        connection.time_out();
        let last_words = connection.output(NOW);
        prop_assert_eq!(last_words.starts_with(b"HTTP/1.1 408 Request Timeout\r\n"), waits_for_the_rest);
        prop_assert_eq!(!last_words.is_empty(), waits_for_the_rest);
        prop_assert!(!connection.is_open());
    }

    #[test]
    fn good_requests_are_all_seen_in_order(
        requests in prop::collection::vec(good_request(), 0..8),
        cuts in prop::collection::vec(any::<Index>(), 0..8),
    ) {
        let input: String = requests.iter().map(|(request, _)| &request[..]).collect();
        let paths: Vec<String> = requests.iter().filter_map(|(_, path)| path.clone()).collect();
        let talk = talk_cut_at(input.as_bytes(), &cuts);
        prop_assert_eq!(talk.answers().len(), requests.len());
        prop_assert_eq!(talk.paths, paths);
        prop_assert!(talk.is_open);
    }
}

/// What the fuzzer found worth keeping, as described in `fuzz/fuzz_targets`.
#[test]
fn cuts_do_not_matter_to_what_the_fuzzer_found() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let inputs: Vec<Vec<u8>> =
        fs::read_dir(corpus).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(inputs.len() > 50, "the corpus was found");
    for input in inputs.iter().filter_map(|input| input.get(1..)).filter(|input| !input.is_empty()) {
        let whole = talk_in_pieces(Connection::new(), [input].into_iter());
        for size in [1, 2, 3, 7, 50] {
            assert_eq!(talk_in_pieces(Connection::new(), input.chunks(size)), whole, "in pieces of {size}");
        }
    }
}
