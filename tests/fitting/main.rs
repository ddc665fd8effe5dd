//! Laws, fits, uncertainty and best mixtures: on data of their own, on simulated and on real runs.

#[path = "../common/own_data.rs"]
mod own_tables;
#[path = "../common/shared_files.rs"]
mod shared_files;
#[path = "../common/small_worlds.rs"]
mod small_worlds;

mod cross_validation;
mod diagnosis;
mod laws;
mod optimum;
mod own_data;
mod pool_law;
mod published_runs;
mod ranking;
mod real_runs;
mod recovery;
mod uncertainty;
