"""What a printed code opens: ``/q/<code>``, scanned or typed.

No cookie and no session on this path. A scan is counted by code, hour and kind
of scanner; nothing of the person is kept.
"""

from __future__ import annotations

import http
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import Response, request

from app.catalogue.current import Snapshot
from app.codes import addresses, reading
from app.codes.models import CodeKind
from app.codes.resolving import CodeFacts, Resolution, ResolutionStatus
from app.kernel import references
from app.kernel.errors import NotFound
from app.web.context import now, runtime, settings, snapshot
from mobile import browsing, guides, supervision
from mobile.blueprints import open_pages
from mobile.pages import page, see_other

_TEXT = ".txt"


@open_pages.get("/q/<typed>")
@open_pages.get("/Q/<typed>")
def scan(typed: str) -> Response:
    """Open what a code names, or say what became of it and lead on."""
    if typed.endswith(_TEXT):
        return verification_file(typed)
    found = runtime().codebook.resolve(typed)
    facts = found.facts
    if facts is not None and request.method == "GET" and not request.args.get("apply"):
        runtime().scans.add(facts.id, now(), request.headers.get("User-Agent", ""))
    if facts is None or not found.is_open:
        return _explain(found, typed)
    try:
        return _OPENERS[facts.kind](facts)
    except NotFound:
        return _lost(facts)


def _open_matter(facts: CodeFacts) -> Response:
    if request.query_string and request.args.get("apply"):
        return guides.lead_to_apply(facts.target, via=facts.code)
    return guides.answer(facts.target, facts.place_code or "", facts.window_code or "")


def _open_department(facts: CodeFacts) -> Response:
    return browsing.department(facts.target)


def _open_place(facts: CodeFacts) -> Response:
    return browsing.place(facts.target)


def _open_window(facts: CodeFacts) -> Response:
    window = snapshot().windows.get(facts.target)
    if window is None:
        raise NotFound("no such window")
    return browsing.window(window.place_code, window.code)


def _open_supervision(facts: CodeFacts) -> Response:
    return supervision.form_for(
        matter=facts.target,
        place=facts.place_code or "",
        window=facts.window_code or "",
    )


_OPENERS: Mapping[CodeKind, Callable[[CodeFacts], Response]] = {
    CodeKind.MATTER: _open_matter,
    CodeKind.DEPARTMENT: _open_department,
    CodeKind.PLACE: _open_place,
    CodeKind.WINDOW: _open_window,
    CodeKind.SUPERVISION: _open_supervision,
}


def verification_file(name: str) -> Response:
    """Answer with the file by which WeChat checks that the site is ours.

    Raises:
        NotFound: it is not the file that the settings name.

    Source:
        WeChat, 扫普通链接二维码打开小程序: in the last folder of the rule.
    """
    wanted, content = settings().wechat_verification
    if not wanted or name != wanted:
        raise NotFound("no such verification file")
    return Response(content, mimetype="text/plain")


@open_pages.get("/code")
def typed_code() -> Response:
    """Let somebody type the code that is printed under a symbol."""
    typed = request.args.get("code", "").strip()
    if not typed:
        return page("code.html", typed="", error="")
    code = addresses.code_in(typed, settings().public_url) or reading.read(typed)
    if code is None:
        return page(
            "code.html",
            status=http.HTTPStatus.UNPROCESSABLE_ENTITY,
            typed=typed[:40],
            error="编号不对，请对照二维码下面的字再输一遍。"
            "常见的是把 2 和 Z、5 和 S、8 和 B 看混。",
        )
    return see_other(f"/q/{code}")


_FIND = {
    "title": "找事项",
    "href": "/matters",
    "sub": "按名称、拼音或部门查",
    "mark": "search",
}


def _explain(found: Resolution, typed: str) -> Response:
    """Say why a code opens nothing, with what leads on from where it hung."""
    status = found.status
    facts = found.facts
    leads = _leads(found, snapshot())
    http_status, heading, text = _SAID[status]
    if status is ResolutionStatus.REPLACED and found.replacement is not None:
        text = "这里换了新的二维码，点下面直接打开。看到旧码可以告诉工作人员。"
    return page(
        "scan_problem.html",
        status=http_status,
        heading=heading,
        text=text,
        code=facts.code if facts else "",
        typed="" if facts else typed[:40],
        leads=leads,
    )


_GONE, _MISSING = http.HTTPStatus.GONE, http.HTTPStatus.NOT_FOUND
_SAID: Mapping[ResolutionStatus, tuple[http.HTTPStatus, str, str]] = {
    ResolutionStatus.MISTYPED: (
        _MISSING,
        "编号没有读对",
        "可能是输错了一个字，也可能码破损了、没有扫全。请对照二维码下面的编号再输一遍。",
    ),
    ResolutionStatus.UNKNOWN: (
        _MISSING,
        "没有这个码",
        (
            "这个编号不是本系统发出的。如果贴在政务场所，可能被人换过，"
            "请不要在它打开的其他网页里填写个人信息，并打 12345 告诉我们。"
        ),
    ),
    ResolutionStatus.PLANNED: (
        _MISSING,
        "这个码还没有启用",
        "二维码已经印好，还没有正式使用。要办的事可以从下面找。",
    ),
    ResolutionStatus.PAUSED: (
        http.HTTPStatus.OK,
        "这个码暂时停用",
        "可能正在更换或核对。要办的事照样可以办，从下面打开。",
    ),
    ResolutionStatus.REPLACED: (
        _GONE,
        "这个码已经换新",
        "原来的二维码不再使用，要办的事从下面打开。",
    ),
    ResolutionStatus.REVOKED: (
        _GONE,
        "这个码已经停用",
        "二维码收回了，要办的事从下面打开。",
    ),
    ResolutionStatus.EXPIRED: (
        _GONE,
        "这个码已经过期",
        "二维码的有效期过了，要办的事从下面打开。",
    ),
}


def _leads(found: Resolution, published: Snapshot) -> list[dict[str, str]]:
    leads = []
    if found.replacement is not None:
        leads.append(
            {
                "title": "打开新码",
                "href": f"/q/{found.replacement.code}",
                "sub": f"编号 {references.grouped(found.replacement.code)}",
                "mark": "scan",
            }
        )
    if found.facts is not None:
        leads += _target_leads(found.facts, published)
    return [*leads, _FIND]


def _target_leads(facts: CodeFacts, published: Snapshot) -> list[dict[str, str]]:
    leads = []
    place = published.places.get(facts.place_code or "")
    matter = published.matters.get(facts.target)
    if facts.kind is CodeKind.MATTER and matter is not None:
        context = {"place": place.code} if place else {}
        query = f"?{urlencode(context)}" if context else ""
        office = published.offices.get(matter.office_code)
        leads.append(
            {
                "title": matter.name,
                "href": f"/matters/{matter.code}{query}",
                "sub": "看这件事的办事指南",
                "mark": "list",
            }
        )
        if office:
            leads.append(_department_lead(office.code, office.name))
    if facts.kind is CodeKind.DEPARTMENT and (
        office := published.offices.get(facts.target)
    ):
        leads.append(_department_lead(office.code, office.name))
    if facts.kind is CodeKind.SUPERVISION:
        leads.append(
            {
                "title": settings().supervision_name,
                "href": "/supervision",
                "sub": "投诉、建议照样可以写",
                "mark": "shield",
            }
        )
    if place:
        leads.append(
            {
                "title": place.name,
                "href": f"/places/{place.code}",
                "sub": "这里能办的事",
                "mark": "pin",
            }
        )
    return leads


def _department_lead(code: str, name: str) -> dict[str, str]:
    return {
        "title": name,
        "href": f"/departments/{code}",
        "sub": "这个部门能办的事",
        "mark": "building",
    }


def _lost(facts: CodeFacts) -> Response:
    """Lead on from a code whose target is no longer published."""
    return page(
        "scan_problem.html",
        status=http.HTTPStatus.GONE,
        heading="码还能用，内容已经撤下",
        text="这个码原来打开的内容现在没有公布。可以从下面找，或打电话问。",
        code=facts.code,
        typed="",
        leads=[*_target_leads(facts, snapshot()), _FIND],
    )
