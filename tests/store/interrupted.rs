//! Sweeps that are killed, interrupted or out of disk, and go on.

use super::*;

/// A sweep of the learner that trains.
fn trained() -> String {
    quick()
        .replace(
            "kernel = \"exponential\"\ntau = 5\nselection = \"expected\"",
            "kernel = \"sgd\"\nprojection = \"gaussian\"\nstep = 0.5\nnoise = 0.1\nsketches = 2",
        )
        .replace("mode = \"expected\"", "mode = \"sampled\"\nreplicates = 2")
        .replace("[1e3, 1e4]", "[16, 64]")
        .replace("[1e6, 1e7]", "[1e3, 3e3]")
        .replace("floor = 1.0\n", "")
        .replace("floor = 0.5\n", "")
        .replace("count = 40", "count = 30")
}

/// Sends a signal, as `kill` calls it, to `child`.
#[cfg(unix)]
fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_killed_sweep_is_resumed_to_the_same_bytes() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    write(&folder, "slow.toml", SLOW);
    succeeds(at, &["run", "slow.toml", "--out", "whole"]);
    let mut kills = 0;
    // Ever more is there when the next kill comes.
    for bytes in [1, 6_000, 15_000, 22_000] {
        let mut child = spawn(at, &["run", "slow.toml", "--out", "killed"]);
        wait_for(&mut child, &at.join("killed"), bytes);
        child.kill().unwrap();
        let ended = child.wait().unwrap();
        kills += i32::from(!ended.success());
    }
    assert!(kills >= 2, "the sweep is too quick: {kills} kills");
    let said = succeeds(at, &["run", "slow.toml", "--out", "killed"]);
    assert!(said.contains("of 640 runs were already done"), "{said}");
    assert_same(&at.join("whole"), &at.join("killed"));
    let said = succeeds(at, &["run", "slow.toml", "--out", "killed"]);
    assert!(said.contains("640 of 640 runs were already done"), "{said}");
    assert!(
        !said.contains("simulated runs") && !said.contains("another build"),
        "{said}"
    );
    assert_same(&at.join("whole"), &at.join("killed"));
    let path = at.join("killed/manifest.json");
    let mut other = manifest(&at.join("killed"));
    other["build"]["commit"] = "0123456789abcdef".into();
    std::fs::write(&path, other.to_string()).unwrap();
    let said = succeeds(at, &["run", "slow.toml", "--out", "killed"]);
    assert!(
        said.contains("another build of mixlaw (commit 0123456789"),
        "{said}"
    );
    let said = succeeds(at, &["run", "slow.toml", "--out", "killed", "--fresh"]);
    assert!(
        !said.contains("already") && said.contains("simulated runs: 640 done"),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn a_signal_keeps_what_is_done_and_exits_with_130() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    write(&folder, "slow.toml", SLOW);
    let mut kept = 0;
    for signal in ["-INT", "-TERM"] {
        let mut child = spawn(at, &["run", "slow.toml", "--out", "out", "--threads", "1"]);
        let bytes = kept_bytes(&at.join("out")) + 3_000;
        wait_for(&mut child, &at.join("out"), bytes);
        send(signal, &child);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(130), "{said}");
        let (_, end) = said.split_once("interrupted: ").unwrap();
        let now: usize = end
            .split_once(" of 640 runs are kept")
            .unwrap()
            .0
            .parse()
            .unwrap();
        assert!(now > kept, "{said}");
        kept = now;
    }
    let said = succeeds(at, &["run", "slow.toml", "--out", "out"]);
    assert!(
        said.contains(&format!("simulated runs: {} done", 640 - kept)),
        "{said}"
    );
    succeeds(at, &["run", "slow.toml", "--out", "whole"]);
    assert_same(&at.join("whole"), &at.join("out"));
}

/// A table is there as a whole or not at all.
#[cfg(unix)]
#[test]
fn a_signal_leaves_no_half_of_a_table() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    write(&folder, "slow.toml", SLOW);
    let files = || std::fs::read_dir(at).unwrap().count();
    let arguments = [
        "simulate",
        "slow.toml",
        "--out",
        "runs.csv",
        "--threads",
        "1",
    ];
    let child = spawn(at, &arguments);
    while files() < 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    send("-TERM", &child);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(
        said.contains("interrupted: runs.csv is not written"),
        "{said}"
    );
    assert_eq!(files(), 1);
}

/// A limit of the size of files stands for a full disk.
#[cfg(unix)]
#[test]
fn a_full_disk_is_told_and_keeps_what_is_done() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    write(&folder, "slow.toml", SLOW);
    let limited = |blocks: u32| {
        let script =
            format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" run slow.toml --out out");
        let output = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_mixlaw")])
            .current_dir(at)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        said
    };
    let said = limited(8);
    assert!(
        said.contains("cannot write out/parts/all.part: File too large"),
        "{said}"
    );
    let kept = said.lines().last().unwrap();
    assert!(kept.contains(" of 640 runs are kept"), "{said}");
    let kept: usize = kept.split_once(' ').unwrap().0.parse().unwrap();
    assert!(kept > 0);
    let said = succeeds(at, &["run", "slow.toml", "--out", "out"]);
    assert!(
        said.contains(&format!("simulated runs: {} done", 640 - kept)),
        "{said}"
    );
    assert!(!said.contains("damaged"), "{said}");
    succeeds(at, &["run", "slow.toml", "--out", "whole"]);
    assert_same(&at.join("whole"), &at.join("out"));
}

/// The batch under way takes tens of seconds here: a second signal does not wait for it.
#[cfg(unix)]
#[test]
fn a_second_signal_ends_at_once_and_loses_the_batch_under_way_only() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let text = trained()
        .replace("[1e3, 3e3]", "[1e3, 1e9]")
        .replace("sketches = 2", "sketches = 1");
    write(&folder, "sgd.toml", &text);
    let arguments = ["run", "sgd.toml", "--out", "out", "--threads", "1"];
    let mut child = spawn(at, &arguments);
    // The short runs at the first capacity are written at once, then comes a long batch.
    let mut bytes = 0;
    while bytes == 0 || kept_bytes(&at.join("out")) > bytes {
        bytes = kept_bytes(&at.join("out"));
        wait_for(&mut child, &at.join("out"), 5_000);
        std::thread::sleep(Duration::from_millis(500));
    }
    send("-INT", &child);
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it does not wait");
    let clock = Instant::now();
    send("-INT", &child);
    let output = child.wait_with_output().unwrap();
    assert!(clock.elapsed() < Duration::from_secs(2));
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("interrupted"), "{said}");
    // What was written stays, and nothing of it is damaged.
    assert_eq!(kept_bytes(&at.join("out")), bytes);
    let mut child = spawn(at, &arguments);
    std::thread::sleep(Duration::from_millis(500));
    child.kill().unwrap();
    let said = child.wait_with_output().unwrap().stderr;
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("of 240 runs were already done"), "{said}");
    assert!(!said.contains("damaged"), "{said}");
    assert_eq!(kept_bytes(&at.join("out")), bytes);
}

/// A run that diverged has no losses in the table. It stays so until it is asked for again.
#[test]
fn failed_runs_are_tried_again_when_asked() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    write(&folder, "quick.toml", &quick());
    succeeds(at, &["run", "quick.toml", "--out", "whole"]);
    succeeds(at, &["run", "quick.toml", "--out", "out"]);
    // As if the runs of cells 7 and 9 had diverged.
    let table = at.join("out/runs.csv");
    let mut lines: Vec<String> = std::fs::read_to_string(&table)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    for cell in [7, 9] {
        let row: Vec<&str> = lines[1 + cell].split(',').collect();
        lines[1 + cell] = format!("{},,", row[..row.len() - 2].join(","));
    }
    let text = lines.join("\n") + "\n";
    std::fs::write(&table, &text).unwrap();
    let mut manifest = manifest(&at.join("out"));
    manifest["simulation"]["runs-sha256"] = mixlaw::runs::fingerprint(text.as_bytes()).into();
    std::fs::write(at.join("out/manifest.json"), manifest.to_string()).unwrap();

    let said = succeeds(at, &["run", "quick.toml", "--out", "out"]);
    assert!(
        said.contains("160 of 160 cells were already done"),
        "{said}"
    );
    assert!(said.contains("2 of 160 runs diverged"), "{said}");
    assert_eq!(std::fs::read_to_string(&table).unwrap(), text);
    let cells = |manifest: serde_json::Value| manifest["cells"].clone();
    assert_eq!(
        cells(self::manifest(&at.join("out"))),
        serde_json::json!({ "done": 158, "failed": 2 })
    );
    let retry = ["run", "quick.toml", "--out", "out", "--retry", "failed"];
    let said = succeeds(at, &retry);
    assert!(
        said.contains("2 runs that diverged are tried again"),
        "{said}"
    );
    assert!(said.contains("simulated runs: 2 done"), "{said}");
    assert_same(&at.join("whole"), &at.join("out"));
    let said = succeeds(at, &retry);
    assert!(
        said.contains("0 runs that diverged are tried again"),
        "{said}"
    );
    assert!(!said.contains("simulated runs"), "{said}");
}

/// Runs of the learner that trains are kept with their curves.
#[test]
fn trained_runs_are_resumed_with_their_curves() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    write(&folder, "sgd.toml", &trained());
    succeeds(at, &["run", "sgd.toml", "--out", "whole"]);
    assert!(files(&at.join("whole")).contains_key(Path::new("curves.csv")));
    for shard in ["0/3", "2/3"] {
        succeeds(at, &["run", "sgd.toml", "--out", "out", "--shard", shard]);
    }
    let mut child = spawn(at, &["run", "sgd.toml", "--out", "out"]);
    let bytes = kept_bytes(&at.join("out")) + 1_000;
    wait_for(&mut child, &at.join("out"), bytes);
    child.kill().unwrap();
    child.wait().unwrap();
    succeeds(at, &["run", "sgd.toml", "--out", "out"]);
    assert_same(&at.join("whole"), &at.join("out"));
    let said = succeeds(at, &["run", "sgd.toml", "--out", "out"]);
    assert!(said.contains("240 of 240 runs were already done"), "{said}");
    assert_same(&at.join("whole"), &at.join("out"));
}
