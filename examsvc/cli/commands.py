"""The commands: migrate, serve, live, demo, run, audit, bank."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, BinaryIO

import click

from examsvc.audit.chain import GENESIS
from examsvc.bootstrap import open_house
from examsvc.cli.live import run_live_channel
from examsvc.cli.server import run_server
from examsvc.cli.tracing import trace_lines
from examsvc.sample.demo import Demo, DemoFailed
from examsvc.services.audit import verify_stored_chain
from examsvc.services.tracing import trace_file
from examsvc.settings import Settings
from examsvc.store import SchemaBehind, Store, WriterTaken
from examsvc.store.migrate import is_current
from item_bank.errors import ImportRefused


def plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Known errors become one line that says what to do."""

    @functools.wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except WriterTaken as error:
            raise click.ClickException(
                f"Another examsvc process is using this database ({error.path}). Stop it first: "
                "the embedded database has one writer."
            ) from error
        except SchemaBehind as error:
            raise click.ClickException("The database is not up to date: run `examsvc migrate`.") from error
        except DemoFailed as error:
            raise click.ClickException(str(error)) from error

    return guarded


@click.group()
def group() -> None:
    """Exams on the work that officers do: from position to form to ability to profile."""


@group.command("migrate")
@plain_errors
def migrate_command() -> None:
    """Bring the database to the current schema."""
    with open_house(Settings.from_environ(), migrating=True):
        click.echo("The schema is current.")


@group.command("serve")
@plain_errors
def serve_command() -> None:
    """Serve the pages and the API."""
    run_server(Settings.from_environ())


@group.command("live")
@plain_errors
def live_command() -> None:
    """Tell waiting pages of changes of time, at EXAMSVC_LIVE_HOST and EXAMSVC_LIVE_PORT."""
    run_live_channel(Settings.from_environ())


@group.command("demo")
@plain_errors
def demo_command() -> None:
    """Load the sample and run its campaign; exit status 0 only when every step did its work."""
    Demo(Settings.from_environ()).run()


@group.command("run")
@plain_errors
def run_command() -> None:
    """The demo, when this database has not seen it, and then the server."""
    settings = Settings.from_environ()
    Demo(settings).run_once()
    run_server(settings)


@group.group("audit")
def audit_group() -> None:
    """The audit chain."""


@audit_group.command("verify")
@plain_errors
def audit_verify_command() -> None:
    """Walk the chain; name the first bad entry. It only reads, also beside a running server."""
    store = Store.connect(Settings.from_environ().database_url)
    try:
        if not is_current(store):
            raise SchemaBehind
        report = verify_stored_chain(store)
    finally:
        store.dispose()
    if report.first_bad_seq is not None:
        raise click.ClickException(f"entry {report.first_bad_seq}: {report.reason}")
    head = "empty" if report.head_hash == GENESIS else report.head_hash
    click.echo(f"{report.n_entries} entries, unbroken; head {head}")


@group.group("bank")
def bank_group() -> None:
    """The item bank."""


@bank_group.command("trace")
@click.argument("file", type=click.File("rb"))
@plain_errors
def bank_trace_command(file: BinaryIO) -> None:
    """Say which export FILE is, or a part of: by what it says, and by its marks. It only reads."""
    store = Store.connect(Settings.from_environ().database_url)
    try:
        if not is_current(store):
            raise SchemaBehind
        traced = trace_file(store, file.read())
    except ImportRefused as error:
        raise click.ClickException(f"the file cannot be read ({error.code})") from error
    finally:
        store.dispose()
    for line in trace_lines(traced):
        click.echo(line)
    if not any(suspect.certain for suspect in traced.suspects):
        raise SystemExit(1)
