import pytest
from sqlalchemy import select

from app.catalogue.current import load_snapshot
from app.catalogue.guide import Level, Limit, LimitUnit
from app.catalogue.models import (
    HandledBy,
    PublishedRecordChanged,
    Release,
    ReleaseItem,
)
from app.catalogue.releases import NotPublishable
from app.kernel.errors import Forbidden, Invalid
from tests.builders.catalogue import (
    a_guide,
    make_matter,
    make_office,
    make_release,
)


@pytest.fixture(autouse=True)
def _office(session):
    make_office(session)


class TestPublishing:
    def test_numbers_follow_one_another(self, session):
        codes = [make_matter(session).code for _ in range(2)]
        first, second = (make_release(session, code) for code in codes)
        assert second.number == first.number + 1

    def test_a_release_fixes_wording_and_office(self, session):
        guide = a_guide(office_code="test-office")
        make_matter(session, guide)
        release = make_release(session, guide.code)
        make_office(session, "other")
        make_matter(session, a_guide(code=guide.code, name="新", office_code="other"))
        matter = load_snapshot(session).matter(guide.code)
        assert matter.name == guide.name
        assert matter.office_code == "test-office"
        assert matter.revision_number == 1
        assert matter.release_number == release.number

    def test_the_next_release_takes_the_newer_wording(self, session):
        guide = a_guide()
        make_matter(session, guide)
        make_release(session, guide.code)
        make_matter(session, a_guide(code=guide.code, name="改过的名称"))
        make_release(session, guide.code)
        assert load_snapshot(session).matter(guide.code).name == "改过的名称"

    def test_the_level_decides_who_handles(self, session):
        guide = a_guide(level=Level.VILLAGE)
        make_matter(session, guide)
        make_release(session, guide.code)
        item = session.scalar(
            select(ReleaseItem).where(ReleaseItem.matter_code == guide.code)
        )
        assert item.handled_by is HandledBy.TOWNSHIP

    def test_who_may_not_publish_does_not(self, session, clerk):
        from app.catalogue import releases
        from tests.conftest import NOW

        make_matter(session, a_guide(code="M1"))
        with pytest.raises(Forbidden):
            releases.publish(
                session,
                clerk,
                title="t",
                basis="b",
                matter_codes=["M1"],
                on=NOW.date(),
                now=NOW,
            )

    @pytest.mark.parametrize(
        ("codes", "said"),
        [
            ((), {}),
            (("M1", "M1"), {}),
            (("M1", "nowhere"), {}),
            (("M1",), {"title": " "}),
            (("M1",), {"basis": ""}),
            (("M1",), {"withdrawn": {"M1": "x"}}),
            ((), {"withdrawn": {"M1": " "}}),
            ((), {"withdrawn": {"M1": "从未公布过"}}),
        ],
    )
    def test_an_unsound_batch_is_refused(self, session, codes, said):
        make_matter(session, a_guide(code="M1"))
        with pytest.raises(Invalid):
            make_release(session, *codes, **said)
        assert session.scalar(select(Release.id)) is None


class TestGapsAndFaults:
    def test_a_gap_blocks_outside_the_demonstration(self, session):
        guide = a_guide(materials=())
        make_matter(session, guide)
        with pytest.raises(NotPublishable) as refused:
            make_release(session, guide.code)
        assert refused.value.errors == {guide.code: "来源缺项：申请材料"}

    def test_a_guide_of_another_place_blocks_outside_the_demonstration(self, session):
        guide = a_guide(stand_in="本指南内容来自别处。")
        make_matter(session, guide)
        with pytest.raises(NotPublishable):
            make_release(session, guide.code)

    def test_the_demonstration_may_have_both(self, session):
        guide = a_guide(materials=(), stand_in="本指南内容来自别处。")
        make_matter(session, guide)
        assert make_release(session, guide.code, allow_gaps=True).allows_gaps

    def test_a_real_fault_blocks_everywhere(self, session):
        guide = a_guide(promised_limit=Limit(30, LimitUnit.WORKDAY, "30个工作日"))
        make_matter(session, guide)
        make_matter(session, a_guide(code="M1"))
        with pytest.raises(NotPublishable) as refused:
            make_release(session, "M1", guide.code, allow_gaps=True)
        assert list(refused.value.errors) == [guide.code]
        assert "承诺时限比法定时限长" in refused.value.errors[guide.code]


class TestNeverChanged:
    def test_a_release_cannot_be_renamed(self, session):
        make_matter(session, a_guide(code="M1"))
        release = make_release(session, "M1")
        release.title = "另一个名称"
        with pytest.raises(PublishedRecordChanged):
            session.flush()

    def test_an_item_cannot_be_deleted(self, session):
        make_matter(session, a_guide(code="M1"))
        make_release(session, "M1")
        session.delete(session.scalar(select(ReleaseItem)))
        with pytest.raises(PublishedRecordChanged):
            session.flush()


class TestWithdrawing:
    def test_a_matter_leaves_by_a_new_release_and_says_why(self, session):
        for code in ("M1", "M2"):
            make_matter(session, a_guide(code=code))
        make_release(session, "M1", "M2")
        release = make_release(session, withdrawn={"M1": "依据已废止"})
        snapshot = load_snapshot(session)
        assert "M1" not in snapshot.matters
        gone = snapshot.withdrawn["M1"]
        assert (gone.reason, gone.release_number) == ("依据已废止", release.number)
        assert "M2" in snapshot.matters

    def test_it_may_come_back(self, session):
        make_matter(session, a_guide(code="M1"))
        make_release(session, "M1")
        make_release(session, withdrawn={"M1": "暂停"})
        make_release(session, "M1")
        snapshot = load_snapshot(session)
        assert "M1" in snapshot.matters
        assert snapshot.withdrawn == {}
