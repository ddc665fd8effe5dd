//! The part of a file of fits that predictions are made from.

use crate::fit::SavedFits;

/// `json`, the text of an object, with the fits under the key `saved`: on one line, since it holds
/// the rows of the table and is for machines alone.
pub fn with_fits(json: &str, fits: &SavedFits) -> String {
    let body = json.trim_end().trim_end_matches('}').trim_end();
    // Plain numbers and names always have a JSON text.
    let saved = serde_json::to_value(fits).unwrap_or_default();
    format!("{body},\n  \"saved\": {saved}\n}}\n")
}
