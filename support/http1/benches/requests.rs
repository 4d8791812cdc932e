//! What a request costs: bytes in, one answer out.
//!
//! Run: `cargo bench -p http`. To count instructions, which no other load on the machine can change:
//! `valgrind --tool=callgrind --toggle-collect=requests::answer target/release/deps/requests-… --bench --profile-time 1 curl`,
//! then `callgrind_annotate --inclusive=yes --tree=caller`. What was collected, divided by the calls of `answer`, is what one
//! answer costs.

use core::time::Duration;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use http1::{Connection, Response};
use std::hint::black_box;

/// What curl sends.
const CURL: &[u8] = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:7878\r\nUser-Agent: curl/8.14.1\r\nAccept: */*\r\n\r\n";

/// What a browser sends.
const BROWSER: &[u8] = b"GET / HTTP/1.1\r\n\
    Host: 127.0.0.1:7878\r\n\
    Connection: keep-alive\r\n\
    Cache-Control: max-age=0\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
    Sec-Fetch-Site: none\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-User: ?1\r\n\
    Sec-Fetch-Dest: document\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-US,en;q=0.9\r\n\r\n";

const PAGE: &str = include_str!("../../common/src/hello.html");
const NOW: Duration = Duration::from_secs(784_111_777);

/// What a server does each time bytes arrive.
#[inline(never)] // callgrind must find it
fn answer(connection: &mut Connection, bytes: &[u8]) -> Vec<u8> {
    connection.receive(bytes);
    while let Some(request) = connection.next_request() {
        let response = match request.path() {
            "/" => Response::ok(PAGE),
            _ => Response::not_found(PAGE),
        };
        connection.respond(response);
    }
    connection.output(NOW)
}

fn requests(criterion: &mut Criterion) {
    let pipelined = CURL.repeat(16);
    let mut group = criterion.benchmark_group("requests");
    for (name, input, count) in [("curl", CURL, 1), ("browser", BROWSER, 1), ("16 pipelined", &pipelined, 16)] {
        group.throughput(Throughput::Elements(count));
        let mut connection = Connection::new();
        group.bench_function(name, |bencher| bencher.iter(|| answer(&mut connection, black_box(input))));
    }
    group.finish();
}

criterion_group!(benches, requests);
criterion_main!(benches);
