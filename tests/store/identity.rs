//! What belongs to a directory, and whether it is as it was made.

use super::*;

#[test]
fn another_experiment_is_refused_key_by_key() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let quick = quick();
    write(&folder, "quick.toml", &quick);
    succeeds(at, &["run", "quick.toml", "--out", "out"]);
    let before = files(&at.join("out"));
    for (from, to, told) in [
        (
            "floor = 1.0",
            "floor = 1.5",
            "world.domains.web.floor: 1.0 there, 1.5 here",
        ),
        ("seed = 5", "seed = 6", "seed: 5 there, 6 here"),
        ("tau = 5", "tau = 7", "learner.tau"),
        (
            "[1e6, 1e7]",
            "[1e6]",
            "80 finished runs that are not in this sweep",
        ),
        ("[1e6, 1e7]", "[1e6]", "sweep.tokens"),
    ] {
        write(&folder, "other.toml", &quick.replacen(from, to, 1));
        let said = refuses(at, &["run", "other.toml", "--out", "out"], 2);
        assert!(said.contains(told) && said.contains("--fresh"), "{said}");
        assert!(
            files(&at.join("out")) == before,
            "{told}: the directory has changed"
        );
    }
    // What is fitted to the runs is another matter, and a sweep can grow.
    let other = quick
        .replace("laws = [\"mean\"]", "laws = [\"mean\", \"capacity\"]")
        .replace("[1e6, 1e7]", "[1e5, 1e6, 1e7]");
    write(&folder, "other.toml", &other);
    let said = succeeds(at, &["run", "other.toml", "--out", "out"]);
    assert!(
        said.contains("160 of 240 cells were already done"),
        "{said}"
    );
    assert!(said.contains("simulated runs: 80 done"), "{said}");
    succeeds(at, &["run", "other.toml", "--out", "grown"]);
    assert!(
        files(&at.join("out"))[Path::new("runs.csv")]
            == files(&at.join("grown"))[Path::new("runs.csv")]
    );
    // A table that was changed is not trusted.
    let runs = at.join("out/runs.csv");
    let text = std::fs::read_to_string(&runs).unwrap();
    std::fs::write(&runs, text.replacen("0.", "1.", 1)).unwrap();
    let said = succeeds(at, &["run", "other.toml", "--out", "out"]);
    assert!(said.contains("runs.csv is not as it was written"), "{said}");
    assert_eq!(std::fs::read_to_string(&runs).unwrap(), text);
    succeeds(at, &["run", "quick.toml", "--out", "out", "--fresh"]);
    assert_eq!(manifest(&at.join("out"))["cells"]["done"], 160);
}

#[test]
fn results_are_verified_against_their_files_and_a_new_simulation() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    write(&folder, "quick.toml", &quick());
    succeeds(at, &["run", "quick.toml", "--out", "out"]);
    let verify = |code| {
        let output = run(at, &["verify", "out", "--sample", "159", "--seed", "3"]);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    };
    let told = verify(0);
    assert!(
        told.contains("159 of 160 runs simulated again: all are the same to the byte"),
        "{told}"
    );
    let written = manifest(&at.join("out"));
    let resolved = std::fs::read_to_string(at.join("out/experiment.toml")).unwrap();
    assert_eq!(written["experiment"]["resolved"], resolved);
    assert!(
        written["build"]["compiler"]
            .as_str()
            .unwrap()
            .starts_with("rustc 1.")
    );

    // A loss of cell 7 is changed by a factor, and the manifest made to agree.
    let runs = std::fs::read_to_string(at.join("out/runs.csv")).unwrap();
    let change = |factor: f64, processor: Option<&str>| {
        let mut lines: Vec<String> = runs.lines().map(str::to_owned).collect();
        let (row, loss) = lines[8].rsplit_once(',').unwrap();
        let loss = loss.parse::<f64>().unwrap() * factor;
        lines[8] = format!("{row},{loss:?}");
        let text = lines.join("\n") + "\n";
        std::fs::write(at.join("out/runs.csv"), &text).unwrap();
        let mut manifest = written.clone();
        let simulation = &mut manifest["simulation"];
        simulation["runs-sha256"] = mixlaw::runs::fingerprint(text.as_bytes()).into();
        if let Some(processor) = processor {
            simulation["processors"] = vec![processor].into();
        }
        std::fs::write(at.join("out/manifest.json"), manifest.to_string()).unwrap();
    };
    change(1.001, Some("another"));
    let told = verify(1);
    assert!(
        told.contains("the loss of code in cell 7 replicate 0 is"),
        "{told}"
    );
    change(1.0 + 1e-12, Some("another"));
    let told = verify(0);
    assert!(
        told.contains("1 differ in their last digits") && told.contains("made on `another`"),
        "{told}"
    );
    change(1.0 + 1e-12, None);
    let told = verify(1);
    assert!(
        told.contains("though they were made on this kind of processor"),
        "{told}"
    );
    std::fs::write(at.join("out/runs.csv"), &runs).unwrap();
    assert!(verify(1).contains("is not as it was written"));
    refuses(at, &["verify", "nowhere"], 2);
}

/// A pipe in the place of a part would be waited for without end.
#[cfg(unix)]
#[test]
fn a_pipe_is_no_part() {
    let folder = TempDir::new().unwrap();
    write(&folder, "e.toml", &quick());
    let parts = folder.path().join("o/parts");
    std::fs::create_dir_all(&parts).unwrap();
    let made = Command::new("mkfifo").arg(parts.join("all.part")).status();
    assert!(made.unwrap().success());
    let error = refuses(folder.path(), &["run", "e.toml", "--out", "o"], 1);
    assert!(error.contains("all.part"), "{error}");
}
