//! What the server of step 7.5 is made of, from the inside out.
//!
//! | file | what is in it |
//! |---|---|
//! | `world.rs` | the field, and how a player moves on it |
//! | `packet.rs` | what a player sends, and what is answered before the player is known |
//! | `game.rs` | the players; it has no socket, and the time is an argument |
//! | `late.rs` | how late the ticks came |
//! | `server.rs` | the loop: ticks and packets |
//! | `threads.rs` | the same game with a thread for each player, to be measured |
//! | `crowd.rs` | many players, to measure with |

pub mod crowd;
pub mod game;
pub mod late;
pub mod packet;
pub mod server;
pub mod threads;
pub mod world;
