import itertools

import pytest

from app.complaints.workflow import (
    AWAITING_ANSWER,
    AWAITING_DISPATCH,
    FRESH,
    MAX_TEXT,
    OPEN,
    TRANSITIONS,
    Action,
    IllegalTransition,
    Party,
    ReopenedTooLate,
    ReopenedTooOften,
    Situation,
    State,
    Track,
    actions_open_to,
    diagram,
    next_for_reporter,
    step,
)
from app.kernel.errors import Forbidden, Invalid

EVERY_CELL = list(itertools.product(State, Action, Party, Track))


def take(state, action, party, track=Track.SERVICE, **said):
    enough = {"reason": "理由", "answer": "答复", "has_office": True}
    return step(state, action, parties=[party], track=track, **enough | said)


@pytest.mark.parametrize(
    ("state", "action", "party", "track"),
    EVERY_CELL,
    ids=["-".join(cell) for cell in EVERY_CELL],
)
def test_every_cell_is_a_row_forbidden_or_impossible(state, action, party, track):
    row = TRANSITIONS.get((state, action))
    if row is None or track not in row.tracks:
        with pytest.raises(IllegalTransition):
            take(state, action, party, track)
        assert action not in actions_open_to(Party, state, track)
    elif party not in row.by:
        with pytest.raises(Forbidden):
            take(state, action, party, track)
        assert action not in actions_open_to([party], state, track)
    else:
        assert take(state, action, party, track) is row
        assert action in actions_open_to([party], state, track)


@pytest.mark.parametrize(
    ("start", "action"), [key for key, row in TRANSITIONS.items() if row.reason]
)
def test_a_reason_that_is_asked_for_must_be_given(start, action):
    (party, *_) = TRANSITIONS[start, action].by
    for reason in ("", " \n", "长" * (MAX_TEXT + 1)):
        with pytest.raises(Invalid) as refused:
            take(start, action, party, reason=reason)
        assert set(refused.value.errors) == {"reason"}


def test_an_answer_says_something():
    with pytest.raises(Invalid) as refused:
        take(State.HANDLING, Action.REPLY, Party.OFFICE, answer=" ")
    assert set(refused.value.errors) == {"answer"}


def test_a_dispatch_goes_somewhere():
    with pytest.raises(Invalid) as refused:
        take(State.ACCEPTED, Action.DISPATCH, Party.INTAKE, has_office=False, reason="")
    assert set(refused.value.errors) == {"office", "reason"}


def test_an_illegal_step_says_what_is_possible():
    with pytest.raises(IllegalTransition) as refused:
        take(State.NEW, Action.CLOSE, Party.INTAKE)
    assert refused.value.facts["possible"] == ["accept", "reject"]


def test_a_sealed_report_never_leaves_the_inspectors():
    assert not [
        action
        for (_, action), row in TRANSITIONS.items()
        if row.names_office and Track.SEALED in row.tracks
    ]


@pytest.mark.parametrize("track", Track)
def test_every_state_can_be_reached_and_left_on_its_track(track):
    rows = {key: row for key, row in TRANSITIONS.items() if track in row.tracks}
    reached = {State.NEW}
    while more := {row.to for (start, _), row in rows.items() if start in reached} - (
        reached
    ):
        reached |= more
    dispatched = {State.DISPATCHED} if track is Track.SEALED else set()
    assert reached == set(State) - dispatched
    stuck = reached - {start for start, _ in rows}
    assert stuck == {State.REJECTED}


@pytest.mark.parametrize("state", OPEN)
def test_in_every_open_state_a_desk_can_do_something(state):
    desk = [Party.INTAKE, Party.OFFICE]
    assert actions_open_to(desk, state, Track.SERVICE)


class TestReopening:
    def test_as_often_as_the_rules_allow(self):
        used_up = Situation(reopened=2)
        assert Action.REOPEN not in actions_open_to(
            [Party.REPORTER], State.CLOSED, Track.SERVICE, used_up
        )
        with pytest.raises(ReopenedTooOften):
            take(State.CLOSED, Action.REOPEN, Party.REPORTER, situation=used_up)

    @pytest.mark.parametrize(("days", "fits"), [(0, True), (30, True), (31, False)])
    def test_as_long_as_the_rules_allow(self, days, fits):
        situation = Situation(days_since_answer=days)
        assert (situation.refusal(Action.REOPEN) is None) is fits
        if not fits:
            with pytest.raises(ReopenedTooLate):
                take(State.CLOSED, Action.REOPEN, Party.REPORTER, situation=situation)

    def test_limits_nothing_else(self):
        late = Situation(reopened=9, days_since_answer=99)
        assert late.refusal(Action.CONFIRM) is None
        assert FRESH.refusal(Action.REOPEN) is None


def test_everything_has_words():
    for state in State:
        assert state.zh
        assert next_for_reporter(state).endswith("。")
    for row in TRANSITIONS.values():
        assert row.label
        assert row.told


def test_what_is_owed_is_owed_in_open_states_only():
    assert AWAITING_DISPATCH | AWAITING_ANSWER | {State.REPLIED} == OPEN
    assert not AWAITING_DISPATCH & AWAITING_ANSWER


def test_the_diagram_has_every_row():
    drawn = diagram()
    assert drawn.startswith("stateDiagram-v2\n")
    assert drawn.count(" --> ") == len(TRANSITIONS) + 3
