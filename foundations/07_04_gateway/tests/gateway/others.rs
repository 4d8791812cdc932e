//! Services that others wrote: nginx, and the web server that comes with Python.

use super::gateway;
use super::properties::expect;
use harness::{Program, Result, SAFETY, has_tool, own_address};
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A server that was started here, and ends when it is dropped.
struct Other(Child);

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill(); // it may have ended already
        let _ = self.0.wait();
    }
}

/// Starts a server in this folder, and waits until it listens.
fn start(command: &mut Command, folder: &Path, address: SocketAddr) -> Result<Other> {
    let quiet = command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let other = Other(quiet.spawn()?);
    let start = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(start.elapsed() < SAFETY, "no program listens on {address}");
        thread::sleep(Duration::from_millis(5));
    }
    Ok(other)
}

fn python(folder: &Path, address: SocketAddr) -> Result<Other> {
    let (port, host) = (address.port().to_string(), address.ip().to_string());
    start(Command::new("python3").args(["-m", "http.server", &port, "--bind", &host]), folder, address)
}

/// One process, so that nothing is left when it is killed.
fn nginx(folder: &Path, address: SocketAddr) -> Result<Other> {
    let own = folder.display();
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|kind| format!("{kind}_temp_path {own};"));
    let configuration = format!(
        "daemon off; master_process off; pid {own}/pid; error_log /dev/null;\nevents {{}}\n\
         http {{ access_log off; {} server {{ listen {address}; root {own}; }} }}\n",
        temporary.join(" ")
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration)?;
    start(Command::new("nginx").args(["-e", "/dev/null", "-p"]).arg(folder).arg("-c").arg(&file), folder, address)
}

/// It serves a file, has no other one, and says of a folder that it has another address. Then it is gone.
fn is_a_service_like_any_other(serve: fn(&Path, SocketAddr) -> Result<Other>) -> Result {
    let (folder, address) = (tempfile::tempdir()?, own_address()?);
    fs::write(folder.path().join("price"), "12.50 euros\n")?;
    fs::create_dir(folder.path().join("shop"))?;
    let service = serve(folder.path(), address)?;
    let urls = ["price", "stock", "shop"].map(|path| format!("http://{address}/{path}"));
    let program = urls.iter().fold(gateway(), |program, url| program.argument("--service").argument(url));
    let gateway = program.start()?;
    let mut client = gateway.client()?;
    for _ in 0..3 {
        let response = client.get("/")?;
        for text in ["\"answer\": \"12.50 euros\"", "it answered 404", "it redirects elsewhere (301"] {
            expect(Ok(response.clone()), 200, text)?;
        }
    }
    drop(service);
    expect(client.get("/"), 502, "\"missing\": ")
}

#[test]
fn nginx_is_a_service_like_any_other() -> Result {
    if has_tool("nginx") { is_a_service_like_any_other(nginx) } else { Ok(()) }
}

#[test]
fn the_web_server_of_python_is_a_service_like_any_other() -> Result {
    if has_tool("python3") { is_a_service_like_any_other(python) } else { Ok(()) }
}

/// How many requests are compared, and how often that is tried: now and then, the machine is busy for one of the two only.
const REQUESTS: usize = 300;
const ATTEMPTS: usize = 5;

/// Time-outs and second tries that never come have to be kept all the same. Two gateways are asked by turns.
#[test]
fn care_costs_little_processor_time() -> Result {
    let service = gateway().start()?;
    let url = format!("http://{}/status", service.address());
    let services = ["--service", &url, "--service", &url, "--service", &url];
    let with = |way: &str| {
        let program = services.into_iter().fold(gateway(), Program::argument);
        program.argument("--with").argument(way).start()
    };
    let gateways = [with("care")?, with("join")?];
    let mut clients = [gateways[0].client()?, gateways[1].client()?];
    let mut ask = |requests: usize| -> Result {
        (0..requests)
            .try_for_each(|_| clients.iter_mut().try_for_each(|client| expect(client.get("/"), 200, "under way")))
    };
    ask(20)?;
    let mut ratios = Vec::new();
    while ratios.len() < ATTEMPTS {
        let before = gateways.each_ref().map(|gateway| gateway.cpu_time().unwrap_or_default());
        ask(REQUESTS)?;
        let after = gateways.each_ref().map(|gateway| gateway.cpu_time().unwrap_or_default());
        let [care, join] = [0, 1].map(|number: usize| (after[number] - before[number]).as_secs_f64());
        if care <= join * 1.15 {
            return Ok(());
        }
        ratios.push(care / join);
    }
    panic!("with care, a request costs {ratios:?} times what it costs with `join` alone");
}
