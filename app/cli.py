"""Commands for operators: `flask --app wsgi …`."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from app.cases import workflow
from app.catalogue import loading
from app.clocks import calendar
from app.files import service as files
from app.kernel.actors import Role
from app.kernel.errors import AppError
from app.people import offices, staff
from app.web.context import now, runtime

catalogue = AppGroup("catalogue", help="Load and publish the catalogue.")
cases = AppGroup("cases", help="Look after cases.")
people = AppGroup("staff", help="Look after accounts.")
stored = AppGroup("files", help="Look after uploads.")
keys = AppGroup("keys", help="Secrets of an installation.")


@catalogue.command("load")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
def load_catalogue(folder: Path) -> None:
    """Load the catalogue of FOLDER and publish it, once."""
    with runtime().database.transaction() as session:
        calendar.seed(session, now=now())
        report = loading.load_demo_catalogue(session, folder, now=now())
    click.echo(loading.as_text(report))


@cases.command("workflow")
def print_workflow() -> None:
    """Print the case workflow as the page docs/workflow.md."""
    click.echo(
        "# The workflow of a case\n\n"
        "Printed from `app/cases/workflow.py` by `flask --app wsgi cases workflow`;"
        " a test fails when the two differ.\n\n"
        f"```mermaid\n{workflow.diagram()}```"
    )


@people.command("create")
@click.argument("username")
@click.argument("name")
@click.argument("office_code")
@click.argument("roles", nargs=-1, type=click.Choice([role.value for role in Role]))
@click.password_option()
def create_staff(
    username: str, name: str, office_code: str, roles: tuple[str, ...], password: str
) -> None:
    """Create an account for a member of staff."""
    try:
        with runtime().database.transaction() as session:
            office = offices.find_by_code(session, office_code)
            if office is None:
                raise click.ClickException(f"no office {office_code}")
            staff.create(
                session,
                username=username,
                display_name=name,
                password=password,
                office_id=office.id,
                roles=[Role(role) for role in roles],
                now=now(),
            )
    except AppError as refused:
        raise click.ClickException(f"{refused} {refused.zh}") from None
    click.echo(f"created {username}")


@stored.command("sweep")
def sweep_files() -> None:
    """Remove uploads that nobody handed in within a day."""
    here = runtime()
    # The folder is walked, and bytes deleted, while others may write.
    unnamed = files.old_keys(here.store, now=now())
    with here.database.reading() as session:
        unnamed = files.without_record(session, unnamed)
    for key in unnamed:
        here.store.delete(key)
    with here.database.transaction() as session:
        records = files.sweep(session, now=now())
    click.echo(f"removed {records} records and {len(unnamed)} blobs")


@keys.command("new")
def new_keys() -> None:
    """Print fresh secrets for the environment of a new installation."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    click.echo(f"SECRET_KEY={secrets.token_urlsafe(48)}")
    click.echo(f"JWT_KEY={secrets.token_urlsafe(48)}")
    click.echo(f"DATA_KEYS=k1:{key()}")
    click.echo("DATA_KEY_CURRENT=k1")
    click.echo(f"INDEX_KEY={key()}")


def init_app(app: Flask) -> None:
    """Register the commands."""
    for group in (catalogue, cases, people, stored, keys):
        app.cli.add_command(group)
