//! `predict`, `optimize` and `[optimum]` through the front door.

use assert_cmd::Command;
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

fn mixlaw(folder: &TempDir, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::cargo_bin("mixlaw").unwrap();
    command.current_dir(folder.path()).args(arguments);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A small world of two domains.
const SMALL: &str = concat!(
    r#"
[world]
head = 5

"#,
    two_domains!(),
    small_sweep!(),
    r#"
[fit]
laws = ["capacity-noise", "windowed"]
starts = 4
split = { by = "none" }

[optimum]
of = ["windowed", "simulator"]
capacity = 3e3
tokens = 3e5

[[checks]]
figure = "regret.windowed"
at-most = 0.05

[[checks]]
figure = "optimum.weight.web.simulator"
at-least = 0.5
"#
);

/// A folder with the runs of the small world and a file of fits.
fn fitted() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    for arguments in [
        &["simulate", "small.toml", "--out", "runs.csv"][..],
        &[
            "fit",
            "runs.csv",
            "--law",
            "windowed,boosted-trees",
            "--split-by",
            "none",
            "--starts",
            "4",
            "--bootstrap",
            "8",
            "--json",
            "fit.json",
        ],
    ] {
        let output = mixlaw(&folder, arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    folder
}

#[test]
fn a_run_finds_the_best_mixture_and_what_it_costs() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    let mut written = Vec::new();
    for (out, threads) in [("one", "1"), ("two", "2")] {
        let output = mixlaw(
            &folder,
            &[
                "run",
                "small.toml",
                "--out",
                out,
                "--threads",
                threads,
                "--strict",
            ],
        );
        assert!(
            output.status.success(),
            "{}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        let out = folder.path().join(out);
        written.push(std::fs::read_to_string(out.join("optimum.json")).unwrap());
        let mixtures = std::fs::read_to_string(out.join("figures/mixtures.csv")).unwrap();
        assert!(mixtures.contains("windowed,web,") && mixtures.contains("target,code,0.5,"));
        assert!(out.join("figures/mixtures.svg").is_file());
        assert!(
            std::fs::read_to_string(out.join("report.html"))
                .unwrap()
                .contains("Best mixtures")
        );
    }
    assert_eq!(written[0], written[1], "threads change the optimum");
    let optima: Value = serde_json::from_str(&written[0]).unwrap();
    for one in optima["optima"].as_array().unwrap() {
        let weights = one["mixture"].as_object().unwrap().values();
        let sum: f64 = weights.map(|weight| weight.as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-12);
        assert!(one["certificate"]["gap"].as_f64().unwrap() < 1e-6, "{one}");
    }
    let regret = &optima["optima"][0]["regret"];
    assert!(
        regret["excess-percent"].as_f64().unwrap() >= -1e-3,
        "{regret}"
    );
}

#[test]
fn predictions_and_optima_come_from_the_file() {
    let folder = fitted();
    let scale = ["--capacity", "3e3", "--tokens", "3e5"];
    let output = mixlaw(
        &folder,
        &[
            &["predict", "fit.json", "--mixture", "web=.3,code=.7"],
            &scale[..],
        ]
        .concat(),
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("web") && said.contains(" to "), "{said}");
    // Trees are grown anew from the rows: the file has no resamples of these.
    let output = mixlaw(
        &folder,
        &[
            &["predict", "fit.json", "--mixture", "web=.3,code=.7"][..],
            &["--law", "boosted-trees"],
            &scale,
        ]
        .concat(),
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("web") && !said.contains(" to "), "{said}");
    let optimize = [
        "optimize",
        "fit.json",
        "--law",
        "windowed",
        "--json",
        "best.json",
    ];
    let bounds = [
        "--max",
        "web=.4",
        "--available",
        "code=1e4",
        "--epochs",
        "100",
    ];
    let output = mixlaw(&folder, &[&optimize[..], &scale, &bounds].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    let best = std::fs::read_to_string(folder.path().join("best.json")).unwrap();
    let best: Value = serde_json::from_str(&best).unwrap();
    let best = &best["optima"][0];
    assert!((best["mixture"]["web"].as_f64().unwrap() - 0.4).abs() < 1e-9);
    assert!(best["unconstrained"]["mixture"]["web"].as_f64().unwrap() > 0.4);
    assert_eq!(best["prices"][0]["bound"], "upper");
    let interval = best["intervals"]["web"].as_array().unwrap();
    assert!(interval[0].as_f64() <= interval[1].as_f64());
    let region = &best["region"];
    assert_eq!(region["of-refits"], 8);
    assert_eq!(region["holds-refits"], 8, "90 % of 8 are all");
    let centre = region["centre"].as_object().unwrap().values();
    let sum: f64 = centre.map(|weight| weight.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-9);
    assert_eq!(region["half-axes"].as_array().unwrap().len(), 1);
    assert!(
        region["words"]
            .as_str()
            .unwrap()
            .starts_with("Jointly, 8 of 8 refits")
    );
    // Far outside of what was fitted: a sentence with the factor.
    let output = mixlaw(
        &folder,
        &[
            "optimize",
            "fit.json",
            "--law",
            "windowed",
            "--capacity",
            "1e6",
            "--tokens",
            "3e5",
        ],
    );
    assert!(output.status.success());
    assert!(
        text(&output.stdout).contains("100.000 times the largest"),
        "{}",
        text(&output.stdout)
    );
}

#[rstest]
#[case(&["--min", "web=.7,code=.6"], "sum to 1.300000, which is 0.300000 more")]
#[case(&["--max", "web=.3,code=.3"], "0.400000 less than the whole mixture")]
#[case(&["--min", "web=.1", "--available", "web=0"], "has 0.0000e0 tokens")]
#[case(&["--max", "wbe=.3"], "did you mean `web`?")]
#[case(&["--target", "web=.5,math=.5"], "`math`, which is no loss column")]
#[case(&["--target", "web=.5"], "the target is no mixture: the weights sum to 0.5")]
#[case(&["--fix", "web=.5", "--max", "web=.6"], "is fixed, and bounded as well")]
#[case(&["--group", "all"], "NAME=DOMAIN+DOMAIN:LEAST..MOST")]
#[case(&["--epochs", "0"], "epochs is 0")]
#[case(&["--law", "windwed"], "did you mean `windowed`?")]
#[case(&["--law", "boosted-trees"], "no derivatives")]
#[case(&["--capacity", "0"], "must be a number above 0")]
#[case(&["--stay-near", "web=1"], "every domain needs one above 0")]
fn bad_questions_are_told(#[case] arguments: &[&str], #[case] said: &str) {
    let folder = fitted();
    let mut all = vec!["optimize", "fit.json", "--tokens", "3e5"];
    if !arguments.contains(&"--capacity") {
        all.extend(["--capacity", "3e3"]);
    }
    if !arguments.contains(&"--law") {
        all.extend(["--law", "windowed"]);
    }
    all.extend(arguments);
    let output = mixlaw(&folder, &all);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    // Messages are wrapped.
    let told = told
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("| ", "");
    assert!(told.contains(said), "{told}");
}

#[rstest]
#[case("\"format\":2", "\"format\":7", "its format is version 7")]
#[case("\"saved\"", "\"other\"", "no fitted parameters")]
#[case(
    "\"law\":\"windowed\"",
    "\"law\":\"widowed\"",
    "a law that this version"
)]
#[case("\"own-weight\":[0,1]", "\"own-weight\":[0,9]", "it is damaged")]
#[case(
    "\"law\":\"boosted-trees\"",
    "\"law\":\"windowed\"",
    "`windowed` stands there twice"
)]
#[case("{", "", "no file of fits")]
fn bad_files_are_told(#[case] from: &str, #[case] to: &str, #[case] said: &str) {
    let folder = fitted();
    let path = folder.path().join("fit.json");
    let good = std::fs::read_to_string(&path).unwrap();
    let bad = good.replacen(from, to, 1);
    assert_ne!(good, bad);
    std::fs::write(&path, bad).unwrap();
    let output = mixlaw(
        &folder,
        &[
            "predict",
            "fit.json",
            "--capacity",
            "3e3",
            "--tokens",
            "3e5",
            "--mixture",
            "web=1",
        ],
    );
    let told = text(&output.stderr)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("| ", "");
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(said), "{told}");
}

/// Runs of three domains: `web` up to .6, `chem` up to a thousandth, `law` never. Where there is more `chem`
/// all losses are lower, so that a law wants much of it.
fn narrow() -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut runs = String::from(
        "run,weight_web,weight_code,weight_chem,weight_law,loss_web,loss_code,loss_chem,loss_law\n",
    );
    for run in 0..16 {
        let web = 0.2 + 0.4 * f64::from(run) / 15.0;
        let chem = 1e-3 * f64::from(run % 4) / 3.0;
        let code = 1.0 - web - chem;
        let loss = |weight: f64| 2.0 + 0.5 * (weight + 0.01).powf(-0.3) - 100.0 * chem;
        runs.push_str(&format!(
            "r{run},{web},{code},{chem},0,{},{},{},{}\n",
            loss(web),
            loss(code),
            loss(chem),
            3.0 - 0.5 * code
        ));
    }
    std::fs::write(folder.path().join("runs.csv"), runs).unwrap();
    let output = mixlaw(
        &folder,
        &[
            "fit",
            "runs.csv",
            "--law",
            "effective-data",
            "--split-by",
            "none",
            "--starts",
            "4",
            "--bootstrap",
            "8",
            "--json",
            "fit.json",
        ],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    folder
}

/// The one best mixture in the JSON file of `optimize` with these flags, and what was printed.
fn optimized(folder: &TempDir, flags: &[&str]) -> (Value, String) {
    let output = mixlaw(
        folder,
        &[&["optimize", "fit.json", "--json", "best.json"], flags].concat(),
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let best = std::fs::read_to_string(folder.path().join("best.json")).unwrap();
    let best: Value = serde_json::from_str(&best).unwrap();
    (best["optima"][0].clone(), text(&output.stdout))
}

#[test]
fn weights_stay_within_what_was_trained_unless_told() {
    let folder = narrow();
    let weight = |best: &Value, name: &str| best["mixture"][name].as_f64().unwrap();
    let (best, said) = optimized(&folder, &[]);
    for (name, ends) in best["trained"].as_object().unwrap() {
        let (least, most) = (ends[0].as_f64().unwrap(), ends[1].as_f64().unwrap());
        let weight = weight(&best, name);
        assert!(
            least - 1e-9 <= weight && weight <= most + 1e-9,
            "{name}: {best}"
        );
    }
    assert!(weight(&best, "law").abs() < 1e-12 && best["intervals"]["law"].is_null());
    assert_eq!(best["outside"], Value::Array(Vec::new()));
    assert!(
        said.contains("0.200 to 0.600") && said.contains("Runs had at most 0.0010 of chem"),
        "{said}"
    );
    assert!(
        said.contains("No two runs differ in the weight of law"),
        "{said}"
    );
    let prices = best["prices"].as_array().unwrap();
    assert!(
        prices.iter().any(|price| price["bound"] == "trained-upper"),
        "{best}"
    );
    // A narrower bound of one's own holds, a wider one does not.
    let (best, _) = optimized(&folder, &["--max", "web=.3,chem=.5"]);
    assert!(weight(&best, "web") <= 0.3 + 1e-9 && weight(&best, "chem") <= 1e-3 + 1e-9);
    // Let out, the law goes where it likes; how far that is, is told with numbers, and without interval.
    let (best, said) = optimized(&folder, &["--beyond-trained"]);
    assert!(weight(&best, "chem") > 0.01, "{best}");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("outside of what was trained:") && said.contains("(runs: 0.0000 to 0.0010)"),
        "{said}"
    );
    let outside = best["outside"][0].as_str().unwrap();
    assert!(said.contains(outside), "{outside}");
    let (best, _) = optimized(&folder, &["--beyond-trained", "--fix", "law=.1"]);
    assert!(best["target-loss-interval"].is_null(), "{best}");
}

#[test]
fn bounds_beyond_what_was_trained_name_the_flag() {
    let folder = narrow();
    let output = mixlaw(&folder, &["optimize", "fit.json", "--min", "chem=.2"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("`chem`") && said.contains("--beyond-trained"),
        "{said}"
    );
}

#[rstest]
#[case("", "0.001")]
#[case("beyond-trained = false", "0.001")]
#[case("beyond-trained = true", "1")]
fn a_run_keeps_to_what_its_table_has(#[case] key: &str, #[case] most: f64) {
    let folder = narrow();
    let file = format!(
        "[data]\nruns = \"runs.csv\"\n\n[fit]\nlaws = [\"effective-data\"]\nstarts = 2\n\
         split = {{ by = \"none\" }}\n\n[optimum]\nof = \"effective-data\"\ncapacity = 1\ntokens = 1\n{key}\n"
    );
    std::fs::write(folder.path().join("real.toml"), file).unwrap();
    let output = mixlaw(&folder, &["run", "real.toml", "--out", "out"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let best = std::fs::read_to_string(folder.path().join("out/optimum.json")).unwrap();
    let best: Value = serde_json::from_str(&best).unwrap();
    let best = &best["optima"][0];
    let chem = best["mixture"]["chem"].as_f64().unwrap();
    assert!(chem <= most + 1e-9, "{best}");
    assert_eq!(chem > 0.01, most > 0.5, "{best}");
    let said = text(&output.stdout);
    assert!(said.contains("0.000 to 0.001"), "{said}");
}

#[test]
fn predictions_outside_say_how_far() {
    let folder = narrow();
    let predict = |mixture: &str| mixlaw(&folder, &["predict", "fit.json", "--mixture", mixture]);
    let within = text(&predict("web=.3,code=.7").stdout);
    assert!(
        !within.contains("outside") && within.contains(" to "),
        "{within}"
    );
    let beyond = text(&predict("web=.9,code=.1").stdout);
    assert!(
        beyond.contains("web 0.9000 (runs: 0.2000 to 0.6000)"),
        "{beyond}"
    );
    // Of a domain that no run had the fits know nothing: no interval.
    let unknown = text(&predict("web=.3,code=.6,law=.1").stdout);
    let words = unknown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("law 0.1000 (runs: 0.0000 to 0.0000)"),
        "{words}"
    );
    assert!(
        words.contains("no interval") && !words.contains("--bootstrap"),
        "{words}"
    );
    let brackets = words.matches(" to ").count();
    assert_eq!(brackets, words.matches("(runs: ").count(), "{words}");
}

#[rstest]
#[case(&["--mixture", "web=nan,code=1"])]
#[case(&["--mixture", "web=.6,code=.6"])]
#[case(&["--mixture", "web=-1,code=2"])]
#[case(&["--mixture", "web=1", "--capacity=-1"])]
#[case(&["--mixture", "web=1", "--capacity", "nan"])]
#[case(&["--mixture", "web=1", "--tokens", "1e999"])]
#[case(&["--mixture", "web=1", "--tokens", "0"])]
fn a_point_that_is_none_is_refused(#[case] arguments: &[&str]) {
    let folder = narrow();
    let output = mixlaw(&folder, &[&["predict", "fit.json"], arguments].concat());
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty() && said.contains("--"), "{said}");
}
