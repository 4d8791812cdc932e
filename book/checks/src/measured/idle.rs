//! What a client costs that says nothing, in each step of chapter 4: the memory for whatever waits for it.

use super::{load, save};
use crate::{Failure, Result, step};
use harness::{Client, Protocol, Server};
use serde::{Deserialize, Serialize};

const FILE: &str = "idle_clients.json";
/// The steps that wait in the same loop.
const STEPS: [&str; 3] = ["04_01_callbacks", "04_02_coroutines", "04_03_green_threads"];
/// How many clients say nothing.
const CLIENTS: u32 = 1_000;

/// The costs in all steps.
#[derive(Debug, Serialize, Deserialize)]
pub struct Idle {
    /// One for each step, in their order.
    pub costs: Vec<Cost>,
}

/// What a client costs in a step, in bytes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cost {
    /// The step.
    pub step: String,
    /// In RAM.
    pub resident: u64,
    /// In addresses, with or without RAM for them.
    pub reserved: u64,
}

impl Idle {
    /// The costs that are in the book.
    pub fn committed() -> Result<Self> {
        load(FILE)
    }

    /// Measures them again.
    pub fn measure() -> Result {
        save(FILE, &Self::observe()?)
    }

    /// Lets a thousand clients come, say one line each, and stay.
    pub fn observe() -> Result<Self> {
        Ok(Self { costs: STEPS.into_iter().map(cost).collect::<Result<_>>()? })
    }
}

fn cost(name: &str) -> Result<Cost> {
    let server = step::program(name)?.speaking(Protocol::Echo).delay(std::time::Duration::ZERO).start()?;
    let mut clients: Vec<Client> = Vec::new();
    let mut come = |number| -> Result {
        for _ in 0..number {
            let mut client = server.client()?;
            client.ask()?;
            clients.push(client);
        }
        Ok(())
    };
    come(100)?; // what is needed once, and not for each client, is there now
    let [resident, reserved] = memory(&server)?;
    come(CLIENTS)?;
    let [resident_now, reserved_now] = memory(&server)?;
    let each = |before: u64, now: u64| now.saturating_sub(before) / u64::from(CLIENTS);
    let (resident, reserved) = (each(resident, resident_now), each(reserved, reserved_now));
    Ok(Cost { step: name.to_owned(), resident, reserved })
}

fn memory(server: &Server) -> Result<[u64; 2]> {
    let memory = server.resident_memory().zip(server.virtual_memory());
    memory.map(Into::into).ok_or_else(|| Failure::new("only Linux reports how much memory a program has"))
}
