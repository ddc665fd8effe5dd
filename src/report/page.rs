//! `report.html`: one page with everything a reader asks of an experiment.
//!
//! The page stands alone: styles and figures are in it, it asks for no other file and runs no script
//! (its content policy forbids both). Like all results it depends on the experiment alone; when and
//! where it ran is in the manifest.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, context};
use thiserror::Error;

use crate::claim::{ClaimResult, Verdict};
use crate::fit::LawFit;
use crate::optimum::BestMixture;

use super::best_mixture::optima_table;
use super::exponents::{Exponents, exponent_table};
use super::figure::Figure;
use super::summary_table::{FitScope, law_table};
use super::table::{Table, printable};
use super::verdict_table::verdict_table;

/// The templates. Names end in `.html` where the engine has to escape what goes in.
const TEMPLATES: [(&str, &str); 4] = [
    ("report.html", include_str!("page.html")),
    ("index.html", include_str!("index.html")),
    ("parts.html", include_str!("parts.html")),
    ("page.css", include_str!("page.css")),
];

/// Width of a figure that is not wide, mm.
const ONE_COLUMN: f64 = 85.0;

/// What the page shows. Parts that are empty are left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    /// Name of the experiment.
    pub name: String,
    /// Its claim and checks.
    pub claim: ClaimResult,
    /// The laws fitted, and what their errors are taken over.
    pub laws: Option<(Vec<LawFit>, FitScope)>,
    /// True and recovered exponents, where the truth is known.
    pub exponents: Vec<Exponents>,
    /// Best mixtures.
    pub optima: Vec<BestMixture>,
    /// The figures, in the order of the page.
    pub figures: Vec<PageFigure>,
    /// The resolved experiment file, TOML.
    pub experiment: String,
    /// Versions, seeds, input files: what, and its value.
    pub facts: Vec<(String, String)>,
}

/// A figure on the page.
#[derive(Debug, Clone)]
pub struct PageFigure {
    // Goes into the page as it is, so it only ever comes from a `Figure`.
    svg: String,
    file: String,
    caption: String,
    wide: bool,
}

impl PageFigure {
    /// `figure`, saved beside the page as `figures/file.svg` and `figures/file.csv`. The caption is a
    /// sentence or two; without one it is the description of the figure.
    pub fn new(figure: &dyn Figure, file: &str, caption: Option<&str>) -> Self {
        Self {
            wide: figure.wide(),
            svg: figure.svg(),
            file: file.into(),
            caption: caption.map_or_else(|| figure.description(), Into::into),
        }
    }

    /// A figure of an earlier run, from the SVG that was saved then; `None` if it is none. It goes into the
    /// page as an image, in which nothing of the file can act: others may have had it in hand.
    pub fn kept(svg: &str, file: &str) -> Option<Self> {
        let between = |from: &str, to: &str| {
            let (_, rest) = svg.split_once(from)?;
            Some(rest.split_once(to)?.0)
        };
        let title = between("<title>", "</title>")?;
        let caption = between("<desc>", "</desc>")?;
        let width = between(" width=\"", "mm\"")?.parse::<f64>().ok()?;
        // As the sheet of a figure writes character data.
        let plain = |text: &str| {
            let text = text.replace("&lt;", "<").replace("&gt;", ">");
            text.replace("&amp;", "&")
        };
        let attribute = percent_encoded(svg);
        Some(Self {
            wide: width > ONE_COLUMN,
            svg: format!(
                "<img src=\"data:image/svg+xml,{attribute}\" alt=\"{}\">",
                minijinja::HtmlEscape(&printable(&plain(title)))
            ),
            file: file.into(),
            caption: plain(caption),
        })
    }

    /// The name of its files, without their ending.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// As the templates take it.
    pub(super) fn value(&self) -> Value {
        context! {
            svg => Value::from_safe_string(self.svg.clone()),
            file => self.file.as_str(),
            id => anchor(&format!("figure-{}", self.file)),
            caption => printable(&self.caption),
            wide => self.wide,
        }
    }
}

/// Why a page could not be written: a fault of its template.
#[derive(Debug, Error)]
#[error("the report page cannot be put together")]
pub(crate) struct PageError(#[from] minijinja::Error);

impl Page {
    /// The page as HTML.
    ///
    /// # Errors
    /// [`PageError`] for a fault of the template, which no data should bring about.
    pub fn html(&self) -> Result<String, PageError> {
        let laws = self
            .laws
            .as_ref()
            .map_or_else(|| Table::new([]), |(fits, scope)| law_table(fits, scope));
        let exponents: Vec<Table> = self.exponents.iter().map(exponent_table).collect();
        let figures: Vec<Value> = self.figures.iter().map(PageFigure::value).collect();
        let context = context! {
            name => printable(&self.name),
            claim => self.claim.claim.as_deref().map(printable),
            outcome => outcome([&self.claim]),
            checks => Value::from(Serde(clean(verdict_table(&self.claim)))),
            marks => marks(),
            has_best => laws.rows.iter().any(|row| row.strong),
            laws => Value::from(Serde(clean(laws))),
            exponents => Value::from(Serde(exponents.into_iter().map(clean).collect::<Vec<_>>())),
            optima => Value::from(Serde(clean(optima_table(&self.optima)))),
            figures => figures,
            experiment => self.experiment.as_str(),
            facts => Value::from(Serde(&self.facts)),
        };
        render("report.html", context)
    }
}

/// A template filled in.
pub(super) fn render(template: &str, context: Value) -> Result<String, PageError> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.add_filter("urlpath", percent_encoded);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment.get_template(template)?.render(context)?)
}

/// The marks of the verdicts, for those who do not see colours.
pub(super) fn marks() -> Value {
    let marks = BTreeMap::from([("holds", "✓"), ("fails", "✗"), ("undecided", "?")]);
    Value::from(Serde(marks))
}

/// `table` without control characters in its words.
pub(super) fn clean(mut table: Table) -> Table {
    for cell in table.rows.iter_mut().flat_map(|row| &mut row.cells) {
        *cell = printable(cell);
    }
    table
}

/// How many checks of these claims hold, fail and are undecided, in a sentence.
pub(super) fn outcome<'a>(claims: impl IntoIterator<Item = &'a ClaimResult>) -> String {
    let checks = claims.into_iter().flat_map(|claim| &claim.checks);
    let verdicts: Vec<Verdict> = checks.map(|check| check.verdict).collect();
    let number = |verdict| verdicts.iter().filter(|other| **other == verdict).count();
    let (holds, fails) = (number(Verdict::Holds), number(Verdict::Fails));
    let undecided = number(Verdict::Undecided);
    let verb = |number: usize, one: &str, more: &str| {
        format!("{number} {}", if number == 1 { one } else { more })
    };
    let mut parts = vec![verb(holds, "check holds", "checks hold")];
    if fails > 0 {
        parts.push(verb(fails, "fails", "fail"));
    }
    if undecided > 0 {
        parts.push(verb(undecided, "is undecided", "are undecided"));
    }
    format!("{}.", parts.join(", "))
}

/// `name` as an anchor: letters, digits, `-`, `_` and `.`, whatever else as `-`.
pub(super) fn anchor(name: &str) -> String {
    let fit = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    name.chars().map(fit).collect()
}

/// `name` as a part of a relative address: everything but letters, digits, `-`, `_` and `.` encoded,
/// so that a name cannot lead elsewhere.
pub(super) fn percent_encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::examples::{HOSTILE, claim, exponents, fits};
    use crate::report::figure::{ExponentRecovery, LawErrors};

    fn page() -> Page {
        let scope = FitScope {
            runs: 64,
            domains: 4,
            splits: 20,
            held_out: 19,
        };
        let errors = LawErrors::from_fits(&fits());
        let recovery = ExponentRecovery {
            panels: vec![exponents()],
        };
        Page {
            name: "capacity-competition".into(),
            claim: claim(),
            laws: Some((fits(), scope)),
            exponents: vec![exponents()],
            optima: Vec::new(),
            figures: vec![
                PageFigure::new(&errors, "law-errors", Some("Errors on runs held out.")),
                PageFigure::new(&recovery, "exponent-recovery", None),
            ],
            experiment: "name = \"capacity-competition\"\nseed = 7\n".into(),
            facts: vec![
                ("mixlaw".into(), "0.1.0".into()),
                ("seed".into(), "7".into()),
            ],
        }
    }

    #[test]
    fn shows_every_part() {
        let html = page().html().unwrap();
        for part in [
            "<h1>capacity-competition</h1>",
            "1 check holds, 1 fails, 2 are undecided.",
            "<td class=\"verdict fails\">✗ fails</td>",
            "mean of the training runs",
            "b by capacity-noise",
            "<svg ",
            "figures/law-errors.csv",
            "seed = 7",
        ] {
            assert!(html.contains(part), "{part} in\n{html}");
        }
        assert_eq!(html.matches("<tr class=\"best\">").count(), 1);
    }

    #[test]
    fn asks_for_nothing_and_runs_nothing() {
        let html = page().html().unwrap();
        let without_namespace = html.replace("http://www.w3.org/2000/svg", "");
        for forbidden in [
            "http:", "https:", "<script", "<link", "@import", "url(", "src=", " on",
        ] {
            let markup = without_namespace
                .split('<')
                .skip(1)
                .filter_map(|t| t.split('>').next());
            let in_markup = markup.filter(|tag| tag.contains(forbidden)).count();
            assert_eq!(in_markup, 0, "{forbidden}");
        }
        assert!(!html.contains("@import") && !html.contains("url("));
    }

    #[test]
    fn an_empty_page_is_a_page() {
        let html = Page::default().html().unwrap();
        assert!(html.ends_with("</html>"));
        for left_out in [
            "id=\"verdict\"",
            "id=\"laws\"",
            "id=\"exponents\"",
            "id=\"figures\"",
            "<details>",
        ] {
            assert!(!html.contains(left_out), "{left_out}");
        }
    }

    #[test]
    fn hostile_words_are_only_words() {
        let mut page = page();
        page.name = HOSTILE.into();
        page.experiment = HOSTILE.into();
        page.facts.push((HOSTILE.into(), HOSTILE.into()));
        page.claim.claim = Some(HOSTILE.into());
        page.claim.checks[0].check.figure = format!("test.mre.{HOSTILE}\u{1b}");
        if let Some((fits, _)) = &mut page.laws {
            fits[0].law = HOSTILE.into();
        }
        page.exponents[0].laws[0] = HOSTILE.into();
        page.exponents[0].symbol = HOSTILE.into();
        page.exponents[0].meaning = HOSTILE.into();
        page.exponents[0].domains[0].domain = HOSTILE.into();
        let recovery = ExponentRecovery {
            panels: page.exponents.clone(),
        };
        page.figures = vec![PageFigure::new(&recovery, "../\"><script>", Some(HOSTILE))];
        let html = page.html().unwrap();
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("&\"<") && !html.contains('\u{1b}'));
        assert!(html.matches("&lt;script&gt;&amp;").count() >= 9);
        assert!(html.contains("figures/..%2F%22%3E%3Cscript%3E.svg"));
    }

    #[test]
    fn a_kept_figure_is_an_image_in_which_nothing_acts() {
        let svg = "<svg viewBox=\"0 0 360 100\" width=\"85mm\" onload=\"x()\"><title>a &lt;b&gt;\"</title>\
                   <desc>c &amp; d</desc><script>x()</script></svg>";
        let mut page = page();
        page.figures = vec![PageFigure::kept(svg, "path").unwrap()];
        let html = page.html().unwrap();
        assert!(html.contains("<img src=\"data:image/svg+xml,%3Csvg%20"));
        assert!(html.contains(" alt=\"a &lt;b&gt;&quot;\">") && html.contains("c &amp; d"));
        assert!(!html.contains("<script") && !html.contains("onload=\""));
        assert!(PageFigure::kept("<svg></svg>", "path").is_none());
    }

    #[test]
    fn equal_results_give_equal_bytes() {
        assert_eq!(page().html().unwrap(), page().html().unwrap());
    }
}
