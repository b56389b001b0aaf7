from itertools import product

import pytest

from app.codes.workflow import (
    LIFE,
    LIVE,
    Act,
    CodeState,
    IllegalChange,
    acts_open_to,
    step,
)
from app.kernel.errors import Invalid

ENDED = {CodeState.REPLACED, CodeState.REVOKED, CodeState.EXPIRED}


@pytest.mark.parametrize(("state", "act"), list(product(CodeState, Act)))
def test_every_state_and_act(state, act):
    row = LIFE.get((state, act))
    if row is None:
        with pytest.raises(IllegalChange):
            step(state, act, reason="因为")
        assert act not in acts_open_to(state)
        return
    assert step(state, act, reason="因为") is row.to
    assert act in acts_open_to(state)
    if row.reason_required:
        with pytest.raises(Invalid) as refused:
            step(state, act, reason="  ")
        assert refused.value.errors == {"reason": "请写明原因。"}
    else:
        assert step(state, act) is row.to


def test_no_way_leads_back_from_the_end():
    assert {state for state in CodeState if not acts_open_to(state)} == ENDED
    assert set(CodeState) == LIVE | ENDED
