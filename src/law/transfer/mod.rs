//! Laws in which the tokens of one domain teach others: data are worth what they transfer.

pub(super) mod effective_data;
pub(super) mod factor;
pub(super) mod pool;
