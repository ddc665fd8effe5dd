//! `mixlaw schema`.

use super::arguments::SchemaArguments;
use super::failure::Failure;
use super::print::print;
use crate::config;
use crate::runner::figure;

pub(super) fn schema(arguments: &SchemaArguments) -> Result<(), Failure> {
    if arguments.plan_runs {
        print(&format!("{:#}\n", config::study_schema()))
    } else if arguments.markdown {
        print(&config::reference())
    } else if arguments.figures {
        print(&figure::reference())
    } else {
        print(&format!("{:#}\n", config::schema()))
    }
}
