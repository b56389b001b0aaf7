"""The bare views: Flask and nothing else, answering with the very same bytes.

`/submit` makes one durable insert before it answers: SQLite in WAL with
synchronous=FULL behind the same kind of lock that our writers take, or PostgreSQL.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pysqlite3
from flask import Flask, Response, request

TABLE = "CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"
TABLE_PG = "CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body text)"


def create_app() -> Flask:
    """Build the app from the folder that BARE_FOLDER names."""
    folder = Path(os.environ["BARE_FOLDER"])  # noqa: TID251 -- a program of its own
    answers = {
        each["path"]: ((folder / each["file"]).read_bytes(), each["type"])
        for each in json.loads((folder / "answers.json").read_text())
    }
    insert = _inserter(os.environ.get("BARE_DATABASE", ""), folder)  # noqa: TID251
    app = Flask("bare", static_folder=None)

    def same_bytes() -> Response:
        """Answer with what ours answered."""
        body, kind = answers[request.full_path.rstrip("?")]
        return Response(body, content_type=kind)

    def submit() -> Response:
        """Store the body durably, then answer."""
        insert(request.get_data(as_text=True))
        body, kind = answers["/submit"]
        return Response(body, status=201, content_type=kind)

    app.add_url_rule("/submit", view_func=submit, methods=["POST"])
    app.add_url_rule(
        "/<path:any_path>",
        view_func=lambda any_path: same_bytes(),  # noqa: ARG005 -- Flask names it
        methods=["GET", "POST"],
    )
    return app


def _inserter(url: str, folder: Path) -> Callable[[str], None]:
    return _into_postgres(url) if url else _into_sqlite(folder / "bare.db")


def _into_sqlite(path: Path) -> Callable[[str], None]:
    local = threading.local()
    inner = threading.Lock()

    def connection() -> pysqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = pysqlite3.connect(str(path), isolation_level=None)
            local.connection.execute("PRAGMA journal_mode=WAL")
            local.connection.execute("PRAGMA synchronous=FULL")
            local.connection.execute("PRAGMA busy_timeout=5000")
        return local.connection

    connection().execute(TABLE)
    lock = os.open(f"{path}.writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def insert(body: str) -> None:
        with inner:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                cursor = connection()
                cursor.execute("BEGIN IMMEDIATE")
                cursor.execute("INSERT INTO bare (body) VALUES (?)", (body,))
                cursor.execute("COMMIT")
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)

    return insert


def _into_postgres(url: str) -> Callable[[str], None]:
    local = threading.local()

    def connection() -> psycopg.Connection:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(url.replace("+psycopg", "", 1))
        found: psycopg.Connection = local.connection
        return found

    with connection() as first:
        first.execute(TABLE_PG)
    del local.connection

    def insert(body: str) -> None:
        here = connection()
        here.execute("INSERT INTO bare (body) VALUES (%s)", (body,))
        here.commit()

    return insert
