"""What every change of a case has in common: who made it, and who came second."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.kernel.actors import Actor, ActorKind
from app.kernel.clock import OFFICE_ZONE
from app.kernel.errors import Conflict
from app.people.models import Staff


class ChangedMeanwhile(Conflict):
    """Somebody changed the case after the caller had read it."""

    code = "case-changed"
    zh = "这件办件刚刚有更新，请看过最新内容再操作。"


def touch(case: Case, actor: Actor, *, now: datetime) -> None:
    """Note who changed the case; the version counts up when it is written."""
    case.changed_by_kind = actor.kind
    case.changed_by_id = actor.id
    case.changed_at = now


def refuse_stale(session: Session, actor: Actor, case: Case, seen_version: int) -> None:
    """Refuse a change that was decided on an older state of the case.

    Raises:
        ChangedMeanwhile: with the version there is now, and in its sentence who
            changed the case and when. An applicant reads no clerk's name.
    """
    if case.version == seen_version:
        return
    who = _who_changed(session, actor, case)
    at = case.changed_at.astimezone(OFFICE_ZONE)
    raise ChangedMeanwhile(
        f"the case is at version {case.version}, not {seen_version}",
        zh=f"{who}在{at.month}月{at.day}日{at:%H:%M}更新了这件办件，请看过最新内容再操作。",
        version=case.version,
        changed_by=who,
        changed_at=case.changed_at.isoformat(),
    )


def _who_changed(session: Session, actor: Actor, case: Case) -> str:
    if case.changed_by_kind is ActorKind.SYSTEM:
        return "系统"
    if case.changed_by_kind is ActorKind.CITIZEN:
        return "您在另一个页面或手机上" if actor.is_citizen else "申请人"
    if actor.is_citizen:
        return "工作人员"
    colleague = session.get(Staff, case.changed_by_id)
    return colleague.display_name if colleague else "同事"
