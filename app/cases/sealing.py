"""What of a case is kept under seal, and how it is opened again.

Every sealed value names its place: table, row, column. So an answer that was
copied into another case does not open there.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.cases.models import Case, CaseDefect, CaseStep
from app.kernel import crypto
from app.kernel.references import ALPHABET

LOOKUP_LENGTH = 8
"""Signs of a look-up code: about 40 bits, guarded by rate limits (design.md §7)."""


def answers_of(session: Session, case: Case) -> dict[str, Any]:
    """Return what was filed; of a draft, what was typed so far."""
    return _opened(session, case.answers_sealed, _answers_place(case.token))


def amended_answers_of(session: Session, case: Case) -> dict[str, Any]:
    """Return the answers with what the applicant is changing under a notice."""
    if case.amended_sealed is None:
        return answers_of(session, case)
    return _opened(session, case.amended_sealed, _amended_place(case.token))


def seal_answers(session: Session, token: str, answers: Mapping[str, Any]) -> bytes:
    """Seal answers for ``cases.answers_sealed``."""
    return _sealed(session, answers, _answers_place(token))


def seal_amended(session: Session, token: str, answers: Mapping[str, Any]) -> bytes:
    """Seal answers for ``cases.amended_sealed``."""
    return _sealed(session, answers, _amended_place(token))


def seal_past(
    session: Session, token: str, number: int, answers: Mapping[str, Any]
) -> bytes:
    """Seal answers for ``case_past_answers.answers_sealed``."""
    return _sealed(session, answers, _past_place(token, number))


def past_answers_of(
    session: Session, token: str, number: int, sealed: bytes
) -> dict[str, Any]:
    """Return answers as they were filed before supplement ``number``."""
    return _opened(session, sealed, _past_place(token, number))


def seal_applicant(session: Session, token: str, name: str) -> bytes | None:
    """Seal the applicant's name; nothing when there is none."""
    if not name:
        return None
    return crypto.of(session).seal(name, context=_applicant_place(token))


def applicant_of(session: Session, token: str, sealed: bytes | None) -> str:
    """Return the applicant's name, empty when none is known."""
    if sealed is None:
        return ""
    return crypto.of(session).open_text(sealed, context=_applicant_place(token))


def seal_reason(session: Session, token: str, number: int, reason: str) -> bytes | None:
    """Seal the reason of step ``number``; nothing when none was given."""
    if not reason:
        return None
    return crypto.of(session).seal(reason, context=_reason_place(token, number))


def reason_of(session: Session, case: Case, step: CaseStep) -> str:
    """Return the reason of a step, empty when none was given."""
    if step.reason_sealed is None:
        return ""
    place = _reason_place(case.token, step.number)
    return crypto.of(session).open_text(step.reason_sealed, context=place)


def seal_problem(
    session: Session, token: str, notice: int, position: int, problem: str
) -> bytes:
    """Seal what is wrong, for defect ``position`` of a notice."""
    place = _problem_place(token, notice, position)
    return crypto.of(session).seal(problem, context=place)


def problem_of(session: Session, case: Case, notice: int, defect: CaseDefect) -> str:
    """Return what is wrong, as the notice says it."""
    place = _problem_place(case.token, notice, defect.position)
    return crypto.of(session).open_text(defect.problem_sealed, context=place)


def lookup_code(session: Session, token: str) -> str:
    """Return the look-up code of a case: always the same for the same case.

    It is derived, not stored: a repeated submission shows it again, and a copy
    of the database without the keys does not hold it.
    """
    digest = int(crypto.of(session).index(token, purpose="cases.lookup-code"), 16)
    signs = []
    for _ in range(LOOKUP_LENGTH):
        digest, rest = divmod(digest, len(ALPHABET))
        signs.append(ALPHABET[rest])
    return "".join(signs)


def lookup_hash(session: Session, reference: str, code: str) -> str:
    """Return the keyed hash under which a look-up code is stored."""
    return crypto.of(session).index(
        f"{reference}\x00{code}", purpose="cases.lookup_hash"
    )


def is_lookup_code(session: Session, reference: str, code: str, kept: str) -> bool:
    """Whether a typed look-up code is that of the case, in constant time."""
    return hmac.compare_digest(lookup_hash(session, reference, code), kept)


def _sealed(session: Session, answers: Mapping[str, Any], place: str) -> bytes:
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    return crypto.of(session).seal(text, context=place)


def _opened(session: Session, sealed: bytes, place: str) -> dict[str, Any]:
    answers: dict[str, Any] = json.loads(crypto.of(session).open(sealed, context=place))
    return answers


def _answers_place(token: str) -> str:
    return f"cases:{token}:answers"


def _amended_place(token: str) -> str:
    return f"cases:{token}:amended"


def _past_place(token: str, number: int) -> str:
    return f"case_past_answers:{token}/{number}:answers"


def _applicant_place(token: str) -> str:
    return f"cases:{token}:applicant"


def _reason_place(token: str, number: int) -> str:
    return f"case_steps:{token}/{number}:reason"


def _problem_place(token: str, notice: int, position: int) -> str:
    return f"case_defects:{token}/{notice}/{position}:problem"
