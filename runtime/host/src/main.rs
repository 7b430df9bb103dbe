//! The `denizen` binary: parse, run, exit code.

use std::process::ExitCode;

use clap::Parser;
use denizen::allocator::Allocator;
use denizen::cli::{Cli, Command};
use denizen::{commands, v8_platform};

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = v8_platform::init().and_then(|()| match cli.command {
        Command::Serve(args) => commands::serve(args),
        Command::Test(args) => commands::test(args),
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("denizen: {}", causes(&error));
        ExitCode::from(1)
    })
}

/// The error and its causes, each once: some carry their cause in their own text.
fn causes(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}
