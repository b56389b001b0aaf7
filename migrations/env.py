"""Alembic, on the same engine and the same models as the application."""

from alembic import context

from app.kernel.db import Base, make_engine
from app.models import import_all
from app.settings import Settings

import_all()
target_metadata = Base.metadata


def _engine():
    given = context.config.attributes.get("engine")
    return given or make_engine(Settings.from_env().database_url)


def run() -> None:
    """Migrate online; each migration in one transaction."""
    with _engine().connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            user_module_prefix="app.kernel.db.",
        )
        with context.begin_transaction():
            context.run_migrations()


run()
