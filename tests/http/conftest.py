"""Every test here talks HTTP to the whole application."""

from tests.web import (  # noqa: F401 -- fixtures
    client,
    engine,
    here,
    loaded_url,
    published,
    sms,
    snapshots,
    web,
)
