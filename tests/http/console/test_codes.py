"""Codes and posters: from choosing a matter to the sheet that decodes."""

import re

import pypdfium2
import pytest
import zxingcpp

from app.codes import service
from app.codes.models import CodeKind
from app.codes.workflow import CodeState
from app.kernel.actors import SYSTEM_ACTOR, Role
from app.people import offices
from tests.conftest import NOW
from tests.http.console.filing import LICENCE

HALL = "区营商环境办"


@pytest.fixture
def poster(desk):
    return desk(Role.POSTER, short_name=HALL)


@pytest.fixture
def hall(published):
    return next(
        f"window:{each.code}"
        for each in published.windows.values()
        if published.places[each.place_code].kind.value == "hall"
    )


@pytest.fixture
def printed(poster, hall):
    """Go through the pages to codes for some matters; returns the page at the end."""

    def for_matters(*codes, note=""):
        place = poster.get("/console/posters/place", query={"matter": codes})
        return place.press("制码", hangs=hall, note=note)

    return for_matters


def decoded(content):
    """Return what each symbol of each page says, at 100 dots an inch."""
    document = pypdfium2.PdfDocument(content)
    pages = []
    for number in range(len(document)):
        picture = document[number].render(scale=100 / 72).to_pil()
        pages.append({each.text for each in zxingcpp.read_barcodes(picture)})
    document.close()
    return pages


def codes_on(shown):
    return [each["value"] for each in shown.soup.select("[name=code]")]


def download(shown, word):
    form, _ = shown.form(word)
    data = {"code": codes_on(shown), "csrf_token": ""}
    data["csrf_token"] = form.select_one("[name=csrf_token]")["value"]
    return shown.browser.client.post(form["action"], data=data)


def test_matters_are_found_ticked_and_kept_while_searching(poster):
    chosen = poster.get("/console/posters").press("找", q="低保", matter=["M0001"])
    assert "M0001" in [
        each["value"] for each in chosen.soup.select("[name=matter][checked]")
    ]
    assert LICENCE in [each["value"] for each in chosen.soup.select("[name=matter]")]
    place = chosen.press("下一步：贴在哪里")
    assert "选了 1 项" in place.words


def test_nothing_chosen_and_too_much_are_said(poster, published):
    nothing = poster.get("/console/posters/place")
    assert nothing.status == 422
    assert "请至少选一个事项" in nothing.trouble
    many = poster.get(
        "/console/posters/place", query={"matter": list(published.matters)[:51]}
    )
    assert many.status == 422
    assert "一次最多印50张海报" in many.trouble


def test_a_place_must_be_chosen(poster, printed):
    place = poster.get(f"/console/posters/place?matter={LICENCE}")
    refused = place.press("制码", note="东门左侧")
    assert refused.status == 422
    assert "请选择海报贴在哪里" in refused.words
    assert "东门左侧" in refused.text


def test_a_sheet_that_hangs_where_nobody_handles_it_says_so(poster, printed, published):
    district = next(
        code for code, each in published.matters.items() if not each.needs_township
    )
    both = {"matter": [LICENCE, district]}
    step = poster.get("/console/posters/place", query=both)
    assert "选的事项里有 1 项在乡镇（街道）办，不在大厅办" in step.words
    own = poster.get(f"/console/posters/place?matter={district}")
    assert "不在大厅办" not in own.words
    ready = printed(LICENCE, district)
    assert ready.words.count("要到乡镇（街道）办") == 1
    station = published.places_handling(LICENCE)[0]
    there = step.press("制码", hangs=f"place:{station.code}")
    assert "要到乡镇（街道）办" not in there.words
    assert there.words.count("要到大厅办") == 1


def test_posters_decode_to_the_codes_and_to_supervision(poster, printed, settings):
    ready = printed(LICENCE, "M0001")
    assert "2个码已制好" in ready.said
    codes = codes_on(ready)
    answer = download(ready, "下载海报")
    assert answer.content_type == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]
    pages = decoded(answer.data)
    assert len(pages) == 2
    for code, said in zip(codes, pages, strict=True):
        assert f"{settings.public_url}/q/{code}" in said
        [other] = said - {f"{settings.public_url}/q/{code}"}
        assert re.fullmatch(rf"{settings.public_url}/q/\w{{11}}", other)
    listed = poster.get("/console/codes?kind=supervision")
    assert other[-11:-7] in listed.words


def test_printing_again_uses_the_same_codes(poster, printed):
    first = codes_on(printed(LICENCE))
    assert codes_on(printed(LICENCE)) == first
    assert codes_on(printed(LICENCE, note="东门左侧")) != first


def test_codes_of_the_list_are_printed_together(poster, printed):
    printed(LICENCE, "M0001")
    listed = poster.get("/console/codes?kind=matter")
    ready = listed.press("把选中的一起打印", code=codes_on(listed))
    assert "下载海报（2 张，PDF）" in " ".join(ready.buttons)


def test_a_code_typed_off_a_sheet_opens(poster, desk, printed):
    [code] = codes_on(printed(LICENCE))
    listed = poster.get("/console/codes")
    typed = f"{code[:4].lower()}-{code[4:8]} {code[8:]}"
    assert listed.press("筛选", q=typed).path == f"/console/codes/{code}"
    assert "本单位没有这个码" in listed.press("筛选", q="飞碟").words
    stranger = desk(Role.POSTER, short_name="民政局").get("/console/codes")
    assert "本单位没有这个码" in stranger.press("筛选", q=code).words


def test_a_code_has_a_page_with_its_life(poster, printed, settings):
    [code] = codes_on(printed(LICENCE))
    shown = poster.get(f"/console/codes/{code}")
    assert f"{settings.public_url}/q/{code}" in shown.words
    assert poster.person.display_name in shown.words
    assert decoded(download(shown, "下载 A4 海报").data)
    for suffix, kind in (("svg", "image/svg+xml"), ("png", "image/png")):
        picture = poster.client.get(f"/console/codes/{code}/symbol.{suffix}?download=1")
        assert picture.content_type.startswith(kind)
        assert f"{code}.{suffix}" in picture.headers["Content-Disposition"]


def test_scans_are_counted_on_the_page(poster, printed, client, here):
    [code] = codes_on(printed(LICENCE))
    client.get(f"/q/{code}", headers={"User-Agent": "Mozilla/5.0 MicroMessenger/8.0"})
    here.scans.flush()
    assert "最近7天 1 次" in poster.get(f"/console/codes/{code}").words
    listed = poster.get("/console/codes?kind=matter")
    assert listed.soup.select_one("td.number").text == "1"


def test_a_damaged_code_is_replaced_with_a_reason(poster, printed):
    [code] = codes_on(printed(LICENCE))
    page = poster.get(f"/console/codes/{code}")
    silent = page.press("换新码")
    assert silent.status == 422
    assert "请写明原因" in silent.words
    new = page.press("换新码", reason="被人贴了别的码")
    assert "旧码已停用" in new.said
    assert new.path != f"/console/codes/{code}"
    old = poster.get(f"/console/codes/{code}")
    assert "已换新码" in old.words
    assert "被人贴了别的码" in old.words
    assert "下载 A4 海报" not in old.words
    again = page.press("作废", reason="x")
    assert again.status == 422


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        (["暂停"], "已暂停"),
        (["暂停", "恢复使用"], "使用中"),
        (["作废"], "已作废"),
        (["到期停用"], "已到期"),
    ],
)
def test_a_code_lives_by_the_table(poster, printed, acts, state):
    [code] = codes_on(printed(LICENCE))
    shown = poster.get(f"/console/codes/{code}")
    for act in acts:
        shown = shown.press(act, reason="试一试")
    assert state in shown.words


@pytest.mark.parametrize("kind", ["department", "place", "window", "supervision"])
def test_other_codes_are_issued_and_open(poster, kind, client, here):
    page = poster.get(f"/console/codes/new?kind={kind}")
    nothing = page.press("制码", note="前台")
    assert nothing.status == 422
    assert "请选择这个码要打开的内容" in nothing.words
    options = [o["value"] for o in page.soup.select("#target option") if o["value"]]
    made = page.press("制码", target=options[0])
    assert "码已制好" in made.said
    code = made.path.rsplit("/", 1)[1]
    assert client.get(f"/q/{code}").status_code == 200


def test_another_offices_code_does_not_exist(desk, printed):
    [code] = codes_on(printed(LICENCE))
    stranger = desk(Role.POSTER, short_name="民政局")
    for path in (
        f"/console/codes/{code}",
        f"/console/codes/{code}/symbol.svg",
        f"/console/posters/ready?code={code}",
    ):
        assert stranger.client.get(path).status_code == 404, path
    token = stranger.home.soup.select_one("[name=csrf_token]")["value"]
    for path, data in (
        (f"/console/codes/{code}/acts", {"act": "revoke", "reason": "x"}),
        ("/console/posters/print", {"code": code}),
    ):
        answer = stranger.client.post(path, data=data | {"csrf_token": token})
        assert answer.status_code == 404, path


def test_whoever_may_only_read_codes_changes_none(desk, printed):
    [code] = codes_on(printed(LICENCE))
    clerk = desk(Role.CLERK, short_name=HALL)
    shown = clerk.get(f"/console/codes/{code}")
    assert shown.status == 200
    assert "作废" not in " ".join(shown.buttons)
    token = clerk.home.soup.select_one("[name=csrf_token]")["value"]
    for path, data in (
        (f"/console/codes/{code}/acts", {"act": "revoke", "reason": "x"}),
        ("/console/posters/print", {"code": code}),
        ("/console/posters", {"matter": LICENCE, "hangs": "x"}),
        ("/console/codes/new", {"kind": "place", "target": "411603"}),
    ):
        answer = clerk.client.post(path, data=data | {"csrf_token": token})
        assert answer.status_code == 403, path


def test_a_code_of_a_revoked_sheet_is_not_printed(poster, printed):
    ready = printed(LICENCE)
    [code] = codes_on(ready)
    poster.get(f"/console/codes/{code}").press("作废", reason="撤了")
    answer = download(ready, "下载海报")
    assert answer.status_code == 422


def test_the_list_goes_on(poster, printed, database, published):
    with database.reading() as session:
        office = offices.by_name(session)[HALL].id
    with database.transaction() as session:
        for number in range(51):
            service.issue(
                session,
                SYSTEM_ACTOR,
                kind=CodeKind.MATTER,
                target=LICENCE,
                note=f"第{number}处",
                office_id=office,
                now=NOW,
            )
    first = poster.get(f"/console/codes?state={CodeState.ACTIVE}")
    second = first.follow("下一页")
    assert len(codes_on(first)) == 50
    assert len(codes_on(second)) == 1
