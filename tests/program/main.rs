//! The program through the front door: commands, files it reads and writes, what the documents show.

/// Four scales of twelve mixtures.
macro_rules! small_sweep {
    () => {
        r#"
[sweep]
capacities = [1e3, 1e4]
tokens = [1e5, 1e6]

[sweep.mixtures]
design = "dirichlet"
count = 12
floor = 0.05
"#
    };
}

#[macro_use]
#[path = "../common/two_domains.rs"]
mod two_domains;

mod best_mixture;
mod command_line;
mod docs;
mod experiments;
mod fit_command;
mod hostile;
mod parquet;
mod planning;
mod readme;
mod results;
