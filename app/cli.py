"""Commands for operators: `flask --app wsgi …`."""

from __future__ import annotations

import base64
import csv
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session

from app.cases import idempotency, workflow
from app.catalogue import loading, releases
from app.clocks import calendar
from app.clocks.calendar import DayRow
from app.files import service as files
from app.kernel import audit, outbox
from app.kernel.actors import SYSTEM_ACTOR, Role
from app.kernel.clock import office_date
from app.kernel.errors import AppError, Invalid
from app.people import citizens, offices, staff
from app.web.context import now, runtime, settings

KEEP_ANSWERS = timedelta(days=7)
"""How long a repeated write gets its first answer."""

KEEP_EVENTS = timedelta(days=30)
"""How long an event that was handled can be looked at."""

_ROLES = click.Choice(sorted(role.value for role in staff.STAFF_ROLES))
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_ANSWERS = {
    "1": True,
    "true": True,
    "是": True,
    "0": False,
    "false": False,
    "否": False,
}

catalogue = AppGroup("catalogue", help="Load and publish the catalogue.")
cases = AppGroup("cases", help="Look after cases.")
people = AppGroup("staff", help="Look after accounts.")
days = AppGroup("calendar", help="Look after the calendar of working days.")
stored = AppGroup("files", help="Look after uploads.")
keys = AppGroup("keys", help="Secrets of an installation.")


@contextmanager
def _acting() -> Iterator[Session]:
    """Open one unit of work; a refusal becomes lines on the terminal."""
    try:
        with runtime().database.transaction() as session:
            yield session
    except Invalid as refused:
        lines = [f"{name}: {sentence}" for name, sentence in refused.errors.items()]
        raise click.ClickException(
            "\n".join([f"{refused} {refused.zh}", *lines])
        ) from None
    except AppError as refused:
        raise click.ClickException(f"{refused} {refused.zh}") from None


@catalogue.command("load")
@click.argument("folder", type=_FOLDER)
def load_catalogue(folder: Path) -> None:
    """Load the catalogue of FOLDER, once.

    The demonstration publishes it as well, gaps and guides of other places
    included. In production nothing is published: see `catalogue publish`.
    """
    with _acting() as session:
        calendar.seed(session, now=now())
        load = (
            loading.load_demo_catalogue
            if settings().is_demo
            else loading.load_catalogue
        )
        report = load(session, folder, now=now())
    click.echo(loading.as_text(report))


@catalogue.command("import")
@click.argument("folder", type=_FOLDER)
def import_catalogue(folder: Path) -> None:
    """Bring FOLDER into the catalogue, and say what became of every row.

    Nothing of it is public before `catalogue publish`.
    """
    with _acting() as session:
        report = loading.import_folder(session, folder, now=now())
    click.echo(loading.import_as_text(report))


@catalogue.command("publish")
@click.option("--title", required=True, help="Of the batch, shown to the public.")
@click.option("--basis", required=True, help="The document that orders it.")
@click.option("--matter", "codes", multiple=True, help="A matter's code; repeatable.")
@click.option("--all", "everything", is_flag=True, help="Every matter there is.")
def publish_catalogue(
    title: str, basis: str, codes: tuple[str, ...], *, everything: bool
) -> None:
    """Publish the newest wording of matters as one batch.

    A guide with gaps, or one of another place, refuses the whole batch.
    """
    if bool(codes) == everything:
        raise click.UsageError("say either --matter or --all")
    with _acting() as session:
        release = releases.publish(
            session,
            SYSTEM_ACTOR,
            title=title,
            basis=basis,
            matter_codes=loading.codes_of_all(session) if everything else codes,
            on=office_date(now()),
            now=now(),
        )
        done = f"published release {release.number}: {len(release.items)} matters"
    click.echo(done)


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
@click.argument("roles", nargs=-1, type=_ROLES)
@click.password_option()
def create_staff(
    username: str, name: str, office_code: str, roles: tuple[str, ...], password: str
) -> None:
    """Create an account for a member of staff."""
    with _acting() as session:
        staff.create(
            session,
            username=username,
            display_name=name,
            password=password,
            office_id=offices.get_by_code(session, office_code).id,
            roles=[Role(role) for role in roles],
            now=now(),
        )
    click.echo(f"created {username}")


@people.command("disable")
@click.argument("username")
def disable_staff(username: str) -> None:
    """Close an account and every session of it, at once."""
    with _acting() as session:
        staff.disable(session, SYSTEM_ACTOR, username, now=now())
    click.echo(f"disabled {username}")


@people.command("post")
@click.argument("username")
@click.argument("role", type=_ROLES)
@click.argument("office_code")
@click.option("--revoke", is_flag=True, help="Take the role away.")
def change_post(username: str, role: str, office_code: str, *, revoke: bool) -> None:
    """Let somebody hold ROLE at an office, or take it away."""
    change = staff.revoke_post if revoke else staff.give_post
    with _acting() as session:
        office = offices.get_by_code(session, office_code)
        change(session, SYSTEM_ACTOR, username, Role(role), office.id, now=now())
    click.echo(f"{username}: {'no longer ' if revoke else ''}{role} at {office_code}")


@days.command("import")
@click.argument("year", type=int)
@click.argument("file", type=_FILE)
@click.option("--source", required=True, help="Name and number of the notice.")
def import_calendar(year: int, file: Path, source: str) -> None:
    """Take over days of YEAR from FILE, a CSV of `day,is_workday`.

    Days are written 2027-01-01, answers 1 or 0, true or false, 是 or 否.
    """
    rows = _days_of(year, file)
    with _acting() as session:
        change = calendar.import_days(session, rows, source=source, now=now())
    click.echo(
        f"{len(rows)} days: {len(change.changed)} have another answer now,"
        f" {len(change.confirmed)} are certain now"
    )


def _days_of(year: int, file: Path) -> list[DayRow]:
    rows = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            found = csv.DictReader(lines)
            if not {"day", "is_workday"} <= set(found.fieldnames or ()):
                raise click.ClickException(f"{file.name}: no columns day,is_workday")
            for row in found:
                where = f"{file.name}, line {found.line_num}"
                rows.append(_day_of(row, year, where))
    except (UnicodeDecodeError, csv.Error):
        raise click.ClickException(f"{file.name} is no CSV in UTF-8") from None
    return rows


def _day_of(row: dict[str, str | None], year: int, where: str) -> DayRow:
    try:
        day = date.fromisoformat((row["day"] or "").strip())
    except ValueError:
        raise click.ClickException(f"{where}: {row['day']!r} is no day") from None
    if day.year != year:
        raise click.ClickException(f"{where}: {day} is not in {year}")
    answer = _ANSWERS.get((row["is_workday"] or "").strip().lower())
    if answer is None:
        raise click.ClickException(f"{where}: {row['is_workday']!r} is no answer")
    return DayRow(day, answer)


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
        _note_sweep(session, "uploads", records)
    click.echo(f"removed {records} records and {len(unnamed)} blobs")


@click.command("sweep")
@with_appcontext
def sweep() -> None:
    """Remove what need not be kept any longer: for every night.

    Sign-in codes and sessions that are over, answers to repeated writes, events
    that were handled, uploads that nobody handed in.
    """
    acts: dict[str, Callable[[Session], int]] = {
        "citizens": lambda session: citizens.sweep(session, now=now()),
        "staff": lambda session: staff.sweep(session, now=now()),
        "answers": lambda session: idempotency.forget(
            session, before=now() - KEEP_ANSWERS
        ),
        "events": lambda session: outbox.forget_done(
            session, before=now() - KEEP_EVENTS
        ),
    }
    for name, act in acts.items():
        # One unit of work each: nobody waits long, and no fault undoes the others.
        with _acting() as session:
            removed = act(session)
            _note_sweep(session, name, removed)
        click.echo(f"{name}: removed {removed}")
    click.get_current_context().invoke(sweep_files)


def _note_sweep(session: Session, kind: str, removed: int) -> None:
    subject = f"records:{kind}"
    audit.write(
        session, SYSTEM_ACTOR, "retention.sweep", subject, now=now(), removed=removed
    )


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
    for group in (catalogue, cases, people, days, stored, keys):
        app.cli.add_command(group)
    app.cli.add_command(sweep)
