//! What laws are made of: rows to fit, parameters, columns that stand alone, reference scales.

pub(super) mod column_model;
pub(super) mod floor;
pub(super) mod gradient;
pub(super) mod observations;
pub(super) mod parameter;
pub(super) mod per_scale;
pub(super) mod scale;
