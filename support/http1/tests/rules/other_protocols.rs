//! What arrives on a port when the client thinks that another protocol is spoken there.

use crate::talk::{accepts, rejects, rejects_as_bad, talk, with_fields};

#[test]
fn ignores_an_upgrade() {
    for fields in [
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        "Upgrade: TLS/1.2\r\n",
        "Connection: upgrade\r\nUpgrade:\r\n",
    ] {
        assert_eq!(accepts(with_fields(fields)), "/");
        assert!(talk(with_fields(fields)).is_open);
    }
}

#[test]
fn the_preface_of_http_2_is_a_version_not_supported() {
    rejects(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    rejects(505, [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &[0, 0, 0, 4, 0, 0, 0, 0, 0]].concat());
}

#[test]
fn rejects_the_first_byte_of_tls() {
    rejects_as_bad(b"\x16");
    rejects_as_bad(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    rejects_as_bad(b"\x80\x2e\x01\x03\x01"); // as SSL 2 began
}

#[test]
fn rejects_the_simple_request_of_http_0_9() {
    rejects_as_bad("GET /\r\n");
    rejects_as_bad("GET /\r\n\r\n");
}

#[test]
fn rejects_other_protocols_with_lines() {
    rejects_as_bad("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    rejects_as_bad("EHLO localhost\r\n");
    rejects_as_bad("*1\r\n$4\r\nPING\r\n");
    rejects_as_bad("PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    rejects_as_bad("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    rejects_as_bad("OPTIONS rtsp://localhost/ RTSP/1.0\r\nCSeq: 1\r\n\r\n");
    rejects_as_bad("\0\0\0\x01");
}
