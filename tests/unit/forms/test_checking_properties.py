"""Random definitions and answers: checking never raises, and is idempotent."""

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from app.forms.checking import check, file_tokens, keep_typed, visible
from app.forms.definitions import NO, YES, Choice, Field, FieldType, Form, ShowIf
from tests.builders.forms import DIVISIONS, GOOD_ANSWERS

TODAY = date(2026, 3, 2)
CHOICES = (Choice("a", "甲"), Choice("b", "乙"), Choice("c", "丙"))
CHOOSING = {FieldType.CHOICE, FieldType.CHOICES}
BOUNDS = {
    FieldType.NUMBER: ("-5", "40"),
    FieldType.MONEY: ("0.5", "2000"),
    FieldType.DATE: ("1949-10-01", "today"),
    FieldType.CHOICES: ("1", "2"),
    FieldType.FILE: ("1", "2"),
}


@st.composite
def forms(draw):
    """Forms of up to eight fields of any type, some shown only at times."""
    fields = []
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(FieldType))
        low, high = BOUNDS.get(kind, ("", ""))
        deciding = [
            each for each in fields if each.choices or each.type is FieldType.YES_NO
        ]
        show_if = None
        if deciding and draw(st.booleans()):
            asked = draw(st.sampled_from(deciding))
            possible = [each.value for each in asked.choices] or [YES, NO]
            values = draw(st.lists(st.sampled_from(possible), min_size=1, max_size=2))
            show_if = ShowIf(asked.key, tuple(values))
        fields.append(
            Field(
                key=f"f{number}",
                type=kind,
                label=f"第{number}项",
                required=draw(st.booleans()),
                choices=CHOICES if kind in CHOOSING else (),
                min=draw(st.sampled_from(["", low])),
                max=draw(st.sampled_from(["", high])),
                max_length=draw(st.sampled_from([1, 6, 100])),
                decimals=draw(st.sampled_from([0, 2])),
                show_if=show_if,
            )
        )
    return Form("random", 1, "随机", tuple(fields))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**4000, max_value=10**5000)
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20)
    | st.binary(max_size=5)
    | st.sampled_from(["a", "b", "yes", "no", "elsewhere", "411603100", "A" * 22])
    | st.sampled_from([*GOOD_ANSWERS.values(), "1,000元", "2024年2月29日", "0" * 5000])
    | st.dates().map(str),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["division", "detail", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
answers = st.dictionaries(
    st.sampled_from(
        [f"f{n}" for n in range(9)]
        + [f"f{n}.{part}" for n in range(3) for part in ("division", "detail")]
    )
    | st.text(max_size=3),
    anything,
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(forms(), answers)
def test_whatever_is_sent_there_is_an_answer(form, sent):
    result = check(form, sent, today=TODAY, divisions=DIVISIONS)

    json.dumps(result.values, ensure_ascii=False, allow_nan=False).encode()
    assert not set(result.values) & set(result.errors)
    assert all(sentence.endswith("。") for sentence in result.errors.values())
    shown = visible(form, result.values)
    assert set(result.values) <= shown
    for each in form.fields:
        if each.required and each.key in shown:
            assert each.key in result.values or each.key in result.errors
    assert isinstance(file_tokens(form, result.values), tuple)


@settings(max_examples=150, deadline=None)
@given(forms(), answers)
def test_what_came_out_goes_in_again_unchanged(form, sent):
    once = check(form, sent, today=TODAY, divisions=DIVISIONS)
    again = check(form, once.values, today=TODAY, divisions=DIVISIONS)
    assert again.values == once.values
    # What was wrong is missing now; nothing that came out is wrong.
    assert not set(again.errors) & set(once.values)


@settings(max_examples=100, deadline=None)
@given(forms(), answers)
def test_a_draft_can_always_be_kept_and_keeps_the_good_answers(form, sent):
    kept = keep_typed(form, sent)
    json.dumps(kept, ensure_ascii=False, allow_nan=False).encode()
    assert set(kept) <= {each.key for each in form.fields}
    assert keep_typed(form, kept) == kept


@settings(max_examples=100, deadline=None)
@given(forms())
def test_a_form_survives_json(form):
    assert Form.from_json(json.loads(json.dumps(form.to_json()))) == form


@settings(max_examples=100, deadline=None)
@given(anything)
def test_whatever_is_no_mapping_is_one_error(sent):
    form = Form("x", 1, "x", (Field(key="a", type=FieldType.TEXT, label="甲"),))
    result = check(form, sent, today=TODAY, divisions={})
    assert result.errors
    assert not result.values
