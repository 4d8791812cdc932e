//! The two pages that the servers of chapter 9 have, and how they must arrive.

use crate::failure::ensure;
use crate::{Response, Result};
use common::{HELLO, NOT_FOUND};

/// The hello page, with all that a browser needs to show it.
pub(crate) fn is_hello(response: &Response) -> Result {
    is_page(response, 200, HELLO)
}

/// The page of a path that does not exist.
pub(crate) fn is_not_found(response: &Response) -> Result {
    is_page(response, 404, NOT_FOUND)
}

fn is_page(response: &Response, status: u16, page: &str) -> Result {
    ensure!(response.status == status, "expected the status {status}: {response:?}");
    ensure!(response.body == page.as_bytes(), "expected another page: {response:?}");
    has_page_headers(response, page)
}

/// The header fields that a browser needs to show this page.
pub(crate) fn has_page_headers(response: &Response, page: &str) -> Result {
    let length = page.len().to_string();
    ensure!(
        response.header("content-length") == Some(&length),
        "expected one Content-Length of {length}: {response:?}"
    );
    ensure!(response.header("content-type") == Some("text/html; charset=utf-8"), "expected HTML: {response:?}");
    ensure!(response.header("date").is_some_and(is_date), "expected one Date: {response:?}");
    Ok(())
}

/// A date: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
pub(crate) fn is_date(value: &str) -> bool {
    let form = "aaa, 00 aaa 0000 00:00:00 GMT";
    value.len() == form.len()
        && value.bytes().zip(form.bytes()).all(|(byte, expected)| match expected {
            b'a' => byte.is_ascii_alphabetic(),
            b'0' => byte.is_ascii_digit(),
            _ => byte == expected,
        })
}
