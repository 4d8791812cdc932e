//! Clients that others wrote, with their default settings.

use harness::{Failure, Result, Server, has_tool, not_checked};
use redis::{Client, Commands, SetExpiry, SetOptions};
use std::io::Write;
use std::path::Path;
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

fn talk(address: &str) -> redis::RedisResult<()> {
    let mut client = Client::open(address)?.get_connection()?;
    let () = client.set("a", "1")?;
    assert_eq!(client.incr::<_, _, i64>("a", 41)?, 42);
    assert_eq!(client.decr::<_, _, i64>("a", 2)?, 40);
    let options = SetOptions::default().get(true).with_expiration(SetExpiry::EX(100));
    assert_eq!(client.set_options::<_, _, i64>("a", b"\x00\xff", options)?, 40);
    assert_eq!(client.get::<_, Vec<u8>>("a")?, b"\x00\xff");
    assert_eq!(client.ttl::<_, i64>("a")?, 100);
    let () = client.mset(&[("b", 1), ("c", 2)])?;
    assert_eq!(client.mget::<_, Vec<Option<i64>>>(&["b", "none", "c"])?, [Some(1), None, Some(2)]);
    let (one, two): (i64, i64) = redis::pipe().incr("b", 1).incr("c", 1).query(&mut client)?;
    assert_eq!((one, two), (2, 3));
    let (one, two): (i64, i64) = redis::pipe().atomic().incr("b", 1).incr("c", 1).query(&mut client)?;
    assert_eq!((one, two), (3, 4));
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
    let server = server()?;
    for settings in ["", "?protocol=resp3"] {
        talk(&format!("redis://{}/{settings}", server.address())).map_err(|error| Failure::new(error.to_string()))?;
    }
    Ok(())
}

/// Runs a script with a client that is not Rust's, and that `.ci/run` has installed into `target/clients`.
fn other_client_works(interpreter: &str, script: &str, installed: &str, paths: &str) -> Result {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap_or(Path::new(".")).join("clients");
    if !has_tool(interpreter) {
        return Ok(());
    }
    if !target.join(installed).exists() {
        assert!(std::env::var_os("REQUIRE_REDIS_CLIENTS").is_none(), "{installed} is not in {}", target.display());
        not_checked(&format!(
            "the store with {script}, because {installed} is not in {} (.ci/run installs it)",
            target.display()
        ));
        return Ok(());
    }
    let server = server()?;
    let mut command = Command::new(interpreter);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script));
    command.arg(server.address().port().to_string());
    let (variable, path) = paths.split_once('=').unwrap_or_default();
    assert_eq!(output(command.env(variable, target.join(path)), "")?, "well\n");
    Ok(())
}

#[test]
fn the_client_of_python_works() -> Result {
    other_client_works("python3", "redis_py.py", "python/redis", "PYTHONPATH=python")
}

#[test]
fn the_client_redis_of_node_works() -> Result {
    other_client_works("node", "node_redis.js", "node_modules/redis", "NODE_PATH=node_modules")
}

#[test]
fn the_client_ioredis_of_node_works() -> Result {
    other_client_works("node", "ioredis.js", "node_modules/ioredis", "NODE_PATH=node_modules")
}
