//! Clients that others wrote.

use harness::{Failure, Result, Server, has_tool};
use redis::{Client, Commands, SetExpiry, SetOptions};
use std::io::Write;
use std::process::{Command, Stdio};

fn server() -> Result<Server> {
    Server::start(env!("CARGO_BIN_EXE_07_02_key_value"))
}

/// What a command prints, if it ends well.
fn output(command: &mut Command, input: &str) -> Result<String> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(text) } else { Err(Failure::new(format!("{}: {text}", output.status))) }
}

fn redis_cli(server: &Server) -> Command {
    let mut command = Command::new("redis-cli");
    command.args(["-p", &server.address().port().to_string()]);
    command
}

#[test]
fn redis_cli_works() -> Result {
    if !has_tool("redis-cli") {
        return Ok(());
    }
    let server = server()?;
    let commands = "SET a 'b c' EX 100\nGET a\nTTL a\nINCR a\nMGET a none\nKEYS *\n";
    let expected = "OK\nb c\n100\nERR value is not an integer or out of range\n\nb c\n\na\n";
    assert_eq!(output(&mut redis_cli(&server), commands)?, expected);
    let many: String = (0..1_000).map(|number| format!("SET key:{number} {number}\r\n")).collect();
    let piped = output(redis_cli(&server).arg("--pipe"), &many)?;
    assert!(piped.contains("errors: 0, replies: 1000"), "{piped}");
    let mut scanned: Vec<String> =
        output(redis_cli(&server).args(["--scan", "--pattern", "key:*"]), "")?.lines().map(str::to_owned).collect();
    scanned.sort();
    scanned.dedup();
    assert_eq!(scanned.len(), 1_000);
    Ok(())
}

#[test]
fn redis_benchmark_works() -> Result {
    if !has_tool("redis-benchmark") {
        return Ok(());
    }
    let server = server()?;
    let mut benchmark = Command::new("redis-benchmark");
    benchmark.args(["-p", &server.address().port().to_string(), "--csv", "-n", "500", "-r", "100", "-P", "16"]);
    let table = output(benchmark.args(["-t", "ping,set,get,incr,mset"]), "")?;
    for test in ["PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "MSET (10 keys)"] {
        assert!(table.contains(&format!("\"{test}\",")), "{table}");
    }
    Ok(())
}

fn talk(server: &Server) -> redis::RedisResult<()> {
    let mut client = Client::open(format!("redis://{}", server.address()))?.get_connection()?;
    let () = client.set("a", "1")?;
    assert_eq!(client.incr::<_, _, i64>("a", 41)?, 42);
    let options = SetOptions::default().get(true).with_expiration(SetExpiry::EX(100));
    assert_eq!(client.set_options::<_, _, i64>("a", b"\x00\xff", options)?, 42);
    assert_eq!(client.get::<_, Vec<u8>>("a")?, b"\x00\xff");
    assert_eq!(client.ttl::<_, i64>("a")?, 100);
    let () = client.mset(&[("b", 1), ("c", 2)])?;
    assert_eq!(client.mget::<_, Vec<Option<i64>>>(&["b", "none", "c"])?, [Some(1), None, Some(2)]);
    let (one, two): (i64, i64) = redis::pipe().incr("b", 1).incr("c", 1).query(&mut client)?;
    assert_eq!((one, two), (2, 3));
    let mut keys: Vec<String> = client.scan()?.collect::<redis::RedisResult<_>>()?;
    keys.sort();
    assert_eq!(keys, ["a", "b", "c"]);
    let refused = client.incr::<_, _, i64>("a", 1).map_err(|error| error.to_string());
    assert!(
        refused.as_ref().is_err_and(|error| error.contains("value is not an integer or out of range")),
        "{refused:?}"
    );
    assert_eq!(client.del::<_, i64>(&["a", "b", "c"])?, 3);
    Ok(())
}

#[test]
fn the_client_of_rust_works() -> Result {
    talk(&server()?).map_err(|error| Failure::new(error.to_string()))
}

const PYTHON: &str = "
import sys, time, redis
options = {'port': int(sys.argv[1]), 'decode_responses': True}
try:
    client = redis.Redis(protocol=2, **options)
except TypeError: # an old one, which knows no other
    client = redis.Redis(**options)
assert client.ping() and client.set('a', 'b', px=50)
assert client.get('a') == 'b' and 0 < client.pttl('a') <= 50 and client.type('a') == 'string'
time.sleep(0.06)
assert client.get('a') is None and client.exists('a') == 0
with client.pipeline(transaction=False) as pipe:
    assert pipe.set('a', 1).incr('a').append('a', '0').get('a').execute() == [True, 2, 2, '20']
assert sorted(client.scan_iter('*')) == ['a'] and client.dbsize() == 1
assert client.info('keyspace')['db0']['keys'] == 1 and client.config_get('save') == {'save': ''}
try:
    client.execute_command('NONSENSE')
    assert False
except redis.ResponseError as error:
    assert str(error).startswith('unknown command'), error
print('well')
";

/// A Python that has the client: the first one, or that of the system.
fn python() -> Option<&'static str> {
    let has_client = |python: &&str| {
        let status = Command::new(python).args(["-c", "import redis"]).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(has_client);
    if found.is_none() {
        assert!(std::env::var_os("REQUIRE_PYTHON3_REDIS").is_none(), "Python's client for Redis is not installed");
        eprintln!("SKIPPED: Python's client for Redis is not installed");
    }
    found
}

#[test]
fn the_client_of_python_works() -> Result {
    let Some(python) = python() else { return Ok(()) };
    let server = server()?;
    let port = server.address().port().to_string();
    assert_eq!(output(Command::new(python).args(["-c", PYTHON, &port]), "")?, "well\n");
    Ok(())
}
