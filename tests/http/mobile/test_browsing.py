"""Finding a matter: home, list, places, departments, packages, batches."""

import pytest

from app.catalogue.terms import Audience
from tests.http.mobile.conftest import GUIDE

PUBLIC = (
    "/",
    "/matters",
    "/matters?q=低保",
    "/matters?q=shebao",
    "/matters?page=3",
    "/places",
    f"/places?matter={GUIDE}",
    "/packages",
    "/releases",
    "/about",
    "/code",
    "/sign-in",
    "/tracking",
    "/supervision",
    "/supervision?kind=complaint",
    "/supervision?kind=report",
    "/supervision/lookup",
    "/me",
)


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_every_public_page_is_in_order(page, path, mode):
    if mode == "elder":
        page.elder()
    shown = page.get(path, status=200)
    assert "演示" in shown.soup.header.get_text()
    assert shown.link("长辈版" if mode == "standard" else "标准版")
    assert shown.soup.html.get("data-mode") == (None if mode == "standard" else "elder")


def test_the_list_is_found_by_name_pinyin_and_initials(page):
    for query in ("最低生活保障", "zuidishenghuobaozhang", "zdshbz"):
        shown = page.get(f"/matters?q={query}")
        assert any(GUIDE in each for each in shown.links), query


def test_an_empty_list_leads_on(page):
    shown = page.get("/matters?q=飞碟", status=200)
    assert "没有找到" in shown.words
    assert "tel:12345" in shown.links


def test_filters_narrow_the_list_and_paging_keeps_them(page, published):
    theme = max(published.themes, key=lambda each: each.count)
    shown = page.get(f"/matters?theme={theme.name}")
    assert f"找到 {theme.count} 项" in shown.words
    later = shown.follow("下一页")
    assert later.soup.select_one("select#theme option[selected]")["value"] == theme.name
    assert later.follow("上一页").heading == shown.heading


def test_a_page_number_beyond_the_list_shows_its_last_page(page):
    assert "下一页" not in page.get("/matters?page=99999").words
    assert page.get("/matters?page=-1").status == 200


def test_the_list_answers_304_to_who_has_it(client):
    first = client.get("/matters?theme=社保")
    again = client.get(
        "/matters?theme=社保", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    assert again.data == b""
    other = client.get("/matters", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_elder_and_standard_lists_do_not_share_a_tag(client):
    first = client.get("/matters").headers["ETag"]
    client.get("/?ui=elder")
    assert client.get("/matters").headers["ETag"] != first


def test_a_department_shows_what_it_handles(page, published):
    office = published.departments[0]
    shown = page.get(f"/departments/{office.code}", status=200)
    assert shown.heading == office.name
    assert any(each.startswith("/matters/") for each in shown.links)


def test_what_is_often_done_is_done_by_persons(page, published):
    rows = page.get("/").soup.select("[aria-labelledby=often] a.row")
    codes = [each["href"].rsplit("/", 1)[1] for each in rows]
    assert len(codes) >= 5
    for code in codes:
        assert published.matter(code).guide.audience == (Audience.PERSON,)


def test_each_township_is_listed_once(page, published):
    shown = page.get("/places")
    assert "坐标" not in shown.words
    rows = [e.get_text() for e in shown.soup.select("ul.rows .row-title")]
    for township in published.townships():
        assert sum(township.name in row for row in rows) == 1, township.name


def test_places_lead_to_windows_and_matters(page, published):
    window = next(iter(published.windows.values()))
    place = page.get(f"/places/{window.place_code}", status=200)
    shown = place.follow(window.name)
    assert window.name in shown.heading
    assert f"window={window.code}" in shown.link("有意见")


def test_every_place_can_be_opened(page, published):
    for each in published.places.values():
        page.get(f"/places/{each.code}", status=200)


def test_a_township_matter_offers_the_townships(page, published):
    shown = page.get(f"/places?matter={GUIDE}")
    for each in published.townships():
        assert f"/matters/{GUIDE}?place={each.code}" in shown.links


def test_every_package_can_be_opened(page, published):
    for code in published.packages:
        page.get(f"/packages/{code}", status=200)


def test_batches_are_listed_with_their_basis(page, published):
    shown = page.get("/releases")
    for each in published.releases:
        assert f"第 {each.number} 批" in shown.words
        assert each.basis in shown.words


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/matters/M9999", "/departments/none", "/places/none", "/packages/none",
     "/places/none/windows/none", "/places?matter=M9999", "/matters/M0345?place=none"],
)  # fmt: skip
def test_what_is_not_there_leads_on(page, path):
    shown = page.get(path, status=404)
    assert "没有找到" in shown.heading
    assert "/" in shown.links
    assert "/matters" in shown.links


def test_the_mode_is_remembered_without_identity(page):
    page.get("/matters?q=低保&ui=elder")
    assert page.cookie("ui_mode") == "elder"
    assert page.cookie("mashangban") is None
    shown = page.get("/places")
    assert shown.soup.html["data-mode"] == "elder"
    assert "tel:12345" in shown.links
    shown.follow("标准版")
    assert page.get("/places").soup.html.get("data-mode") is None


def test_switching_the_mode_keeps_what_was_asked(page):
    shown = page.get("/matters?q=低保").follow("长辈版")
    assert shown.path.partition("?")[2].startswith("q=")
