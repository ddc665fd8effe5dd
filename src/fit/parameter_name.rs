//! What a person calls a parameter: its symbol, and the domain it belongs to.

use serde::Serialize;

use crate::law::Parameter;

/// A parameter by name. Laws have several of one name where a symbol has two domains: all C_ij of
/// one i are `C` of i.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParameterName {
    /// Symbol as in the law's equation.
    pub symbol: String,
    /// The loss column it belongs to; `None` for a parameter of the whole law.
    pub domain: Option<String>,
}

pub(super) fn name_of(parameter: &Parameter, loss_names: &[String]) -> ParameterName {
    ParameterName {
        symbol: parameter.symbol.into(),
        domain: parameter.column.map(|column| loss_names[column].clone()),
    }
}
