//! Sweeps that are killed, interrupted, shared and resumed, through the front door.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A sweep of random runs that takes a second or so, and a quick fit.
const SLOW: &str = r#"
seed = 5

[world]
head = 5

[[world.domains]]
name = "web"
exponent = 1.3
floor = 1.0

[[world.domains]]
name = "code"
exponent = 1.6
floor = 0.5

[learner]
kernel = "exponential"
tau = 5
selection = "observed"

[sweep]
mode = "sampled"
replicates = 4
capacities = [1e3, 1e4]
tokens = [1e6, 1e7]

[sweep.mixtures]
design = "dirichlet"
count = 40
floor = 0.05

[fit]
laws = ["mean"]
starts = 1
split = { by = "mixture", test-fraction = 0.25, count = 2 }
"#;

/// The same experiment with closed-form runs: a blink.
fn quick() -> String {
    SLOW.replace("mode = \"sampled\"\nreplicates = 4", "mode = \"expected\"")
        .replace("selection = \"observed\"", "selection = \"expected\"")
}

fn mixlaw(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mixlaw"));
    command.current_dir(folder);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    mixlaw(folder).args(arguments).output().unwrap()
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    said
}

fn refuses(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    said
}

fn write(folder: &TempDir, name: &str, text: &str) {
    std::fs::write(folder.path().join(name), text).unwrap();
}

/// Every file of a folder by its name, but for the manifest.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap() != "manifest.json" {
                let name = path.strip_prefix(folder).unwrap().to_path_buf();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (files(one), files(other));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        other.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &one {
        assert!(bytes == &other[name], "{} differs", name.display());
    }
}

fn manifest(folder: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Bytes in the part files of a folder.
fn kept_bytes(folder: &Path) -> u64 {
    std::fs::read_dir(folder.join("parts")).map_or(0, |parts| {
        parts
            .filter_map(|part| Some(part.ok()?.metadata().ok()?.len()))
            .sum()
    })
}

/// Waits until a child has written `bytes` to the parts of `folder`, or has ended.
fn wait_for(child: &mut Child, folder: &Path, bytes: u64) {
    let clock = Instant::now();
    while kept_bytes(folder) < bytes && child.try_wait().unwrap().is_none() {
        assert!(
            clock.elapsed() < Duration::from_secs(120),
            "nothing is written"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn spawn(folder: &Path, arguments: &[&str]) -> Child {
    mixlaw(folder)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
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
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
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

#[test]
fn four_at_once_do_not_disturb_each_other() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    write(&folder, "slow.toml", SLOW);
    let mut first = spawn(at, &["run", "slow.toml", "--out", "out"]);
    wait_for(&mut first, &at.join("out"), 1);
    for _ in 0..3 {
        let said = refuses(at, &["run", "slow.toml", "--out", "out"], 1);
        let own = format!("in use by process {}", first.id());
        assert!(said.contains(&own) && said.contains("--shard"), "{said}");
    }
    assert!(first.wait().unwrap().success());
    succeeds(at, &["run", "slow.toml", "--out", "whole"]);
    assert_same(&at.join("whole"), &at.join("out"));

    // All in the same moment: one does the work, who comes late finds it in use or done.
    let children: Vec<Child> = (0..4)
        .map(|_| spawn(at, &["run", "slow.toml", "--out", "together"]))
        .collect();
    let outputs: Vec<Output> = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap())
        .collect();
    let mut simulated = 0;
    for output in &outputs {
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => simulated += usize::from(said.contains("simulated runs: 640 done")),
            Some(1) => assert!(said.contains("together is in use by"), "{said}"),
            code => panic!("{code:?}: {said}"),
        }
    }
    assert_eq!(simulated, 1, "{outputs:?}");
    assert_same(&at.join("whole"), &at.join("together"));
}

#[test]
fn shards_are_merged_to_the_bytes_of_one_process() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    write(&folder, "slow.toml", SLOW);
    succeeds(at, &["run", "slow.toml", "--out", "whole"]);
    let shards: Vec<String> = (0..4).map(|shard| format!("{shard}/4")).collect();
    let shard =
        |shard: &String, out| spawn(at, &["run", "slow.toml", "--out", out, "--shard", shard]);
    // Three at once; without the fourth there is a gap.
    for mut child in shards[..3]
        .iter()
        .map(|name| shard(name, "out"))
        .collect::<Vec<_>>()
    {
        assert!(child.wait().unwrap().success());
    }
    let said = refuses(at, &["merge", "out"], 2);
    assert!(
        said.contains("160 of 640 runs are in none of the 3 part files"),
        "{said}"
    );
    // The fourth is killed, requeued, and run once more for nothing.
    let mut child = shard(&shards[3], "out");
    wait_for(
        &mut child,
        &at.join("out"),
        kept_bytes(&at.join("out")) + 1_000,
    );
    child.kill().unwrap();
    child.wait().unwrap();
    succeeds(at, &["run", "slow.toml", "--out", "out", "--shard", "3/4"]);
    let said = succeeds(at, &["run", "slow.toml", "--out", "out", "--shard", "3/4"]);
    assert!(
        said.contains("640 of 640 runs are in out") && said.contains("mixlaw merge out"),
        "{said}"
    );
    succeeds(at, &["merge", "out"]);
    assert_same(&at.join("whole"), &at.join("out"));
    // A task that is queued again after that finds nothing to do, and leaves nothing.
    let said = succeeds(at, &["run", "slow.toml", "--out", "out", "--shard", "1/4"]);
    assert!(said.contains("out is finished"), "{said}");
    assert!(!at.join("out/parts").exists());

    // Each in a directory of its own.
    for (number, name) in shards[..2].iter().enumerate() {
        let name = name.replace("/4", "/2");
        succeeds(
            at,
            &[
                "run",
                "slow.toml",
                "--out",
                &format!("apart-{number}"),
                "--shard",
                &name,
            ],
        );
    }
    succeeds(at, &["merge", "apart-0", "apart-1"]);
    assert_same(&at.join("whole"), &at.join("apart-0"));
    for (bad, told) in [("4/4", "the last of 4 is 3"), ("1", "INDEX/COUNT")] {
        let said = refuses(at, &["run", "slow.toml", "--out", "out", "--shard", bad], 2);
        assert!(said.contains(told), "{said}");
    }
}

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

/// Runs of the learner that trains are kept with their curves, those that diverge as well.
#[test]
fn trained_runs_are_resumed_with_their_curves() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let text = quick()
        .replace(
            "kernel = \"exponential\"\ntau = 5\nselection = \"expected\"",
            "kernel = \"sgd\"\nprojection = \"gaussian\"\nstep = 0.5\nnoise = 0.1\nsketches = 2",
        )
        .replace("mode = \"expected\"", "mode = \"sampled\"\nreplicates = 2")
        .replace("[1e3, 1e4]", "[16, 64]")
        .replace("[1e6, 1e7]", "[1e3, 3e3]")
        .replace("floor = 1.0\n", "")
        .replace("floor = 0.5\n", "")
        .replace("count = 40", "count = 30");
    write(&folder, "sgd.toml", &text);
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
