//! Which mixtures are allowed, in the words of the one who asks.

use thiserror::Error;

use super::region::{Cause, Group, Region};
use super::trained::Trained;

/// Bounds on the weights of K domains.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraints {
    /// Smallest weight of each domain.
    pub lower: Vec<f64>,
    /// Largest weight of each domain; equal to the smallest for a weight that is fixed.
    pub upper: Vec<f64>,
    /// Joint bounds.
    pub groups: Vec<Group>,
    /// Tokens that there are of each domain; `None` where there are enough.
    pub available: Vec<Option<f64>>,
    /// How often the tokens of a domain may be trained on: h_i D ≤ epochs × tokens_i.
    pub epochs: f64,
}

/// Bounds that no mixture keeps.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ConstraintError {
    /// A bound that is no weight.
    #[error("the {which} weight of `{name}` is {value}: weights are numbers from 0 to 1")]
    Bound {
        /// "smallest" or "largest".
        which: &'static str,
        /// Name of the domain or group.
        name: String,
        /// The bound.
        value: f64,
    },
    /// A number of tokens that is none.
    #[error("`{name}` has {value} tokens available: it must be a number of at least 0")]
    Tokens {
        /// Name of the domain.
        name: String,
        /// The number.
        value: f64,
    },
    /// A number of epochs that is none.
    #[error("the number of epochs is {0}: it must be above 0")]
    Epochs(f64),
    /// A limited supply and unlimited tokens.
    #[error(
        "`{name}` has {available:e} tokens available, but the run has unlimited tokens: no number of epochs suffices"
    )]
    Unlimited {
        /// Name of the domain.
        name: String,
        /// Tokens that there are.
        available: f64,
    },
    /// One domain or group has a smallest weight above its largest.
    #[error(
        "`{name}` must have at least {lower:.6} of the mixture and can have at most {upper:.6}{why}: {:.6} too little",
        lower - upper
    )]
    Crossed {
        /// Name of the domain or group.
        name: String,
        /// The smallest weight.
        lower: f64,
        /// The largest.
        upper: f64,
        /// Where the largest comes from, in words.
        why: String,
    },
    /// The smallest weights leave no room.
    #[error(
        "the smallest weights of {names} sum to {sum:.6}, which is {:.6} more than {whole}",
        sum - room
    )]
    TooMuch {
        /// The domains and groups with a smallest weight.
        names: String,
        /// Sum of their smallest weights.
        sum: f64,
        /// What they have to fit in.
        room: f64,
        /// That, in words.
        whole: String,
    },
    /// The largest weights do not fill the mixture.
    #[error(
        "the largest weights of {names} sum to {sum:.6}, which is {:.6} less than {whole}{why}",
        need - sum
    )]
    TooLittle {
        /// The domains and groups with a largest weight.
        names: String,
        /// Sum of their largest weights.
        sum: f64,
        /// What they have to fill.
        need: f64,
        /// That, in words.
        whole: String,
        /// Which of them lack tokens, in words.
        why: String,
    },
    /// A domain in two groups.
    #[error(
        "`{name}` is in the groups `{first}` and `{second}`: a domain may be in one group only"
    )]
    TwoGroups {
        /// Name of the domain.
        name: String,
        /// A group.
        first: String,
        /// Another one.
        second: String,
    },
}

impl Constraints {
    /// Every mixture of `domains` domains is allowed.
    pub fn none(domains: usize) -> Self {
        Self {
            lower: vec![0.0; domains],
            upper: vec![1.0; domains],
            groups: Vec::new(),
            available: vec![None; domains],
            epochs: 1.0,
        }
    }

    /// Whether every mixture is allowed.
    pub fn is_none(&self) -> bool {
        *self
            == Self {
                epochs: self.epochs,
                ..Self::none(self.lower.len())
            }
    }

    /// The same, and every weight within the range that was trained.
    pub fn within(mut self, trained: &Trained) -> Self {
        for (domain, (least, most)) in trained.weights.iter().enumerate() {
            self.lower[domain] = self.lower[domain].max(*least);
            self.upper[domain] = self.upper[domain].min(*most);
        }
        self
    }

    /// The mixtures that are allowed in a run of `tokens` tokens; `names` are those of the domains.
    ///
    /// # Errors
    /// [`ConstraintError`] when a bound is no weight, or when no mixture keeps all bounds: which of
    /// them conflict, and by how much.
    pub fn region(&self, names: &[String], tokens: f64) -> Result<Region, ConstraintError> {
        if !(self.epochs.is_finite() && self.epochs > 0.0) {
            return Err(ConstraintError::Epochs(self.epochs));
        }
        let mut upper = self.upper.clone();
        let mut causes = vec![Cause::Asked; names.len()];
        for (position, name) in names.iter().enumerate() {
            check_bounds(name, self.lower[position], self.upper[position])?;
            let Some(available) = self.available[position] else {
                continue;
            };
            if available.is_nan() || available < 0.0 {
                return Err(ConstraintError::Tokens {
                    name: name.clone(),
                    value: available,
                });
            }
            if tokens == f64::INFINITY && available.is_finite() {
                return Err(ConstraintError::Unlimited {
                    name: name.clone(),
                    available,
                });
            }
            let most = self.epochs * available / tokens;
            if most < upper[position] {
                upper[position] = most;
                causes[position] = Cause::Available { tokens: available };
            }
        }
        for group in &self.groups {
            check_bounds(&group.name, group.lower, group.upper)?;
        }
        let supply = Supply {
            names,
            causes: &causes,
            epochs: self.epochs,
            tokens,
        };
        self.check_feasible(&upper, &supply)?;
        Ok(Region::new(
            self.lower.clone(),
            &upper,
            causes,
            self.groups.clone(),
        ))
    }

    fn check_feasible(&self, upper: &[f64], supply: &Supply<'_>) -> Result<(), ConstraintError> {
        let names = supply.names;
        for (position, name) in names.iter().enumerate() {
            if self.lower[position] > upper[position] + SLACK {
                return Err(ConstraintError::Crossed {
                    name: name.clone(),
                    lower: self.lower[position],
                    upper: upper[position],
                    why: supply.words(&[position]),
                });
            }
        }
        let mut group_of: Vec<Option<&Group>> = vec![None; names.len()];
        for group in &self.groups {
            for member in &group.members {
                if let Some(first) = group_of[*member].replace(group) {
                    return Err(ConstraintError::TwoGroups {
                        name: names[*member].clone(),
                        first: first.name.clone(),
                        second: group.name.clone(),
                    });
                }
            }
        }
        // Ends of what each group, and each domain without one, can have.
        let mut ends: Vec<(String, f64, f64, Vec<usize>)> = Vec::new();
        for group in &self.groups {
            let sum = |of: &[f64]| group.members.iter().map(|member| of[*member]).sum::<f64>();
            let (low, high) = (sum(&self.lower), sum(upper));
            if group.lower > group.upper + SLACK {
                return Err(ConstraintError::Crossed {
                    name: group.name.clone(),
                    lower: group.lower,
                    upper: group.upper,
                    why: String::new(),
                });
            }
            let members = supply.list(&group.members);
            if low > group.upper + SLACK {
                return Err(ConstraintError::TooMuch {
                    names: members,
                    sum: low,
                    room: group.upper,
                    whole: format!(
                        "the {:.6} that their group `{}` may have",
                        group.upper, group.name
                    ),
                });
            }
            if high < group.lower - SLACK {
                return Err(ConstraintError::TooLittle {
                    names: members,
                    sum: high,
                    need: group.lower,
                    whole: format!(
                        "the {:.6} that their group `{}` must have",
                        group.lower, group.name
                    ),
                    why: supply.words(&group.members),
                });
            }
            let named = format!("`{}`", group.name);
            ends.push((
                named,
                low.max(group.lower),
                high.min(group.upper),
                group.members.clone(),
            ));
        }
        for position in (0..names.len()).filter(|position| group_of[*position].is_none()) {
            let named = format!("`{}`", names[position]);
            ends.push((named, self.lower[position], upper[position], vec![position]));
        }
        let low: f64 = ends.iter().map(|(_, low, ..)| low).sum();
        if low > 1.0 + SLACK {
            let named = ends.iter().filter(|(_, low, ..)| *low > 0.0);
            return Err(ConstraintError::TooMuch {
                names: join(named.map(|(name, ..)| name.clone())),
                sum: low,
                room: 1.0,
                whole: "the whole mixture".into(),
            });
        }
        let high: f64 = ends.iter().map(|(_, _, high, _)| high).sum();
        if high < 1.0 - SLACK {
            let all: Vec<usize> = (0..names.len()).collect();
            return Err(ConstraintError::TooLittle {
                names: join(ends.into_iter().map(|(name, ..)| name)),
                sum: high,
                need: 1.0,
                whole: "the whole mixture".into(),
                why: supply.words(&all),
            });
        }
        Ok(())
    }
}

/// Bounds that cross by less are rounding.
const SLACK: f64 = 1e-9;

fn check_bounds(name: &str, lower: f64, upper: f64) -> Result<(), ConstraintError> {
    for (which, value) in [("smallest", lower), ("largest", upper)] {
        if !(0.0..=1.0).contains(&value) {
            return Err(ConstraintError::Bound {
                which,
                name: name.into(),
                value,
            });
        }
    }
    Ok(())
}

/// Where the largest weights come from.
struct Supply<'a> {
    names: &'a [String],
    causes: &'a [Cause],
    epochs: f64,
    tokens: f64,
}

impl Supply<'_> {
    fn list(&self, positions: &[usize]) -> String {
        join(positions.iter().map(|at| format!("`{}`", self.names[*at])))
    }

    /// The supplies of those domains whose tokens limit them.
    fn words(&self, positions: &[usize]) -> String {
        let short: Vec<String> = positions
            .iter()
            .filter_map(|position| match self.causes[*position] {
                Cause::Available { tokens } => Some(format!(
                    "`{}` has {tokens:.4e} tokens for {} epochs of a run of {:.4e}",
                    self.names[*position], self.epochs, self.tokens
                )),
                Cause::Asked => None,
            })
            .collect();
        if short.is_empty() {
            String::new()
        } else {
            format!(" ({})", short.join("; "))
        }
    }
}

fn join(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
