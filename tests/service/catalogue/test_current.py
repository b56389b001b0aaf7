import threading

import pytest
from sqlalchemy.exc import OperationalError

from app.catalogue.current import PlaceNeeded, SnapshotHolder, load_snapshot
from app.catalogue.guide import Audience, Level
from app.catalogue.places import PlaceKind
from app.kernel.errors import NotFound
from tests.builders.catalogue import (
    TOWNSHIP,
    a_guide,
    make_matter,
    make_office,
    make_place,
    make_published,
    make_release,
    make_synonym,
    make_township,
    make_window,
)


class TestSnapshot:
    def test_before_the_first_release_it_is_empty(self, session):
        snapshot = load_snapshot(session)
        assert snapshot.release_number == 0
        assert snapshot.matters == {}
        assert snapshot.find("身份证").total == 0
        with pytest.raises(NotFound):
            snapshot.matter("M1")

    def test_holds_what_was_published_and_no_more(self, session):
        ours = make_published(session, name="居民身份证申领")
        make_matter(session, a_guide(code="draft"))
        snapshot = load_snapshot(session)
        assert set(snapshot.matters) == {ours.code}
        matter = snapshot.matter(ours.code)
        assert matter.guide.name == "居民身份证申领"
        assert matter.form.fields
        assert snapshot.find("sfz").total == 1

    def test_counts_themes_departments_and_facets(self, session):
        make_published(session, theme="社保", office_code="a")
        make_published(session, theme="社保", office_code="a")
        make_published(
            session, theme="医保", office_code="b", audience=(Audience.ORGANISATION,)
        )
        snapshot = load_snapshot(session)
        assert [(each.name, each.count) for each in snapshot.themes] == [
            ("社保", 2),
            ("医保", 1),
        ]
        assert [(each.code, each.count) for each in snapshot.departments] == [
            ("a", 2),
            ("b", 1),
        ]
        assert snapshot.facets.audience == {"person": 2, "organisation": 1}
        assert snapshot.facets.mode == {"full": 3, "once": 3, "zero": 3}

    def test_everyday_words_are_used(self, session):
        make_published(session, name="生育登记")
        make_synonym(session, "生孩子", "生育登记")
        assert load_snapshot(session).find("生孩子").items[0].matched == "synonym"

    def test_the_tag_is_the_same_until_something_changes(self, session):
        make_published(session)
        first = load_snapshot(session)
        assert load_snapshot(session).etag == first.etag
        assert first.etag.startswith('"r1-')
        make_place(session)
        second = load_snapshot(session)
        assert second.etag != first.etag
        make_published(session)
        assert load_snapshot(session).etag not in (first.etag, second.etag)

    def test_a_release_says_what_it_holds(self, session):
        ours = make_published(session)
        (release,) = load_snapshot(session).releases
        assert release.matter_codes == (ours.code,)
        assert release.basis == "测试文件"


class TestOfficeInCharge:
    @pytest.fixture
    def snapshot(self, session):
        make_place(
            session,
            code="411603",
            name="淮阳区",
            kind=PlaceKind.DISTRICT,
            parent_code=None,
        )
        make_township(session)
        make_place(session, code="H1", kind=PlaceKind.HALL, parent_code="411603")
        make_office(session)
        for guide in (
            a_guide(code="district"),
            a_guide(code="village", level=Level.VILLAGE),
        ):
            make_matter(session, guide)
        make_release(session, "district", "village")
        return load_snapshot(session)

    @pytest.mark.parametrize("place", [None, "411603", "H1", TOWNSHIP, f"{TOWNSHIP}S1"])
    def test_a_district_matter_is_the_departments_everywhere(self, snapshot, place):
        assert snapshot.office_in_charge("district", place) == "test-office"

    @pytest.mark.parametrize("place", [TOWNSHIP, f"{TOWNSHIP}S1"])
    def test_a_village_matter_is_the_townships(self, snapshot, place):
        assert snapshot.office_in_charge("village", place) == TOWNSHIP
        assert snapshot.matter("village").office_code == "test-office"

    @pytest.mark.parametrize("place", [None, "411603", "H1"])
    def test_without_a_township_it_must_be_asked_for(self, snapshot, place):
        with pytest.raises(PlaceNeeded) as asked:
            snapshot.office_in_charge("village", place)
        assert "乡镇" in asked.value.zh

    def test_an_unknown_place_or_matter_is_not_found(self, snapshot):
        with pytest.raises(NotFound):
            snapshot.office_in_charge("district", "nowhere")
        with pytest.raises(NotFound):
            snapshot.office_in_charge("nothing", TOWNSHIP)

    def test_places_that_handle_a_matter(self, snapshot):
        assert [each.code for each in snapshot.places_handling("district")] == ["H1"]
        assert [each.code for each in snapshot.places_handling("village")] == [
            f"{TOWNSHIP}S1"
        ]

    def test_townships_are_what_addresses_choose_from(self, snapshot):
        assert snapshot.divisions() == {TOWNSHIP: "城关回族镇"}

    def test_windows_of_a_place(self, session, snapshot):
        make_window(session, snapshot.places["H1"], code="W1")
        assert [each.code for each in load_snapshot(session).windows_at("H1")] == ["W1"]


class Ticks:
    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


class TestHolder:
    @pytest.fixture
    def ticks(self):
        return Ticks()

    @pytest.fixture
    def holder(self, database, ticks):
        return SnapshotHolder(database, monotonic=ticks)

    def test_serves_the_same_object_while_nothing_changes(self, session, holder, ticks):
        make_published(session)
        first = holder.get()
        ticks.at = 5.0
        assert holder.get() is first

    def test_notices_a_release_within_a_second(self, session, holder, ticks):
        make_published(session)
        first = holder.get()
        make_published(session)
        ticks.at = 0.9
        assert holder.get() is first
        ticks.at = 1.0
        assert len(holder.get().matters) == 2
        assert len(first.matters) == 1

    def test_looks_at_most_once_a_second(self, session, database, holder, ticks):
        make_published(session)
        holder.get()
        looks = counted(database)
        for step in range(300):
            ticks.at = step / 100
            holder.get()
        assert len(looks) == 2

    def test_serves_the_last_one_while_the_database_is_away(
        self, session, database, holder, ticks
    ):
        make_published(session)
        first = holder.get()
        database.readers = away
        ticks.at = 2.0
        assert holder.get() is first

    def test_with_nothing_to_serve_the_failure_is_told(self, database, holder):
        database.readers = away
        with pytest.raises(OperationalError):
            holder.get()

    def test_while_one_loads_the_others_get_what_is_there(
        self, session, database, holder, ticks
    ):
        make_published(session)
        first = holder.get()
        ticks.at = 2.0
        inside, go_on, served = threading.Event(), threading.Event(), []
        readers = database.readers

        def slow():
            inside.set()
            assert go_on.wait(10)
            return readers()

        database.readers = slow
        loader = threading.Thread(target=holder.get)
        loader.start()
        assert inside.wait(10)
        served.append(holder.get())
        go_on.set()
        loader.join(10)
        assert served == [first]

    def test_doors_may_keep_what_they_made_with_the_snapshot(self, session, holder):
        make_published(session)
        holder.get().cache["list"] = b"[]"
        assert holder.get().cache["list"] == b"[]"


def away():
    raise OperationalError("select 1", {}, Exception("connection refused"))


def counted(database):
    looks = []
    readers = database.readers

    def reading():
        looks.append(1)
        return readers()

    database.readers = reading
    return looks
