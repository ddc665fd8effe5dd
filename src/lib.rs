//! mixlaw tests the scaling laws of data mixing, on simulated skills and on real training runs, and picks a
//! mixture.
//!
//! Domains share a head of fundamental skills, and their tails of specialised skills compete for capacity and for
//! data: that is why the loss of one domain depends on the weights of all (Dai and Zheng 2026, arXiv:2606.08167).
//! mixlaw builds worlds of such skills, measures losses across mixtures and scales, fits the law and its rivals, and
//! says what holds.
//!
//! A world, its runs, two laws, their best mixtures, and what following them costs:
//!
//! ```
//! use mixlaw::prelude::*;
//!
//! let world = World::new(
//!     vec![Domain::power_law("web", 1.2)?, Domain::power_law("code", 1.5)?],
//!     20.0,
//!     DEFAULT_SKILLS,
//!     Overlap::None,
//! )?;
//! let learner = Learner::new(Kernel::Exponential { tau: 5.0 });
//! let design = Design::Dirichlet { count: 24, concentration: 1.0, floor: 0.05 };
//! let experiment = Experiment::simulated(world, learner, &[1e3, 1e4], &[1e6, 1e7], design, 0)?
//!     .with_laws(&["mean", "windowed"])
//!     .with_best_mixture(OptimumPlan::new(["windowed", SIMULATOR], 1e4, 1e7));
//!
//! let found = conduct(&experiment, &())?;
//! let regret = found.optima[0].regret.as_ref().map(|regret| regret.excess_percent);
//! assert!(found.figures["test.mre.windowed"].value < found.figures["test.mre.mean"].value);
//! assert!(regret.is_some_and(|percent| percent < 0.1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! | module | what is in it |
//! |---|---|
//! | [`world`], [`mixture`] | domains, spectra of skills, overlaps; weights and designs of mixtures |
//! | [`learner`], [`simulate`], [`sgd`] | what a learner selects and learns; one run, expected or drawn |
//! | [`sweep`], [`runs`] | many runs on all threads; tables of runs, simulated or your own |
//! | [`law`], [`fit`] | losses as functions of mixture, capacity and tokens, and how they are fitted |
//! | [`optimum`] | the best mixture of a law or a simulator, with certificate, prices and regret |
//! | [`runner`] | conducts an experiment, in memory or in a directory; [`runner::figure`]: what it measures |
//! | [`experiment`], [`config`] | what is asked, as plain types; experiment files in TOML |
//! | [`planning`], [`claim`], [`report`] | how many runs are enough; verdicts; pages and pictures |
//! | [`numeric`] | streams of random numbers |
//!
//! `docs/architecture.md` follows one run and one fit through them.
//!
//! # Features
//!
//! * `cli` (default): the program, and reports of errors with their place for a terminal.
//! * `parquet`: tables of runs as Parquet.

// What only the program uses.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

pub mod claim;
#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod experiment;
mod files;
pub mod fit;
pub mod law;
pub mod learner;
pub mod mixture;
pub mod numeric;
pub mod optimum;
pub mod planning;
pub mod prelude;
pub mod report;
pub mod runner;
pub mod runs;
pub mod sgd;
pub mod simulate;
pub mod sweep;
mod text;
pub mod world;
