"""The guide page: what it says, and how it is sent."""

import gzip
from datetime import timedelta

import pytest

from app.catalogue.guide import ELEMENTS, NOT_PROVIDED, LimitUnit
from app.catalogue.places import PlaceKind
from tests.http.mobile.conftest import GUIDE

LIMIT = 40 * 1024
"""Bytes of a first load, compressed. Source: design.md, section 6."""


def test_it_answers_the_three_questions_first(page):
    headings = [
        e.get_text(strip=True) for e in page.get(f"/matters/{GUIDE}").soup.select("h2")
    ]
    assert headings[:3] == ["1我能办吗", "2要带什么", "3多久、多少钱"]


def test_it_shows_all_twelve_elements(page, published):
    shown = page.get(f"/matters/{GUIDE}", status=200)
    terms = [each.get_text(strip=True) for each in shown.soup.select("dt")]
    assert set(ELEMENTS.values()) <= set(terms)
    guide = published.matter(GUIDE).guide
    for said in (
        guide.name,
        guide.national_code,
        guide.type,
        guide.department,
        guide.stand_in,
    ):
        assert said in shown.words
    for material in guide.materials:
        assert material.name in shown.words
        if material.from_applicant:
            assert material.necessity.zh in shown.words
    assert "法定期限" in terms
    assert "承诺期限" in terms
    assert "一次都不跑" in shown.words


def test_gaps_of_the_source_are_marked(page, published):
    bare = next(
        each for each in published.matters.values() if "materials" in each.guide.gaps
    )
    shown = page.get(f"/matters/{bare.code}", status=200)
    gaps = shown.soup.select(".gap")
    assert {each.get_text() for each in gaps} == {NOT_PROVIDED}
    assert len(gaps) >= len(bare.guide.gaps)
    assert "来源缺项" in shown.words


def test_a_township_matter_names_the_townships_office(page, published, township):
    shown = page.get(f"/matters/{GUIDE}?place={township.code}")
    office = published.offices[township.office_code]
    assert office.name in shown.words
    assert township.name in shown.words
    assert shown.link("我要办理") == f"?apply=1&place={township.code}"


def test_a_township_matter_seen_at_the_hall_leads_to_the_township(page, published):
    hall = next(e for e in published.places.values() if e.kind is PlaceKind.HALL)
    shown = page.get(f"/matters/{GUIDE}?place={hall.code}")
    where = shown.soup.select_one(".place").get_text()
    assert "到您的乡镇（街道）办" in where
    assert f"在“{hall.name}”办理" not in where
    assert f"/places?matter={GUIDE}" in shown.links


def test_the_window_whose_code_was_scanned_is_named(page, published):
    window = next(
        each
        for each in published.windows.values()
        if published.places[each.place_code].kind is PlaceKind.HALL
    )
    code = next(c for c, m in published.matters.items() if not m.needs_township)
    place = f"place={window.place_code}&window={window.code}"
    shown = page.get(f"/matters/{code}?{place}")
    assert window.shown in shown.soup.select_one(".place").get_text()


def test_a_limit_without_a_unit_claims_none(page, published):
    limit = published.matter(GUIDE).guide.ordinary_limit
    assert limit.unit is LimitUnit.UNKNOWN
    figure = page.get(f"/matters/{GUIDE}").soup.select_one(".big-figures dd")
    said = f"{limit.amount}天左右（来源没写清是工作日还是自然日）"
    assert figure.get_text() == said
    row = page.get("/matters?q=最低生活保障").soup.select_one(f'a[href*="{GUIDE}"]')
    assert f"{limit.amount}天左右" in row.get_text()
    assert "工作日" not in row.get_text()


def test_the_last_day_is_named(page, published):
    # Accepted on Monday 2 March: 40 working days, the holidays of April left out.
    shown = page.get(f"/matters/{GUIDE}")
    assert "最晚 2026年4月" in shown.words
    assert "(周" in shown.words


def test_the_last_day_moves_with_the_day(client, clock):
    first = client.get(f"/matters/{GUIDE}").text
    clock.at += timedelta(days=1)
    assert client.get(f"/matters/{GUIDE}").text != first


@pytest.mark.parametrize("path", [f"/matters/{GUIDE}", "/q/{code}"])
def test_no_cookie_is_set(client, code_for, path):
    answer = client.get(path.format(code=code_for()))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_it_is_the_same_for_everybody(client, page, sign_in):
    before = client.get(f"/matters/{GUIDE}").data
    sign_in()
    answer = client.get(f"/matters/{GUIDE}")
    assert answer.data == before
    assert "Set-Cookie" not in answer.headers


def test_it_is_drawn_once(client, published):
    client.get(f"/matters/{GUIDE}")
    drawn = published.cache["mobile.guides"].drawn
    ready = drawn[GUIDE, "", "", False]
    client.get(f"/matters/{GUIDE}")
    assert drawn[GUIDE, "", "", False] is ready


def test_304_for_who_has_it(client):
    first = client.get(f"/matters/{GUIDE}")
    again = client.get(
        f"/matters/{GUIDE}", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    client.get("/?ui=elder")
    other = client.get(
        f"/matters/{GUIDE}", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert other.status_code == 200
    assert "Cookie" in first.headers["Vary"]


def test_compressed_and_plain_are_the_same_page(client):
    plain = client.get(f"/matters/{GUIDE}")
    packed = client.get(f"/matters/{GUIDE}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data


@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_a_first_load_is_small(page, client, mode):
    if mode == "elder":
        page.elder()
    shown = page.get(f"/matters/{GUIDE}")
    assert shown.soup.html.get("data-mode") == ("elder" if mode == "elder" else None)
    addresses = {
        (each.get("src") or each["href"]).partition("#")[0]
        for each in shown.soup.select("script[src], link[href], img[src], use[href]")
    }
    unpacked = {"Accept-Encoding": "gzip"}
    total = sum(
        len(client.get(each, headers=unpacked).data)
        for each in [f"/matters/{GUIDE}", *addresses]
    )
    assert total < LIMIT


def test_every_published_guide_is_a_page_in_order(page, published):
    longest = max(published.matters.values(), key=lambda each: len(each.name))
    guides = [each for each in published.matters.values() if each.guide.source.guide_id]
    for each in [longest, *guides]:
        assert page.get(f"/matters/{each.code}", status=200).heading == each.name


def test_elder_mode_offers_to_read_aloud(page):
    page.elder()
    shown = page.get(f"/matters/{GUIDE}")
    button = shown.soup.select_one("[data-speak]")
    assert button.find_parent(attrs={"data-speak-box": True}).has_attr("hidden")
    assert len(shown.soup.select("[data-read]")) >= 4
