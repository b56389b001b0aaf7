import base64
import json
from datetime import timedelta

import jwt
import pytest

from app.kernel.errors import Unauthenticated
from app.web import tokens
from tests.conftest import NOW

KEY = "j" * 40
ISSUER = "https://example.gov.cn"
AT = int(NOW.timestamp())
GOOD = {
    "sub": "citizen-token", "sid": "session-token", "aud": tokens.AUDIENCE,
    "iss": ISSUER, "iat": AT, "exp": AT + 900, "jti": "1",
}  # fmt: skip


def read(token, now=NOW):
    return tokens.read(token, key=KEY, issuer=ISSUER, now=now)


def test_a_token_says_who_asks():
    claims = tokens.Claims(citizen="c", session="s")
    token = tokens.issue(claims, key=KEY, issuer=ISSUER, lifetime_s=900, now=NOW)
    assert read(token) == claims


def test_a_token_ends():
    token = jwt.encode(GOOD, KEY, algorithm="HS256")
    assert read(token, NOW + timedelta(seconds=899)).citizen == "citizen-token"
    with pytest.raises(Unauthenticated):
        read(token, NOW + timedelta(seconds=900))


def unsigned(header, claims):
    def part(value):
        return (
            base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
        )

    return f"{part(header)}.{part(claims)}."


FORGED = {
    "empty": "",
    "nonsense": "a.b.c",
    "none": unsigned({"alg": "none", "typ": "JWT"}, GOOD),
    "None": unsigned({"alg": "None", "typ": "JWT"}, GOOD),
    "nONE": unsigned({"alg": "nONE", "typ": "JWT"}, GOOD),
    "other key": jwt.encode(GOOD, "x" * 40, algorithm="HS256"),
    "other algorithm": jwt.encode(GOOD, KEY * 2, algorithm="HS512"),
    "signature cut": jwt.encode(GOOD, KEY, algorithm="HS256").rpartition(".")[0] + ".",
    **{
        f"without {claim}": jwt.encode(
            {k: v for k, v in GOOD.items() if k != claim}, KEY, algorithm="HS256"
        )
        for claim in GOOD
    },
    **{
        name: jwt.encode(GOOD | claims, KEY, algorithm="HS256")
        for name, claims in {
            "other audience": {"aud": "console"},
            "other issuer": {"iss": "https://elsewhere"},
            "over": {"exp": AT},
            "not yet": {"iat": AT + 3600, "exp": AT + 7200},
            "exp as text": {"exp": str(AT + 900)},
            "exp as fraction": {"exp": AT + 900.5},
            "session as number": {"sid": 7},
            "far future not-before": {"nbf": 4102444800},
        }.items()
    },
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
def test_a_forged_token_is_refused(token):
    with pytest.raises(Unauthenticated):
        read(token)


def test_a_critical_extension_nobody_knows_is_refused():
    token = jwt.encode(GOOD, KEY, algorithm="HS256", headers={"crit": ["x"], "x": 1})
    with pytest.raises(Unauthenticated):
        read(token)
