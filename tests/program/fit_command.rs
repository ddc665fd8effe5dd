//! `mixlaw fit` through its front door: splits, intervals, diagnosis, and what it refuses.

use std::path::PathBuf;
use std::process::Output;

use assert_cmd::Command;
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

/// Runs of two domains at two numbers of tokens: `runs` rows, labelled r0, r1, …
fn runs(rows: usize) -> String {
    let mut text = String::from("run,tokens,weight_web,weight_code,loss_web,loss_code\n");
    for row in 0..rows {
        let share = 0.05 + 0.9 * (row / 2) as f64 / (rows / 2) as f64;
        let tokens = if row % 2 == 0 { 1e6 } else { 1e7 };
        let wiggle = 1.0 + 0.003 * (1.7 * row as f64).sin();
        let loss = |h: f64| wiggle * (1.0 + 0.8 * (h * tokens / 1e6).powf(-0.3));
        text += &format!(
            "r{row},{tokens},{share},{},{},{}\n",
            1.0 - share,
            loss(share),
            loss(1.0 - share)
        );
    }
    text
}

struct Place {
    folder: TempDir,
}

impl Place {
    fn with(text: &str) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("runs.csv"), text).unwrap();
        Self { folder }
    }

    fn fit(&self, arguments: &str) -> Output {
        Command::cargo_bin("mixlaw")
            .unwrap()
            .current_dir(self.folder.path())
            .args(["fit", "runs.csv"])
            .args(arguments.split_whitespace())
            .output()
            .unwrap()
    }

    fn json(&self) -> Value {
        let path: PathBuf = self.folder.path().join("fits.json");
        let text = std::fs::read_to_string(path).unwrap();
        assert!(!text.contains("NaN"), "{text}");
        serde_json::from_str(&text).unwrap()
    }
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn intervals_hold_the_parameters_and_repeat_to_the_byte() {
    let place = Place::with(&runs(24));
    let arguments = "--law mean,bimix-floor --split-by none --starts 2 --bootstrap 20";
    let output = place.fit(&format!("{arguments} --json fits.json --threads 1"));
    assert!(output.status.success(), "{}", words(&output.stderr));
    let text = words(&output.stdout);
    assert!(text.contains("20 fits to resampled noise"), "{text}");
    let one = place.json();
    place.fit(&format!("{arguments} --json fits.json --threads 2"));
    let two = place.json();
    let fit = &one["fits"][1];
    assert_eq!(fit["bootstrap"], two["fits"][1]["bootstrap"]);
    assert_eq!(fit["bootstrap"]["replicates"], 20);
    assert_eq!(fit["bootstrap"]["unconverged"], 0);
    for symbol in ["A", "E", "α"] {
        let value = fit["parameters"]["domains"]["web"][symbol]
            .as_f64()
            .unwrap();
        let interval = &fit["bootstrap"]["intervals"]["domains"]["web"][symbol];
        let (low, high) = (interval[0].as_f64().unwrap(), interval[1].as_f64().unwrap());
        assert!(
            low < high && 0.5 * low < value && value < 2.0 * high,
            "{symbol}"
        );
    }
}

#[test]
fn a_diagnosis_is_printed_and_written() {
    let place = Place::with(&runs(24).replace("r7,", "odd,"));
    let output =
        place.fit("--law mean,bimix-floor --split-by none --starts 2 --diagnose --json fits.json");
    assert!(output.status.success(), "{}", words(&output.stderr));
    let text = words(&output.stdout);
    for part in [
        "Search: ",
        "Parameters: ",
        "Influence: ",
        "Outliers: ",
        "bias, %",
        "effective",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let fit = &place.json()["fits"][1];
    assert!(fit["convergence"]["gradient"].is_f64());
    // Two starts are fewer than have to agree: all of them are tried.
    assert_eq!(fit["convergence"]["starts"]["count"], 2);
    assert!(
        fit["identifiability"]["effective-parameters"]
            .as_f64()
            .unwrap()
            <= 6.0
    );
    assert_eq!(fit["influence"]["mixtures"].as_array().unwrap().len(), 12);
    assert_eq!(fit["influence"]["domains"][1]["domain"], "code");
}

#[test]
fn folds_hold_out_every_mixture_and_their_seed_is_their_own() {
    let place = Place::with(&runs(24));
    let test = |arguments: &str| {
        let output = place.fit(&format!(
            "--law bimix --starts 1 --json fits.json {arguments}"
        ));
        assert!(output.status.success(), "{}", words(&output.stderr));
        let json = place.json();
        (json["splits"].clone(), json["fits"][0]["test"].to_string())
    };
    let (splits, errors) = test("--folds 4 --repeats 2");
    assert_eq!(splits, 8);
    assert_eq!(test("--folds 4 --repeats 2 --split-seed 0").1, errors);
    assert_ne!(test("--folds 4 --repeats 2 --split-seed 1").1, errors);
    assert_eq!(test("--tokens-below 5e6").0, 1);
    assert_eq!(
        test("--tokens-below 5e6 --test-fraction 0.25 --split-count 3").0,
        3
    );
}

#[test]
fn a_range_keeps_rows() {
    let place = Place::with(&runs(24));
    let rows = |filter: &str| {
        let output = place.fit(&format!(
            "--law mean --split-by none --json fits.json {filter}"
        ));
        assert!(output.status.success(), "{}", words(&output.stderr));
        place.json()["data"]["rows"].clone()
    };
    assert_eq!(rows("--where tokens>=5e6"), 12);
    assert_eq!(rows("--where tokens<=1e7"), 24);
    assert_eq!(rows("--where tokens>=1e7 --where weight_web<=0.3"), 4);
}

#[test]
fn an_excluded_cell_is_not_fitted() {
    let place = Place::with(&runs(24));
    let output = place.fit(
        "--law mean --split-by none --exclude-cell r3:web --exclude-cell r4:code --json fits.json",
    );
    let said = words(&output.stderr);
    assert!(
        said.contains("Left out the loss of `r3:web`, `r4:code`."),
        "{said}"
    );
    let with = place.json();
    place.fit("--law mean --split-by none --json fits.json");
    let mean = |json: &Value| {
        json["fits"][0]["train"]["mre"]["all"]["mean"]
            .as_f64()
            .unwrap()
    };
    assert!((mean(&with) - mean(&place.json())).abs() > 1e-6);
}

/// Odd tables: the weight of `web` and its loss, where they are the same in all runs, and what the
/// words on standard error must name.
#[rstest]
#[case(Some(0.0), None, "no run has a share of `web`")]
#[case(Some(0.2), None, "the weight of `web` is 0.2 in every run")]
#[case(None, Some(2.0), "the loss of `web` is 2 in every run")]
fn what_the_runs_do_not_tell_is_said(
    #[case] weight: Option<f64>,
    #[case] loss: Option<f64>,
    #[case] named: &str,
) {
    let mut text = String::from("weight_web,weight_code,weight_wiki,loss_web,loss_code\n");
    for run in 0..8 {
        let share = 0.1 * f64::from(run + 1);
        let web = weight.unwrap_or(0.5 * share);
        let code = (1.0 - web) * share;
        text += &format!(
            "{web},{code},{},{},{}\n",
            1.0 - web - code,
            loss.unwrap_or(2.0 - share),
            3.0 - share * share
        );
    }
    let place = Place::with(&text);
    let output = place.fit(
        "--law mean,capacity,linear,bimix-floor --starts 2 --split-count 2 --bootstrap 3 --diagnose \
         --json fits.json",
    );
    let said = words(&output.stderr);
    assert!(said.contains(named), "no {named} in {said}");
    assert!(output.status.success(), "{said}");
    assert!(!words(&output.stdout).contains("NaN"));
    place.json();
}

#[test]
fn more_parameters_than_losses_are_warned_of_under_a_ridge() {
    let place = Place::with(&runs(4));
    let flags = "--law bimix-floor,linear --split-by none --starts 1";
    let output = place.fit(flags);
    assert!(output.status.success());
    let few = Place::with(&runs(2));
    let output = few.fit(flags);
    let said = words(&output.stderr);
    assert!(
        output.status.success() && said.contains("warning: 3 parameters for `web` and 2 losses"),
        "{said}"
    );
}

/// Refused: the flags, and what the message must name.
#[rstest]
#[case(
    "--law bimix-floor --ridge 0 --split-by none",
    2,
    "nothing decides between them"
)]
#[case(
    "--folds 13",
    24,
    "13 folds need at least 13 mixtures, but there are 12"
)]
#[case("--folds 1", 24, "from 2 to 100000")]
#[case("--folds 3 --split-by none", 24, "one of them has to go")]
#[case("--repeats 3", 24, "--folds")]
#[case("--capacity-below 1e9", 24, "needs a capacity column")]
#[case("--tokens-below=-1", 24, "--tokens-below is -1")]
#[case("--tokens-below 1e3", 24, "no runs to train")]
#[case("--tokens-below 1e9", 24, "no runs to test")]
#[case("--test-tokens-at-least 1e7", 24, "nothing says which runs train")]
#[case("--tokens-below 5e6 --split-count 3", 24, "draws nothing")]
#[case("--tokens-below 5e6 --test-fraction 1", 24, "above 0 and below 1")]
#[case("--tokens-below 5e6 --test-tokens-at-least 1e9", 24, "no runs to test")]
#[case(
    "--tokens-below 5e6 --test-fraction 0.01",
    24,
    "of 12 mixtures to test"
)]
#[case("--where tokens>5e6", 24, "COLUMN>=NUMBER")]
#[case("--where tokens>=many", 24, "a finite number is needed")]
#[case("--where token>=5e6", 24, "did you mean `tokens`?")]
#[case(
    "--where tokens>=5e9",
    24,
    "numbers there: from 1000000.0 to 10000000.0"
)]
#[case("--exclude-cell r3", 24, "RUN:DOMAIN is needed")]
#[case("--exclude-cell r33:web", 24, "no run is called `r33`")]
#[case("--exclude-cell r3:wbe", 24, "did you mean `web`?")]
#[case("--bootstrap 0", 24, "from 1 to 1000000")]
#[case("--split-by none --bootstrap 3", 2, "at least two")]
#[case("--law effective-dta", 24, "did you mean `effective-data`?")]
fn bad_flags_are_refused_in_words(#[case] flags: &str, #[case] rows: usize, #[case] named: &str) {
    let place = Place::with(&runs(rows));
    let output = place.fit(&format!("{flags} --json fits.json"));
    let said = words(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(named), "no {named} in {said}");
    assert!(!place.folder.path().join("fits.json").exists());
}

/// Tables that cannot be fitted as asked: the table, the flags, and what the message must name.
#[rstest]
#[case(
    "weight_a,weight_b,loss_c\n.5,.5,1\n.4,.6,2\n",
    "--law capacity",
    "law `capacity` predicts a loss"
)]
#[case(
    "weight_a,weight_b,loss_a\n.5,.5,1\n.4,.6,-2\n",
    "--law mean --residual log",
    "has the loss -2"
)]
#[case(
    "weight_a,weight_b,loss_a\n.5,.5,1\n.4,.6,0\n",
    "--law mean",
    "has the loss 0"
)]
fn tables_that_do_not_suit_are_refused(
    #[case] text: &str,
    #[case] flags: &str,
    #[case] named: &str,
) {
    let place = Place::with(text);
    let output = place.fit(&format!("--split-by none {flags}"));
    let said = words(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(named), "no {named} in {said}");
}

#[test]
fn splits_that_take_a_domain_out_of_the_training_rows_are_named() {
    let mut text = String::from("run,weight_a,weight_b,loss_a,loss_b\n");
    for run in 0..6 {
        let share = if run < 2 {
            0.2 * f64::from(run + 1)
        } else {
            0.0
        };
        let loss_b = if run < 2 { "1.5" } else { "" };
        text += &format!(
            "{run},{share},{},{},{loss_b}\n",
            1.0 - share,
            2.0 - 0.1 * f64::from(run)
        );
    }
    let place = Place::with(&text);
    let split = |name: &str, runs: &[usize]| {
        let mut text = String::from("split,run\n");
        for run in runs {
            text += &format!("{name},{run}\n");
        }
        std::fs::write(place.folder.path().join("splits.csv"), text).unwrap();
    };
    // Without its two runs no loss of b is left to train on: refused.
    split("hard", &[0, 1]);
    let said = words(&place.fit("--law mean --splits splits.csv").stderr);
    assert!(
        said.contains("the split hard leaves no training row with a loss of `b`"),
        "{said}"
    );
    // With the column out of the way, no share of a is left: said.
    let place_a = Place::with(&text.replace(",loss_b", ",note"));
    std::fs::write(
        place_a.folder.path().join("splits.csv"),
        "split,run\nhard,0\nhard,1\n",
    )
    .unwrap();
    let output = place_a.fit("--law mean --splits splits.csv");
    let said = words(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("in 1 of 1 splits (the first is hard) no training run has a share of `a`"),
        "{said}"
    );
}
