"""Use cases of the registry: issue a code, change its life, count its scans.

Every change takes the registry's change number first and holds it to the end of
the transaction. So changes are made one after another, two people cannot issue
the same code twice, and every process learns of a change in the order it was
committed (see :class:`CodeChange`).
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.codes import workflow
from app.codes.models import Code, CodeChange, CodeEvent, CodeKind
from app.codes.workflow import Act, CodeState
from app.kernel import audit, references
from app.kernel.actors import Actor, ActorKind
from app.kernel.errors import Invalid, NotFound
from app.people.permissions import Permission, require

NOTE_LENGTH = 200
REASON_LENGTH = 400
_TARGET_LENGTH = 64
_ONLY_ROW = 1


def issue(
    session: Session,
    actor: Actor,
    *,
    kind: CodeKind,
    target: str,
    place_code: str | None = None,
    window_code: str | None = None,
    note: str = "",
    planned: bool = False,
    office_id: int | None = None,
    now: datetime,
) -> Code:
    """Issue a code, or return the live one that is the same.

    Two codes are the same if kind, target, place, window and note agree: a
    second sheet for the same wall carries the same code, a sheet for another
    wall of the same place, with another note, its own.

    Args:
        session: The caller's transaction.
        actor: Poster staff; their office looks after the code.
        kind: What sort of thing the code opens.
        target: Which one; opaque here. Empty only for supervision of a place.
        place_code: The place where it hangs.
        window_code: The window at which it hangs.
        note: Where exactly, in free words.
        planned: Whether it is not hanging yet; activate it when it does.
        office_id: The office that will look after it, when the system issues;
            of staff it is always their own.
        now: The moment of issue.

    Raises:
        Forbidden: the actor may not issue codes.
        Invalid: target or placement do not fit the kind.
    """
    require(actor, Permission.CODE_ISSUE)
    note = " ".join(note.split())
    _check_placement(kind, target, place_code, window_code, note)
    key = live_key(kind, target, place_code, window_code, note)
    live = _find_live(session, key)
    if live is not None:
        return live
    number = _next_change(session)
    # Asked again now that nobody else can issue: they may just have done so.
    live = _find_live(session, key)
    if live is not None:
        return live
    code = Code(
        code=_unused_code(session),
        kind=kind,
        target=target,
        place_code=place_code or None,
        window_code=window_code or None,
        note=note,
        state=CodeState.PLANNED if planned else CodeState.ACTIVE,
        live_key=key,
        office_id=office_id if actor.kind is ActorKind.SYSTEM else actor.office_id,
        created_at=now,
        updated_at=now,
        change=number,
    )
    session.add(code)
    session.flush()  # The event below needs the code's id.
    _note_event(session, actor, code, Act.ISSUE, reason="", now=now)
    return code


def supervision_for(
    session: Session,
    actor: Actor,
    *,
    place_code: str,
    window_code: str | None = None,
    matter_code: str | None = None,
    office_id: int | None = None,
    now: datetime,
) -> Code:
    """Return the supervision code of a place, window and matter; issue it if new."""
    return issue(
        session,
        actor,
        kind=CodeKind.SUPERVISION,
        target=matter_code or "",
        place_code=place_code,
        window_code=window_code,
        office_id=office_id,
        now=now,
    )


def activate(session: Session, actor: Actor, code: str, *, now: datetime) -> Code:
    """Put a planned code into use: it hangs now.

    Raises:
        NotFound: there is no such code in the actor's office.
        IllegalChange: it is not planned.
    """
    return _change(session, actor, code, Act.ACTIVATE, reason="", now=now)


def pause(
    session: Session, actor: Actor, code: str, *, reason: str, now: datetime
) -> Code:
    """Let a code open nothing for a while, and say so to who scans it."""
    return _change(session, actor, code, Act.PAUSE, reason=reason, now=now)


def resume(session: Session, actor: Actor, code: str, *, now: datetime) -> Code:
    """Let a paused code open its target again."""
    return _change(session, actor, code, Act.RESUME, reason="", now=now)


def expire(session: Session, actor: Actor, code: str, *, now: datetime) -> Code:
    """End the life of a code whose time is over."""
    return _change(session, actor, code, Act.EXPIRE, reason="", now=now)


def revoke(
    session: Session, actor: Actor, code: str, *, reason: str, now: datetime
) -> Code:
    """Take a code out of use for good. It will never open anything again.

    Raises:
        NotFound: there is no such code in the actor's office.
        IllegalChange: its life is over already.
        Invalid: no reason is given.
    """
    return _change(session, actor, code, Act.REVOKE, reason=reason, now=now)


def replace(
    session: Session, actor: Actor, code: str, *, reason: str, now: datetime
) -> Code:
    """Issue a new code for the same target and placement, and end the old one.

    For a poster that was damaged or pasted over: the old code answers with the
    way to the new one, but opens nothing itself.

    Returns:
        The new code.

    Raises:
        NotFound: there is no such code in the actor's office.
        IllegalChange: the old one is not in use.
        Invalid: no reason is given.
    """
    old = _change(session, actor, code, Act.REPLACE, reason=reason, now=now)
    session.flush()  # The old code must have left its place before the new comes.
    new = issue(
        session,
        actor,
        kind=old.kind,
        target=old.target,
        place_code=old.place_code,
        window_code=old.window_code,
        note=old.note,
        office_id=old.office_id,
        now=now,
    )
    old.replaced_by = new.code
    return new


def live_key(
    kind: CodeKind,
    target: str,
    place_code: str | None,
    window_code: str | None,
    note: str,
) -> str:
    """Return the digest of what makes two codes the same."""
    parts = (kind.value, target, place_code or "", window_code or "", note)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _check_placement(
    kind: CodeKind,
    target: str,
    place_code: str | None,
    window_code: str | None,
    note: str,
) -> None:
    errors: dict[str, str] = {}
    if kind is CodeKind.SUPERVISION:
        if not place_code:
            errors["place_code"] = "监督码要写明所在场所。"
    elif not target:
        errors["target"] = "请选择这个码要打开的内容。"
    if window_code and not place_code:
        errors["place_code"] = "写了窗口，还要写明窗口所在的场所。"
    if len(note) > NOTE_LENGTH:
        errors["note"] = f"位置说明请不要超过{NOTE_LENGTH}个字。"
    for name, value in (
        ("target", target),
        ("place_code", place_code),
        ("window_code", window_code),
    ):
        if value and len(value) > _TARGET_LENGTH:
            errors[name] = "编码太长了。"
    if errors:
        raise Invalid(f"a {kind} code cannot be placed like this", errors=errors)


def _find_live(session: Session, key: str) -> Code | None:
    return session.scalar(select(Code).where(Code.live_key == key))


def _unused_code(session: Session) -> str:
    # At ten million live codes one in eighty million draws is taken already.
    while True:
        drawn = references.new_code()
        if session.scalar(select(Code.id).where(Code.code == drawn)) is None:
            return drawn


def _next_change(session: Session) -> int:
    """Raise the registry's change number and hold it until the transaction ends."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    number: int = session.execute(
        dialect.insert(CodeChange)
        .values(id=_ONLY_ROW, number=1)
        .on_conflict_do_update(
            index_elements=[CodeChange.id], set_={"number": CodeChange.number + 1}
        )
        .returning(CodeChange.number)
    ).scalar_one()
    return number


def _change(
    session: Session, actor: Actor, code: str, act: Act, *, reason: str, now: datetime
) -> Code:
    require(actor, Permission.CODE_ISSUE)
    reason = reason.strip()
    if len(reason) > REASON_LENGTH:
        raise Invalid(
            "the reason is too long",
            errors={"reason": f"原因请不要超过{REASON_LENGTH}个字。"},
        )
    # The number before the row, always: two changes cannot wait for each other.
    number = _next_change(session)
    kept = session.scalar(
        select(Code).where(Code.code == code).execution_options(populate_existing=True)
    )
    if kept is None or not _is_looked_after(kept, actor):
        raise NotFound(f"no code {code}")
    kept.state = workflow.step(kept.state, act, reason=reason)
    kept.live_key = kept.live_key if kept.state in workflow.LIVE else None
    kept.change = number
    kept.updated_at = now
    _note_event(session, actor, kept, act, reason=reason, now=now)
    audit.write(session, actor, f"codes.{act}", f"code:{kept.code}", now=now)
    return kept


def _is_looked_after(code: Code, actor: Actor) -> bool:
    if actor.kind is ActorKind.SYSTEM:
        return True
    return actor.office_id is not None and code.office_id == actor.office_id


def _note_event(
    session: Session, actor: Actor, code: Code, act: Act, *, reason: str, now: datetime
) -> None:
    session.add(
        CodeEvent(
            code_id=code.id,
            act=act,
            state=code.state,
            actor_kind=actor.kind,
            actor_id=actor.id,
            at=now,
            reason=reason,
        )
    )
