"""Log lines: JSON, a static event name, identifiers in ``extra``."""

from __future__ import annotations

import logging
import sys

from pythonjsonlogger.json import JsonFormatter


def configure(level: int = logging.INFO) -> None:
    """Send every record to standard error, one JSON object a line."""
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(
        JsonFormatter(
            "{asctime}{levelname}{name}{message}",
            style="{",
            json_ensure_ascii=False,
            rename_fields={"levelname": "level", "asctime": "at"},
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [stream]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "rq.worker", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
