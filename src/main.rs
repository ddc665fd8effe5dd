//! The command line of mixlaw.

fn main() {}
