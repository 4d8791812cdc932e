//! The book says what the programs do, in one program of tests: those that wait wait together.

mod all_steps; // Tests begin in the order of their names, and those of this file take longest.
mod async_fn;
mod blocked_loop;
mod blocking;
mod chapters;
mod chat;
mod claims;
mod drawings;
mod echo_costs;
mod exercises;
mod figures;
mod gateway;
mod key_value;
mod kitchen;
mod locks;
mod machines;
mod measured;
mod models;
mod modules;
mod not_blocking;
mod one_loop;
mod own_runtime;
mod player;
mod runtimes;
mod site;
mod snapshots;
mod stepper;
mod steps;
mod streams;
mod tables;
mod two_requests;
mod which;
