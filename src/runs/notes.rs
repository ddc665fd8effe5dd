//! What reading a table changed or left out.

use crate::text::words::{listed, rounded};

/// What happened to the rows on the way in, and the fingerprint of the files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadNotes {
    /// Rows kept whose weights were off 1 by more than 1e-12 and were divided by their sum.
    pub renormalised: usize,
    /// Largest |Σh − 1| among the rows kept, before rescaling.
    pub largest_deviation: f64,
    /// Missing losses in the rows kept.
    pub missing_losses: usize,
    /// Rows left out because no loss of theirs was measured.
    pub dropped_rows: usize,
    /// Rows left out by the filter.
    pub filtered_rows: usize,
    /// Domains whose loss is missing in every row kept.
    pub unmeasured: Vec<String>,
    /// Losses left out because the mapping says so, as RUN:DOMAIN.
    pub excluded: Vec<String>,
    /// SHA-256 over the bytes of the files in the order given, in hexadecimal.
    pub sha256: String,
}

impl ReadNotes {
    /// What a reader of the results should know, one sentence each; nothing to say gives none.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.filtered_rows > 0 {
            let rows = rows(self.filtered_rows);
            sentences.push(format!("The filter left out {rows}."));
        }
        if self.dropped_rows > 0 {
            let rows = rows(self.dropped_rows);
            sentences.push(format!("Left out {rows} without any loss."));
        }
        if self.renormalised > 0 {
            let rows = rows(self.renormalised);
            let deviation = rounded(self.largest_deviation);
            sentences.push(format!(
                "Rescaled the weights of {rows} to sum to 1 (they were off by at most {deviation})."
            ));
        }
        if self.missing_losses > 0 {
            let losses = match self.missing_losses {
                1 => "1 loss is".to_owned(),
                many => format!("{many} losses are"),
            };
            sentences.push(format!("{losses} missing; laws are fitted to the others."));
        }
        if !self.unmeasured.is_empty() {
            let domains = listed(self.unmeasured.iter().map(String::as_str), 12);
            sentences.push(format!("No row has a loss of {domains}."));
        }
        if !self.excluded.is_empty() {
            let cells = listed(self.excluded.iter().map(String::as_str), 12);
            sentences.push(format!("Left out the loss of {cells}."));
        }
        sentences
    }
}

fn rows(count: usize) -> String {
    match count {
        1 => "1 row".to_owned(),
        many => format!("{many} rows"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_note_is_a_sentence() {
        assert!(ReadNotes::default().sentences().is_empty());
        let notes = ReadNotes {
            renormalised: 28,
            largest_deviation: 1.002 - 1.0,
            missing_losses: 1,
            dropped_rows: 1,
            filtered_rows: 3,
            unmeasured: vec!["chat".into()],
            excluded: vec!["7:web".into()],
            sha256: String::new(),
        };
        assert_eq!(
            notes.sentences(),
            [
                "The filter left out 3 rows.",
                "Left out 1 row without any loss.",
                "Rescaled the weights of 28 rows to sum to 1 (they were off by at most 0.002).",
                "1 loss is missing; laws are fitted to the others.",
                "No row has a loss of `chat`.",
                "Left out the loss of `7:web`.",
            ]
        );
    }
}
