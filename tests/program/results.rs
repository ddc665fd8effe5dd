//! Folders of results: what `reproduce` writes, how it looks in a browser, and how two compare.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

fn mixlaw() -> Command {
    Command::cargo_bin("mixlaw").unwrap()
}

/// A world of two domains with a varied overlap, fitted in a blink.
const VARIED: &str = concat!(
    r#"
claim = "A <b>claim</b> & its \"words\"."

[world]
head = 5
overlap = { kind = "all", fraction = 0.2 }

"#,
    two_domains!(),
    small_sweep!(),
    r#"
[fit]
laws = ["mean", "capacity", "capacity-noise"]
starts = 2
split = { by = "mixture", test-fraction = 0.25, count = 2 }

[vary]
key = "world.overlap.fraction"
values = [0, 0.5]
label = "share shared"

[[checks]]
figure = "test.mre.capacity-noise"
at-most = 5

[[checks]]
figure = "at.0.5.test.mre.capacity-noise"
at-most = 5
"#
);

/// Two experiments, one of which lacks its data, and their results.
fn reproduced() -> TempDir {
    let folder = TempDir::new().unwrap();
    let experiments = folder.path().join("experiments");
    std::fs::create_dir(&experiments).unwrap();
    std::fs::write(experiments.join("01-varied.toml"), VARIED).unwrap();
    let absent = "[data]\nruns = \"absent.csv\"\n\n[fit]\n";
    std::fs::write(experiments.join("02-absent.toml"), absent).unwrap();
    mixlaw()
        .current_dir(folder.path())
        .args(["reproduce", "--quiet"])
        .assert()
        .success();
    folder
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Values of an attribute in the markup of a page.
fn attributes(html: &str, name: &str) -> Vec<String> {
    html.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(Into::into)
        .collect()
}

/// The pages of a folder of results.
fn pages(results: &Path) -> [PathBuf; 2] {
    [
        results.join("index.html"),
        results.join("01-varied/report.html"),
    ]
}

#[test]
fn the_links_of_every_page_lead_somewhere() {
    let folder = reproduced();
    for page in pages(&folder.path().join("results")) {
        let html = read(&page);
        let ids = attributes(&html, "id");
        let distinct: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(
            distinct.len(),
            ids.len(),
            "an id twice in {}",
            page.display()
        );
        let links = attributes(&html, "href");
        assert!(links.len() >= 5, "{links:?}");
        for link in links {
            match link.strip_prefix('#') {
                Some(id) => assert!(ids.iter().any(|other| other == id), "{link}"),
                None => assert!(page.parent().unwrap().join(&link).is_file(), "{link}"),
            }
        }
        // Whatever is shown can be pointed at, and a figure is described in words.
        assert!(html.contains("<title>share shared") || html.contains(", share shared 0.5: "));
        assert!(html.contains("role=\"img\"") && html.contains("<desc>"));
    }
}

/// A browser that can be run without a screen, if the system has one.
fn browser() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| {
            std::process::Command::new(name)
                .arg("--version")
                .output()
                .is_ok_and(|output| output.status.success())
        })
}

/// What a browser shows of `page`: its markup, its messages, and the addresses on the net that the page
/// asks for. What the browser itself asks for (the time, dictionaries) has no page as its initiator.
fn shown(browser: &str, folder: &Path, page: &Path) -> (String, String, Vec<String>) {
    let log = folder.join("net.json");
    let output = std::process::Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-default-apps",
            "--enable-logging=stderr",
            "--dump-dom",
        ])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("profile").display()
        ))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    // One event a line.
    let log = read(&log);
    assert!(log.contains("constants"), "no log of requests");
    let asked = log
        .lines()
        .filter(|event| event.contains("\"initiator\":"))
        .filter(|event| !event.contains("\"initiator\":\"not an origin\""))
        .filter_map(|event| event.split("\"url\":\"").nth(1)?.split('"').next())
        .filter(|url| url.starts_with("http") || url.starts_with("ws"))
        .map(Into::into)
        .collect();
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        said,
        asked,
    )
}

#[test]
fn a_browser_shows_the_pages_without_errors_or_requests() {
    let Some(browser) = browser() else {
        eprintln!("skipped: no Chromium on this system");
        return;
    };
    let folder = reproduced();
    for page in pages(&folder.path().join("results")) {
        let (markup, said, asked) = shown(browser, folder.path(), &page);
        assert!(!said.contains("CONSOLE"), "{said}");
        assert!(
            markup.contains("<svg") && markup.contains("01-varied"),
            "{markup}"
        );
        assert!(asked.is_empty(), "the page asks for {asked:?}");
    }
    // A page that does ask is found out.
    let page = folder.path().join("asks.html");
    std::fs::write(&page, "<img src=\"http://example.invalid/picture\">").unwrap();
    let (.., asked) = shown(browser, folder.path(), &page);
    assert_eq!(asked, ["http://example.invalid/picture"]);
}

/// A world of one domain, measured in a blink.
const SINGLE: &str = r#"
claim = "One domain."

[world]
head = 5

[[world.domains]]
name = "web"
exponent = 1.3
floor = 1.0

[learner]
kernel = "exponential"
tau = 5

[sweep]
capacities = [1e3, 2e3, 4e3, 1e4]
tokens = [1e6]
mixtures = { design = "list", points = [[1.0]] }

[fit]
laws = ["mean"]
split = { by = "run", test-fraction = 0.25, count = 2 }

[[checks]]
figure = "test.mre.mean"
at-most = 100
"#;

#[test]
fn what_is_not_run_keeps_its_results() {
    let folder = reproduced();
    let results = folder.path().join("results");
    let experiments = folder.path().join("experiments");
    let before = ["claims.json", "README.md"].map(|name| read(results.join(name)));
    let again = |arguments: &[&str]| {
        let mut command = mixlaw();
        command.current_dir(folder.path()).arg("reproduce");
        let output = command.args(arguments).assert().success();
        String::from_utf8(output.get_output().stderr.clone()).unwrap()
    };
    // A third experiment is put in its place; the others stay as they are, to the byte.
    std::fs::write(experiments.join("00-single.toml"), SINGLE).unwrap();
    again(&["--only", "00"]);
    let [claims, readme] = ["claims.json", "README.md"].map(|name| read(results.join(name)));
    let entries = |text: &str| text.lines().count();
    for (now, before) in [(&claims, &before[0]), (&readme, &before[1])] {
        let rest = before.split_once("01-varied").unwrap().1;
        assert!(now.ends_with(rest), "{now}");
        assert!(now.find("00-single") < now.find("01-varied"), "{now}");
        assert!(entries(now) > entries(before));
    }
    let html = read(results.join("index.html"));
    assert!(html.contains("<img src=\"data:image/svg+xml,"), "{html}");
    assert!(html.contains("href=\"01-varied/figures/variation.svg\""));
    // The same again changes nothing.
    again(&["--only", "00"]);
    assert_eq!(claims, read(results.join("claims.json")));
    // Data that are gone do not take the verdicts along, and neither does a file.
    let absent = "[data]\nruns = \"absent.csv\"\n\n[fit]\n";
    std::fs::write(experiments.join("01-varied.toml"), absent).unwrap();
    let said = again(&["--only", "01"]);
    assert!(said.contains("what was found before stays"), "{said}");
    assert_eq!(claims, read(results.join("claims.json")));
    std::fs::remove_file(experiments.join("00-single.toml")).unwrap();
    let said = again(&["--only", "02"]);
    assert!(said.contains("note: 00-single stays in"), "{said}");
    let kept = read(results.join("claims.json"));
    assert!(kept.contains("00-single") && kept.contains("01-varied"));
}

#[test]
fn reproduce_fills_no_folder_of_something_else() {
    let folder = reproduced();
    let readme = folder.path().join("README.md");
    std::fs::write(&readme, "# A project").unwrap();
    for out in [".", "results/01-varied", "experiments"] {
        let mut command = mixlaw();
        command.current_dir(folder.path());
        command.args(["reproduce", "--out", out]).assert().code(2);
    }
    assert_eq!(read(&readme), "# A project");
    // Nor does `run` replace the verdicts of many by those of one.
    let claims = folder.path().join("results/claims.json");
    let before = read(&claims);
    let mut command = mixlaw();
    command.current_dir(folder.path());
    let run = ["run", "experiments/01-varied.toml", "--out", "results"];
    command.args(run).assert().code(2);
    assert_eq!(read(&claims), before);
}

#[test]
fn equal_results_compare_as_the_same() {
    let folder = reproduced();
    let again = ["reproduce", "--quiet", "--threads", "1", "--out", "again"];
    mixlaw()
        .current_dir(folder.path())
        .args(again)
        .assert()
        .success();
    mixlaw()
        .current_dir(folder.path())
        .args(["compare", "results", "again", "--strict"])
        .assert()
        .success()
        .stdout("The same claims, verdicts and figures.\n");
    for name in [
        "index.html",
        "claims.json",
        "README.md",
        "01-varied/report.html",
    ] {
        let texts = ["results", "again"].map(|side| read(folder.path().join(side).join(name)));
        assert!(
            texts[0] == texts[1],
            "{name} depends on the number of threads"
        );
    }
}

/// Replaces text in a file, which must be there.
fn change(file: &Path, from: &str, to: &str) {
    let text = read(file);
    assert!(text.contains(from), "{from} in {text}");
    std::fs::write(file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn what_differs_is_told() {
    let folder = reproduced();
    let results = folder.path().join("results");
    let before = folder.path().join("before.json");
    std::fs::copy(results.join("claims.json"), &before).unwrap();
    change(&results.join("claims.json"), "\"holds\"", "\"fails\"");
    let compare = |extra: &[&str]| {
        let mut command = mixlaw();
        command.current_dir(folder.path());
        command
            .args(["compare", "before.json", "results"])
            .args(extra);
        command.assert()
    };
    let told = compare(&[]).success().get_output().stdout.clone();
    let told = String::from_utf8(told).unwrap();
    assert!(
        told.contains("01-varied") && told.contains("verdict changed"),
        "{told}"
    );
    compare(&["--strict"]).code(3);

    // Runs are compared, too: against the same folder with one number changed.
    let one = results.join("01-varied");
    let other = folder.path().join("other");
    std::fs::create_dir(&other).unwrap();
    for name in ["claims.json", "runs.csv"] {
        std::fs::copy(one.join(name), other.join(name)).unwrap();
    }
    let first = read(other.join("runs.csv"))
        .lines()
        .nth(1)
        .unwrap()
        .to_owned();
    let loss = first.rsplit(',').next().unwrap().to_owned();
    change(&other.join("runs.csv"), &loss, "1.5");
    let output = mixlaw()
        .arg("compare")
        .arg(&one)
        .arg(&other)
        .assert()
        .success();
    let told = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    assert!(
        told.contains("runs.csv") && told.contains("run 1, loss_code"),
        "{told}"
    );
}

#[test]
fn results_of_another_version_and_what_is_no_result_are_refused() {
    let folder = reproduced();
    let claims = folder.path().join("results/claims.json");
    let refused = |arguments: &[&str], words: &str| {
        let mut command = mixlaw();
        let output = command
            .current_dir(folder.path())
            .args(arguments)
            .assert()
            .code(2);
        let said = String::from_utf8(output.get_output().stderr.clone()).unwrap();
        assert!(
            said.split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .contains(words),
            "{said}"
        );
    };
    refused(&["compare", "results", "nowhere"], "cannot read nowhere");
    refused(&["compare", "results", "experiments"], "claims.json");
    change(&claims, "\"format\": 1", "\"format\": 7");
    refused(&["compare", "results", "results"], "format version 7");
    refused(&["reproduce"], "newer mixlaw");
    change(&claims, "\"format\": 7,", "");
    refused(
        &["compare", "results", "results"],
        "does not say its format",
    );
    let one = folder.path().join("results/01-varied/manifest.json");
    change(&one, "\"format\": 1", "\"format\": 2");
    refused(
        &[
            "run",
            "experiments/01-varied.toml",
            "--out",
            "results/01-varied",
        ],
        "newer mixlaw",
    );
}
