//! Step 7.4: a gateway. Its handler asks three services at the same time, and answers with what they have said in time.
//!
//! Run: `cargo run --bin 07_04_gateway -- --silent`
//! Try: `time curl -s http://127.0.0.1:7878`. Then start curl again, and stop it with Ctrl-C before the answer is there.
//! You should see: two answers, and why the third one is missing. If you stop curl within a second, each service logs `cancelled`.

use common::command_line;
use gateway::arguments::Arguments;
use gateway::gateway::Gateway;
use gateway::{own, server};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() {
    let given: Arguments = command_line::read();
    let services = match given.services() {
        services if services.is_empty() => own::start(&given.behavior()).await,
        services => Ok(services),
    };
    match (TcpListener::bind(&given.address).await, services) {
        (Ok(listener), Ok(services)) => {
            server::run(listener, Gateway::new(services, given.way, given.timeouts(), given.limit())).await;
        }
        (Err(error), _) => command_line::cannot_listen(&given.address, &error),
        (_, Err(error)) => command_line::fail(format_args!("cannot start the services: {error}")),
    }
}
