"""The migrations build what the models say, on the engine of this run."""

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
