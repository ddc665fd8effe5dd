//! `[vary]` gives the experiment with each value.

use super::{SMALL, report};
use crate::config::{Experiment, Source, Vary, parse};

fn varied(rest: &str) -> (Experiment, Vary) {
    let experiment = parse(&format!("{SMALL}\n[vary]\n{rest}\n"), "x").unwrap();
    let vary = experiment.vary.clone().unwrap();
    (experiment, vary)
}

fn domains(experiment: &Experiment) -> Vec<f64> {
    match &experiment.source {
        Source::Simulated { world, .. } => world.domains().iter().map(|d| d.cost).collect(),
        Source::Runs(_) => Vec::new(),
    }
}

#[test]
fn one_number_changes_and_nothing_else() {
    let (experiment, vary) = varied("key = \"world.head\"\nvalues = [0, 20, 7]");
    assert_eq!(vary.label, "world.head");
    let values: Vec<f64> = vary.variants.iter().map(|(value, _)| *value).collect();
    assert_eq!(values, [0.0, 20.0, 7.0]);
    for (value, variant) in &vary.variants {
        let Source::Simulated { world, .. } = &variant.source else {
            panic!("not simulated");
        };
        assert!((world.head() - value).abs() < 1e-12);
        assert_eq!(
            variant.source == experiment.source,
            value.total_cmp(&20.0).is_eq()
        );
        assert!(variant.vary.is_none() && variant.checks.is_empty());
        assert_eq!(
            (variant.seed, &variant.fit),
            (experiment.seed, &experiment.fit)
        );
    }
}

#[test]
fn a_star_is_every_item_and_a_number_is_one() {
    let (_, every) = varied("key = \"world.domains.*.cost\"\nvalues = [3, 0.5]");
    assert_eq!(domains(&every.variants[0].1), [3.0, 3.0]);
    assert_eq!(domains(&every.variants[1].1), [0.5, 0.5]);
    let (_, one) = varied("key = \"world.domains.1.cost\"\nvalues = [3, 4]\nlabel = \"cost\"");
    assert_eq!(domains(&one.variants[1].1), [2.0, 4.0]);
    assert_eq!(one.label, "cost");
}

#[test]
fn a_key_that_leads_nowhere_does_nothing_to_the_terminal() {
    for key in ["a\\rb", "\\u001b[2J"] {
        let text = format!("{SMALL}\n[vary]\nkey = \"{key}\"\nvalues = [0, 1]\n");
        let told = report(&parse(&text, "x").unwrap_err());
        let acts = |c: &char| c.is_control() && *c != '\n';
        assert_eq!(told.chars().find(acts), None, "{told:?}");
    }
}
