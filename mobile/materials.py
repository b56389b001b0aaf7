"""The slots of an application: one for each paper, with what was given for it."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.models import Case
from app.cases.rules import MAX_FILES_PER_MATERIAL
from app.catalogue.guide import FormKind, Guide, Material
from app.files import service as files
from app.forms.definitions import FieldType, Form
from mobile import formats


@dataclass(frozen=True, kw_only=True)
class Given:
    """A file in a slot.

    Attributes:
        name: As the sender called it.
    """

    token: str
    name: str
    size: str
    pages: int
    href: str


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One paper, and the files given for it.

    Attributes:
        key: Of the material, or of the form's file field.
        problem: What the open notice says of it; empty when it says nothing.
        is_changed: The applicant has changed it since the notice.
        is_open: Files may be added and taken away now.
    """

    key: str
    name: str
    necessity: str
    needed: bool
    form: str
    note: str
    files: tuple[Given, ...]
    problem: str
    is_changed: bool
    is_open: bool
    href: str

    @property
    def id(self) -> str:
        """Id of the slot on its page; error summaries link to it."""
        return f"slot-{self.key}"

    @property
    def add(self) -> str:
        """Where files are posted."""
        return f"{self.href}/materials/{self.key}"

    @property
    def remove(self) -> str:
        """Where a file's removal is posted."""
        return f"{self.href}/materials/{self.key}/remove"

    @property
    def room(self) -> bool:
        """Whether another file fits."""
        return len(self.files) < MAX_FILES_PER_MATERIAL


def slots_of(
    session: Session,
    case: Case,
    form: Form,
    guide: Guide,
    problems: Mapping[str, str],
    *,
    changed: Container[str] = (),
) -> tuple[Slot, ...]:
    """Return the slots of a loaded case, in the order of guide and form.

    Papers that the office draws up itself have none.
    """
    given = queries.given_files(case)
    href = f"/cases/{case.token}"

    def slot(key: str, name: str, **facts: Any) -> Slot:
        return Slot(
            key=key,
            name=name,
            files=_files(session, href, given.get(key, ())),
            problem=problems.get(key, ""),
            is_changed=key in changed,
            is_open=not problems or key in problems,
            href=href,
            **facts,
        )

    papers = [
        slot(
            each.key,
            each.name,
            necessity=each.necessity.zh,
            needed=each.must_be_uploaded,
            form=_form_of(each),
            note=_note_of(each),
        )
        for each in guide.materials
        if each.from_applicant
    ]
    asked = [
        slot(
            each.key,
            each.label,
            necessity="必要" if each.required else "非必要",
            needed=each.required and each.show_if is None,
            form="",
            note=each.help,
        )
        for each in form.fields
        if each.type is FieldType.FILE
    ]
    return (*papers, *asked)


def _note_of(material: Material) -> str:
    source = f"来源：{material.obtainable_by}" if material.obtainable_by else ""
    return "；".join(part for part in (source, material.note) if part)


def _form_of(material: Material) -> str:
    kind = "" if material.form_kind is FormKind.UNKNOWN else material.form_kind.zh
    copies = f"{material.copies} 份" if material.copies else ""
    return " ".join(part for part in (kind, copies) if part)


def _files(session: Session, href: str, tokens: Sequence[str]) -> tuple[Given, ...]:
    found = []
    for number, token in enumerate(tokens, start=1):
        stored = files.get(session, token)
        kind = "文件" if stored.media_type == "application/pdf" else "照片"
        found.append(
            Given(
                token=token,
                name=files.name_of(session, stored) or f"{kind} {number}",
                size=formats.size(stored.size),
                pages=stored.pages,
                href=f"{href}/files/{token}",
            )
        )
    return tuple(found)
