"""A group of commands of which one needs no name: `loopstart sim OFFICE.yaml` is `loopstart sim run OFFICE.yaml`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

DEFAULT = "run"


class WithDefault(TyperGroup):
    """A first word that is no command is the first argument of `run`; so is a first option but --help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """ctx: typer's own, of a type that it does not export."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)
