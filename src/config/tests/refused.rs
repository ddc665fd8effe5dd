//! What users see when a file is wrong: one snapshot for each table.

use super::{REAL, SMALL, report};
use crate::config::parse;

/// Without the expression, which would repeat the test.
macro_rules! snapshot {
    ($($value:expr),+) => {
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!($($value),+);
        })
    };
}

/// The reports of `text` with `from` replaced by `to`, for each pair.
fn reports(text: &str, changes: &[(&str, &str)]) -> String {
    let mut all = String::new();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        let changed = text.replacen(from, to, 1);
        match parse(&changed, "file.toml") {
            Ok(_) => panic!("accepted: {to}"),
            Err(error) => all.push_str(&report(&error)),
        }
        all.push('\n');
    }
    all
}

#[test]
fn syntax() {
    snapshot!(reports(
        SMALL,
        &[
            ("tau = 5", "tau = "),
            ("tau = 5", "tau = 5\ntau = 6"),
            ("[learner]", "[learner"),
            ("tau = 5", "tau = 5\nranking = value\nselection = expected"),
        ]
    ));
}

#[test]
fn keys_and_types() {
    snapshot!(reports(
        SMALL,
        &[
            ("exponent = 1.2", "exponnet = 1.2"),
            ("[learner]", "[lerner]"),
            ("tau = 5", "tau = 5\nseed = 7"),
            ("skills = 1e6", "skills = 1e6\nxyzzy = 1"),
            ("exponent = 1.2", ""),
            ("tau = 5", "tau = \"5\""),
            ("tau = 5", "tau = [5]"),
            ("tau = 5", "tau = 1e400"),
            ("tau = 5", "tau = 99999999999999999999"),
            ("tau = 5", "tau = 5\ncapacity-limits = \"false\""),
            ("count = 3", "count = 3.0"),
            ("count = 3", "count = 99999999999999999999"),
            ("name = \"small\"", "name = 7"),
            ("name = \"small\"", "name = 1979-05-27"),
            ("[[checks]]", "[checks]"),
            ("skills = 1e6", "overlap = \"none\""),
            ("tokens = [1_000_000, \"unlimited\"]", "tokens = 1e6"),
            (
                "tokens = [1_000_000, \"unlimited\"]",
                "tokens = \"unlimited\""
            ),
            ("tokens = [1_000_000, \"unlimited\"]", "tokens = true"),
            ("laws = [\"mean\", \"capacity\"]", "laws = \"mean\""),
            ("\"unlimited\"", "\"unlimted\""),
            ("\"unlimited\"", "\"1e4\""),
            ("\"exponential\"", "\"exponental\""),
            ("\"exponential\"", "\"xyz\""),
            ("\"exponential\"", "5"),
        ]
    ));
}

#[test]
fn top_level() {
    snapshot!(reports(
        SMALL,
        &[
            ("name = \"small\"", "name = \"a/b\""),
            ("name = \"small\"", "name = \"\""),
            ("name = \"small\"", "claim = \" \""),
            ("name = \"small\"", "seed = -1"),
            ("name = \"small\"", "data = { runs = \"a.csv\" }"),
            (
                "[[checks]]",
                "[optimum]\nof = \"capacty\"\ncapacity = 1e4\ntokens = 1e8\n[[checks]]"
            ),
        ]
    ));
    snapshot!("no_source", reports("name = \"x\"", &[("x", "y")]));
    let no_learner = SMALL.split("[learner]").next().unwrap();
    snapshot!("world_alone", reports(no_learner, &[("small", "alone")]));
    let error = parse(&REAL.replace("name = \"real\"", ""), "..").unwrap_err();
    snapshot!("no_name", report(&error));
}

#[test]
fn world() {
    snapshot!(reports(
        SMALL,
        &[
            ("exponent = 1.2", "exponent = 1"),
            ("exponent = 1.2", "exponent = nan"),
            ("cost = 2", "cost = 0"),
            ("cost = 2", "cost = inf"),
            ("floor = 0.8", "floor = -0.1"),
            ("name = \"code\"", "name = \"web\""),
            ("name = \"web\"", "name = \"\""),
            ("name = \"web\"", "name = \"a,b\""),
            ("name = \"web\"", "name = \" web\""),
            ("name = \"web\"", "name = \"..\""),
            ("name = \"web\"", "name = \"a\\tb\""),
            ("head = 20", "head = 1e7"),
            ("head = 20", "head = -1"),
            ("head = 20", "head = 2.5"),
            ("skills = 1e6", "skills = 1e16"),
            (
                "skills = 1e6",
                "overlap = { kind = \"none\", fraction = 0.2 }"
            ),
            ("skills = 1e6", "overlap = { kind = \"all\" }"),
            (
                "skills = 1e6",
                "overlap = { kind = \"all\", fraction = 1.5 }"
            ),
            (
                "skills = 1e6",
                "overlap = { kind = \"pair\", fraction = 0.2, rank-jitter = 7 }"
            ),
            (
                "skills = 1e6",
                "overlap = { kind = \"matrix\", fractions = [[1]] }"
            ),
            ("skills = 1e6", "overlap = { kind = \"matrix\" }"),
            (
                "skills = 1e6",
                "overlap = { kind = \"matrix\", fractions = [[0, 0.1, 0.2], [0.1, 0]] }"
            ),
            (
                "skills = 1e6",
                "overlap = { kind = \"matrix\", fractions = [[0, 0.2], [0.1, 0]] }"
            ),
            (
                "skills = 1e6",
                "overlap = { kind = \"matrix\", fractions = [[1, 0.2], [0.2, 1]] }"
            ),
            (
                "skills = 1e6",
                "overlap = { kind = \"matrix\", fractions = [[0, -0.2], [1.2, 0]] }"
            ),
            (
                "skills = 1e6",
                "overlap = { kind = \"matrix\", fraction = 0.1, fractions = [[0, 0], [0, 0]] }"
            ),
            ("head = 20", "head = 20_000\nhead-order = \"permuted\""),
            ("head = 20", "head-order = \"random\""),
            ("head = 20", "cost-spread = -1"),
            ("cost = 2", "cost-spread = 5"),
            ("skills = 1e6", "overlap = { kind = \"pool\" }"),
            (
                "skills = 1e6",
                "overlap = { kind = \"pool\", scatter = [1], correlation = [[1]] }"
            ),
            (
                "skills = 1e6",
                "overlap = { kind = \"pool\", scatter = 9, correlation = { low = 0, high = 1 } }"
            ),
            (
                "skills = 1e6",
                "overlap = { kind = \"pool\", scatter = 1, correlation = { low = 0.9, high = 0.1 } }"
            ),
            (
                "skills = 1e6",
                "overlap = { kind = \"pool\", scatter = 1, correlation = [[1, 0.2], [0.3, 1]] }"
            ),
            (
                "skills = 1e6",
                "overlap = { kind = \"pool\", scatter = 1, correlation = { low = 0, high = 1 } }"
            ),
            ("skills = 1e6", "overlap = { kind = \"any\" }"),
            ("skills = 1e6", "overlap = { fraction = 0.2 }"),
            ("cost = 2", "spectrum = { kind = \"power-law\", shift = 2 }"),
            ("cost = 2", "spectrum = { kind = \"shifted\" }"),
            ("cost = 2", "spectrum = { kind = \"shifted\", shift = -1 }"),
            ("cost = 2", "spectrum = { kind = \"table\" }"),
            (
                "cost = 2",
                "spectrum = { kind = \"table\", path = \"a.csv\", rows = [[1, 0.5]] }"
            ),
            ("cost = 2", "spectrum = { kind = \"table\", path = \"\" }"),
            (
                "cost = 2",
                "spectrum = { kind = \"table\", path = \"no/tails.csv\" }"
            ),
            ("cost = 2", "spectrum = { kind = \"table\", rows = [] }"),
            (
                "cost = 2",
                "spectrum = { kind = \"table\", rows = [[1, 0.5], [2]] }"
            ),
            (
                "cost = 2",
                "spectrum = { kind = \"table\", rows = [[0, 0.5], [2, 0.4]] }"
            ),
            (
                "cost = 2",
                "spectrum = { kind = \"table\", rows = [[1, 0.5], [2, 0.5]] }"
            ),
            (
                "cost = 2",
                "spectrum = { kind = \"table\", rows = [[2, 0.5], [1, 0.4]] }"
            ),
            (
                "cost = 2",
                "spectrum = { kind = \"table\", rows = [[10, 0.9], [100, 0.1]] }"
            ),
            (
                "skills = 1e6\n\n[[world.domains]]",
                "masses = \"zeta\"\n[[world.domains]]\nspectrum = { kind = \"curved\", curvature = 0.1 }"
            ),
        ]
    ));
    let alone = "[world]\ndomains = []\n[learner]\nkernel = \"threshold\"\ntau = 1\n[sweep]\n\
                 capacities = [1]\ntokens = [1]\nmixtures = { design = \"grid\", step = 0.5 }\n";
    snapshot!("no_domain", reports(alone, &[("threshold", "threshold")]));
    let one = "overlap = { kind = \"all\", fraction = 0.5 }\n\
               domains = [{ name = \"a\", exponent = 1.5 }]";
    snapshot!("overlap_alone", reports(alone, &[("domains = []", one)]));
}

/// Three domains, of which one would share more than it has.
#[test]
fn too_much_overlap() {
    let domain = |name: &str| format!("[[world.domains]]\nname = \"{name}\"\nexponent = 1.5\n\n");
    let three = SMALL.replace("[learner]", &(domain("math") + "[learner]"));
    snapshot!(reports(
        &three,
        &[(
            "skills = 1e6",
            "overlap = { kind = \"matrix\", fractions = [[0, 0.6, 0], [0.6, 0, 0.6], [0, 0.6, 0]] }"
        )]
    ));
}

#[test]
fn learner() {
    snapshot!(reports(
        SMALL,
        &[
            ("tau = 5", "tau = 0"),
            ("tau = 5", "tau = -inf"),
            ("tau = 5", "tau = 5\nnoise = 0.1"),
            ("\"exponential\"", "\"sgd-decay\""),
            ("\"exponential\"", "\"sgd-decay\"\nnoise = -1"),
            ("tau = 5", ""),
            ("\"exponential\"", "\"sgd\"\nbatch = 0"),
            ("tau = 5", "tau = 5\nstep = 0.5"),
            ("tau = 5", "tau = 5\nranking = \"worth\""),
            (
                "kernel = \"exponential\"",
                "kernel = \"sgd-decay\"\nnoise = 1\nselection = \"observed\""
            ),
            ("tau = 5", "tau = 5\nefficiency = { exponent = 0.2 }"),
            ("tau = 5", "tau = 5\nefficiency = { exponent = nan }"),
            ("tau = 5", "tau = 5\nefficiency = { reference = 0 }"),
        ]
    ));
}

#[test]
fn sgd() {
    let sgd = SMALL
        .replace(
            "\"exponential\"\ntau = 5",
            "\"sgd\"\nstep = 0.5\nnoise = 0.1\nbatch = 10",
        )
        .replace("[1e3, \"unlimited\"]", "[1e3]");
    snapshot!(reports(
        &sgd,
        &[
            ("step = 0.5", ""),
            ("step = 0.5", "step = 0"),
            ("noise = 0.1", ""),
            ("noise = 0.1", "noise = -1"),
            ("batch = 10", "batch = 0"),
            ("batch = 10", "sketches = 4"),
            ("batch = 10", "projection = \"gauss\""),
            ("batch = 10", "schedule = \"constant\"\nratio = 10"),
            ("batch = 10", "ratio = 0.5"),
            ("batch = 10", "schedule = \"inverse\"\noffset = 0"),
            ("batch = 10", "estimator = \"lasso\""),
            ("batch = 10", "estimator = \"ridge\"\npenalty = 1e-3"),
            ("batch = 10", "penalty = 1e-3"),
            ("batch = 10", "tau = 5"),
            (
                "skills = 1e6",
                "skills = 1e6\noverlap = { kind = \"all\", fraction = 0.1 }"
            ),
            ("skills = 1e6", "skills = 1e6\nhead-order = \"permuted\""),
            ("skills = 1e6", "skills = 1e6\ncost-spread = 0.5"),
            ("cost = 2", "cost = 2\navailable = 1e5"),
            ("batch = 10", "repetition-decay = 10"),
            (
                "[sweep.mixtures]",
                "mode = \"sampled\"\ncounts = \"multinomial\"\n[sweep.mixtures]"
            ),
            ("skills = 1e6", "skills = 100"),
            ("[1e3]", "[\"unlimited\"]"),
            ("[1e3]", "[100.5, 10]"),
            (
                "capacities = [1e3]\ntokens = [1_000_000",
                "capacities = [1e7]\ntokens = [1e6"
            ),
            ("tokens = [1_000_000", "tokens = [9"),
            (
                "batch = 10\n\n[sweep]",
                "projection = \"gaussian\"\n\n[sweep]"
            ),
        ]
    ));
}

#[test]
fn ridge() {
    let ridge = SMALL
        .replace(
            "\"exponential\"\ntau = 5",
            "\"sgd\"\nnoise = 0.1\nestimator = \"ridge\"\npenalty = 1e-3",
        )
        .replace("[1e3, \"unlimited\"]", "[1e3]");
    let sampled = ("[sweep.mixtures]", "mode = \"sampled\"\n[sweep.mixtures]");
    snapshot!(reports(
        &ridge,
        &[
            ("penalty = 1e-3", ""),
            ("penalty = 1e-3", "penalty = 0"),
            ("penalty = 1e-3", "penalty = nan"),
            ("penalty = 1e-3", "penalty = \"least\""),
            (
                "penalty = 1e-3",
                "penalty = 1\nstep = 0.5\nschedule = \"constant\""
            ),
            ("tokens = [1_000_000", "tokens = [0.5"),
        ]
    ));
    let drawn = ridge.replace(sampled.0, sampled.1);
    snapshot!(reports(
        &drawn,
        &[
            ("[1e3]", "[5000]"),
            ("tokens = [1_000_000", "tokens = [1e16"),
        ]
    ));
}

#[test]
fn sweep() {
    snapshot!(reports(
        SMALL,
        &[
            ("capacities = [1e3, \"unlimited\"]", "capacities = []"),
            (
                "capacities = [1e3, \"unlimited\"]",
                "capacities = [10, 0, -3]"
            ),
            (
                "capacities = [1e3, \"unlimited\"]",
                "capacities = [1e3, inf]"
            ),
            (
                "capacities = [1e3, \"unlimited\"]",
                "capacities = [1e3, 1000]"
            ),
            (
                "head = 20",
                "head = 0\noverlap = { kind = \"none\" }\nskillz = 3"
            ),
            (
                "tokens = [1_000_000, \"unlimited\"]",
                "tokens = [1e6, 2e6, 3e6]\nscales = \"pairs\""
            ),
            (
                "capacities = [1e3, \"unlimited\"]\ntokens = [1_000_000, \"unlimited\"]",
                "capacities = [1e3, 1e3]\ntokens = [1e6, 1e6]\nscales = \"pairs\""
            ),
            ("tokens = [1_000_000, \"unlimited\"]", "tokens = [0]"),
            ("tokens = [1_000_000, \"unlimited\"]", "tokens = [nan]"),
            ("[sweep.mixtures]", "replicates = 0\n[sweep.mixtures]"),
            ("[sweep.mixtures]", "replicates = 5\n[sweep.mixtures]"),
            (
                "[sweep.mixtures]",
                "mode = \"sampled\"\nreplicates = 0\n[sweep.mixtures]"
            ),
            (
                "[sweep.mixtures]",
                "classes-per-decade = 3\n[sweep.mixtures]"
            ),
            ("count = 3", "count = 0"),
            ("count = 3", ""),
            ("count = 3", "count = 3\nfloor = 0.5"),
            ("count = 3", "count = 3\nfloor = -0.5"),
            ("count = 3", "count = 3\nconcentration = 0"),
            ("count = 3", "count = 3\nstep = 0.1"),
            (
                "design = \"dirichlet\"\ncount = 3",
                "design = \"grid\"\nstep = 0.3"
            ),
            ("design = \"dirichlet\"\ncount = 3", "design = \"grid\""),
            (
                "design = \"dirichlet\"\ncount = 3",
                "design = \"list\"\npoints = []"
            ),
            (
                "design = \"dirichlet\"\ncount = 3",
                "design = \"list\"\npoints = [[0.5, 0.5], [0.3, 0.3, 0.4], [0.5, 0.6], [1.5, -0.5], [nan, 1]]"
            ),
        ]
    ));
    let closed_form = SMALL.replace("\"exponential\"", "\"sgd-decay\"\nnoise = 0.1");
    snapshot!(
        "sampled_closed_form",
        reports(
            &closed_form,
            &[("[sweep.mixtures]", "mode = \"sampled\"\n[sweep.mixtures]")]
        )
    );
}

#[test]
fn vary() {
    let table = |rest: &str| format!("[vary]\n{rest}\n\n[fit]");
    let changes = [
        "key = \"world.head\"\nvalues = [1]",
        "key = \"world.head\"\nvalues = [1, 2, 1]",
        "key = \"world.head\"\nvalues = [1, nan]",
        "key = \"world.head\"\nvalues = [10, -3]",
        "key = \"world.haed\"\nvalues = [1, 2]",
        "key = \"worlds.head\"\nvalues = [1, 2]",
        "key = \"name\"\nvalues = [1, 2]",
        "key = \"world.domains.7.cost\"\nvalues = [1, 2]",
        "key = \"world.head\"\nvalues = [1, 2]\nlabel = \" \"",
        "key = \"world.head\"",
    ]
    .map(table);
    let changes: Vec<(&str, &str)> = changes.iter().map(|to| ("[fit]", to.as_str())).collect();
    snapshot!(reports(SMALL, &changes));
}

#[test]
fn fit() {
    snapshot!(reports(
        SMALL,
        &[
            ("\"capacity\"]", "\"capcity\"]"),
            ("\"capacity\"]", "\"mean\"]"),
            ("laws = [\"mean\", \"capacity\"]", "laws = []"),
            ("laws = [\"mean\", \"capacity\"]", "starts = 0"),
            ("laws = [\"mean\", \"capacity\"]", "ridge = -1"),
            ("laws = [\"mean\", \"capacity\"]", "ridge = \"cross\""),
            ("laws = [\"mean\", \"capacity\"]", "residual = \"relativ\""),
            ("laws = [\"mean\", \"capacity\"]", "robust = \"hubert\""),
            (
                "laws = [\"mean\", \"capacity\"]",
                "robust = \"huber\"\ndelta = 0"
            ),
            (
                "laws = [\"mean\", \"capacity\"]",
                "robust = \"square\"\ndelta = 0.1"
            ),
            ("laws = [\"mean\", \"capacity\"]", "split = \"mixture\""),
            (
                "laws = [\"mean\", \"capacity\"]",
                "split = { by = \"mixtures\" }"
            ),
            (
                "laws = [\"mean\", \"capacity\"]",
                "split = { by = \"mixture\", test-fraction = 1 }"
            ),
            (
                "laws = [\"mean\", \"capacity\"]",
                "split = { by = \"mixture\", count = 0 }"
            ),
            (
                "laws = [\"mean\", \"capacity\"]",
                "split = { by = \"scale\" }"
            ),
            (
                "laws = [\"mean\", \"capacity\"]",
                "split = { by = \"scale\", count = 2, tokens-below = inf }"
            ),
            (
                "laws = [\"mean\", \"capacity\"]",
                "split = { by = \"scale\", tokens-below = 1, test-tokens-at-least = 0, test-fraction = 1 }"
            ),
            (
                "laws = [\"mean\", \"capacity\"]",
                "split = { by = \"mixture\", test-capacity-at-least = 1 }"
            ),
            (
                "laws = [\"mean\", \"capacity\"]",
                "split = { by = \"file\" }"
            ),
            (
                "laws = [\"mean\", \"capacity\"]",
                "split = { by = \"file\", path = \"\", splits = [] }"
            ),
        ]
    ));
}

#[test]
fn checks() {
    snapshot!(reports(
        SMALL,
        &[
            ("at-most = 1", ""),
            ("at-most = 1", "at-most = nan"),
            ("at-most = 1", "at-most = 1\nat-least = 2"),
            ("at-most = 1", "atmost = 1"),
            ("test.mre.capacity", "test..capacity"),
            ("test.mre.capacity", ""),
        ]
    ));
}

#[test]
fn data() {
    snapshot!(reports(
        REAL,
        &[
            ("runs = \"runs.csv\"", ""),
            ("\"runs.csv\"", "[]"),
            ("\"runs.csv\"", "\"\""),
            ("\"runs.csv\"", "7"),
            ("\"runs.csv\"", "[\"a.csv\", \"b.csv\"]"),
            ("\"runs.csv\"", "\"runs.csv\"\njoin = \"index\""),
            ("\"runs.csv\"", "[\"a.csv\", \"b.csv\"]\njoin = \"\""),
            ("\"runs.csv\"", "\"runs.csv\"\nweight = \"weight_\""),
            ("\"runs.csv\"", "\"runs.csv\"\nloss = \"{domain}_{domain}\""),
            ("\"runs.csv\"", "\"runs.csv\"\nloss = \"weight_{domain}\""),
            ("\"runs.csv\"", "\"runs.csv\"\ncapacity = 0"),
            ("\"runs.csv\"", "\"runs.csv\"\ntokens = \"\""),
            ("\"runs.csv\"", "\"runs.csv\"\nwhere = { size = nan }"),
            ("\"runs.csv\"", "\"runs.csv\"\nwhere = { done = true }"),
            ("\"runs.csv\"", "\"runs.csv\"\nwhere = { size = {} }"),
            (
                "\"runs.csv\"",
                "\"runs.csv\"\nwhere = { size = { at-least = 2, at-most = 1 } }"
            ),
            (
                "\"runs.csv\"",
                "\"runs.csv\"\nwhere = { size = { at-least = nan } }"
            ),
            (
                "\"runs.csv\"",
                "\"runs.csv\"\nwhere.size = { at-most = \"5e9\" }"
            ),
            (
                "\"runs.csv\"",
                "\"runs.csv\"\nwhere.size = { at_least = 5e9 }"
            ),
            (
                "\"runs.csv\"",
                "\"runs.csv\"\n[sweep]\ncapacities = [1]\ntokens = [1]\nmixtures = { design = \"grid\", step = 1 }"
            ),
        ]
    ));
}

#[test]
fn several_errors_are_told_at_once() {
    let text = SMALL
        .replace("tau = 5", "tau = 0")
        .replace("cost = 2", "cost = -2")
        .replace("\"capacity\"]", "\"capcity\"]");
    let error = parse(&text, "file.toml").unwrap_err();
    assert_eq!(error.problems().len(), 3);
    snapshot!(report(&error));
}

#[test]
fn random_runs_and_finite_data() {
    let tokens = (
        "tokens = [1_000_000, \"unlimited\"]",
        "tokens = [1_000_000]",
    );
    let sampled = SMALL.replacen(tokens.0, tokens.1, 1);
    let supplied = sampled.replacen("exponent = 1.2", "exponent = 1.2\navailable = 1e5", 1);
    let mixtures = "[sweep.mixtures]";
    snapshot!(
        [
            reports(
                SMALL,
                &[
                    (mixtures, "counts = \"multinomial\"\n[sweep.mixtures]"),
                    (
                        mixtures,
                        "mode = \"sampled\"\nreplicates = 3\n[sweep.mixtures]"
                    ),
                    (
                        mixtures,
                        "mode = \"sampled\"\ncounts = \"multi\"\n[sweep.mixtures]"
                    ),
                    ("exponent = 1.2", "exponent = 1.2\navailable = 0"),
                    ("exponent = 1.2", "exponent = 1.2\navailable = -1e9"),
                    ("exponent = 1.2", "exponent = 1.2\navailable = nan"),
                    ("exponent = 1.2", "exponent = 1.2\navailable = \"none\""),
                    ("tau = 5", "tau = 5\nrepetition-decay = 10"),
                    (
                        "exponent = 1.2",
                        "exponent = 1.2\nspectrum = { kind = \"flat\" }"
                    ),
                    (
                        "exponent = 1.2",
                        "exponent = 1.2\nspectrum = { kind = \"flat\", ranks = 0 }"
                    ),
                    (
                        "exponent = 1.2",
                        "exponent = 1.2\nspectrum = { kind = \"flat\", ranks = 2.5 }"
                    ),
                ]
            ),
            reports(&supplied, &[("tau = 5", "tau = 5\nrepetition-decay = 0"),]),
        ]
        .concat()
    );
}
