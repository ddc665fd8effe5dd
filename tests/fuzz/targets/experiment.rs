//! Experiment files: read, written out, read again, and a few of their runs simulated.

use std::collections::BTreeSet;
use std::path::Path;

use miette::{GraphicalReportHandler, GraphicalTheme};
use mixlaw::config::{self, Experiment, Source};
use mixlaw::fit::SplitRule;
use mixlaw::learner::LearnerKind;
use mixlaw::simulate::{SamplerScratch, Simulator};
use mixlaw::sweep::{Runner, Sweep};
use mixlaw::world::{Overlap, World};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::Value;

use crate::mutate::{changes, text, tree};
use crate::seeds;
use crate::target::{Outcome, Target};

/// Domains up to which runs are simulated: the time of one may grow with the square.
const MOST_SIMULATED: usize = 8;

/// Weights of mixtures from which drawing them takes its time.
const LARGE: usize = 300_000;

pub struct Experiments {
    texts: Vec<String>,
    trees: Vec<Value>,
    /// Keys and words of the format.
    words: Vec<String>,
}

impl Experiments {
    pub fn new() -> Self {
        let texts = seeds::texts(&["configs", "experiments"], "toml");
        let tree = |text: &String| toml::from_str(text).expect("a good file");
        let mut words = BTreeSet::new();
        collect(config::schema(), &mut words);
        Self {
            trees: texts.iter().map(tree).collect(),
            texts,
            words: words.into_iter().collect(),
        }
    }
}

/// Names of properties and words of enumerations in a schema.
fn collect(schema: &Value, words: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                words.extend(properties.keys().cloned());
            }
            if let Some(Value::Array(values)) = object.get("enum") {
                words.extend(values.iter().filter_map(Value::as_str).map(Into::into));
            }
            object.values().for_each(|value| collect(value, words));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        _ => {}
    }
}

impl Target for Experiments {
    fn name(&self) -> &'static str {
        "experiment"
    }

    fn input(&self, random: &mut Xoshiro256PlusPlus) -> Vec<u8> {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let mut input = if random.random_range(0..4) > 0 {
            let mut tree = self.trees.choose(random).expect("a file").clone();
            for _ in 0..changes(random) {
                let other = self.trees.choose(random).expect("a file");
                tree::change(&mut tree, &words, other, random);
            }
            tree::toml(&tree).into_bytes()
        } else {
            self.texts
                .choose(random)
                .expect("a file")
                .clone()
                .into_bytes()
        };
        if random.random_range(0..3) == 0 {
            let tokens = [
                "[", "]", "[[", "{", "}", "\"", "'''", "=", "\n", "#", ".", ",", "\u{1b}",
            ];
            for _ in 0..changes(random) {
                text::change(&mut input, &tokens, random);
            }
        }
        input
    }

    fn consume(&self, input: &[u8]) -> Result<Outcome, String> {
        let Ok(text) = std::str::from_utf8(input) else {
            return Ok(Outcome::Refused);
        };
        let experiment = match config::parse(text, "fuzz.toml") {
            Ok(experiment) => experiment,
            Err(error) => {
                let mut report = String::new();
                GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
                    .with_links(false)
                    .render_report(&mut report, &error)
                    .map_err(|error| format!("no report: {error}"))?;
                if let Some(c) = report.chars().find(|c| c.is_control() && *c != '\n') {
                    return Err(format!("the report holds {c:?}"));
                }
                return Ok(Outcome::Refused);
            }
        };
        if weights(&experiment) > LARGE {
            return Ok(Outcome::Large);
        }
        let written = config::resolved_toml(&experiment, Path::new(""));
        let again = config::parse(&written, "fuzz.toml")
            .map_err(|error| format!("written out it is refused: {error:?}\n{written}"))?;
        if !has_paths(&experiment) && again != experiment {
            return Err("written out it is another experiment".into());
        }
        match &experiment.source {
            Source::Simulated {
                world,
                learner: LearnerKind::Counting(learner),
                sweep,
                ..
            } if is_light(world) => {
                let simulator = Simulator::new(world.clone(), learner.clone(), sweep.resolution);
                simulate(world, &simulator, sweep)?;
            }
            Source::Simulated { .. } | Source::Runs(_) => {}
        }
        Ok(Outcome::Accepted)
    }
}

/// Weights of all mixtures of an experiment and its variants.
fn weights(experiment: &Experiment) -> usize {
    let variants = experiment.vary.iter().flat_map(|vary| &vary.variants);
    let all = std::iter::once(experiment).chain(variants.map(|(_, variant)| variant));
    let of = |one: &Experiment| match &one.source {
        Source::Simulated { world, sweep, .. } => sweep.mixtures.len() * world.domains().len(),
        Source::Runs(_) => 0,
    };
    all.map(of).sum()
}

/// Whether a world is laid out in a moment. A pool takes most of a second to prepare.
fn is_light(world: &World) -> bool {
    world.domains().len() <= MOST_SIMULATED && !matches!(world.overlap(), Overlap::Pool(_))
}

/// Whether files are named, whose paths may be spelt otherwise.
fn has_paths(experiment: &Experiment) -> bool {
    let file = |fit: &mixlaw::fit::FitPlan| matches!(fit.split, SplitRule::File { .. });
    matches!(experiment.source, Source::Runs(_)) || experiment.fit.as_ref().is_some_and(file)
}

/// Simulates the first, the last and a middle run.
fn simulate(world: &World, simulator: &Simulator, sweep: &Sweep) -> Result<(), String> {
    let runner = Runner::new(simulator, sweep);
    let mut scratch = SamplerScratch::default();
    let mut losses = vec![0.0; world.domains().len()];
    let numbers = BTreeSet::from([0, sweep.runs() / 2, sweep.runs() - 1]);
    for number in numbers {
        let run = sweep.run(number);
        runner.run(&run, &mut scratch, &mut losses);
        if let Some(loss) = losses.iter().find(|loss| !loss.is_finite()) {
            return Err(format!("run {number} has the loss {loss}"));
        }
    }
    Ok(())
}
