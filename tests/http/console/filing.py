"""Cases and complaints on the real catalogue, filed by the use cases."""

from io import BytesIO

from PIL import Image

from app.cases import service as cases
from app.cases.models import Case, CaseSource
from app.files import service as files
from app.files.rebuild import Rebuilt
from app.kernel.actors import citizen_actor
from app.people import offices
from tests.builders.people import make_citizen

LICENCE = "M0345"
"""最低生活保障: a matter of the townships, with a guide read from a source."""

_SAID = {
    "id_number": "11010519491231002X",
    "credit_code": "91350100M000100Y43",
    "mobile": "13800138000",
    "date": "2026-02-01",
    "yes_no": "yes",
    "number": "3",
    "money": "1200.00",
    "long_text": "家里三口人，收入不高。",
}


def answers_for(form, township, name="张小明"):
    """Return an answer to every question of a form, as a page posts it."""
    given = {}
    for field in form.fields:
        kind = field.type.value
        if kind == "address":
            given[f"{field.key}.division"] = township
            given[f"{field.key}.detail"] = "一组12号"
        elif kind == "choice":
            given[field.key] = field.choices[0].value
        elif kind == "choices":
            given[field.key] = [field.choices[0].value]
        elif kind != "file":
            given[field.key] = _SAID.get(kind, name)
    return given


def a_photo(colour="white"):
    out = BytesIO()
    Image.new("RGB", (320, 240), colour).save(out, "JPEG")
    return out.getvalue()


def file_case(
    session, published, store, local, *, now, code=LICENCE, township=None, **said
):
    """Hand in an application with a photo for each paper; return the case."""
    matter = published.matter(code)
    place = township or published.townships()[0].code
    actor = citizen_actor(make_citizen(session, name="张小明", now=now).id)
    case = cases.open_draft(
        session,
        actor,
        snapshot=published,
        matter=matter,
        place_code=place,
        source=CaseSource.SCAN,
        now=now,
    )
    answers = answers_for(matter.form, place, **said)
    cases.save_draft(
        session, actor, case.token, answers, seen_version=case.version, now=now
    )
    for material in matter.guide.materials:
        if material.must_be_uploaded:
            stored = files.keep(
                session,
                store,
                Rebuilt(a_photo(), "image/jpeg", 1),
                owner=files.Owner.citizen(actor.id),
                name_hint=f"{material.name[:12]}.jpg",
                now=now,
            )
            cases.put_material(
                session, actor, case.token, material.key, stored.token, now=now
            )
    cases.submit(session, actor, case.token, snapshot=published, local=local, now=now)
    session.flush()
    return session.get(Case, case.id)


def office_of(session, published, code=LICENCE, township=None):
    """Return the office in charge of a matter for a township."""
    place = township or published.townships()[0].code
    return offices.get_by_code(session, published.office_in_charge(code, place))
