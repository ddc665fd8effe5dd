//! Hostile input through the front door: refused with exit code 2 and a message that does nothing to
//! a terminal, or harmless in all that is written.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

fn mixlaw(folder: &Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("mixlaw")
        .unwrap()
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

/// The message of a refusal, which must not act on a terminal.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let output = mixlaw(folder, arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    assert_harmless(&message);
    message
}

fn assert_harmless(text: &str) {
    let acts = |c: &char| {
        (c.is_control() && !"\n\t".contains(*c)) || ('\u{202a}'..='\u{202e}').contains(c)
    };
    assert_eq!(text.chars().find(acts), None, "{text:?}");
}

/// An experiment of `domains` domains, the first called `name`; `rest` replaces the sweep's mixtures.
fn experiment(name: &str, domains: usize, overlap: &str, mixtures: &str) -> String {
    let mut text = format!("name = \"hostile\"\n[world]\nhead = 5\noverlap = {overlap}\n");
    for number in 0..domains {
        let name = if number == 0 {
            name.to_owned()
        } else {
            format!("d{number}")
        };
        text += &format!("[[world.domains]]\nname = \"{name}\"\nexponent = 1.3\n");
    }
    text + &format!(
        "[learner]\nkernel = \"exponential\"\ntau = 5\n[sweep]\ncapacities = [1e4]\ntokens = [1e6]\n\
         [sweep.mixtures]\n{mixtures}\n"
    )
}

const NO_OVERLAP: &str = "{ kind = \"none\" }";
const FOUR: &str = "design = \"dirichlet\"\ncount = 4";

#[test]
fn names_that_lead_out_of_a_folder_or_into_a_formula_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    for name in [
        "a/b",
        "..",
        "../../evil",
        "a\\\\b",
        "=1+1",
        "+1",
        "-x",
        "@SUM(A1)",
        "\\u001b[2J",
        "\\u202eab",
        "a\\nb",
        "a\\\"b",
        "a,b",
        " a",
        "\\u009b31m",
    ] {
        std::fs::write(&file, experiment(name, 2, NO_OVERLAP, FOUR)).unwrap();
        let message = refusal(folder.path(), &["run", "x.toml", "--out", "out"]);
        assert!(
            message.contains("the name of the domain"),
            "{name}: {message}"
        );
        let named = experiment("web", 2, NO_OVERLAP, FOUR);
        if name.contains(['/', '\\']) && !name.contains('"') || name == ".." {
            std::fs::write(&file, named.replace("\"hostile\"", &format!("\"{name}\""))).unwrap();
            let message = refusal(folder.path(), &["run", "x.toml"]);
            assert!(
                message.contains("the name of the experiment"),
                "{name}: {message}"
            );
        }
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn what_a_message_echoes_does_nothing_to_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = "h\u{1b}[2J\u{9b}31m\u{202e}.toml";
    for text in [
        "name = \"a\u{1b}[31mb\"",
        "seed = 1 # \u{9b}31m \u{202e} \u{7f}\nfoo = 1 # \u{202e}",
        "seed = 1 \u{1b}]0;title\u{7}",
        "\"k\\u001b[2J\" = 1",
        "claim = 1 \r x",
    ] {
        std::fs::write(folder.path().join("x.toml"), text).unwrap();
        refusal(folder.path(), &["plan", "x.toml"]);
        std::fs::write(folder.path().join(hostile), text).unwrap();
        refusal(folder.path(), &["plan", hostile]);
    }
    refusal(folder.path(), &["plan", "no\u{1b}[2J.toml"]);
    refusal(folder.path(), &["plan", "--no\u{1b}[2J"]);
    refusal(folder.path(), &["no\u{1b}[2J"]);
    refusal(
        folder.path(),
        &["simulate", "x.toml", "--out", "a\u{1b}[2J/b"],
    );
    std::fs::write(
        folder.path().join("x.csv"),
        "weight_a\u{1b}[2J,loss_a\n1,\u{1b}[2J\n",
    )
    .unwrap();
    refusal(folder.path(), &["fit", "x.csv"]);
    refusal(
        folder.path(),
        &["predict", "x.csv", "--mixture", "a\u{1b}[2J=x"],
    );
}

#[test]
fn files_without_an_end_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    if !Path::new("/dev/zero").exists() {
        return;
    }
    refusal(folder.path(), &["plan", "/dev/zero"]);
    std::fs::create_dir(folder.path().join("out")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("out/claims.json")).unwrap();
    refusal(folder.path(), &["compare", "out", "out"]);
}

#[test]
fn a_file_with_thousands_of_errors_tells_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let text = "x = { a = [1, 2, 3] }\n".repeat(3000);
    std::fs::write(folder.path().join("x.toml"), text).unwrap();
    let message = refusal(folder.path(), &["plan", "x.toml"]);
    assert!(
        message.contains("errors, of which the first 20 follow"),
        "{message}"
    );
    assert!(message.lines().count() < 400);
}

#[test]
fn a_broken_file_that_opens_ever_more_brackets_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let deep = format!("name = 1 2\nx = {}", "{[] a = ".repeat(200_000));
    std::fs::write(folder.path().join("deep.toml"), &deep).unwrap();
    let message = refusal(folder.path(), &["plan", "deep.toml"]);
    assert!(message.contains("line 1, column 8"), "{message}");
    // What a directory says of its experiment is read, too.
    let out = folder.path().join("out");
    let good = experiment("web", 2, NO_OVERLAP, FOUR);
    std::fs::write(folder.path().join("good.toml"), &good).unwrap();
    assert!(
        mixlaw(folder.path(), &["run", "good.toml", "--out", "out"])
            .status
            .success()
    );
    std::fs::write(out.join("experiment.toml"), &deep).unwrap();
    let other = good.replace("head = 5", "head = 6");
    std::fs::write(folder.path().join("good.toml"), other).unwrap();
    let message = refusal(folder.path(), &["run", "good.toml", "--out", "out"]);
    assert!(message.contains("another experiment"), "{message}");
}

/// A snippet of a line of a hundred thousand columns cannot be drawn.
#[test]
fn a_fault_in_an_endless_line_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let spaces = " ".repeat(100_000);
    for text in [
        format!("name = \"x\"\nworld = {{ {spaces} foo = 1 }}\n"),
        format!("name = \"x\"\nworld = {{ {spaces} ]\n"),
        format!("claim = \"{spaces}"),
        format!("x = \"{spaces}\"\ny = 1\n"),
    ] {
        std::fs::write(folder.path().join("x.toml"), text).unwrap();
        let message = refusal(folder.path(), &["plan", "x.toml"]);
        assert!(
            message.contains("line ") && message.len() < 4_000,
            "{}",
            message.len()
        );
    }
}

#[test]
fn worlds_and_designs_that_memory_or_time_cannot_hold_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    let pair = "{ kind = \"pair\", fraction = 0.3 }";
    for (domains, overlap, mixtures, words) in [
        (1001, NO_OVERLAP, FOUR, "the world has 1001 domains"),
        (101, pair, FOUR, "too many to share skills in pairs"),
        (
            1000,
            NO_OVERLAP,
            "design = \"dirichlet\"\ncount = 1000000",
            "more than 10000000 weights",
        ),
        (
            1000,
            NO_OVERLAP,
            "design = \"grid\"\nstep = 0.5",
            "more than 10000000 weights",
        ),
        (
            1000,
            NO_OVERLAP,
            "design = \"latin-hypercube\"\ncount = 10001",
            "more than 10000000 weights",
        ),
        (
            4,
            NO_OVERLAP,
            "design = \"grid\"\nstep = 1e-9",
            "`step` is 1e-9",
        ),
        (
            4,
            NO_OVERLAP,
            "design = \"grid\"\nstep = 1e-6",
            "more than 10000000 weights",
        ),
    ] {
        std::fs::write(&file, experiment("web", domains, overlap, mixtures)).unwrap();
        let message = refusal(folder.path(), &["plan", "x.toml"]).replace("\n", " ");
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(message.contains(words), "{words}: {message}");
    }
    let axes = experiment(
        "web",
        2,
        NO_OVERLAP,
        "design = \"dirichlet\"\ncount = 1000000",
    );
    let list = (1..=1100)
        .map(|n| format!("{n}e3"))
        .collect::<Vec<_>>()
        .join(", ");
    let axes = axes
        .replace("[1e4]", &format!("[{list}]"))
        .replace("[1e6]", &format!("[{list}]"));
    std::fs::write(&file, axes).unwrap();
    let message = refusal(folder.path(), &["plan", "x.toml"]);
    assert!(message.contains("the sweep has 1.21e12 runs"), "{message}");
    let vary = experiment(
        "web",
        4,
        NO_OVERLAP,
        "design = \"dirichlet\"\ncount = 1000000",
    ) + "[vary]\nkey = \"world.head\"\nvalues = [1, 2, 3, 4]\n";
    std::fs::write(&file, vary).unwrap();
    let message = refusal(folder.path(), &["plan", "x.toml"]);
    assert!(message.contains("the mixtures of all values"), "{message}");
    for (flag, value) in [
        ("--split-count", "18446744073709551615"),
        ("--starts", "1000000000"),
        ("--bootstrap", "4000000000"),
        ("--folds", "99999999"),
        ("--threads", "100000000"),
    ] {
        refusal(folder.path(), &["fit", "x.csv", flag, value]);
    }
}

/// A thousand domains, and the edges of exponents, weights and scales: numbers come out.
#[test]
fn the_edges_of_the_ranges_give_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let run = |text: &str| {
        std::fs::write(folder.path().join("x.toml"), text).unwrap();
        let output = mixlaw(folder.path(), &["simulate", "x.toml", "--out", "runs.csv"]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{message}\n{text}");
        let runs = std::fs::read_to_string(folder.path().join("runs.csv")).unwrap();
        let mut rows = csv::Reader::from_reader(runs.as_bytes());
        let losses = rows
            .headers()
            .unwrap()
            .iter()
            .position(|name| name.starts_with("loss_"))
            .unwrap();
        for row in rows.records() {
            for loss in row.unwrap().iter().skip(losses) {
                let loss: f64 = loss.parse().unwrap();
                assert!(loss.is_finite() && loss >= 0.0, "{loss}: {text}");
            }
        }
    };
    run(&experiment("web", 1000, NO_OVERLAP, FOUR));
    run(&experiment(
        "web",
        1000,
        "{ kind = \"all\", fraction = 0.4 }",
        FOUR,
    ));
    for kernel in [
        "\"threshold\"",
        "\"exponential\"",
        "\"reciprocal\"",
        "\"sgd-decay\"\nnoise = 0.1",
    ] {
        for overlap in [
            NO_OVERLAP,
            "{ kind = \"all\", fraction = 1 }",
            "{ kind = \"pair\", fraction = 1 }",
        ] {
            let points =
                "design = \"list\"\npoints = [[1e-300, 1], [1, 0], [5e-324, 1], [0.5, 0.5]]";
            let text = experiment("web", 2, overlap, points)
                .replacen(
                    "exponent = 1.3",
                    "exponent = 1.0001\ncost = 1e300\nfloor = 1e300",
                    1,
                )
                .replacen("exponent = 1.3", "exponent = 50\ncost = 1e-300", 1)
                .replace("[1e4]", "[5, 1e18, \"unlimited\"]")
                .replace("[1e6]", "[1e-300, 1, 1e30, 1e300, \"unlimited\"]")
                .replace("\"exponential\"", kernel);
            run(&text);
        }
    }
}

/// Labels of runs are the user's; in what is written no spreadsheet takes one for a formula, and it is
/// read back as it was.
#[test]
fn a_label_does_not_become_a_formula() {
    let folder = tempfile::tempdir().unwrap();
    let mut runs = String::from("run,weight_web,weight_=cmd,loss_web,loss_=cmd\n");
    for number in 0..8 {
        let h = 0.1 + 0.1 * f64::from(number);
        runs += &format!("=1+{number},{h},{},{},{}\n", 1.0 - h, 2.0 - h, 1.0 + h);
    }
    std::fs::write(folder.path().join("runs.csv"), runs).unwrap();
    let text = "name = \"x\"\n[data]\nruns = \"runs.csv\"\n[fit]\nlaws = [\"mean\", \"linear\"]\n\
                [fit.split]\nby = \"mixture\"\ncount = 2\n";
    std::fs::write(folder.path().join("x.toml"), text).unwrap();
    let output = mixlaw(folder.path(), &["run", "x.toml", "--out", "out"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut files = vec![folder.path().join("out/runs.csv")];
    let figures = std::fs::read_dir(folder.path().join("out/figures")).unwrap();
    files.extend(
        figures
            .map(|entry| entry.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "csv")),
    );
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let mut rows = csv::ReaderBuilder::new();
        for row in rows
            .has_headers(false)
            .from_reader(text.as_bytes())
            .records()
        {
            for cell in &row.unwrap() {
                let formula =
                    cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
                assert!(!formula, "{cell:?} in {}", file.display());
            }
        }
    }
}

/// Markup in names and claims is text on the page and in the figures.
#[test]
fn markup_stays_text_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let markup = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    let text = experiment(
        "<script>x<!--script>",
        2,
        NO_OVERLAP,
        "design = \"dirichlet\"\ncount = 8",
    )
    .replacen(
        "name = \"hostile\"",
        &format!("name = \"<b>{{{{ 7*7 }}}}\"\nclaim = \"{markup}\""),
        1,
    ) + "[fit]\nlaws = [\"mean\", \"capacity\"]\nstarts = 1\n";
    // A domain cannot have a `/`, so no element is ever closed; the opening must not be one.
    std::fs::write(folder.path().join("x.toml"), text).unwrap();
    let output = mixlaw(folder.path(), &["run", "x.toml", "--out", "out"]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_harmless(&String::from_utf8(output.stdout).unwrap());
    let mut files = vec![folder.path().join("out/report.html")];
    let figures = std::fs::read_dir(folder.path().join("out/figures")).unwrap();
    files.extend(
        figures
            .map(|entry| entry.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "svg")),
    );
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for element in ["<script", "<img", "<b>", "<!--script"] {
            assert!(!text.contains(element), "{element} in {}", file.display());
        }
    }
}
