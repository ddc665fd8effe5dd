//! Plans of proxy runs: what must hold whatever the worlds, and the command through its front door.

use assert_cmd::Command;
use mixlaw::config::{ConfigError, parse_study};
use mixlaw::learner::Kernel;
use mixlaw::planning::{Layout, Outcome, Study, study};

/// Few worlds without noise, in which the windowed law is exact.
const EXACT: &str = r#"name = "exact"
seed = 3
worlds = 3

[world]
domains = 3
head = 20
exponent = { low = 1.25, high = 1.6 }
cost = { low = 1.0, high = 2.0 }
floor = { low = 0.5, high = 1.5 }

[learner]
kernel = "exponential"
tau = 5

[designs]
layouts = ["dirichlet"]
mixtures = [12]
mode = "expected"

[[designs.scales]]
name = "two"
capacities = [1e3, 1e4]
tokens = [1e6, 1e7]

[fit]
laws = ["windowed"]
starts = 2

[target]
capacity = 1e5
tokens = 1e8
"#;

fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(EXACT.to_string(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

fn read(text: &str) -> Study {
    parse_study(text, "plan.toml").unwrap()
}

fn run(plan: &Study) -> Outcome {
    study(plan, &|_| ()).unwrap()
}

/// Exact runs of the kernel that the law was made for leave nothing to regret, even at ten times the
/// capacity and the data; the target as a mixture does.
#[test]
fn exact_runs_of_the_right_law_leave_no_regret() {
    let plan = read(EXACT);
    let outcome = run(&plan);
    let [design] = &outcome.designs[..] else {
        panic!("{:?}", outcome.designs)
    };
    assert_eq!((design.runs, design.failed()), (48, 0));
    assert!(design.regrets.within(1.0) < 0.01, "{:?}", design.regrets);
    // The best mixture is best: no law finds a better one.
    assert!(design.regrets.within(0.01) > -1e-6, "{:?}", design.regrets);
    let without = outcome.target_regrets.iter().copied().fold(0.0, f64::max);
    assert!(without > 0.1, "{:?}", outcome.target_regrets);
    let [answer] = &outcome.answers(&plan)[..] else {
        panic!("one law, one layout, one scale")
    };
    assert_eq!(answer.smallest, Some(design));
    assert_eq!(answer.by_rule, Some(design), "12 is 3(K+1)");
}

/// The same design under two names, on any number of threads, with noise drawn for it.
#[test]
fn equal_designs_have_equal_regrets_on_any_threads() {
    let twice = "name = \"again\"\ncapacities = [1e3, 1e4]\ntokens = [1e6, 1e7]\n\n[[designs.scales]]\nname = \"two\"";
    let text = changed(&[
        ("name = \"two\"", twice),
        ("\"expected\"", "\"sampled\""),
        ("worlds = 3", "worlds = 2"),
        ("mixtures = [12]", "mixtures = [6]"),
        (
            "[\"dirichlet\"]",
            "[\"dirichlet\", \"grid\", \"d-optimal\"]",
        ),
    ]);
    let plan = read(&text);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| run(&plan))
    };
    let (one, three) = (on(1), on(3));
    assert_eq!(one, three);
    for layout in ["dirichlet", "grid", "d-optimal"] {
        let of: Vec<_> = one
            .designs
            .iter()
            .filter(|design| design.design.layout.word() == layout)
            .collect();
        assert_eq!(of.len(), 2, "{layout}");
        assert_eq!(of[0].trials, of[1].trials, "{layout}");
    }
    let grid = one.designs.iter().find(|d| d.design.layout == Layout::Grid);
    assert_eq!(
        grid.unwrap().design.mixtures,
        6,
        "two parts of three domains"
    );
    // Other draws are other runs.
    let other = read(&text.replacen("seed = 3", "seed = 4", 1));
    assert_ne!(run(&other).designs[0].trials, one.designs[0].trials);
}

/// Noise costs regret, and what is over the budget is left out.
#[test]
fn budgets_and_noise() {
    let text = changed(&[
        ("\"expected\"", "\"sampled\"\nbudget = 1.3e12"),
        ("mixtures = [12]", "mixtures = [6, 12]"),
    ]);
    let plan = read(&text);
    // Each mixture costs (1e3 + 1e4)·(1e6 + 1e7) = 1.21e11.
    let designs = plan.designs();
    assert_eq!(designs.len(), 1);
    assert_eq!(designs[0].mixtures, 6);
    let (noisy, exact) = (run(&plan), run(&read(EXACT)));
    assert!(noisy.designs[0].regrets.within(0.5) > exact.designs[0].regrets.within(0.5));
    assert_eq!(noisy.target_regrets, exact.target_regrets);
}

#[test]
fn priors_of_every_kind_can_be_tried() {
    for overlap in [
        r#"{ kind = "all", fraction = { low = 0.0, high = 0.5 } }"#,
        r#"{ kind = "pair", fraction = 0.3, rank-jitter = { low = 0.0, high = 0.5 } }"#,
        r#"{ kind = "pool", scatter = { low = 0.5, high = 1.0 }, correlation = { low = 0.2, high = 0.9 } }"#,
    ] {
        let text = changed(&[
            ("head = 20", &format!("head = 20\noverlap = {overlap}")),
            ("worlds = 3", "worlds = 1"),
            ("windowed", "effective-data-product"),
            ("mixtures = [12]", "mixtures = [8]"),
        ]);
        let outcome = run(&read(&text));
        assert_eq!(outcome.designs[0].failed(), 0, "{overlap}");
        assert!(outcome.designs[0].regrets.within(1.0) > -1e-6);
    }
    for world in [
        "spectrum = { kind = \"shifted\", shift = { low = 0, high = 100 } }",
        "spectrum = { kind = \"curved\", curvature = { low = 0.0, high = 0.05 } }",
        "spectrum = { kind = \"cutoff\", rank = { low = 1e6, high = 1e9 } }",
        "cost-spread = { low = 0.0, high = 1.0 }",
    ] {
        let text = changed(&[
            ("head = 20", &format!("head = 20\n{world}")),
            ("worlds = 3", "worlds = 1"),
        ]);
        let outcome = run(&read(&text));
        assert_eq!(outcome.designs[0].failed(), 0, "{world}");
        assert!(outcome.designs[0].regrets.within(1.0) > -1e-6);
        assert!(outcome != run(&read(&changed(&[("worlds = 3", "worlds = 1")]))));
    }
    let closed_form = changed(&[
        ("\"exponential\"", "\"sgd-decay\"\nnoise = 0.1"),
        ("mode = \"expected\"", ""),
        ("worlds = 3", "worlds = 1"),
    ]);
    assert!(matches!(
        read(&closed_form).learner.kernel,
        Kernel::SgdDecay { .. }
    ));
}

/// Message, labels and help of what is wrong.
fn told_in_full(error: &ConfigError) -> String {
    let mut text = String::new();
    miette::GraphicalReportHandler::new()
        .render_report(&mut text, error)
        .unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is wrong is told in the words of the file, at its place.
#[test]
fn mistakes_are_told_at_their_place() {
    let long = "weights = [0.5, 0.5]\ncapacity = 1e5";
    for (from, to, place, told) in [
        ("low = 1.25", "low = 1.0", "{ low", "above 1"),
        ("low = 1.25", "low = 1.7", "{ low", "from 1.7 to 1.6"),
        ("domains = 3", "domains = 1", "1", "from 2 to 64"),
        ("exponent =", "exponnt =", "exponnt", "unknown table"),
        (
            "head = 20",
            "head = 20\nspectrum = { kind = \"curved\", curvature = 11 }",
            "11",
            "0 to 10",
        ),
        (
            "head = 20",
            "head = 20\nspectrum = { kind = \"curved\" }",
            "{ kind",
            "`curvature`",
        ),
        (
            "head = 20",
            "head = 20\nspectrum = { kind = \"cutoff\", rank = 5, shift = 1 }",
            "shift",
            "no meaning",
        ),
        (
            "head = 20",
            "head = 20\ncost-spread = { low = 0, high = 5 }",
            "{ low",
            "0 to 4",
        ),
        (
            "{ low = 1.0, high = 2.0 }",
            "{ low = 1.0 }",
            "{ low",
            "`high`",
        ),
        (
            "\"exponential\"",
            "\"sgd\"\nstep = 0.1\nnoise = 0.1",
            "\"sgd\"",
            "regret",
        ),
        (
            "tau = 5",
            "tau = 5\nselection = \"observed\"",
            "\"observed\"",
            "expected counts",
        ),
        (
            "tau = 5",
            "tau = 5\nrepetition-decay = 3",
            "3",
            "repetition-decay",
        ),
        ("[12]", "[]", "[]", "empty"),
        ("[12]", "[0]", "0]", "whole number from 1"),
        (
            "[\"dirichlet\"]",
            "[\"dirichlet\", \"dirichlet\"]",
            "\"dirichlet\"]",
            "twice",
        ),
        (
            "[\"dirichlet\"]",
            "[\"grid\"]\nbudget = 1",
            "1\n",
            "no design",
        ),
        (
            "mixtures = [12]",
            "mixtures = [12]\nfloor = 0.4",
            "0.4",
            "below 1/3",
        ),
        ("[1e3, 1e4]", "[1e3, 10]", "10]", "at least 20"),
        ("[1e3, 1e4]", "[1e3, 1e3]", "1e3]", "twice"),
        ("[\"windowed\"]", "[\"windwed\"]", "\"windwed\"", "law"),
        (
            "starts = 2",
            "starts = 2\nbootstrap = 3",
            "bootstrap",
            "no meaning",
        ),
        (
            "starts = 2",
            "starts = 2\ndiagnose = true",
            "[fit]",
            "no meaning",
        ),
        ("capacity = 1e5", long, "[0.5", "2 numbers for 3"),
        (
            "tokens = 1e8",
            "tokens = 1e8\nshare = 1.5",
            "1.5",
            "at most 1",
        ),
        ("tokens = 1e8", "tokens = 1e8\nregret = 0", "0\n", "above 0"),
    ] {
        let text = changed(&[(from, to)]);
        let error = parse_study(&text, "plan.toml").unwrap_err();
        let problem = &error.problems()[0];
        let span = problem.span().unwrap();
        assert!(
            text[span.start..].starts_with(place),
            "{to}: {problem} at `{}`",
            &text[span.start..text.len().min(span.start + 20)]
        );
        let words = format!("{problem} {}", told_in_full(&error));
        assert!(words.contains(told), "{to}: {words}");
    }
}

#[test]
fn the_command_writes_what_it_found() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("plan.toml"), EXACT).unwrap();
    let mixlaw = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("mixlaw").unwrap();
        command.current_dir(folder.path()).args(arguments);
        command.output().unwrap()
    };
    let output = mixlaw(&["plan-runs", "plan.toml", "--out", "a", "--threads", "1"]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("3(K+1) = 12 mixtures would do"), "{text}");
    // Again, over its own results, on more threads.
    assert!(
        mixlaw(&["plan-runs", "plan.toml", "--out", "b", "--threads", "3"])
            .status
            .success()
    );
    assert!(
        mixlaw(&["plan-runs", "plan.toml", "--out", "b"])
            .status
            .success()
    );
    for name in [
        "plan.json",
        "trials.csv",
        "figures/regret.svg",
        "figures/regret.csv",
    ] {
        let read = |of: &str| std::fs::read(folder.path().join(of).join(name)).unwrap();
        assert!(!read("a").is_empty());
        assert_eq!(read("a"), read("b"), "{name}");
    }
    let json = std::fs::read_to_string(folder.path().join("a/plan.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["rule"], 12);
    assert_eq!(json["answers"][0]["smallest"]["mixtures"], 12);
    let csv = std::fs::read_to_string(folder.path().join("a/trials.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + 3);

    // Bad input leaves nothing behind.
    std::fs::write(folder.path().join("bad.toml"), EXACT.replace("[12]", "[]")).unwrap();
    let output = mixlaw(&["plan-runs", "bad.toml", "--out", "c"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.path().join("c").exists());
    std::fs::write(
        folder.path().join("trees.toml"),
        EXACT.replace("\"windowed\"", "\"boosted-trees\""),
    )
    .unwrap();
    let output = mixlaw(&["plan-runs", "trees.toml", "--out", "c"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("steps"), "{told}");
    assert!(!folder.path().join("c").exists());
}

/// The plan that users copy is valid and names every key.
#[test]
fn the_committed_plan_names_every_key() {
    let text = include_str!("../../configs/plan-runs.toml");
    read(text);
    let schema = mixlaw::config::study_schema();
    for (table, keys) in [
        ("", &schema["properties"]),
        ("world", &schema["properties"]["world"]["properties"]),
        ("designs", &schema["properties"]["designs"]["properties"]),
        ("target", &schema["properties"]["target"]["properties"]),
    ] {
        for key in keys.as_object().unwrap().keys() {
            let named = text.lines().any(|line| {
                line.starts_with(&format!("{key} =")) || line.contains(&format!("{key}]"))
            });
            assert!(named, "{table} {key}");
        }
    }
}
