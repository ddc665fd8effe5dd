//! Which column of which file plays which part.

use super::csv_table::CsvTable;
use super::filter::FilterValue;
use super::mapping::{Mapping, ScaleSource};
use super::pattern::Pattern;
use super::read_error::ReadError;
use crate::text::words::{instead_of, listed, shown};

/// Longest domain name, in characters: names stand in tables, legends and file names.
const LONGEST_DOMAIN: usize = 100;

/// Columns listed in a message.
const LISTED: usize = 12;

/// A column of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    /// Position of the file in the mapping.
    pub(super) file: usize,
    /// Position of the column in the file.
    pub(super) column: usize,
}

/// Where the capacity or the tokens come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    Column(At),
    Constant(f64),
}

/// The part of each column.
#[derive(Debug)]
pub(super) struct Layout {
    /// The join column of each file; `None` if nothing is joined.
    pub(super) join: Option<Vec<At>>,
    pub(super) weights: Vec<(String, At)>,
    pub(super) losses: Vec<(String, At)>,
    pub(super) capacity: Option<Scale>,
    pub(super) tokens: Option<Scale>,
    pub(super) run: Option<At>,
    pub(super) cell: Option<At>,
    pub(super) replicate: Option<At>,
    pub(super) filter: Vec<(At, FilterValue)>,
}

impl Layout {
    /// Finds the columns that `mapping` asks for in `sheets` (at least one).
    pub(super) fn find(tables: &[CsvTable], mapping: &Mapping) -> Result<Self, ReadError> {
        let columns = Columns { tables, mapping };
        let join = columns.join()?;
        let scale = |key, given: &Option<ScaleSource>| match given {
            Some(ScaleSource::Constant(value)) if *value > 0.0 => Ok(Some(Scale::Constant(*value))),
            Some(ScaleSource::Constant(value)) => Err(ReadError::Scale { key, value: *value }),
            Some(ScaleSource::Column(name)) => {
                let at = columns.asked(key, name)?;
                Ok(Some(Scale::Column(at)))
            }
            None => Ok(columns.find(key)?.map(Scale::Column)),
        };
        let mut layout = Self {
            join,
            weights: Vec::new(),
            losses: Vec::new(),
            capacity: scale("capacity", &mapping.capacity)?,
            tokens: scale("tokens", &mapping.tokens)?,
            run: columns.find("run")?,
            cell: columns.find("cell")?,
            replicate: columns.find("replicate")?,
            filter: mapping
                .filter
                .iter()
                .map(|(name, value)| Ok((columns.asked("where", name)?, value.clone())))
                .collect::<Result<_, ReadError>>()?,
        };
        (layout.weights, layout.losses) = columns.domains(&layout)?;
        Ok(layout)
    }

    /// Whether a column has a part other than weight or loss. Filter columns count only for the
    /// pattern `{domain}` alone: it matches everything, while `weight_{domain}` means what it says.
    fn is_taken(&self, at: At, pattern: &Pattern) -> bool {
        let scale = |scale: Option<Scale>| match scale {
            Some(Scale::Column(at)) => Some(at),
            _ => None,
        };
        let parts = [
            scale(self.capacity),
            scale(self.tokens),
            self.run,
            self.cell,
            self.replicate,
        ];
        parts.contains(&Some(at))
            || self.join.as_ref().is_some_and(|join| join.contains(&at))
            || (pattern.fixed() == 0 && self.filter.iter().any(|(filter, _)| *filter == at))
    }
}

/// Weight columns and loss columns with their domains.
type Domains = (Vec<(String, At)>, Vec<(String, At)>);

/// The columns of all files, and what is asked of them.
struct Columns<'a> {
    tables: &'a [CsvTable],
    mapping: &'a Mapping,
}

impl Columns<'_> {
    /// The column of that name, if any file has it. The join column is that of the first file.
    fn find(&self, name: &str) -> Result<Option<At>, ReadError> {
        let mut found = self
            .tables
            .iter()
            .enumerate()
            .filter_map(|(file, csv)| csv.column(name).map(|column| At { file, column }));
        let first = found.next();
        if self.mapping.join.as_deref() == Some(name) {
            return Ok(first);
        }
        match (first, found.next()) {
            (Some(first), Some(second)) => Err(self.twice(first, second)),
            _ => Ok(first),
        }
    }

    /// The column that a key of the mapping names.
    fn asked(&self, key: &'static str, name: &str) -> Result<At, ReadError> {
        self.find(name)?.ok_or_else(|| ReadError::NoColumn {
            key,
            column: shown(name),
            file: self.tables[0].path().into(),
            instead: instead_of(name, self.tables.iter().flat_map(CsvTable::headers)),
        })
    }

    fn twice(&self, first: At, second: At) -> ReadError {
        ReadError::ColumnTwice {
            column: shown(self.tables[first.file].header(first.column)),
            first: self.tables[first.file].path().into(),
            second: self.tables[second.file].path().into(),
        }
    }

    fn join(&self) -> Result<Option<Vec<At>>, ReadError> {
        let Some(name) = &self.mapping.join else {
            return match self.tables {
                [first, others @ ..] if !others.is_empty() => Err(ReadError::NoJoin {
                    common: common(first, others),
                }),
                _ => Ok(None),
            };
        };
        let at = |(file, csv): (usize, &CsvTable)| {
            let column = csv.column(name).ok_or_else(|| ReadError::NoColumn {
                key: "join",
                column: shown(name),
                file: csv.path().into(),
                instead: instead_of(name, csv.headers()),
            })?;
            Ok(At { file, column })
        };
        self.tables
            .iter()
            .enumerate()
            .map(at)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Weight and loss columns in the order of the files.
    fn domains(&self, layout: &Layout) -> Result<Domains, ReadError> {
        let pattern = |key, text: &str| {
            Pattern::parse(text).ok_or_else(|| ReadError::Pattern {
                key,
                pattern: shown(text),
            })
        };
        let weight = pattern("weight", &self.mapping.weight)?;
        let loss = pattern("loss", &self.mapping.loss)?;
        let (mut weights, mut losses) = (Vec::new(), Vec::new());
        for (file, csv) in self.tables.iter().enumerate() {
            for (column, name) in csv.headers().enumerate() {
                let at = At { file, column };
                let domain = |pattern: &Pattern| {
                    let domain = pattern.domain(name)?.to_owned();
                    (!layout.is_taken(at, pattern)).then_some(domain)
                };
                let (into, domain) = match (domain(&weight), domain(&loss)) {
                    (None, None) => continue,
                    (Some(domain), None) => (&mut weights, domain),
                    (None, Some(domain)) => (&mut losses, domain),
                    (Some(domain), Some(_)) if weight.fixed() > loss.fixed() => {
                        (&mut weights, domain)
                    }
                    (Some(_), Some(domain)) if weight.fixed() < loss.fixed() => {
                        (&mut losses, domain)
                    }
                    (Some(_), Some(_)) => {
                        return Err(ReadError::BothPatterns {
                            column: shown(name),
                            weight: shown(&self.mapping.weight),
                            loss: shown(&self.mapping.loss),
                        });
                    }
                };
                self.check_domain(&domain, at)?;
                into.push((domain, at));
            }
        }
        self.check_found("weight", &self.mapping.weight, &weights)?;
        self.check_found("loss", &self.mapping.loss, &losses)?;
        Ok((weights, losses))
    }

    fn check_domain(&self, domain: &str, at: At) -> Result<(), ReadError> {
        let problem = if domain.chars().any(char::is_control) {
            "holds a control character"
        } else if domain.chars().nth(LONGEST_DOMAIN).is_some() {
            "is longer than 100 characters"
        } else {
            // Names differ within a file, so only another file can have the column as well.
            let name = self.tables[at.file].header(at.column);
            let other = self.tables[..at.file]
                .iter()
                .enumerate()
                .find_map(|(file, csv)| csv.column(name).map(|column| At { file, column }));
            return other.map_or(Ok(()), |first| Err(self.twice(first, at)));
        };
        Err(ReadError::DomainName {
            file: self.tables[at.file].path().into(),
            column: shown(self.tables[at.file].header(at.column)),
            problem,
        })
    }

    fn check_found(
        &self,
        key: &'static str,
        pattern: &str,
        found: &[(String, At)],
    ) -> Result<(), ReadError> {
        if !found.is_empty() {
            return Ok(());
        }
        let mut names = self.tables.iter().flat_map(CsvTable::headers);
        let columns = match (names.next(), names.next()) {
            (Some(only), None) if only.contains([';', '\t']) => {
                "the columns seem to be separated by something other than commas".to_owned()
            }
            _ => {
                let names = self.tables.iter().flat_map(CsvTable::headers);
                format!("the columns are {}", listed(names, LISTED))
            }
        };
        Err(ReadError::NoMatch {
            key,
            pattern: shown(pattern),
            file: self.tables[0].path().into(),
            columns,
        })
    }
}

/// Which columns all files have, in words.
fn common(first: &CsvTable, others: &[CsvTable]) -> String {
    let everywhere = |name: &&str| others.iter().all(|csv| csv.column(name).is_some());
    let names: Vec<&str> = first.headers().filter(everywhere).collect();
    if names.is_empty() {
        "they have no column in common".to_owned()
    } else {
        format!("they have in common {}", listed(names, LISTED))
    }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
