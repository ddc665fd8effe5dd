//! What `[optimum]` is told when it is wrong, and where.

use super::{SMALL, report};
use crate::config::parse;

/// The small simulation with a best mixture asked for.
fn with(optimum: &str) -> String {
    format!("{SMALL}\n[optimum]\ncapacity = 1e4\ntokens = 1e6\n{optimum}\n")
}

/// What is told of a text, in one line, and where the first problem is.
fn told(text: &str) -> (String, String) {
    let error = parse(text, "file.toml").unwrap_err();
    let span = error.problems()[0].span().unwrap();
    let words: Vec<String> = report(&error)
        .split_whitespace()
        .map(ToOwned::to_owned)
        .collect();
    (text[span].to_owned(), words.join(" "))
}

#[test]
fn names_that_no_domain_has_are_told_at_their_place() {
    for (optimum, place) in [
        ("target = { wbe = 0.5, code = 0.5 }", "wbe"),
        ("lower = { wbe = 0.5 }", "wbe"),
        ("upper = { code = 0.5, wbe = 0.5 }", "wbe"),
        ("fixed = { wbe = 0.5 }", "wbe"),
        ("available = { wbe = 5 }", "wbe"),
        ("worst = [\"code\", \"wbe\"]", "\"wbe\""),
        (
            "stay-near = { mixture = { wbe = 1.0 }, strength = 1 }",
            "wbe",
        ),
        ("groups = { all = { domains = [\"wbe\"] } }", "\"wbe\""),
        (
            "path = { target = { of = \"wbe\", weights = [0.2, 0.4] } }",
            "\"wbe\"",
        ),
    ] {
        let (at, words) = told(&with(&format!("of = \"capacity\"\n{optimum}")));
        assert_eq!(at, place, "{optimum}: {words}");
        assert!(
            words.contains("did you mean \"web\"?"),
            "{optimum}: {words}"
        );
    }
}

#[test]
fn what_does_not_go_together_is_told_before_any_run() {
    for (optimum, said) in [
        ("target = { web = 0.5 }", "sum to 0.5, not to 1"),
        ("lower = { web = 0.7, code = 0.6 }", "0.300000 more than"),
        ("upper = { web = 0.7, code = 0.2 }", "0.100000 less than"),
        (
            "fixed = { web = 0.7 }\nupper = { web = 0.8 }",
            "fixed, and bounded",
        ),
        (
            "available = { web = 0 }\nlower = { web = 0.1 }",
            "0.100000 too little",
        ),
        (
            "stay-near = { mixture = { web = 1 }, strength = 1 }",
            "needs one above 0",
        ),
        ("path = { tokens = [1e6, 1e5] }", "has 1e5 after 1e6"),
        ("path = { tokens = [1e6] }", "2 to 200 values"),
        ("path = { tokens = [0, 1e6] }", "a number above 0"),
        ("path = { capacities = [1e3, inf] }", "finite"),
        ("path = {}", "exactly one of"),
        (
            "path = { tokens = [1, 2], capacities = [1, 2] }",
            "exactly one of",
        ),
        (
            "path = { target = { of = \"web\", weights = [0.5, 1.5] } }",
            "a number from 0 to 1",
        ),
        (
            "path = { target = { of = \"web\", weights = [0.2, 0.4] } }\ntarget = { web = 1 }",
            "the only loss of the target",
        ),
        (
            "path = { target = { of = \"web\", weights = [0.2, 0.4] } }\nworst = []",
            "the largest loss is what",
        ),
        (
            "path = { tokens = [1e5, 1e7] }\navailable = { web = 6e5, code = 6e5 }",
            "at 1e7 of the path no mixture keeps",
        ),
    ] {
        let (_, words) = told(&with(&format!("of = \"capacity\"\n{optimum}")));
        let plain = words.replace("| ", "").replace("\u{2502} ", "");
        assert!(plain.contains(said), "{optimum}: {plain}");
    }
}

#[test]
fn a_simulator_without_a_best_mixture_is_refused() {
    let simulator = with("of = \"simulator\"");
    assert!(parse(&simulator, "file.toml").is_ok());
    let sgd = "kernel = \"sgd\"\nstep = 0.1\nnoise = 0.1\nprojection = \"top\"";
    let sgd = simulator
        .replace("kernel = \"exponential\"\ntau = 5", sgd)
        .replace("head = 20\n", "")
        .replace("cost = 2\n", "")
        .replace("floor = 0.8\n", "")
        .replace("[1e3, \"unlimited\"]", "[100]")
        .replace("1_000_000", "100");
    let finite = simulator.replace("cost = 2", "cost = 2\navailable = 1e5");
    let observed = simulator.replace("tau = 5", "tau = 5\nselection = \"observed\"");
    for (text, said) in [
        (sgd, "no derivatives"),
        (finite, "does not know repeated tokens"),
        (observed, "selection must be"),
    ] {
        let (at, words) = told(&text);
        assert_eq!(at, "\"simulator\"", "{words}");
        assert!(
            words.contains("no best mixture here") && words.contains(said),
            "{words}"
        );
        // The laws of the same runs have one; what it costs in truth is not told.
        let laws = text.replace("of = \"simulator\"", "of = \"capacity\"");
        let experiment = parse(&laws, "file.toml").unwrap();
        assert!(experiment.source.has_best_mixture().is_err());
    }
}

#[test]
fn a_number_of_the_optimum_does_not_vary() {
    let text = with("of = \"capacity\"\n\n[vary]\nkey = \"optimum.capacity\"\nvalues = [1e3, 1e4]");
    let (at, words) = told(&text);
    assert_eq!(at, "\"optimum.capacity\"");
    assert!(words.contains("cannot vary"), "{words}");
}
