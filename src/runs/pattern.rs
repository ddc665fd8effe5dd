//! The pattern that names the columns of the domains, such as `weight_{domain}`.

/// What stands for the domain in a pattern.
const DOMAIN: &str = "{domain}";

/// Fixed text around the name of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    prefix: String,
    suffix: String,
}

impl Pattern {
    /// Takes a text apart; `None` unless `{domain}` is in it exactly once.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (prefix, suffix) = text.split_once(DOMAIN)?;
        (!suffix.contains(DOMAIN)).then(|| Self {
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
        })
    }

    /// The domain in the name of a column, if the column matches; never empty.
    pub(super) fn domain<'a>(&self, column: &'a str) -> Option<&'a str> {
        column
            .strip_prefix(self.prefix.as_str())?
            .strip_suffix(self.suffix.as_str())
            .filter(|domain| !domain.is_empty())
    }

    /// Characters of fixed text: the more, the more specific.
    pub(super) fn fixed(&self) -> usize {
        self.prefix.chars().count() + self.suffix.chars().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_stands_between() {
        let pattern = Pattern::parse("metric/the_pile_{domain}_val_loss").unwrap();
        let column = "metric/the_pile_pile_cc_val_loss";
        assert_eq!(pattern.domain(column), Some("pile_cc"));
        assert_eq!(pattern.domain("metric/the_pile__val_loss"), None);
        assert_eq!(pattern.domain("metric/the_pile_val_loss"), None);
        assert_eq!(Pattern::parse("{domain}").unwrap().fixed(), 0);
        assert_eq!(Pattern::parse("ü{domain}_").unwrap().fixed(), 2);
    }

    #[test]
    fn exactly_one_domain() {
        assert_eq!(Pattern::parse("weight"), None);
        assert_eq!(Pattern::parse("{domain}{domain}"), None);
        assert_eq!(Pattern::parse("weight_{Domain}"), None);
    }
}
