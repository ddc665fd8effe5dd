//! What a target is.

use rand_xoshiro::Xoshiro256PlusPlus;

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was read, and used.
    Accepted,
    /// It was read, and holds so many mixtures that reading them takes its time.
    Large,
    /// It was refused with words.
    Refused,
}

/// A kind of file that mixlaw reads.
pub trait Target {
    /// Its name, in messages and file names.
    fn name(&self) -> &'static str;

    /// A good file, changed at random.
    fn input(&self, random: &mut Xoshiro256PlusPlus) -> Vec<u8>;

    /// Reads an input and uses what comes of it.
    ///
    /// # Errors
    /// What is wrong with the outcome, such as a loss that is no number.
    fn consume(&self, input: &[u8]) -> Result<Outcome, String>;
}
