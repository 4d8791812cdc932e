//! What the gateway of step 7.4 is made of, from the inside out.
//!
//! | file | what is in it |
//! |---|---|
//! | `service.rs` | a service: its name, its URL, and how many second tries it has left |
//! | `ask.rs` | one question to one service |
//! | `second_try.rs` | one more try, if the first one failed or takes long |
//! | `combine.rs` | all services: one after the other, together, and together with care |
//! | `gateway.rs` | one request of a client, from the limit to the answer |
//! | `server.rs` | the connections |
//! | `own.rs` | three services to ask if you have none |
//! | `arguments.rs` | the command line |

pub mod arguments;
pub mod ask;
pub mod combine;
pub mod gateway;
pub mod own;
pub mod second_try;
pub mod server;
pub mod service;
