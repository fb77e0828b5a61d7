"""`atsume`: the commands, and how errors of the user's making are told. Data to stdout, talk to stderr."""

import sys
from typing import Any

import click

from atsume.cli.lazy import LazyGroup

COMMANDS = {
    "serve": "atsume.cli.serving:serve",
    "worker": "atsume.cli.serving:worker",
    "integrations": "atsume.cli.integrations:integrations",
    "keys": "atsume.cli.keys:keys",
    "environments": "atsume.cli.operating:environments",
    "operators": "atsume.cli.operators:operators",
    "scopes": "atsume.cli.scopes:scopes",
    "audit": "atsume.cli.keys:audit",
    "webhooks": "atsume.cli.webhooks:webhooks",
    "fields": "atsume.cli.fields:fields",
    "config": "atsume.cli.operating:config",
    "status": "atsume.cli.status:status",
    "erase": "atsume.cli.erasing:erase",
    "simulate": "atsume.cli.serving:simulate",
    "demo": "atsume.cli.demo:demo",
}
HELP = {
    "serve": "Run the API, the pages and a worker in one process.",
    "worker": "Run one more worker against the same database.",
    "integrations": "Connect tools, look at them, sync them.",
    "keys": "API keys, and the keys that seal credentials.",
    "environments": "Sets of integrations and keys.",
    "operators": "Who may sign in to the console.",
    "audit": "Who did what.",
    "scopes": "What integrations may keep and do.",
    "webhooks": "Endpoints that are told of events.",
    "fields": "Custom fields, and the tool's own fields that feed them.",
    "config": "Settings and where they come from.",
    "status": "How the server stands, and what needs somebody.",
    "erase": "Erase an integration, a person or an environment, and prove it.",
    "simulate": "Run the Personio simulator.",
    "demo": "Everything at once: simulator, server, a first sync.",
}


@click.group(
    cls=LazyGroup, commands_at=COMMANDS, help_of=HELP, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="atsume")
def cli() -> None:
    """Atsume, the self-hosted unified ATS API."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line. Exit codes: 0 fine, 1 failed, 2 wrong usage."""
    try:
        cli.main(args=arguments, prog_name="atsume", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:
        if (sentence := _sentence(error)) is None:
            raise
        click.echo(f"Error: {sentence}", err=True)
        sys.exit(1)


def _sentence(error: Any) -> str | None:
    """Return what to tell about an error that is not a defect, else None."""
    from atsume.config import ConfigError
    from atsume.errors import AtsumeError
    from atsume.store.store import StoreError

    return str(error) if isinstance(error, ConfigError | AtsumeError | StoreError) else None
