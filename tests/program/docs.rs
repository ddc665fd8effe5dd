//! Documents that are made from the code say what the code says.

use std::path::Path;

fn committed(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_reference_of_the_experiment_file_is_current() {
    let current = mixlaw::config::reference();
    assert!(
        committed("docs/experiment-file.md") == current,
        "docs/experiment-file.md is out of date: mixlaw schema --markdown > docs/experiment-file.md"
    );
    for table in [
        "[world]",
        "[[world.domains]]",
        "[fit.split]",
        "[vary]",
        "[[checks]]",
    ] {
        assert!(current.contains(&format!("## `{table}`")), "{table}");
    }
}

#[test]
fn every_law_is_documented() {
    let text = committed("docs/laws.md");
    for law in mixlaw::law::all() {
        let name = format!("`{}`", law.name());
        assert!(text.contains(&name), "docs/laws.md lacks {name}");
    }
}

#[test]
fn the_citation_names_this_version() {
    let text = committed("CITATION.cff");
    let version = format!("version: {}", env!("CARGO_PKG_VERSION"));
    assert!(text.lines().any(|line| line == version), "{version}");
    for key in ["cff-version:", "title:", "authors:", "license:", "message:"] {
        assert!(text.lines().any(|line| line.starts_with(key)), "{key}");
    }
}

/// Editors read the committed schema, mixlaw checks by its own.
#[test]
fn the_published_schema_is_current() {
    let current = format!("{:#}\n", mixlaw::config::schema());
    assert!(
        committed("configs/experiment.schema.json") == current,
        "configs/experiment.schema.json is out of date: mixlaw schema > configs/experiment.schema.json"
    );
    let taplo: toml::Table = committed(".taplo.toml").parse().unwrap();
    let path = taplo["rule"][0]["schema"]["path"].as_str().unwrap();
    assert!(committed(path) == current, "{path}");
}
