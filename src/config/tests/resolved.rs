//! An experiment that is written out and read again is the same experiment.

use std::fs;
use std::path::Path;

use rstest::rstest;

use super::{REAL, SMALL};
use crate::config::{Experiment, QUICKSTART, load, parse, resolved_toml};

/// A spread of costs that varies for the domains that have none of their own.
#[rstest]
#[case("", "")]
#[case("cost-spread = 1.5", "")]
#[case("cost-spread = 0.25", "")]
#[case("", "cost-spread = 1")]
#[case("cost-spread = 1", "cost-spread = 1")]
fn spreads_that_vary(#[case] web: &str, #[case] code: &str) {
    let text = SMALL
        .replace("skills = 1e6", "cost-spread = 0.25")
        .replace("cost = 2", web)
        .replace("floor = 0.8", code)
        + "\n[vary]\nkey = \"world.cost-spread\"\nvalues = [0.25, 1, 2]\n";
    let experiment = parse(&text, "x").unwrap();
    assert_eq!(again(&experiment), experiment);
}

fn again(experiment: &Experiment) -> Experiment {
    let text = resolved_toml(experiment, Path::new(""));
    parse(&text, "again.toml").unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[rstest]
#[case("", "")]
#[case("masses", "skills = 1e6\nmasses = \"zeta\"")]
#[case("all", "skills = 1e6\noverlap = { kind = \"all\", fraction = 0.1 }")]
#[case(
    "pair",
    "skills = 1e6\noverlap = { kind = \"pair\", fraction = 1, rank-jitter = 0 }"
)]
#[case(
    "jitter",
    "skills = 1e6\noverlap = { kind = \"pair\", fraction = 0.4, rank-jitter = 1.5 }"
)]
#[case(
    "matrix",
    "skills = 1e6\noverlap = { kind = \"matrix\", fractions = [[0, 0.3], [0.3, 0]], rank-jitter = 2 }"
)]
#[case("permuted", "skills = 1e6\nhead-order = \"permuted\"")]
#[case("costs", "skills = 1e6\ncost-spread = 0.5")]
#[case("none", "skills = 1e6\noverlap = { kind = \"none\" }")]
fn worlds(#[case] _name: &str, #[case] skills: &str) {
    let text = match skills {
        "" => SMALL.to_owned(),
        skills => SMALL.replace("skills = 1e6", skills),
    };
    let experiment = parse(&text, "x").unwrap();
    assert_eq!(again(&experiment), experiment);
}

#[rstest]
#[case("cost = 2", "spectrum = { kind = \"shifted\", shift = 12.5 }")]
#[case("cost = 2", "spectrum = { kind = \"curved\", curvature = 0.02 }")]
#[case("cost = 2", "spectrum = { kind = \"cutoff\", rank = 1e-3 }")]
#[case(
    "cost = 2",
    "spectrum = { kind = \"table\", rows = [[0, 1], [3, 0.7], [1e9, 0.012345678901234567]] }"
)]
#[case("cost = 2", "cost-spread = 1.25")]
#[case("cost = 2", "spectrum = { kind = \"flat\", ranks = 1000 }")]
#[case("cost = 2", "cost = 2\navailable = 1e5")]
#[case(
    "[sweep.mixtures]",
    "mode = \"sampled\"\ncounts = \"multinomial\"\n[sweep.mixtures]"
)]
#[case("tau = 5", "tau = 0.3\nranking = \"count\"\ncapacity-limits = false")]
#[case("kernel = \"exponential\"", "kernel = \"threshold\"")]
#[case("kernel = \"exponential\"", "kernel = \"reciprocal\"")]
#[case("kernel = \"exponential\"", "kernel = \"sgd-decay\"\nnoise = 0.1")]
#[case(
    "kernel = \"exponential\"\ntau = 5\n\n[sweep]\ncapacities = [1e3, \"unlimited\"]",
    "kernel = \"sgd\"\nstep = 0.5\nnoise = 0.1\n\n[sweep]\ncapacities = [1e3]"
)]
#[case(
    "kernel = \"exponential\"\ntau = 5\n\n[sweep]\ncapacities = [1e3, \"unlimited\"]",
    "kernel = \"sgd\"\nstep = 2\nnoise = 0\nbatch = 10\nprojection = \"gaussian\"\nsketches = 3\nschedule = \"inverse\"\noffset = 7\n\n[sweep]\ncapacities = [64]"
)]
#[case(
    "kernel = \"exponential\"\ntau = 5\n\n[sweep]\ncapacities = [1e3, \"unlimited\"]",
    "kernel = \"sgd\"\nnoise = 0.1\nestimator = \"ridge\"\npenalty = 1e-5\n\n[sweep]\ncapacities = [1e3]"
)]
#[case(
    "kernel = \"exponential\"\ntau = 5\n\n[sweep]\ncapacities = [1e3, \"unlimited\"]",
    "kernel = \"sgd\"\nnoise = 0\nestimator = \"ridge\"\npenalty = \"best\"\nprojection = \"gaussian\"\n\n[sweep]\ncapacities = [1e5]"
)]
#[case(
    "capacities = [1e3, \"unlimited\"]",
    "capacities = [1e3, 12345678]\nclasses-per-decade = 100"
)]
#[case("design = \"dirichlet\"", "design = \"latin-hypercube\"")]
#[case("design = \"dirichlet\"\ncount = 3", "design = \"grid\"\nstep = 0.1")]
#[case(
    "design = \"dirichlet\"\ncount = 3",
    "design = \"list\"\npoints = [[0.3, 0.7], [0.3333333, 0.6666666], [1, 0]]"
)]
#[case("laws = [\"mean\", \"capacity\"]", "")]
#[case(
    "[fit]",
    "[vary]\nkey = \"world.domains.*.cost\"\nvalues = [1, 0.25]\nlabel = \"cost\"\n\n[fit]"
)]
#[case(
    "cost = 2",
    "cost-spread = 1.5\n[vary]\nkey = \"world.domains.*.cost-spread\"\nvalues = [0, 1]"
)]
#[case(
    "laws = [\"mean\", \"capacity\"]",
    "residual = \"log\"\nrobust = \"huber\"\ndelta = 0.01"
)]
#[case(
    "laws = [\"mean\", \"capacity\"]",
    "split = { by = \"run\", test-fraction = 0.5 }"
)]
#[case(
    "laws = [\"mean\", \"capacity\"]",
    "split = { by = \"scale\", tokens-below = 1e9 }"
)]
#[case(
    "laws = [\"mean\", \"capacity\"]",
    "split = { by = \"scale\", capacity-below = 1e3, test-capacity-at-least = 2e3, test-tokens-at-least = 1e9, test-fraction = 0.4, seed = 3 }"
)]
#[case(
    "laws = [\"mean\", \"capacity\"]",
    "split = { by = \"file\", path = \"no/splits.csv\", splits = [1, 2] }"
)]
#[case("laws = [\"mean\", \"capacity\"]", "split = { by = \"none\" }")]
#[case("laws = [\"mean\", \"capacity\"]", "bootstrap = 200\ndiagnose = true")]
#[case(
    "laws = [\"mean\", \"capacity\"]",
    "split = { by = \"run\", folds = 4, repeats = 3, seed = 9 }"
)]
#[case("at-most = 1", "at-most = 1e9\nat-least = -2.5")]
#[case(
    "name = \"small\"",
    "seed = 9223372036854775807\nclaim = \"a\\n\\\"b\\\" \\\\ \\u0007 é\""
)]
fn parts(#[case] from: &str, #[case] to: &str) {
    assert!(SMALL.contains(from));
    let experiment = parse(&SMALL.replace(from, to), "x").unwrap();
    assert_eq!(again(&experiment), experiment);
}

#[rstest]
#[case("")]
#[case("capacity = 1e9\ntokens = \"D\"\nweight = \"w.{domain}\"\nloss = \"{domain}\"")]
#[case("exclude = [\"36:nih\", \"a:b:code\"]")]
#[case("where = { model_size = 122e6, \"a \\\"b\" = \"c\" }")]
#[case("where = { \"a b\" = { at-least = 5e9 }, c = { at-least = -1, at-most = 2.5 } }")]
fn real_runs(#[case] keys: &str) {
    let experiment = parse(&format!("{REAL}{keys}"), "x").unwrap();
    assert_eq!(again(&experiment), experiment);
}

#[test]
fn the_quickstart_is_written_out() {
    let experiment = parse(QUICKSTART, "quickstart.toml").unwrap();
    assert_eq!(again(&experiment), experiment);
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(resolved_toml(&experiment, Path::new("")));
    });
}

/// A run directory is elsewhere than the file: paths lead back.
#[test]
fn paths_lead_from_the_run_directory_to_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out/real");
    fs::create_dir_all(&out).unwrap();
    fs::write(folder.path().join("runs.csv"), "").unwrap();
    fs::write(folder.path().join("real.toml"), REAL).unwrap();
    let experiment = load(&folder.path().join("real.toml")).unwrap();
    let text = resolved_toml(&experiment, &out);
    assert!(text.contains("runs = \"../../runs.csv\""), "{text}");
    fs::write(out.join("experiment.toml"), text).unwrap();
    load(&out.join("experiment.toml")).unwrap();
}

#[rstest]
#[case("scatter = 2, correlation = { low = 0, high = 0.8 }")]
#[case("scatter = [1, 2.5], correlation = [[1, -0.3], [-0.3, 1]], private = 0.25")]
fn pools(#[case] keys: &str) {
    let text = SMALL
        .replace(
            "skills = 1e6",
            &format!("skills = 1e6\noverlap = {{ kind = \"pool\", {keys} }}"),
        )
        .replace("exponent = 1.5", "exponent = 1.2");
    let experiment = parse(&text, "x").unwrap();
    assert_eq!(again(&experiment), experiment);
}
