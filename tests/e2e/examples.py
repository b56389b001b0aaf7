"""An example, or several, of every page there is: with much on it, with nothing, in error.

Every GET route of the URL map is named here or in :data:`NOT_PAGES`; a test fails
for a route that is not. What only an answer to a form shows stands in
:data:`AFTER_A_FORM`.
"""

from dataclasses import dataclass

from tests.e2e.world import (
    CLERK,
    EDITOR,
    HALL,
    HANDLER,
    INSPECTOR,
    MATTER,
    POSTERS,
    SUPERVISOR,
    TOWNSHIP_MATTER,
    WINDOW,
)

NOT_PAGES = {
    "alive": "JSON for a load balancer",
    "ready": "JSON for a load balancer",
    "api_docs.openapi": "JSON",
    "api_docs.static": "files",
    "bootstrap.static": "files",
    "console.static": "files",
    "mobile.static": "files",
    "mine.view": "an uploaded picture",
    "desk.view_file": "an uploaded picture",
    "desk.view_photo": "an uploaded picture",
    "desk.code_png": "a symbol",
    "desk.code_svg": "a symbol",
    "explain": "plain text for developers",
}
JSON_DOOR = "/api/v1/"

PERSON, NEWCOMER, NOBODY = "person", "newcomer", "nobody"


@dataclass(frozen=True)
class Example:
    """A page to be looked at.

    Attributes:
        path: Where it is; names in braces are filled in from the world.
        who: Who looks: nobody, somebody's session, or a member of staff.
        status: What the page answers with.
    """

    path: str
    who: str = NOBODY
    status: int = 200


def _pages(who, *paths, status=200):
    return [Example(path, who, status) for path in paths]


PHONE = {
    "mobile.home": [*_pages(NOBODY, "/"), *_pages(PERSON, "/"), *_pages(NEWCOMER, "/")],
    "mobile.matters": _pages(
        NOBODY, "/matters", "/matters?q=低保", "/matters?q=飞碟", f"/matters?page=3&place={HALL}"
    ),
    "mobile.guide": [
        *_pages(NOBODY, f"/matters/{MATTER}?place={HALL}", f"/matters/{TOWNSHIP_MATTER}"),
        *_pages(NOBODY, "/matters/{bare}"),
        *_pages(NOBODY, "/matters/M9999", status=404),
    ],
    "mobile.apply": _pages(
        NOBODY, f"/matters/{MATTER}/apply?place={HALL}", f"/matters/{TOWNSHIP_MATTER}/apply"
    ),
    "mobile.scan": [
        *_pages(NOBODY, *(f"/q/{{code:{name}}}" for name in (
            "matter", "township matter", "department", "place", "window", "supervision", "paused"))),
        *_pages(NOBODY, *(f"/q/{{code:{name}}}" for name in ("revoked", "replaced", "expired")), status=410),
        *_pages(NOBODY, "/q/{code:planned}", "/q/23456789AB", "/Q/nonsense", status=404),
    ],
    "mobile.typed_code": [
        *_pages(NOBODY, "/code"), *_pages(NOBODY, "/code?code=12345", status=422),
    ],
    "mobile.places": _pages(NOBODY, "/places", f"/places?matter={TOWNSHIP_MATTER}"),
    "mobile.place": [
        *_pages(NOBODY, f"/places/{HALL}", "/places/{township}"),
        *_pages(NOBODY, "/places/none", status=404),
    ],
    "mobile.window": _pages(NOBODY, f"/places/{HALL}/windows/{WINDOW}"),
    "mobile.department": _pages(NOBODY, "/departments/{department}"),
    "mobile.packages": _pages(NOBODY, "/packages"),
    "mobile.package": _pages(NOBODY, "/packages/{package}"),
    "mobile.releases": _pages(NOBODY, "/releases"),
    "mobile.about": _pages(NOBODY, "/about"),
    "mobile.me": [*_pages(NOBODY, "/me"), *_pages(PERSON, "/me"), *_pages(NEWCOMER, "/me")],
    "mobile.sign_in": _pages(NOBODY, "/sign-in", "/sign-in?next=/cases"),
    "mobile.ask_reference": _pages(NOBODY, "/tracking"),
    "mobile.ask_receipt": _pages(NOBODY, "/supervision/lookup"),
    "mobile.supervise": _pages(
        NOBODY,
        "/supervision",
        f"/supervision?place={HALL}&window={WINDOW}&matter={MATTER}",
        f"/supervision?kind=complaint&place={HALL}&window={WINDOW}&matter={MATTER}",
        *(f"/supervision?kind={kind}" for kind in ("report", "praise", "suggestion")),
    ),
    "mine.cases": [*_pages(PERSON, "/cases"), *_pages(NEWCOMER, "/cases")],
    "mine.case": [
        *_pages(PERSON, *(f"/cases/{{case:{name}}}" for name in (
            "empty draft", "full draft", "submitted", "returned", "accepted", "delivery",
            "closed", "not accepted", "refused"))),
        *_pages(PERSON, "/cases/none", status=404),
    ],
    "mine.form": _pages(
        PERSON, *(f"/cases/{{case:{name}}}/form" for name in ("empty draft", "full draft", "returned"))
    ),
    "mine.materials": _pages(
        PERSON,
        *(f"/cases/{{case:{name}}}/materials" for name in ("empty draft", "full draft", "returned")),
    ),
    "mine.review": _pages(
        PERSON, "/cases/{case:empty draft}/review", "/cases/{case:full draft}/review"
    ),
    "mine.receipt": _pages(PERSON, "/cases/{case:submitted}/receipt"),
    "mine.ask_to_withdraw": _pages(
        PERSON, "/cases/{case:full draft}/withdraw", "/cases/{case:submitted}/withdraw"
    ),
    "mine.inbox": [*_pages(PERSON, "/inbox"), *_pages(NEWCOMER, "/inbox")],
    "mine.profile": [*_pages(PERSON, "/me/profile"), *_pages(NEWCOMER, "/me/profile")],
    "mine.complaints": [*_pages(PERSON, "/complaints"), *_pages(NEWCOMER, "/complaints")],
    "mine.complaint": _pages(PERSON, "/complaints/{complaint:named}"),
}  # fmt: skip

ANYWHERE = {
    "api_docs.page": _pages(NOBODY, "/api/docs"),
}  # fmt: skip

DESK = {
    "console.sign_in": _pages(NOBODY, "/console/sign-in", f"/console/sign-in?user={CLERK}"),
    "desk.home": [
        *_pages(CLERK, "/console/"), *_pages(POSTERS, "/console/"), *_pages(HANDLER, "/console/"),
        *_pages(EDITOR, "/console/"), *_pages(SUPERVISOR, "/console/"),
    ],
    "desk.case_queue": [
        *_pages(CLERK, "/console/cases", "/console/cases?closed=1", "/console/cases?reference=0000"),
        *_pages(POSTERS, "/console/cases", status=403),
    ],
    "desk.case": [
        *_pages(CLERK, *(f"/console/cases/{{case:{name}}}" for name in (
            "submitted", "returned", "accepted", "delivery", "closed", "not accepted", "refused"))),
        *_pages(CLERK, "/console/cases/none", status=404),
    ],
    "desk.edit_correction": _pages(CLERK, "/console/cases/{case:submitted}/correction/return"),
    "desk.complaint_queue": [
        *_pages(HANDLER, "/console/complaints", "/console/complaints?closed=1"),
        *_pages(HANDLER, "/console/complaints?kind=praise"),
        *_pages(INSPECTOR, "/console/complaints"),
    ],
    "desk.complaint": [
        *_pages(HANDLER, *(f"/console/complaints/{{complaint:{name}}}" for name in (
            "new", "replied", "named", "rejected"))),
        *_pages(INSPECTOR, "/console/complaints/{complaint:sealed}"),
        *_pages(HANDLER, "/console/complaints/{complaint:sealed}", status=404),
    ],
    "desk.choose_matters": _pages(
        POSTERS, "/console/posters", f"/console/posters?q=低保&matter={MATTER}",
        "/console/posters?q=飞碟",
    ),
    "desk.choose_place": [
        *_pages(POSTERS, f"/console/posters/place?matter={MATTER}&matter={TOWNSHIP_MATTER}"),
        *_pages(POSTERS, "/console/posters/place", status=422),
    ],
    "desk.posters_ready": _pages(
        POSTERS, "/console/posters/ready?code={code:matter}", "/console/posters/ready"
    ),
    "desk.code_list": _pages(POSTERS, "/console/codes", "/console/codes?q=飞碟"),
    "desk.new_code": _pages(POSTERS, "/console/codes/new"),
    "desk.code_page": _pages(
        POSTERS, *(f"/console/codes/{{code:{name}}}" for name in (
            "matter", "supervision", "paused", "revoked", "replaced", "expired", "planned")),
    ),
    "desk.matter_list": _pages(EDITOR, "/console/matters", "/console/matters?q=飞碟"),
    "desk.matter": [
        *_pages(EDITOR, f"/console/matters/{MATTER}", "/console/matters/{bare}"),
        *_pages(EDITOR, "/console/matters/M9999", status=404),
    ],
    "desk.releases": _pages(EDITOR, "/console/releases"),
}  # fmt: skip

LOST = {
    "phone": Example("/nowhere", status=404),
    "desk": Example("/console/nowhere", CLERK, 404),
}


def is_page(rule):
    """Whether a rule of the URL map shows a page to people."""
    return (
        "GET" in rule.methods
        and not rule.rule.startswith(JSON_DOOR)
        and rule.endpoint not in NOT_PAGES
    )
