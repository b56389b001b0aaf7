"""Alembic, on the same engine and the same models as the application."""

import sqlalchemy as sa
from alembic import context

from app.installation import claim_sqlite
from app.kernel.db import Base, UtcDateTime, make_engine
from app.models import import_all
from app.settings import Mode, Settings

import_all()
target_metadata = Base.metadata


def _engine():
    if given := context.config.attributes.get("engine"):
        return given
    settings = Settings.from_env()
    if settings.mode is Mode.PRODUCTION:
        claim_sqlite(settings.database_url)
    return make_engine(settings.database_url)


def _plain_type(kind, column_type, _context):
    """Write types as the database knows them: a migration imports nothing of ours."""
    if kind != "type":
        return False
    if isinstance(column_type, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(column_type, sa.Enum):
        return f"sa.String(length={column_type.length})"
    if isinstance(column_type, sa.JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    """Migrate online; each migration in one transaction."""
    with _engine().connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            transaction_per_migration=True,
            render_item=_plain_type,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
