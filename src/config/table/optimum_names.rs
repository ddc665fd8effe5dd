//! Names of domains in `[optimum]`, held against those of the world.

use std::ops::Range;

use super::optimum::RawOptimum;
use crate::config::diagnosis::error::Problem;
use crate::config::diagnosis::keys;
use crate::config::diagnosis::problems::Problems;
use crate::config::diagnosis::wording::shorten;

/// Refuses every name that no domain has, each at its place.
pub(super) fn check(raw: &RawOptimum, domains: &[String], problems: &mut Problems) -> Option<()> {
    let named = [
        ("target", raw.target.as_ref()),
        ("lower", raw.lower.as_ref()),
        ("upper", raw.upper.as_ref()),
        ("fixed", raw.fixed.as_ref()),
        ("available", raw.available.as_ref()),
        ("mixture", raw.stay_near.as_ref().map(|near| &near.mixture)),
    ];
    let mut found: Vec<(&str, &str, Range<usize>)> = Vec::new();
    for (key, numbers) in named {
        for (name, value) in numbers.into_iter().flatten() {
            found.push((key, name, problems.key_of(&value.span())));
        }
    }
    for name in raw.worst.iter().flat_map(|names| names.iter()) {
        found.push(("worst", name.as_str(), name.span()));
    }
    for group in raw.groups.iter().flat_map(|groups| groups.values()) {
        for name in group.domains.iter() {
            found.push(("domains", name.as_str(), name.span()));
        }
    }
    let path = raw.path.iter().filter_map(|path| path.target_of());
    found.extend(path.map(|name| ("of", name.as_str(), name.span())));
    let mut faults = false;
    for (key, name, place) in found {
        if domains.iter().any(|domain| domain == name) {
            continue;
        }
        faults = true;
        let known = || domains.iter().map(String::as_str);
        let all = format!("there are {}", keys::list(known(), '"'));
        problems.add::<()>(
            Problem::new(format!(
                "`{key}` names \"{}\", which is no domain",
                shorten(name)
            ))
            .label(place, "no such domain")
            .help(keys::suggest(keys::nearest(name, known()), '"', &all)),
        );
    }
    (!faults).then_some(())
}
