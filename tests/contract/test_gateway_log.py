"""The reverse proxy of deploy/ writes down no name of a case, a code or a person."""

import re
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).parents[2] / "deploy/nginx/mashangban.conf"

SECRET = "Ab3_x-SeCrEt9Token0002"  # the shape of a token, a code, a reference


def read_map(name):
    """Read one `map $uri $name` of the configuration as nginx would."""
    text = CONFIGURATION.read_text()
    body = re.search(rf"map \$uri \${name} {{(.*?)\n}}", text, re.DOTALL)[1]
    rows = re.findall(r'^\s*(default|"~[^"]+")\s+(\S+);', body, re.MULTILINE)
    rules = [
        (re.compile(_python(key[2:-1])), value.strip('"')) for key, value in rows[1:]
    ]
    return rows[0][1].strip('"'), rules


def _python(pattern):
    return pattern.replace("(?<", "(?P<")


def value_for(name, path):
    default, rules = read_map(name)
    for pattern, value in rules:
        if found := pattern.search(path):
            return re.sub(r"\$(\w+)", lambda part: found.groupdict()[part[1]], value)
    return default


def paths(web):
    """Every address there is, with a secret where a variable stands."""
    return sorted(
        {re.sub(r"<[^>]+>", SECRET, str(rule)) for rule in web.url_map.iter_rules()}
    )


def test_no_variable_of_any_address_is_written_down(web):
    for path in paths(web):
        assert SECRET not in value_for("route", path), path


def test_routes_stay_apart_enough_to_be_useful(web):
    assert value_for("route", "/q/K7M2-9QXD-4R") == "/q/:code"
    assert value_for("route", "/q/x7Ab.txt") == "/q/:verification"
    assert value_for("route", f"/api/v1/cases/{SECRET}/steps") == "/api/v1/cases/…"
    assert value_for("route", f"/cases/{SECRET}") == "/cases/…"
    assert value_for("route", "/matters") == "/matters"
    assert value_for("route", f"/{SECRET}") == "/…"


def test_every_complaint_address_goes_to_the_coarse_log(web):
    for path in paths(web):
        is_complaint = "complaint" in path or "supervision" in path
        if not path.startswith("/console"):
            assert value_for("is_supervision", path) == str(int(is_complaint)), path


@pytest.mark.parametrize(
    ("moment", "half_day"),
    [
        ("2026-03-02T00:00:00+08:00", "2026-03-02 am"),
        ("2026-03-02T11:59:59+08:00", "2026-03-02 am"),
        ("2026-03-02T12:00:00+08:00", "2026-03-02 pm"),
        ("2026-03-02T23:59:59+08:00", "2026-03-02 pm"),
    ],
)
def test_the_coarse_log_knows_half_days_only(moment, half_day):
    text = CONFIGURATION.read_text().replace("map $time_iso8601", "map $uri")
    body = re.search(r"map \$uri \$half_day {(.*?)\n}", text, re.DOTALL)[1]
    rules = re.findall(r'"~(\^[^"]+)"\s+"([^"]+)"', body)
    for pattern, value in rules:
        if found := re.search(_python(pattern), moment):
            day = next(iter(found.groupdict().values()))
            assert re.sub(r"\$\w+", day, value) == half_day
            return
    raise AssertionError(moment)


def test_the_coarse_log_holds_neither_route_nor_moment_nor_outcome():
    formats = re.search(
        r"log_format coarse.*?;\n", CONFIGURATION.read_text(), re.DOTALL
    )[0]
    assert set(re.findall(r"\$(\w+)", formats)) == {"half_day", "remote_addr"}
