//! Sweeps that several processes work on.

use super::*;

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
