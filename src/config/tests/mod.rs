//! Tests of the experiment file as a whole. Each table's own rules are tested through the messages
//! that its users see.

mod files;
mod mutations;
mod optimum;
mod quickstart;
mod refused;
mod resolved;
mod vary;

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::ConfigError;

/// The report of an error as a terminal without colours shows it.
fn report(error: &ConfigError) -> String {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::none())
        .with_width(80)
        .render_report(&mut text, error)
        .unwrap();
    text
}

/// A small valid simulation; the tests break it.
const SMALL: &str = r#"name = "small"

[world]
head = 20
skills = 1e6

[[world.domains]]
name = "web"
exponent = 1.2
cost = 2

[[world.domains]]
name = "code"
exponent = 1.5
floor = 0.8

[learner]
kernel = "exponential"
tau = 5

[sweep]
capacities = [1e3, "unlimited"]
tokens = [1_000_000, "unlimited"]

[sweep.mixtures]
design = "dirichlet"
count = 3

[fit]
laws = ["mean", "capacity"]

[[checks]]
figure = "test.mre.capacity"
at-most = 1
"#;

/// A small valid experiment on real runs.
const REAL: &str = r#"name = "real"

[data]
runs = "runs.csv"
"#;
