"""The migrations build what the models say, on the engine of this run."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from app.kernel.db import Base, make_engine
from app.models import import_all
from tests.contract.test_house_rules import ROOT


def config(engine):
    found = Config(ROOT / "alembic.ini")
    found.set_main_option("script_location", str(ROOT / "migrations"))
    found.attributes["engine"] = engine
    return found


def test_models_equal_the_migrations(empty_database_url):
    import_all()
    engine = make_engine(empty_database_url)
    try:
        command.upgrade(config(engine), "head")
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={"compare_type": True, "target_metadata": Base.metadata},
            )
            assert compare_metadata(context, Base.metadata) == []
        command.downgrade(config(engine), "base")
        assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    finally:
        engine.dispose()


BROKEN = """
from alembic import op

revision, down_revision = {revision}, {before}
branch_labels = depends_on = None


def upgrade():
    op.execute("create table {table} (id integer)")
    {then}
"""


def test_a_failed_migration_costs_those_before_it_nothing(empty_database_url, tmp_path):
    for name, before, table, then in (
        ("a", None, "first", ""),
        ("b", "a", "second", "raise RuntimeError('broken')"),
    ):
        (tmp_path / f"{name}.py").write_text(
            BROKEN.format(
                revision=repr(name), before=repr(before), table=table, then=then
            )
        )
    engine = make_engine(empty_database_url)
    wanted = config(engine)
    wanted.set_main_option("version_locations", str(tmp_path))
    wanted.set_main_option("path_separator", "newline")
    try:
        with pytest.raises(RuntimeError, match="broken"):
            command.upgrade(wanted, "head")
        assert set(inspect(engine).get_table_names()) == {"alembic_version", "first"}
        with engine.connect() as connection:
            assert MigrationContext.configure(connection).get_current_revision() == "a"
    finally:
        engine.dispose()
