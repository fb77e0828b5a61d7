"""A click group whose commands are imported when they are called, not when the program starts."""

from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Commands by address (`module:name`), their one-line help beside them."""

    def __init__(self, *args: Any, commands_at: dict[str, str], help_of: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._commands_at, self._help_of = commands_at, help_of

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(self._commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None for a name that does not exist."""
        if cmd_name not in self._commands_at:
            return None
        module, _, name = self._commands_at[cmd_name].partition(":")
        return getattr(import_module(module), name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command list without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._help_of[name]) for name in self._commands_at])
