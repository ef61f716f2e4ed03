"""The `autograder` command: each subcommand is a file of autograder/commands, read when called."""

import importlib
import pkgutil

import click

from autograder import commands


class Commands(click.Group):
    """The subcommands by name; what one needs is imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        return importlib.import_module(f"{commands.__name__}.{cmd_name}").command


@click.group(cls=Commands)
@click.version_option(package_name="zero-to-millions")
def main() -> None:
    """Build the course's notebooks, grade them, and see how the class does."""
