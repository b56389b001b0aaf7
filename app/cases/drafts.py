"""What an applicant writes before handing in, and under a correction notice.

Answers are kept as typed, right or wrong: they are checked when they are handed
in. Files are added and taken away one by one and do not change the version, so
that an upload never makes the typed text of the same page stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases import pinned, queries, rules, sealing, viewing
from app.cases.changes import refuse_stale, touch
from app.cases.models import Case, CaseDefect, CaseFile, CaseNotice, CaseSource
from app.cases.rules import MAX_FILES_PER_MATERIAL, OutsideTheNotice, Subject
from app.cases.workflow import WAITING_FOR_APPLICANT, State
from app.catalogue.current import PublishedMatter, Snapshot
from app.files import service as files
from app.forms import checking
from app.forms.definitions import FieldType, Form
from app.kernel.actors import Actor
from app.kernel.clock import office_date
from app.kernel.errors import Invalid, NotFound
from app.kernel.references import new_token
from app.people import offices
from app.people.models import Citizen
from app.people.permissions import Permission, require

MAX_DRAFTS = 30
"""Drafts one person may have; nobody needs more, and a script would make them."""


class NotEditable(Invalid):
    """The case has been handed in, and no notice asks for changes."""

    code = "not-editable"
    zh = "申请已经提交，现在不能修改。需要补正时会通知您。"


class TooManyDrafts(Invalid):
    """The applicant has as many drafts as one person may have."""

    code = "too-many-drafts"
    zh = "您的草稿太多了，请先删除不用的草稿。"


class MaterialFull(Invalid):
    """The material has as many files as it may have."""

    code = "material-full"
    zh = f"一项材料最多上传{MAX_FILES_PER_MATERIAL}个文件。"


def open_draft(
    session: Session,
    actor: Actor,
    *,
    snapshot: Snapshot,
    matter: PublishedMatter,
    place_code: str | None,
    source: CaseSource,
    now: datetime,
) -> Case:
    """Return the applicant's draft for a matter and place, begun if there is none.

    A draft that was begun under an older guide is brought to the current one;
    answers whose question is gone are dropped.

    Args:
        session: The door's unit of work.
        actor: The applicant.
        snapshot: The published catalogue: release, office in charge.
        matter: What is applied for, from the snapshot.
        place_code: The place whose code was scanned or which was chosen.
        source: The event that led here.
        now: The current moment.

    Raises:
        TooManyDrafts: the applicant has :data:`MAX_DRAFTS` already.
    """
    require(actor, Permission.CASE_APPLY)
    _one_at_a_time(session, actor)
    earlier = session.scalars(
        queries.visible_to(actor)
        .where(
            Case.state == State.DRAFT,
            Case.matter_code == matter.code,
            Case.place_code == place_code,
        )
        .order_by(Case.id.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if earlier is not None:
        bring_up_to_date(session, earlier, matter, snapshot)
        return earlier
    _refuse_hoarding(session, actor)
    token = new_token()
    case = Case(
        token=token,
        citizen_id=actor.id,
        place_code=place_code,
        source=source,
        state=State.DRAFT,
        answers_sealed=sealing.seal_answers(session, token, {}),
        drafted_at=now,
    )
    _pin(session, case, matter, snapshot)
    touch(case, actor, now=now)
    session.add(case)
    # The caller is given the version to send back with the first answers.
    session.flush()
    return case


def save_draft(
    session: Session,
    actor: Actor,
    name: str,
    answers: Mapping[str, object],
    *,
    seen_version: int,
    now: datetime,
) -> Case:
    """Keep what the applicant has typed so far, whatever it is.

    In a draft the answers replace the earlier ones. Under a correction notice
    only what it names (and what then follows from it) may differ; fields that
    are not sent stay as they are. Files are not answers: see
    :func:`put_material`.

    Args:
        session: The door's unit of work.
        actor: The applicant.
        name: Token or reference.
        answers: Raw answers by field key, as a page or the API sends them.
        seen_version: The version the answers were typed on.
        now: The current moment.

    Raises:
        ChangedMeanwhile: another page or device saved in between.
        NotEditable: the case has been handed in.
        OutsideTheNotice: something differs that the notice does not name.
    """
    require(actor, Permission.CASE_APPLY)
    case = queries.get_for_change(session, actor, name)
    refuse_stale(session, actor, case, seen_version)
    form = pinned.form_of(session, case)
    typed = without_files(form, checking.keep_typed(form, answers))
    if case.state is State.DRAFT:
        case.answers_sealed = sealing.seal_answers(session, case.token, typed)
    elif case.state in WAITING_FOR_APPLICANT:
        _amend(session, case, form, answers, typed, now=now)
    else:
        raise NotEditable("the case has been handed in")
    touch(case, actor, now=now)
    # The caller needs the new version for the next save.
    session.flush()
    return case


def put_material(
    session: Session,
    actor: Actor,
    name: str,
    material_key: str,
    file_token: str,
    *,
    now: datetime,
) -> CaseFile:
    """Give an uploaded file for a material. Giving it twice is giving it once.

    Args:
        session: The door's unit of work.
        actor: The applicant, who uploaded the file.
        name: Token or reference of the case.
        material_key: A material of the guide, or a file field of the form.
        file_token: What the upload was answered with.
        now: The current moment.

    Raises:
        NotEditable: the case has been handed in.
        OutsideTheNotice: a notice is open and does not name the material.
        MaterialFull: the material has its most files.
        NotFound: no such case, file or slot.
    """
    require(actor, Permission.CASE_APPLY)
    case = queries.get_for_change(session, actor, name)
    defect = _refuse_unless_open(session, case, material_key)
    standing = queries.given_files(case).get(material_key, ())
    known = next((f for f in case.files if f.file_token == file_token), None)
    if known is not None and file_token in standing:
        return known
    if known is not None:
        raise Invalid(
            "the file was given before, for another material or time",
            zh="这个文件已经用过了，请重新上传。",
        )
    if len(standing) >= MAX_FILES_PER_MATERIAL:
        raise MaterialFull("no more files for this material", material=material_key)
    files.attach(session, file_token, files.Owner.citizen(actor.id), to=_place_of(case))
    given = CaseFile(material_key=material_key, file_token=file_token, added_at=now)
    case.files.append(given)
    if defect is not None:
        _note_change(case, defect, now=now)
    return given


def remove_material(
    session: Session, actor: Actor, name: str, file_token: str, *, now: datetime
) -> None:
    """Take a file away again. What was handed in stays on record.

    Raises:
        NotEditable: the case has been handed in.
        OutsideTheNotice: a notice is open and does not name its material.
        NotFound: no such case, or it has no such file.
    """
    require(actor, Permission.CASE_APPLY)
    case = queries.get_for_change(session, actor, name)
    given = next(
        (f for f in case.files if f.file_token == file_token and f.removed_at is None),
        None,
    )
    if given is None:
        raise NotFound("the case has no such file")
    defect = _refuse_unless_open(session, case, given.material_key)
    if given.filed_at is not None:
        given.removed_at = now
        given.removed_under = _notice_of(case).number
    else:
        _drop(session, case, given, now=now)
    if defect is not None:
        _note_change(case, defect, now=now)


def discard_draft(session: Session, actor: Actor, name: str, *, now: datetime) -> None:
    """Delete a draft for good; its files are swept away later.

    Raises:
        NotEditable: it is no draft any more.
        NotFound: no such case.
    """
    require(actor, Permission.CASE_APPLY)
    case = queries.get_for_change(session, actor, name)
    if case.state is not State.DRAFT:
        raise NotEditable("only drafts are deleted")
    for given in list(case.files):
        _drop(session, case, given, now=now)
    # Nothing cascades: the files' rows must be gone before the case's.
    session.flush()
    session.delete(case)


def bring_up_to_date(
    session: Session, case: Case, matter: PublishedMatter, snapshot: Snapshot
) -> None:
    """Pin a draft to the guide, form and office that are published now."""
    if case.release_number == snapshot.release_number:
        return
    if case.form_id != matter.form_id:
        typed = checking.keep_typed(matter.form, sealing.answers_of(session, case))
        case.answers_sealed = sealing.seal_answers(
            session, case.token, without_files(matter.form, typed)
        )
    _pin(session, case, matter, snapshot)


def keep_filed(
    session: Session,
    case: Case,
    form: Form,
    values: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Keep checked answers and the files that stand as what is handed in now."""
    answers = without_files(form, values)
    case.answers_sealed = sealing.seal_answers(session, case.token, answers)
    applicant = viewing.applicant_in(form, answers)
    case.applicant_sealed = sealing.seal_applicant(session, case.token, applicant.name)
    case.is_organisation = applicant.is_organisation
    for given in case.files:
        if given.filed_at is None:
            given.filed_at = now


def without_files(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers without those to file fields, which are kept as files."""
    slots = _file_fields(form)
    return {key: value for key, value in answers.items() if key not in slots}


def with_files(
    form: Form, answers: Mapping[str, Any], given: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """Return the answers with the files given for the form's file fields."""
    return dict(answers) | {
        key: list(given[key]) for key in _file_fields(form) if key in given
    }


def _pin(
    session: Session, case: Case, matter: PublishedMatter, snapshot: Snapshot
) -> None:
    office_code = snapshot.office_in_charge(matter.code, case.place_code)
    case.matter_code = matter.code
    case.matter_name = matter.guide.name
    case.guide_revision_id = matter.guide_revision_id
    case.form_id = matter.form_id
    case.release_number = snapshot.release_number
    case.office_id = offices.get_by_code(session, office_code).id


def _one_at_a_time(session: Session, actor: Actor) -> None:
    """Let an applicant's own attempts to begin something come one after the other.

    No row of a draft can be locked before there is one.
    """
    # "No key": rows that name the citizen may go on being written meanwhile.
    session.execute(
        select(Citizen.id).where(Citizen.id == actor.id).with_for_update(key_share=True)
    )


def _refuse_hoarding(session: Session, actor: Actor) -> None:
    mine = queries.visible_to(actor).where(Case.state == State.DRAFT).subquery()
    if (session.scalar(select(func.count()).select_from(mine)) or 0) >= MAX_DRAFTS:
        raise TooManyDrafts("too many drafts")


def _amend(
    session: Session,
    case: Case,
    form: Form,
    answers: Mapping[str, object],
    typed: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Keep changed answers beside the filed ones, if the notice allows them."""
    notice = _notice_of(case)
    named = {d.key for d in notice.defects if d.subject is Subject.FIELD}
    allowed = rules.open_fields(form, named)
    filed = sealing.answers_of(session, case)
    # An address may come in two parts, "key.division" and "key.detail".
    sent = {key.partition(".")[0] for key in answers} - _file_fields(form)
    wanted = sealing.amended_answers_of(session, case)
    for key in sent & allowed:
        wanted.pop(key, None)
        if key in typed:
            wanted[key] = typed[key]
    # Equal answers may be written differently ("yes" and true): compare as read.
    read = _as_read(form, {**filed, **typed}, now=now)
    strangers = [
        key
        for key in sent - allowed
        if form.field(key) is not None
        and typed.get(key) != filed.get(key)
        and read.get(key) != filed.get(key)
    ]
    if strangers:
        raise OutsideTheNotice(
            "only what the notice names may be changed",
            errors=dict.fromkeys(strangers, "补正通知没有列出这一项，不能修改。"),
        )
    case.amended_sealed = sealing.seal_amended(session, case.token, wanted)
    read = _as_read(form, wanted, now=now)
    for defect in notice.defects:
        if defect.subject is Subject.FIELD and defect.key in sent:
            value = read.get(defect.key, wanted.get(defect.key))
            differs = value != filed.get(defect.key)
            defect.changed_at = now if differs else None


def _as_read(
    form: Form, answers: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Return answers as the form means them, to compare them; whatever the township.

    Whether a township is one of ours is asked when the supplement is handed in.
    """
    divisions = {
        str(value["division"]): ""
        for value in answers.values()
        if isinstance(value, Mapping) and "division" in value
    }
    return checking.check(
        form, answers, today=office_date(now), divisions=divisions
    ).values


def _file_fields(form: Form) -> frozenset[str]:
    return frozenset(each.key for each in form.fields if each.type is FieldType.FILE)


def _refuse_unless_open(
    session: Session, case: Case, material_key: str
) -> CaseDefect | None:
    """Refuse a file where none may be changed; return the defect it is about."""
    if case.state is State.DRAFT:
        slots = rules.file_slots(
            pinned.form_of(session, case), pinned.guide_of(session, case)
        )
        if material_key not in slots:
            raise NotFound("no such material", material=material_key)
        return None
    if case.state not in WAITING_FOR_APPLICANT:
        raise NotEditable("the case has been handed in")
    for defect in _notice_of(case).defects:
        if defect.key == material_key:
            return defect
    raise OutsideTheNotice("the notice does not name this material")


def _drop(session: Session, case: Case, given: CaseFile, *, now: datetime) -> None:
    """Forget a file that was never handed in."""
    files.detach(session, given.file_token, to=_place_of(case), now=now)
    case.files.remove(given)
    session.delete(given)


def _note_change(case: Case, defect: CaseDefect, *, now: datetime) -> None:
    """Note whether a material differs from what was handed in."""
    number = _notice_of(case).number
    differs = any(
        each.filed_at is None or each.removed_under == number
        for each in case.files
        if each.material_key == defect.key
    )
    defect.changed_at = now if differs else None


def _place_of(case: Case) -> str:
    return f"case:{case.token}"


def _notice_of(case: Case) -> CaseNotice:
    notice = queries.open_notice(case)
    if notice is None:  # pragma: no cover -- the state is reached by a notice only
        raise AssertionError("no notice is open")
    return notice
