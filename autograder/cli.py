"""The `autograder` command: each subcommand is a file of autograder/commands, read when called."""

import importlib

import click

NAMES = (
    "build",
    "grade",
    "feedback",
    "audit",
    "publish",
    "links",
    "collect",
    "export",
    "report",
)


class Commands(click.Group):
    """The subcommands by name; what a command needs is imported when it is asked for."""

    def list_commands(self, ctx):
        return list(NAMES)

    def get_command(self, ctx, cmd_name):
        if cmd_name not in NAMES:
            return None
        return importlib.import_module(f"autograder.commands.{cmd_name}").command


@click.group(cls=Commands)
@click.version_option(package_name="zero-to-millions")
def main():
    """Build the course's notebooks, grade them, and see how the class does."""
