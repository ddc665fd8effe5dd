//! The program through the front door: commands, files it reads and writes, what the documents show.

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
