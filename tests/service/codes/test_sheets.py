from dataclasses import replace
from datetime import date

import pytest

from app.catalogue.current import load_snapshot
from app.catalogue.guide import Fee, Level, Limit, LimitUnit, Material, Necessity
from app.codes import service
from app.codes.models import CodeKind
from app.codes.sheets import Edition, placement, poster_for
from app.kernel.actors import SYSTEM_ACTOR
from app.kernel.errors import Invalid, NotFound
from tests.builders.catalogue import (
    TOWNSHIP,
    make_office,
    make_place,
    make_published,
    make_township,
    make_window,
)
from tests.builders.codes import make_code
from tests.conftest import NOW

EDITION = Edition(
    public_url="https://msb.example.gov.cn:8443",
    platform="淮好办",
    supervision_name="码上监督一点通",
    telephone="12345",
    printed_on=date(2026, 3, 2),
    batch="2026-003",
    demo=True,
)


def poster_of(session, kind=CodeKind.MATTER, **said):
    said = {"place_code": None, "note": ""} | said
    code = make_code(session, kind=kind, **said)
    second = service.supervision_for(
        session, SYSTEM_ACTOR, place_code=code.place_code or "hall",
        window_code=code.window_code, matter_code=code.target, now=NOW,
    )  # fmt: skip
    return poster_for(load_snapshot(session), code, second, EDITION), code, second


def test_a_matters_sheet_says_what_its_published_guide_says(session):
    hall = make_place(session, name="政务服务大厅")
    window = make_window(session, hall, number="3")
    matter = make_published(session, name="失业登记")
    poster, code, second = poster_of(
        session, target=matter.code, place_code=hall.code, window_code=window.code,
        note="门口左侧",
    )  # fmt: skip
    assert poster.matter_name == "失业登记"
    assert poster.department == "测试局 test-office"
    assert poster.materials == ("申请表", "居民身份证")
    assert poster.limit == "承诺5个工作日（法定20个工作日）"
    assert poster.fee == "不收费"
    assert poster.place == "政务服务大厅 3号窗口 门口左侧"
    assert poster.url == f"https://msb.example.gov.cn:8443/q/{code.code}"
    assert poster.supervision_url == f"https://msb.example.gov.cn:8443/q/{second.code}"
    assert poster.domain == "msb.example.gov.cn:8443"
    assert (poster.code, poster.supervision_code) == (code.code, second.code)
    assert (poster.telephone, poster.batch, poster.demo) == ("12345", "2026-003", True)
    assert (poster.limit_mark, poster.fee_mark, poster.materials_mark) == ("", "", "")


def test_silence_of_the_source_stays_silence(session):
    matter = make_published(
        session, materials=(), statutory_limit=None, promised_limit=None, fee=None
    )
    poster, *_ = poster_of(session, target=matter.code)
    assert (poster.materials, poster.limit, poster.fee) == ((), "", "")


def test_a_townships_matter_names_the_government_where_the_sheet_hangs(session):
    make_township(session)
    matter = make_published(session, level=Level.TOWNSHIP, department="测试局")
    here, *_ = poster_of(session, target=matter.code, place_code=f"{TOWNSHIP}S1")
    assert here.department == "城关回族镇人民政府"
    anywhere, *_ = poster_of(session, target=matter.code, note="别处")
    assert anywhere.department == "测试局"


def test_what_another_place_said_is_marked(session):
    matter = make_published(session, stand_in="本指南参考安化县公布的内容。")
    poster, *_ = poster_of(session, target=matter.code)
    marks = {poster.limit_mark, poster.fee_mark, poster.materials_mark}
    assert marks == {"外地资料，供参考"}


def test_only_papers_of_the_applicant_are_named_the_needed_first(session):
    matter = make_published(
        session,
        materials=(
            Material(key="a", name="旧证", necessity=Necessity.DEFERRABLE),
            Material(key="b", name="内部审核表", from_applicant=False),
            Material(key="c", name="居民身份证"),
        ),
    )
    poster, *_ = poster_of(session, target=matter.code)
    assert poster.materials == ("居民身份证", "旧证（容缺后补）")


@pytest.mark.parametrize(
    ("promised", "statutory", "text"),
    [
        (5, 20, "承诺5个工作日（法定20个工作日）"),
        (20, 20, "20个工作日"),
        (5, None, "5个工作日"),
        (None, 20, "20个工作日"),
    ],
)
def test_the_limit_to_hold_comes_first(session, promised, statutory, text):
    def limit(days):
        return days and Limit(days, LimitUnit.WORKDAY, f"{days}个工作日")

    matter = make_published(
        session, promised_limit=limit(promised), statutory_limit=limit(statutory)
    )
    poster, *_ = poster_of(session, target=matter.code)
    assert poster.limit == text


def test_sheets_of_an_office_a_place_and_a_window(session):
    make_office(session, "test-office", name="区民政局")
    hall = make_place(session, name="政务服务大厅")
    window = make_window(session, hall, number="3", name="婚姻登记")
    named = {
        CodeKind.DEPARTMENT: ("test-office", "区民政局"),
        CodeKind.PLACE: (hall.code, "政务服务大厅"),
        CodeKind.WINDOW: (window.code, "3号窗口 婚姻登记"),
    }
    for kind, (target, name) in named.items():
        poster, *_ = poster_of(session, kind, target=target, place_code=hall.code)
        assert poster.matter_name == name
        assert poster.limit == "以各事项的指南为准"


@pytest.mark.parametrize(
    "kind", [CodeKind.MATTER, CodeKind.DEPARTMENT, CodeKind.PLACE, CodeKind.WINDOW]
)
def test_what_is_not_published_is_not_printed(session, kind):
    with pytest.raises(NotFound):
        poster_of(session, kind, target="nothing")


def test_a_supervision_code_stands_beside_another_only(session):
    matter = make_published(session, fee=Fee(charged=False, text="不收费"))
    code = make_code(session, target=matter.code)
    second = service.supervision_for(session, SYSTEM_ACTOR, place_code="hall", now=NOW)
    snapshot = load_snapshot(session)
    for wrong in ((second, second), (code, code)):
        with pytest.raises(Invalid):
            poster_for(snapshot, *wrong, EDITION)
    assert (
        poster_for(snapshot, code, second, replace(EDITION, demo=False)).demo is False
    )


def test_a_placement_that_is_not_in_the_catalogue_is_left_out(session):
    code = make_code(
        session, place_code="gone", window_code="gone-1", note="村口小卖部"
    )
    assert placement(load_snapshot(session), code) == "村口小卖部"
