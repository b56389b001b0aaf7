"""Promises about the whole system, checked over everything there is."""

import ast
import re
from pathlib import Path

import pytest

from app.kernel.errors import AppError
from app.kernel.outbox import Event
from app.people.permissions import GRANTS, Permission
from app.settings import Settings
from app.web.problems import MEDIA_TYPE, STATUS
from notifications.plans import PLANS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "kernel", "people", "catalogue", "files", "forms", "codes", "clocks",
    "cases", "complaints", "notices", "printing",
)  # fmt: skip


def descendants(cls):
    for child in cls.__subclasses__():
        yield child
        yield from descendants(child)


def sources(*folders):
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def test_every_failure_has_a_status_and_its_own_code():
    errors = [
        error for error in descendants(AppError) if not error.__name__.startswith("_")
    ]
    assert all(set(error.__mro__) & set(STATUS) for error in errors)
    codes = [error.code for error in errors]
    assert sorted(set(codes)) == sorted(codes)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", code) for code in codes)


def test_every_failure_speaks_chinese():
    for error in descendants(AppError):
        assert re.search(r"[\u4e00-\u9fff]", error.zh), error


def test_every_failure_explains_itself(client):
    for error in descendants(AppError):
        if not error.__name__.startswith("_"):
            page = client.get(f"/problems/{error.code}")
            assert error.__doc__.splitlines()[0] in page.text


def test_an_unexpected_failure_says_nothing_about_its_cause(web, client, monkeypatch):
    def fail(**_):
        raise RuntimeError("secret")

    monkeypatch.setitem(web.view_functions, "explain", fail)
    answer = client.get("/problems/any")
    assert answer.status_code == 500
    assert answer.content_type == MEDIA_TYPE
    assert "secret" not in answer.text
    assert answer.json["occurrence"]


def test_every_permission_is_granted_to_somebody():
    assert set(GRANTS) == set(Permission)
    assert all(GRANTS.values())


def test_every_event_has_a_plan():
    assert {event.TYPE for event in descendants(Event)} == set(PLANS)


def test_failures_are_documented_as_problems(web):
    spec = web.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    failures = spec["components"]["responses"]
    assert failures
    assert all(set(failure["content"]) == {MEDIA_TYPE} for failure in failures.values())


def test_rooms_never_commit():
    """Doors commit, rooms never (style 3.6)."""
    guilty = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources(*(f"app/{room}" for room in ROOMS))
        if path != ROOT / "app/kernel/db.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback", "transaction"}
    ]
    assert guilty == []


def test_the_kernel_is_a_closed_list():
    found = {path.stem for path in (ROOT / "app/kernel").glob("*.py")} - {"__init__"}
    assert found == {
        "errors", "db", "outbox", "audit", "actors", "clock", "references", "crypto",
    }  # fmt: skip


def test_no_room_for_odds_and_ends():
    names = {path.name for path in ROOT.rglob("*") if ".venv" not in path.parts}
    assert not names & {
        "utils",
        "common",
        "helpers",
        "utils.py",
        "common.py",
        "helpers.py",
    }


def test_every_setting_is_documented():
    page = (ROOT / "docs/settings.md").read_text()
    for name in Settings.__dataclass_fields__:
        variable = {"mode": "APP_ENV", "var_dir": "MASHANGBAN_VAR"}.get(
            name, name.upper()
        )
        assert f"`{variable}`" in page, variable


def test_the_workflow_page_is_the_table(web):
    printed = web.test_cli_runner().invoke(args=["cases", "workflow"]).output
    assert printed == (ROOT / "docs/workflow.md").read_text()


def test_the_stored_openapi_document_is_the_served_one(client):
    """An API change is a visible diff: `flask --app wsgi openapi write` after one."""
    assert (
        client.get("/api/v1/openapi.json").data
        == (ROOT / "docs/openapi.json").read_bytes()
    )


@pytest.mark.parametrize(
    "path",
    list(sources("app", "qr", "miniprogram_api", "mobile", "console", "notifications")),
    ids=lambda path: path.stem,
)
def test_no_source_file_outgrows_a_page(path):
    assert len(path.read_text().splitlines()) <= 600


def test_every_function_of_a_test_module_is_used():
    """A test that lost its prefix would never run."""
    orphans = []
    everything = "\n".join(path.read_text() for path in sources("tests"))
    for path in sources("tests"):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            if node.name.startswith(("test_", "pytest_")):
                continue
            if any("autouse=True" in ast.unparse(each) for each in node.decorator_list):
                continue
            if len(re.findall(rf"\b{node.name}\b", everything)) < 2:
                orphans.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert orphans == []
