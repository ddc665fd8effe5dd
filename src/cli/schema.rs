//! `mixlaw schema`.

use super::arguments::SchemaArguments;
use super::failure::Failure;
use crate::config;
use crate::runner::output;

pub(super) fn schema(arguments: &SchemaArguments) -> Result<(), Failure> {
    if arguments.plan_runs {
        output::print(&format!("{:#}\n", config::study_schema()))
    } else if arguments.markdown {
        output::print(&config::reference())
    } else {
        output::print(&format!("{:#}\n", config::schema()))
    }
}
