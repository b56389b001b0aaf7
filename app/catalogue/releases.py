"""Publishing in batches (分批公布): numbered, dated, never changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalogue.guide import Guide, content_hash
from app.catalogue.linting import faults
from app.catalogue.models import (
    GuideRevision,
    HandledBy,
    Matter,
    Release,
    ReleaseAction,
    ReleaseItem,
)
from app.catalogue.stamp import move_stamp
from app.kernel import audit
from app.kernel.actors import Actor
from app.kernel.errors import Invalid
from app.people.permissions import Permission, require

_CHUNK = 500
_TOLD = 20
"""How many faulty matters an error names; the rest are counted."""


class NotPublishable(Invalid):
    """A matter of the batch may not be published as it stands."""

    code = "not-publishable"
    zh = "这一批里有不能公布的事项，请按提示改正或移出。"


@dataclass(frozen=True)
class _Head:
    revision: GuideRevision
    guide: Guide


def publish(
    session: Session,
    actor: Actor,
    *,
    title: str,
    basis: str,
    matter_codes: Sequence[str],
    on: date,
    now: datetime,
    allow_gaps: bool = False,
    withdrawn: Mapping[str, str] | None = None,
) -> Release:
    """Publish the newest wording of matters as one batch.

    The office in charge is fixed here: the department's, or the township's
    where the level says so; a later change of the list changes nothing until
    the next batch.

    Args:
        session: The door's unit of work.
        actor: Who publishes.
        title: Of the batch, shown to the public.
        basis: The document that orders it.
        matter_codes: What is published; each once.
        on: Day of publication.
        now: The moment, for the record.
        allow_gaps: For demonstrations only: guides with 来源缺项 and guides
            that stand in from other places may go out. Real faults never.
        withdrawn: Matter code → reason, for matters taken out by this batch.

    Raises:
        Forbidden: the actor may not publish.
        Invalid: the batch is empty, or names a matter twice or an unknown one.
        NotPublishable: a guide has faults, or gaps where none are allowed.
    """
    require(actor, Permission.CATALOGUE_PUBLISH)
    out = dict(withdrawn or {})
    _require_sound(title, basis, matter_codes, out)
    # From here on other publishers wait: numbers are given one by one.
    move_stamp(session)
    heads = _heads(session, [*matter_codes, *out])
    _require_publishable(
        {code: heads[code].guide for code in matter_codes}, allow_gaps=allow_gaps
    )
    _require_published(session, out)
    items = [
        _item(code, heads[code], ReleaseAction.PUBLISH) for code in matter_codes
    ] + [
        _item(code, heads[code], ReleaseAction.WITHDRAW, reason)
        for code, reason in out.items()
    ]
    release = Release(
        number=(session.scalar(select(func.max(Release.number))) or 0) + 1,
        title=title.strip(),
        basis=basis.strip(),
        published_on=on,
        published_at=now,
        published_by=f"{actor.kind}:{actor.id}",
        allows_gaps=allow_gaps,
        content_hash=_digest(items, heads),
        items=items,
    )
    session.add(release)
    # The number must be taken before the audit entry names it.
    session.flush()
    audit.write(
        session,
        actor,
        "catalogue.publish",
        f"release:{release.number}",
        now=now,
        matters=len(matter_codes),
        withdrawn=len(out),
    )
    return release


def list_releases(session: Session) -> list[Release]:
    """Return every release, the newest first; without items."""
    return list(session.scalars(select(Release).order_by(Release.number.desc())))


def _require_sound(
    title: str, basis: str, codes: Sequence[str], out: Mapping[str, str]
) -> None:
    if not title.strip() or not basis.strip():
        raise Invalid(
            "a release needs title and basis", zh="请写明批次名称和依据文件。"
        )
    if not codes and not out:
        raise Invalid("nothing to publish", zh="这一批没有事项。")
    if len(set(codes)) < len(codes) or set(codes) & set(out):
        raise Invalid("a matter is named twice", zh="同一事项在这一批里出现了两次。")
    if any(not reason.strip() for reason in out.values()):
        raise Invalid("a withdrawal needs a reason", zh="撤下事项要写明原因。")


def _heads(session: Session, codes: Sequence[str]) -> dict[str, _Head]:
    """Return the newest revision of each matter.

    Raises:
        Invalid: a code is unknown.
    """
    found: dict[str, _Head] = {}
    for start in range(0, len(codes), _CHUNK):
        newest = session.execute(
            select(Matter.code, GuideRevision)
            .join(GuideRevision, GuideRevision.matter_id == Matter.id)
            .where(GuideRevision.number == Matter.head_number)
            .where(Matter.code.in_(codes[start : start + _CHUNK]))
        )
        found |= {
            code: _Head(revision, Guide.from_json(revision.content))
            for code, revision in newest
        }
    missing = sorted(set(codes) - set(found))
    if missing:
        raise Invalid(
            "unknown matters",
            zh=f"目录里没有这些事项：{'、'.join(missing[:_TOLD])}。",
            matters=missing[:_TOLD],
        )
    return found


def _require_publishable(guides: Mapping[str, Guide], *, allow_gaps: bool) -> None:
    errors: dict[str, str] = {}
    for code, guide in guides.items():
        wrong = faults(guide)
        if wrong:
            errors[code] = "；".join(f"{each.zh}：{each.text}" for each in wrong)
        elif not allow_gaps and guide.gaps:
            errors[code] = f"来源缺项：{'、'.join(guide.gap_labels)}"
        elif not allow_gaps and guide.stand_in:
            errors[code] = "内容来自外地，不能作为本区指南公布"
    if errors:
        raise NotPublishable(
            f"{len(errors)} matters may not be published",
            errors=dict(list(errors.items())[:_TOLD]),
            count=len(errors),
        )


def _require_published(session: Session, codes: Mapping[str, str]) -> None:
    if not codes:
        return
    published = set(
        session.scalars(
            select(ReleaseItem.matter_code).where(ReleaseItem.matter_code.in_(codes))
        )
    )
    if strangers := sorted(set(codes) - published):
        raise Invalid(
            "only published matters can be withdrawn",
            zh=f"没有公布过，不能撤下：{'、'.join(strangers[:_TOLD])}。",
        )


def _item(
    code: str, head: _Head, action: ReleaseAction, reason: str = ""
) -> ReleaseItem:
    return ReleaseItem(
        matter_code=code,
        action=action,
        guide_revision_id=head.revision.id,
        office_code=head.guide.office_code,
        handled_by=HandledBy.TOWNSHIP
        if head.guide.by_township
        else HandledBy.DEPARTMENT,
        reason=reason.strip(),
    )


def _digest(items: Sequence[ReleaseItem], heads: Mapping[str, _Head]) -> str:
    return content_hash(
        {
            each.matter_code: [
                each.action.value,
                heads[each.matter_code].revision.content_hash,
                each.office_code,
                each.handled_by.value,
            ]
            for each in items
        }
    )
