//! Numbers without a meaning of their own: random streams, linear algebra.

pub(super) mod gaussian;
pub(super) mod linear;
pub mod random;
pub(super) mod triangle;
