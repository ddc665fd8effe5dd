//! `mixlaw man`: the manual page of the program, or of one of its commands.

use clap::CommandFactory;
use clap_mangen::Man;

use super::arguments::{Arguments, ManArguments};
use super::failure::Failure;
use super::print::print;
use crate::text::words::{instead_of, shown};

pub(super) fn man(arguments: &ManArguments) -> Result<(), Failure> {
    print(&page(arguments.command.as_deref())?)
}

/// The page in roff.
fn page(command: Option<&str>) -> Result<String, Failure> {
    let mut all = Arguments::command();
    all.build();
    let chosen = match command {
        None => all,
        Some(name) => {
            let names: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).collect();
            let found = all.find_subcommand(name).cloned();
            found.ok_or_else(|| {
                let help = instead_of(name, names.iter().copied());
                Failure::words_with_help(format!("there is no command `{}`", shown(name)), help)
            })?
        }
    };
    let mut page = Vec::new();
    let name = chosen.get_display_name().unwrap_or("mixlaw").to_owned();
    Man::new(chosen.disable_help_flag(true))
        .title(name)
        .render(&mut page)
        .map_err(Failure::other)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_with_its_examples() {
        let command = Arguments::command();
        assert!(page(None).unwrap().contains(".SH SUBCOMMANDS"));
        for command in command.get_subcommands() {
            let page = page(Some(command.get_name())).unwrap();
            for part in [".TH mixlaw-", ".SH NAME", ".SH SYNOPSIS", "mixlaw "] {
                assert!(
                    page.contains(part),
                    "{}: {part}\n{page}",
                    command.get_name()
                );
            }
        }
        assert!(page(Some("simulat")).is_err());
    }
}
