//! Starting a server, asking it, stopping it.

use harness::Server;

#[test]
fn a_server_from_the_workspace_is_started_asked_and_stopped() {
    let server = Server::from_workspace("mutant").unwrap();
    let response = server.client().unwrap().get("/").unwrap();
    assert_eq!(response.status, 200);
    assert!(server.output().starts_with("listening on http://127.0.0.1:"));

    let address = server.address();
    drop(server);
    assert!(harness::Client::connect(address).is_err());
}
