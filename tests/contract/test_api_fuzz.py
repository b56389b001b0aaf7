"""The OpenAPI document, thrown at the API: no 5xx, no answer outside its schema."""

import json
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.contract.test_house_rules import ROOT

load_all_checks()

PHONE = "13800138000"
EXAMPLES = 40
"""Per operation and run; the seed is fixed, so that a failure comes back."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
]


@pytest.fixture
def api(web, here, client, sms):
    client.post("/api/v1/session/phone/code", json={"phone": PHONE})
    access = client.post(
        "/api/v1/session/phone", json={"phone": PHONE, "code": sms.codes[PHONE]}
    ).json["access_token"]
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", web)
    schema.config.update(headers={"Authorization": f"Bearer {access}"})
    return schema


def operations():
    """Name every operation of the stored document, so that each is a test."""
    spec = json.loads((ROOT / "docs/openapi.json").read_text())
    for path, item in sorted(spec["paths"].items()):
        for method in sorted(set(item) & {"get", "post", "put", "delete"}):
            yield pytest.param(path, method, id=f"{method.upper()} {path}")


@pytest.mark.parametrize(
    "mode", list(schemathesis.GenerationMode), ids=lambda m: m.value
)
@pytest.mark.parametrize(("path", "method"), list(operations()))
def test_no_answer_breaks_the_document(api, path, method, mode):
    operation = api[path][method]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def hold(case):
        case.call_and_validate(checks=CHECKS)

    if mode is schemathesis.GenerationMode.NEGATIVE:
        # An operation that takes nothing, or any text at all, cannot be asked wrongly.
        with suppress(Unsatisfiable):
            hold()
    else:
        hold()
