//! The figures that an experiment measures. Name, unit, meaning and measure of each stand together in the
//! file of its group; the names that an experiment can measure are in `known`.

pub(super) mod allocation;
pub(super) mod errors;
mod kind;
pub(super) mod known;
pub(super) mod optima;
mod parameters;
pub(super) mod phase_transition;
pub(super) mod transfer;

pub use errors::TrueExponents;
pub use kind::{Group, Kind};

/// All figures, in the order of the page.
pub(super) const GROUPS: [Group; 8] = [
    errors::ERROR_GROUP,
    errors::RECOVERY_GROUP,
    parameters::GROUP,
    transfer::GROUP,
    optima::GROUP,
    allocation::GROUP,
    phase_transition::GROUP,
    super::vary::GROUP,
];

/// The page of all figures, in Markdown.
pub fn reference() -> String {
    let mut page = String::from(
        "# Figures that a check can name\n\n\
         `[[checks]]` names a figure and a limit ([verdicts.md](verdicts.md)). A name that an experiment does not\n\
         measure is refused at its place in the file, with the names that it does. Words in capitals stand for\n\
         names and values of the experiment. This page is written by `mixlaw schema --figures`.\n",
    );
    for group in GROUPS {
        page.push_str(&format!(
            "\n## {}\n\n| name | unit | figure |\n|---|---|---|\n",
            group.title
        ));
        for kind in group.kinds {
            let Kind {
                name,
                unit,
                meaning,
            } = kind;
            page.push_str(&format!("| `{name}` | {unit} | {meaning} |\n"));
        }
        if !group.note.is_empty() {
            page.push_str(&format!("\n{}\n", group.note));
        }
    }
    page
}
