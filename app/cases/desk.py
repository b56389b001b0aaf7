"""The desk: who works on a case, and who looks at what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import queries, sealing
from app.cases.changes import refuse_stale, touch
from app.cases.models import Case
from app.kernel import audit
from app.kernel.actors import Actor, Role
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.people.models import Staff, StaffPost
from app.people.permissions import GRANTS, Permission, require


class TakenByColleague(Conflict):
    """A colleague has taken the case on."""

    code = "taken-by-colleague"
    zh = "这件办件已由同事认领。"


class RevealPurpose(StrEnum):
    """Why a member of staff looks at unmasked data; kept in the audit."""

    CHECK_MATERIALS = "check-materials"
    CONTACT_APPLICANT = "contact-applicant"
    PREPARE_DOCUMENT = "prepare-document"

    @property
    def zh(self) -> str:
        """What people read for the purpose."""
        return _PURPOSES[self]


_PURPOSES = {
    RevealPurpose.CHECK_MATERIALS: "核对材料",
    RevealPurpose.CONTACT_APPLICANT: "联系申请人",
    RevealPurpose.PREPARE_DOCUMENT: "制作证照或文书",
}


@dataclass(frozen=True, slots=True)
class Revealed:
    """Unmasked data of a case, for one look."""

    applicant: str
    answers: dict[str, Any]


def claim(
    session: Session, actor: Actor, name: str, *, seen_version: int, now: datetime
) -> Case:
    """Take an open case on. Claiming one's own case again changes nothing.

    Raises:
        TakenByColleague: somebody else has it; says who.
        ChangedMeanwhile: the case changed since it was shown.
        NotFound: there is no such case for this actor.
    """
    case = _open_case(session, actor, name)
    if case.assignee_id == actor.id:
        return case
    if case.assignee_id is not None:
        colleague = session.get(Staff, case.assignee_id)
        who = colleague.display_name if colleague else "同事"
        raise TakenByColleague(
            "the case is taken", zh=f"这件办件已由{who}认领。", taken_by=who
        )
    refuse_stale(session, actor, case, seen_version)
    return _give_to(session, actor, case, actor.id, "cases.claim", now=now)


def assign(
    session: Session,
    actor: Actor,
    name: str,
    username: str | None,
    *,
    seen_version: int,
    now: datetime,
) -> Case:
    """Hand an open case to a colleague of the same office, or give it back.

    Args:
        session: The door's unit of work.
        actor: The supervisor, or whoever has the case now.
        name: Token or reference.
        username: The colleague who takes it on; None puts it back in the queue.
        seen_version: The version that the actor was shown.
        now: The current moment.

    Raises:
        Forbidden: the actor is neither the supervisor nor has the case.
        Invalid: no active colleague of the office who processes cases has this
            user name.
        ChangedMeanwhile: the case changed since it was shown.
        NotFound: there is no such case for this actor.
    """
    case = _open_case(session, actor, name)
    refuse_stale(session, actor, case, seen_version)
    if case.assignee_id != actor.id and not actor.has(Role.SUPERVISOR):
        raise Forbidden("only the supervisor, or who has the case, may assign it")
    colleague_id = None
    if username is not None:
        colleague_id = _colleague_id(session, case, username)
    return _give_to(session, actor, case, colleague_id, "cases.assign", now=now)


def reveal(
    session: Session,
    actor: Actor,
    name: str,
    *,
    purpose: RevealPurpose,
    now: datetime,
) -> Revealed:
    """Return a case's answers unmasked; the look is audited with its purpose.

    Raises:
        Forbidden: no role of the actor may see them.
        NotFound: there is no such case for this actor.
    """
    require(actor, Permission.CASE_REVEAL)
    case = queries.get(session, actor, name)
    audit.write(
        session,
        actor,
        "cases.reveal",
        f"case:{case.token}",
        now=now,
        purpose=purpose.value,
    )
    return Revealed(
        sealing.applicant_of(session, case.token, case.applicant_sealed),
        sealing.answers_of(session, case),
    )


def open_file(session: Session, actor: Actor, token: str, *, now: datetime) -> Case:
    """Let somebody look at a file of a case; a look by staff is audited.

    The door then reads the file itself from the room of files.

    Raises:
        Forbidden: no role of the actor may see it.
        NotFound: no case that the actor may know of has this file.
    """
    case, file = queries.find_file(session, actor, token)
    if not actor.is_citizen:
        require(actor, Permission.CASE_REVEAL)
        audit.write(
            session,
            actor,
            "cases.open_file",
            f"case:{case.token}",
            now=now,
            material=file.material_key,
        )
    return case


def _open_case(session: Session, actor: Actor, name: str) -> Case:
    require(actor, Permission.CASE_PROCESS)
    if not actor.is_staff:
        raise Forbidden("cases are assigned among staff")
    case = queries.get_for_change(session, actor, name)
    if not case.is_open:
        raise Invalid("the case is at an end", zh="办件已经办结，不用再认领。")
    return case


def _give_to(
    session: Session,
    actor: Actor,
    case: Case,
    staff_id: int | None,
    act: str,
    *,
    now: datetime,
) -> Case:
    case.assignee_id = staff_id
    touch(case, actor, now=now)
    audit.write(session, actor, act, f"case:{case.token}", now=now, assignee=staff_id)
    # The door answers with the new version.
    session.flush()
    return case


def _colleague_id(session: Session, case: Case, username: str) -> int:
    found = session.scalar(
        select(Staff.id)
        .join(StaffPost, StaffPost.staff_id == Staff.id)
        .where(
            Staff.username == username,
            Staff.active,
            StaffPost.active,
            StaffPost.office_id == case.office_id,
            StaffPost.role.in_(GRANTS[Permission.CASE_REVEAL]),
        )
        .limit(1)
    )
    if found is None:
        raise Invalid(
            "no such colleague",
            errors={"username": "本单位没有这位办理人员，请重新选择。"},
        )
    return int(found)
