"""Definitions refuse what could not be drawn or answered."""

from datetime import date

import pytest

from app.forms.definitions import (
    Choice,
    Field,
    FieldType,
    Form,
    FormBroken,
    Prefill,
    ShowIf,
    bound,
)
from tests.builders.forms import make_field, make_form

PICK = (Choice("a", "甲"), Choice("b", "乙"))


@pytest.mark.parametrize(
    "said",
    [
        {"key": "Name"},
        {"key": "a b"},
        {"key": ""},
        {"label": " "},
        {"max_length": 0},
        {"max_length": 10**6},
        {"decimals": 9, "type": FieldType.NUMBER},
        {"type": FieldType.CHOICE},
        {"choices": PICK},
        {"type": FieldType.CHOICE, "choices": (Choice("a", "甲"), Choice("a", "乙"))},
        {"type": FieldType.CHOICE, "choices": (Choice("a b", "甲"),)},
        {"type": FieldType.CHOICE, "choices": (Choice("a", " "),)},
        {"min": "1"},
        {"type": FieldType.NUMBER, "min": "x"},
        {"type": FieldType.NUMBER, "max": "NaN"},
        {"type": FieldType.NUMBER, "max": "1e999999"},
        {"type": FieldType.NUMBER, "min": "2", "max": "1"},
        {"type": FieldType.NUMBER, "max": "today"},
        {"type": FieldType.DATE, "min": "2026-02-30"},
        {"type": FieldType.DATE, "min": "2026-02-02", "max": "2026-02-01"},
        {"type": FieldType.FILE, "min": "2"},
        {"warning": "小心"},
    ],
)
def test_a_field_that_cannot_be_drawn_is_refused(said):
    with pytest.raises(FormBroken):
        make_field(**said)


def test_a_form_asks_each_thing_once():
    with pytest.raises(FormBroken):
        make_form(make_field(), make_field())
    with pytest.raises(FormBroken):
        make_form(*(make_field(key=f"f{n}") for n in range(201)))


@pytest.mark.parametrize(
    "show_if",
    [
        ShowIf("later", ("yes",)),
        ShowIf("sure", ()),
        ShowIf("sure", ("maybe",)),
        ShowIf("plain", ("x",)),
        ShowIf("x", ("yes",)),
    ],
)
def test_a_condition_that_cannot_be_decided_is_refused(show_if):
    with pytest.raises(FormBroken):
        make_form(
            make_field(key="sure", type=FieldType.YES_NO),
            make_field(key="plain"),
            make_field(key="x", show_if=show_if),
            make_field(key="later", type=FieldType.YES_NO),
        )


def test_json_leaves_out_what_is_usual():
    assert make_field().to_json() == {
        "key": "name",
        "type": "text",
        "label": "您的姓名",
    }


def test_everything_survives_json():
    form = make_form(
        make_field(key="sure", type=FieldType.YES_NO, warning="小心"),
        make_field(
            key="pick",
            type=FieldType.CHOICES,
            choices=PICK,
            min="1",
            max="2",
            show_if=ShowIf("sure", ("yes",)),
            help="h",
            group="g",
            example="e",
            required=False,
        ),
        make_field(prefill=Prefill.NAME),
    )
    assert Form.from_json(form.to_json()) == form


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        "x",
        {},
        {"key": "a", "type": "nonsense", "label": "b"},
        {"key": "a", "type": "text"},
        {"key": "a", "type": "text", "label": 5},
        {"key": "a", "type": "text", "label": "b", "colour": "red"},
        {"key": "a", "type": "number", "label": "b", "min": 1},
        {"key": "a", "type": "text", "label": "b", "max_length": "9"},
        {"key": "a", "type": "text", "label": "b", "required": "no"},
        {"key": "a", "type": "text", "label": "b", "show_if": []},
        {"key": "a", "type": "text", "label": "b", "show_if": {"key": "x"}},
        {"key": "a", "type": "choice", "label": "b", "choices": [{"value": "x"}]},
        {"key": "a", "type": "choice", "label": "b", "choices": 5},
        {"key": 5, "type": "text", "label": "b"},
    ],
)
def test_what_is_no_field_is_refused(said):
    with pytest.raises(FormBroken):
        Field.from_json(said)
    with pytest.raises(FormBroken):
        Form.from_json({"key": "x", "version": 1, "title": "x", "fields": [said]})


def test_what_is_no_form_is_refused():
    for said in (None, [], {}, {"key": "x", "version": "y", "title": "", "fields": []}):
        with pytest.raises(FormBroken):
            Form.from_json(said)


def test_groups_are_runs_of_neighbours():
    form = make_form(
        make_field(key="a", group="一"),
        make_field(key="b", group="一"),
        make_field(key="c", group="二"),
    )
    assert [(name, len(run)) for name, run in form.groups()] == [("一", 2), ("二", 1)]
    assert form.field("b").group == "一"
    assert form.field("zzz") is None


def test_today_is_the_day_of_filling_in():
    field = make_field(type=FieldType.DATE, max="today")
    day = date(2026, 3, 2)
    assert bound(field, field.max, today=day) == day
    assert bound(field, field.min, today=day) is None


def test_a_choice_has_a_label():
    field = make_field(type=FieldType.CHOICE, choices=PICK)
    assert field.label_of("b") == "乙"
    assert field.label_of("c") == ""
