"""The guide and the form under which a case was filed; they never change."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.cases.models import Case
from app.catalogue.guide import Guide
from app.catalogue.models import GuideRevision
from app.forms import service as forms
from app.forms.definitions import Form


def form_of(session: Session, case: Case) -> Form:
    """Load the form of a case."""
    return forms.load(session, case.form_id)


def guide_of(session: Session, case: Case) -> Guide:
    """Load the guide of a case, as it was worded then."""
    revision = session.get_one(GuideRevision, case.guide_revision_id)
    return Guide.from_json(revision.content)
