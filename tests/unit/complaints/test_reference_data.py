import json
import re
from copy import deepcopy
from datetime import date

import pytest

from app.complaints import categories, rules
from app.complaints.categories import FOLDER, Kind, book
from app.complaints.workflow import Track
from app.kernel.errors import Invalid

CATEGORIES = json.loads((FOLDER / "categories.json").read_text("utf-8"))
RULES = json.loads((FOLDER / "rules.json").read_text("utf-8"))


class TestCategories:
    def test_every_entry_rests_on_a_document(self):
        documents = set(CATEGORIES["documents"])
        for version in CATEGORIES["versions"]:
            for kind in version["kinds"]:
                for entry in (kind, *kind["categories"]):
                    assert entry["basis"]
                    assert {basis.split()[0] for basis in entry["basis"]} <= documents

    def test_every_entry_is_explained_in_a_sentence(self):
        for kind in book().on(date(2026, 3, 2)).kinds:
            for entry in (kind, *kind.categories):
                assert entry.label
                assert entry.help.endswith("。")

    def test_only_reports_are_sealed_and_only_accusations_hide(self):
        assert {kind for kind in Kind if kind.track is Track.SEALED} == {Kind.REPORT}
        assert {kind for kind in Kind if kind.is_adverse} == {
            Kind.COMPLAINT,
            Kind.REPORT,
        }

    def test_a_category_belongs_to_its_kind(self):
        current = book().on(date(2026, 3, 2))
        assert current.require(Kind.REPORT, "bribe").label
        with pytest.raises(Invalid):
            current.require(Kind.COMPLAINT, "bribe")

    def test_reporting_says_where_it_goes_and_staying_unnamed_what_is_kept(self):
        current = book().on(date(2026, 3, 2))
        assert "区纪委监委" in current.report_guidance[0]
        assert any("微信" in line for line in current.anonymous_notice)
        text = "".join(current.report_guidance + current.anonymous_notice)
        assert re.findall(r"\d{4,}", text) == []  # no telephone that nobody read

    def test_the_version_of_a_day(self):
        document = deepcopy(CATEGORIES)
        newer = deepcopy(document["versions"][0])
        newer |= {"version": 2, "in_force_from": "2026-07-01"}
        document["versions"].append(newer)
        both = categories.read(document)
        assert both.on(date(2026, 6, 30)).version == 1
        assert both.on(date(2026, 7, 1)).version == 2
        assert both.on(date(1999, 1, 1)).version == 1
        assert both.numbered(2).in_force_from == date(2026, 7, 1)
        with pytest.raises(LookupError):
            both.numbered(3)

    def test_a_broken_book_is_refused(self):
        def broken(change):
            document = deepcopy(CATEGORIES)
            change(document)
            with pytest.raises(ValueError):
                categories.read(document)

        broken(lambda it: it["versions"].clear())
        broken(lambda it: it["versions"].append(it["versions"][0]))
        broken(lambda it: it["versions"][0]["kinds"].pop())
        broken(lambda it: it["versions"][0]["kinds"][0]["categories"].clear())
        broken(
            lambda it: it["versions"][0]["kinds"][0]["categories"].append(
                it["versions"][0]["kinds"][0]["categories"][0]
            )
        )


class TestRules:
    def test_every_figure_has_a_source(self):
        for each in rules.rules().limits.values():
            assert each.source
        assert RULES["reopen"]["source"]
        assert RULES["offices"]["source"]
        assert RULES["next_way_up"]["source"]

    def test_every_track_has_a_next_way_up_by_a_short_number(self):
        numbers = {
            track: way.telephone for track, way in rules.rules().next_way_up.items()
        }
        assert numbers == {Track.SERVICE: "12345", Track.SEALED: "12388"}

    def test_broken_rules_are_refused(self):
        def broken(change):
            document = deepcopy(RULES)
            change(document)
            with pytest.raises(ValueError):
                rules.read(document)

        broken(lambda it: it["limits"].pop("help"))
        broken(lambda it: it["limits"]["help"].update(dispatch=9))
        broken(lambda it: it["limits"]["help"].update(answer=2000))
        broken(lambda it: it["reopen"].update(times=-1))
        broken(lambda it: it["next_way_up"].pop("sealed"))
        broken(lambda it: it["offices"].update(service=it["offices"]["discipline"]))
