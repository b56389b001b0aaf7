"""Use cases of forms: keep a definition, load it again."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.forms.definitions import Form
from app.forms.models import FormDefinition
from app.kernel.errors import NotFound

_RACES = 3
"""How often a version number is tried again after another writer took it."""


def store(session: Session, form: Form, *, now: datetime) -> FormDefinition:
    """Keep a form, or return the version that already says the same.

    The version in ``form`` is not used: a new content of a key gets the number
    after its newest version. So importing the same list twice adds nothing.

    Args:
        session: The door's unit of work.
        form: What to keep.
        now: When it is kept.
    """
    digest = digest_of(form)
    for attempt in range(_RACES):
        if known := _find(session, form.key, digest):
            return known
        newest = session.scalar(
            select(func.max(FormDefinition.version)).where(
                FormDefinition.key == form.key
            )
        )
        version = (newest or 0) + 1
        kept = FormDefinition(
            key=form.key,
            version=version,
            digest=digest,
            title=form.title,
            content=form.to_json() | {"version": version},
            created_at=now,
        )
        try:
            # A savepoint: losing the race to another editor must not cost the rest.
            with session.begin_nested():
                session.add(kept)
        except IntegrityError:
            if attempt == _RACES - 1:
                raise
        else:
            return kept
    raise AssertionError("the last attempt returns or raises")


def load(session: Session, form_id: int) -> Form:
    """Load a form by the id of its definition.

    Raises:
        NotFound: there is no such definition.
    """
    kept = session.get(FormDefinition, form_id)
    if kept is None:
        raise NotFound("no such form definition")
    return Form.from_json(kept.content)


def digest_of(form: Form) -> str:
    """Return the hash by which two forms of one key are the same or not."""
    said = form.to_json()
    del said["version"]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _find(session: Session, key: str, digest: str) -> FormDefinition | None:
    return session.scalar(
        select(FormDefinition).where(
            FormDefinition.key == key, FormDefinition.digest == digest
        )
    )
