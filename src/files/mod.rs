//! Files: read within bounds, replaced in one step, told apart by a fingerprint.

pub(super) mod bounded;
pub(super) mod fingerprint;
pub(super) mod replace;
