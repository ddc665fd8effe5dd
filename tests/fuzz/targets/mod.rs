//! One file for each kind of file that mixlaw reads.

pub mod experiment;
pub mod fits;
pub mod parts;
pub mod runs;
pub mod splits;
