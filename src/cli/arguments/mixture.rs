//! Arguments of `predict` and `optimize`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    mixlaw predict fit.json --capacity 1e9 --tokens 3e10 --mixture web=.3,code=.7\n\n\
    The file is written by `mixlaw fit RUNS.csv --json fit.json`; with --bootstrap 200 there, \
    predictions come with intervals.")]
pub(in crate::cli) struct PredictArguments {
    /// The file of fits, or a directory that `mixlaw run` filled.
    pub(in crate::cli) fit: PathBuf,

    /// Laws to predict with; default: all of the file.
    #[arg(long, value_delimiter = ',')]
    pub(in crate::cli) law: Vec<String>,

    /// The mixture, NAME=WEIGHT; domains that are not named have no weight.
    #[arg(
        long,
        required = true,
        value_delimiter = ',',
        value_name = "NAME=WEIGHT"
    )]
    pub(in crate::cli) mixture: Vec<String>,

    /// Capacity (model size), a number or `unlimited`; default: that of the runs, if it is one.
    #[arg(long)]
    pub(in crate::cli) capacity: Option<String>,

    /// Training tokens, a number or `unlimited`; default: those of the runs, if it is one number.
    #[arg(long)]
    pub(in crate::cli) tokens: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mixlaw optimize fit.json --law capacity-noise --capacity 1e9 --tokens 3e10\n  \
    mixlaw optimize fit.json --tokens 1e11 --available code=5e9 --epochs 4 --max web=.4\n  \
    mixlaw optimize fit.json --target code=.5,math=.5 --group prose=web+books:0.3..0.6\n\n\
    The file is written by `mixlaw fit RUNS.csv --json fit.json`; with --bootstrap 200 there, \
    weights come with intervals.")]
pub(in crate::cli) struct OptimizeArguments {
    /// The file of fits, or a directory that `mixlaw run` filled.
    pub(in crate::cli) fit: PathBuf,

    /// Laws to follow; default: all of the file.
    #[arg(long, value_delimiter = ',')]
    pub(in crate::cli) law: Vec<String>,

    /// Capacity (model size), a number or `unlimited`; default: that of the runs, if it is one.
    #[arg(long)]
    pub(in crate::cli) capacity: Option<String>,

    /// Training tokens, a number or `unlimited`; default: those of the runs, if it is one number.
    #[arg(long)]
    pub(in crate::cli) tokens: Option<String>,

    /// Weights of the losses in the target, summing to 1; default: all domains alike.
    #[arg(long, value_delimiter = ',', value_name = "NAME=WEIGHT")]
    pub(in crate::cli) target: Vec<String>,

    /// Make the largest of these losses small instead; without names: of all domains.
    #[arg(long, value_delimiter = ',', num_args = 0.., value_name = "NAME", conflicts_with = "target")]
    pub(in crate::cli) worst: Option<Vec<String>>,

    /// Smallest weights.
    #[arg(long, value_delimiter = ',', value_name = "NAME=WEIGHT")]
    pub(in crate::cli) min: Vec<String>,

    /// Largest weights.
    #[arg(long, value_delimiter = ',', value_name = "NAME=WEIGHT")]
    pub(in crate::cli) max: Vec<String>,

    /// Weights that are given.
    #[arg(long, value_delimiter = ',', value_name = "NAME=WEIGHT")]
    pub(in crate::cli) fix: Vec<String>,

    /// A joint bound, NAME=DOMAIN+DOMAIN:LEAST..MOST; may be repeated.
    #[arg(long, value_name = "GROUP")]
    pub(in crate::cli) group: Vec<String>,

    /// Tokens that there are of a domain.
    #[arg(long, value_delimiter = ',', value_name = "NAME=TOKENS")]
    pub(in crate::cli) available: Vec<String>,

    /// How often available tokens may be trained on.
    #[arg(long, default_value = "1")]
    pub(in crate::cli) epochs: f64,

    /// Let weights leave the range that the fitted runs have; without this they stay within it.
    #[arg(long)]
    pub(in crate::cli) beyond_trained: bool,

    /// A mixture to stay near.
    #[arg(long, value_delimiter = ',', value_name = "NAME=WEIGHT")]
    pub(in crate::cli) stay_near: Vec<String>,

    /// How strongly to stay near it: nats of loss for one nat of relative entropy.
    #[arg(long, default_value = "0.1", requires = "stay_near")]
    pub(in crate::cli) strength: f64,

    /// Seed of the random starts.
    #[arg(long, default_value = "0")]
    pub(in crate::cli) seed: u64,

    /// Also write the result as JSON.
    #[arg(long)]
    pub(in crate::cli) json: Option<PathBuf>,
}
