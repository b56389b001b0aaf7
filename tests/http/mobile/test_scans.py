"""What a printed code opens, and what it says when it opens nothing."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.codes import service
from app.codes.models import CodeKind, ScanCount, ScannerKind
from app.kernel import references
from app.kernel.actors import SYSTEM_ACTOR
from app.web.context import init_app
from tests.http.mobile.conftest import GUIDE

WECHAT = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50 NetType/WIFI"


@pytest.fixture
def changed(database, clock):
    """Do something to a code."""

    def act(name, code, **said):
        with database.transaction() as session:
            return getattr(service, name)(
                session, SYSTEM_ACTOR, code, now=clock.now(), **said
            )

    return act


def test_a_matter_opens_its_guide_in_the_places_context(
    page, code_for, township, published
):
    shown = page.get(f"/q/{code_for(place_code=township.code)}", status=200)
    assert shown.heading == published.matter(GUIDE).name
    assert published.offices[township.office_code].name in shown.words


@pytest.mark.parametrize(
    "spelling", [str.lower, references.grouped, lambda code: f" {code} "]
)
def test_a_code_may_be_spelt_in_many_ways(page, code_for, spelling):
    assert page.get(f"/q/{spelling(code_for())}", status=200).heading


def test_upper_case_addresses_are_taken_too(page, code_for):
    assert page.get(f"/Q/{code_for()}", status=200).heading


def test_applying_from_a_code_remembers_the_code(page, code_for, township):
    code = code_for(place_code=township.code)
    begun = page.get(f"/q/{code}").follow("我要办理")
    assert begun.path == f"/matters/{GUIDE}/apply?place={township.code}&via={code}"


def test_a_department_a_place_and_a_window(page, code_for, published):
    office = published.departments[0]
    window = next(iter(published.windows.values()))
    at_place = {"place_code": window.place_code}
    shown = page.get(f"/q/{code_for(CodeKind.DEPARTMENT, office.code)}", status=200)
    assert shown.heading == office.name
    shown = page.get(
        f"/q/{code_for(CodeKind.PLACE, window.place_code, **at_place)}", status=200
    )
    assert shown.heading == published.places[window.place_code].shown
    given = at_place | {"window_code": window.code}
    shown = page.get(
        f"/q/{code_for(CodeKind.WINDOW, window.code, **given)}", status=200
    )
    assert window.name in shown.heading


def test_supervision_knows_place_window_and_matter(page, code_for, published, client):
    window = next(iter(published.windows.values()))
    code = code_for(
        CodeKind.SUPERVISION,
        GUIDE,
        place_code=window.place_code,
        window_code=window.code,
    )
    shown = page.get(f"/q/{code}", status=200)
    for said in (published.places[window.place_code].name, window.name, "最低生活保障"):
        assert said in shown.words
    form = shown.follow("投诉")
    assert form.soup.select_one("[name=window]")["value"] == window.code
    assert page.cookie("mashangban") is None


def test_a_mistyped_code_is_met_before_any_look_up(page, code_for, here, web):
    code = code_for()
    wrong = code[:-1] + next(sign for sign in references.ALPHABET if sign != code[-1])

    class NoDatabase:
        def reading(self):
            raise AssertionError("looked up")

    here.codebook._database = NoDatabase()
    shown = page.get(f"/q/{wrong}", status=404)
    assert "没有读对" in shown.heading
    assert shown.soup.select_one("input#code")["value"] == wrong
    assert "/matters" in shown.links


def test_an_unknown_code_warns_and_leads_on(page):
    shown = page.get(f"/q/{references.new_code()}", status=404)
    assert "没有这个码" in shown.heading
    assert "被人换过" in shown.words
    assert "/matters" in shown.links


def test_a_revoked_code_leads_to_what_it_opened(page, code_for, changed, published):
    code = code_for()
    changed("revoke", code, reason="换地方")
    shown = page.get(f"/q/{code}", status=410)
    assert f"/matters/{GUIDE}" in shown.links
    assert any(each.startswith("/departments/") for each in shown.links)
    assert "换地方" not in shown.text, "reasons are for staff"


def test_a_replaced_code_leads_to_its_successor(page, code_for, changed):
    code = code_for()
    new = changed("replace", code, reason="破损")
    shown = page.get(f"/q/{code}", status=410)
    assert shown.follow("打开新码").path == f"/q/{new.code}"


def test_a_paused_and_a_planned_code_say_so(page, code_for, changed, township):
    code = code_for()
    changed("pause", code, reason="核对")
    assert "暂时停用" in page.get(f"/q/{code}", status=200).heading
    planned = code_for(place_code=township.code, planned=True)
    assert "还没有启用" in page.get(f"/q/{planned}", status=404).heading


def test_a_code_whose_matter_is_gone_leads_on(page, code_for):
    shown = page.get(f"/q/{code_for(target='M9999')}", status=410)
    assert "/matters" in shown.links


def test_typing_a_code(page, code_for):
    code = code_for()
    asked = page.get("/code")
    assert (
        asked.press("打开", code=references.grouped(code).lower()).path == f"/q/{code}"
    )
    assert asked.press("打开", code=f"http://localhost/q/{code}").path == f"/q/{code}"
    again = asked.press("打开", code="12345")
    assert again.status == 422
    assert again.soup.select_one("input#code")["aria-invalid"] == "true"


def test_scans_are_counted_by_code_hour_and_scanner_only(
    client, code_for, here, database
):
    code = code_for()
    for agent in (WECHAT, WECHAT, "Mozilla/5.0 Chrome/120", "curl/8.0"):
        client.get(f"/q/{code}", headers={"User-Agent": agent})
    client.get(f"/q/{code}?apply=1", headers={"User-Agent": WECHAT})
    client.head(f"/q/{code}", headers={"User-Agent": WECHAT})
    here.scans.flush()
    with database.reading() as session:
        found = session.execute(select(ScanCount.scanner, ScanCount.scans)).all()
    assert dict(map(tuple, found)) == {
        ScannerKind.WECHAT: 2,
        ScannerKind.BROWSER: 1,
        ScannerKind.BOT: 1,
    }


def test_a_scan_of_a_revoked_code_counts_too(client, code_for, changed, here, database):
    code = code_for()
    changed("revoke", code, reason="收回")
    client.get(f"/q/{code}")
    here.scans.flush()
    with database.reading() as session:
        assert session.scalar(select(ScanCount.scans)) == 1


def test_wechats_verification_file(client, web, here):
    said = replace(here.settings, wechat_verification=("aBc123.txt", "0123abcd"))
    init_app(web, replace(here, settings=said))
    found = client.get("/q/aBc123.txt")
    assert (found.status_code, found.text) == (200, "0123abcd")
    assert found.content_type.startswith("text/plain")
    assert client.get("/q/other.txt").status_code == 404


def test_without_a_setting_there_is_no_verification_file(page):
    page.get("/q/.txt", status=404)
