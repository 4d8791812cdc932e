//! The program: everything that reads `/proc` and chooses cores, and all that builds on it.

mod children;
mod count;
mod files;
mod limits;
mod load;
mod loading;
mod options;
mod own;
mod page;
mod plan;
mod process;
mod program;
mod progress;
mod report;
mod results;
mod run;
mod server;
mod source;
mod table;
mod trial;
