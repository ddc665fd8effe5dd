//! What a person calls a parameter: its symbol, and the domains it belongs to.

use serde::Serialize;

use crate::law::Parameter;

/// A parameter by name: C_ij is `C` of the domain i from the source j.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParameterName {
    /// Symbol as in the law's equation.
    pub symbol: String,
    /// The loss column it belongs to; `None` for a parameter of the whole law.
    pub domain: Option<String>,
    /// The weight column it belongs to, where a symbol has two domains or is a source's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// The name of a parameter, with the names of loss columns and of weight columns.
pub(super) fn name_of(
    parameter: &Parameter,
    loss_names: &[String],
    weight_names: &[String],
) -> ParameterName {
    ParameterName {
        symbol: parameter.symbol.into(),
        domain: parameter.column.map(|column| loss_names[column].clone()),
        source: parameter
            .source
            .and_then(|source| weight_names.get(source).cloned()),
    }
}
