//! `index.html`: one page over all experiments, each with its claim, its verdicts and a picture.

use std::collections::BTreeMap;

use minijinja::context;
use minijinja::value::{Serde, Value};

use super::page::{PageError, PageFigure, anchor, clean, marks, outcome, percent_encoded, render};
use super::table::printable;
use super::verdict_table::verdict_table;
use super::verdicts::{Outcome, Verdicts};

/// The page over the experiments of a folder. It stands alone as [`Page`](super::Page) does, and leads
/// to the pages of the experiments, `NAME/report.html`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    /// What became of each experiment.
    pub verdicts: Verdicts,
    /// The picture of each claim, by the name of its experiment.
    pub pictures: BTreeMap<String, PageFigure>,
}

impl Index {
    /// The page as HTML.
    ///
    /// # Errors
    /// [`PageError`] for a fault of the template, which no data should bring about.
    pub fn html(&self) -> Result<String, PageError> {
        let claims = self
            .verdicts
            .experiments()
            .filter_map(|(_, outcome)| match outcome {
                Outcome::Run(claim) => Some(claim),
                Outcome::Skipped { .. } => None,
            });
        let experiments: Vec<Value> = self
            .verdicts
            .experiments()
            .map(|(name, outcome)| self.experiment(name, outcome))
            .collect();
        render(
            "index.html",
            context! {
                outcome => outcome(claims),
                experiments => experiments,
                marks => marks(),
                version => env!("CARGO_PKG_VERSION"),
            },
        )
    }

    /// The name of the files of each picture, by the name of its experiment.
    pub fn leads(&self) -> BTreeMap<&str, &str> {
        let pictures = self.pictures.iter();
        pictures
            .map(|(name, picture)| (name.as_str(), picture.file()))
            .collect()
    }

    fn experiment(&self, name: &str, became: &Outcome) -> Value {
        // What is in the page twice is told apart by the name of its experiment.
        let id = anchor(&format!("experiment-{name}"));
        let common = context! { name => printable(name), id => id };
        match became {
            Outcome::Run(claim) => context! {
                claim => claim.claim.as_deref().map(printable),
                outcome => outcome([claim]),
                checks => Value::from(Serde(clean(verdict_table(claim)))),
                folder => percent_encoded(name),
                picture => self.pictures.get(name).map(|picture| context! {
                    id => anchor(&format!("figure-{name}")),
                    ..picture.value()
                }),
                ..common
            },
            Outcome::Skipped { claim, reason } => context! {
                claim => claim.as_deref().map(printable),
                skipped => printable(reason),
                ..common
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples::{HOSTILE, claim, fits};
    use crate::report::figure::LawErrors;

    fn index(name: &str) -> Index {
        let mut verdicts = Verdicts::default();
        verdicts.add(name, claim());
        verdicts.skip("02-two", Some(HOSTILE), "needs data.csv, which is absent");
        let figure = LawErrors::from_fits(&fits());
        Index {
            verdicts,
            pictures: BTreeMap::from([(name.into(), PageFigure::new(&figure, "law-errors", None))]),
        }
    }

    #[test]
    fn every_experiment_has_verdicts_a_picture_and_a_page() {
        let html = index("01-one").html().unwrap();
        for part in [
            "1 check holds, 1 fails, 2 are undecided.",
            "href=\"01-one/report.html\"",
            "href=\"#experiment-01-one\"",
            "<section id=\"experiment-01-one\">",
            "href=\"01-one/figures/law-errors.svg\"",
            "<figure id=\"figure-01-one\">",
            "Skipped: it needs data.csv, which is absent.",
            "<svg ",
        ] {
            assert!(html.contains(part), "{part} in\n{html}");
        }
        assert!(!html.contains("href=\"02-two/report.html\""));
    }

    #[test]
    fn hostile_names_are_only_names() {
        let html = index(HOSTILE).html().unwrap();
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("href=\"%3Cscript%3E%26%22/report.html\""));
    }

    #[test]
    fn no_experiments_are_a_page() {
        assert!(Index::default().html().unwrap().ends_with("</html>"));
    }
}
