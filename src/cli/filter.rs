//! `--where` of `mixlaw fit`: which rows are kept.

use super::failure::Failure;
use crate::runs::FilterValue;

/// Reads `COLUMN=VALUE`, `COLUMN>=NUMBER` or `COLUMN<=NUMBER`.
pub(super) fn parse(text: &str) -> Result<(String, FilterValue), Failure> {
    let fault = |why: &str| Failure::words(format!("--where `{}`: {why}", text.escape_debug()));
    let Some((column, value)) = text.split_once('=') else {
        return Err(fault(
            "COLUMN=VALUE, COLUMN>=NUMBER or COLUMN<=NUMBER is needed",
        ));
    };
    let limit = || match value.trim().parse::<f64>() {
        Ok(limit) if limit.is_finite() => Ok(limit),
        _ => Err(fault("a finite number is needed after >= or <=")),
    };
    let (column, value) = if let Some(column) = column.strip_suffix('>') {
        let (at_least, at_most) = (limit()?, f64::INFINITY);
        (column, FilterValue::Range { at_least, at_most })
    } else if let Some(column) = column.strip_suffix('<') {
        let (at_least, at_most) = (f64::NEG_INFINITY, limit()?);
        (column, FilterValue::Range { at_least, at_most })
    } else {
        let value = value
            .parse()
            .map_or_else(|_| FilterValue::Text(value.into()), FilterValue::Number);
        return Ok((column.to_string(), value));
    };
    Ok((column.trim_end().to_string(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_equal_or_reach() {
        let range = |at_least, at_most| FilterValue::Range { at_least, at_most };
        let (least, most) = (f64::NEG_INFINITY, f64::INFINITY);
        for (text, column, value) in [
            ("size=122e6", "size", FilterValue::Number(122e6)),
            ("kind=a=b", "kind", FilterValue::Text("a=b".into())),
            ("size>=5e9", "size", range(5e9, most)),
            ("size <= 5e9", "size", range(least, 5e9)),
            ("kind=>=5", "kind", FilterValue::Text(">=5".into())),
        ] {
            assert_eq!(parse(text).unwrap(), (column.to_string(), value), "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for text in ["size", "size>5", "size>=large", "size<=nan", "size>=", ""] {
            let Err(Failure::Input(refused)) = parse(text) else {
                panic!("{text}");
            };
            let refused = refused.to_string();
            assert!(refused.contains(text), "{refused}");
            assert!(refused.contains("needed"), "{refused}");
        }
    }
}
