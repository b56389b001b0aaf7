"""What is installed in production, and what the papers beside it promise."""

import base64
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from benchmarks.site import PRODUCT

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def installed():
    text = (DEPLOY / "install.sh").read_text()
    return set(re.search(r'^parts="(.*?)"', text, re.DOTALL | re.MULTILINE)[1].split())


def test_every_way_to_install_takes_the_same_parts():
    copied = re.findall(
        r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE
    )
    kept = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(" ".join(copied).split()) == installed() == set(kept)
    assert set(PRODUCT) == installed() - {"requirements.txt"}


def test_nothing_of_the_demonstration_is_installed():
    assert not installed() & {"demo", "tests", "benchmarks", "deploy"}
    assert all((ROOT / part).exists() for part in installed())


@pytest.fixture
def product(tmp_path):
    """A folder with the installed parts, as in production."""
    (tmp_path / "product").mkdir()
    for part in installed():
        (tmp_path / "product" / part).symlink_to(ROOT / part)
    return tmp_path / "product"


def test_installed_files_are_all_that_the_product_imports(product):
    """The web process, relay and pool can be imported out of the installed parts."""
    modules = "app.factory, notifications.relay, notifications.pool, notifications.jobs"
    ended = subprocess.run(
        [sys.executable, "-c", f"import {modules}"],
        cwd=product,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize(
    "module",
    [
        "notifications.relay",
        "notifications.worker",
        "notifications.pool",
        "alembic upgrade head",
        "flask --app wsgi sweep",
    ],
)
def test_no_process_opens_the_file_of_another_host(product, tmp_path, module):
    file = tmp_path / "house.db"
    Path(f"{file}.host").write_text("the old machine\n")
    key = base64.b64encode(bytes(range(32))).decode()
    ended = subprocess.run(
        [sys.executable, "-m", *module.split()],
        cwd=product,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={
            "PATH": "/usr/bin:/bin",
            "APP_ENV": "production",
            "DATABASE_URL": f"sqlite:///{file}",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "SECRET_KEY": "Qm3kT8vXz1LpR5wYb7NcJ2hF6sDg4aEu9oIi0tUy",
            "JWT_KEY": "zP4mW7rKx2VnB8sLq5TdC1jG9hFf3aEy6oUi0pRt",
            "DATA_KEYS": f"k1:{key}",
            "DATA_KEY_CURRENT": "k1",
            "INDEX_KEY": key,
            "PUBLIC_URL": "https://example.gov.cn",
            "SMS_URL": "https://sms.example.gov.cn/send",
            "MASHANGBAN_VAR": str(tmp_path),
        },
    )
    assert ended.returncode != 0
    assert "another host (the old machine)" in ended.stderr
    assert not file.exists()


def test_the_example_names_only_settings_that_exist():
    documented = (ROOT / "docs/settings.md").read_text()
    names = re.findall(
        r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.MULTILINE
    )
    assert names
    assert [name for name in names if f"`{name}`" not in documented] == []


def test_the_compose_file_runs_all_processes():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert set(services) == {"database", "redis", "migrate", "web", "relay", "pool"}
    for name in ("web", "relay", "pool"):
        waits = services[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"


@pytest.mark.parametrize(
    "unit", sorted(DEPLOY.glob("systemd/*.service")), ids=lambda path: path.name
)
def test_every_unit_is_shut_in(unit):
    text = unit.read_text()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "User=mashangban"):
        assert f"\n{line}\n" in text
    assert "\nEnvironmentFile=/etc/mashangban/env\n" in text


class TestPinnedPackages:
    pinned = (ROOT / "requirements.txt").read_text()

    def test_every_wanted_package_is_pinned(self):
        wanted = re.findall(
            r"^([a-z0-9-]+)",
            (ROOT / "requirements.in").read_text(),
            re.MULTILINE | re.IGNORECASE,
        )
        names = {
            name.lower()
            for name in re.findall(r"^([\w.-]+)==", self.pinned, re.MULTILINE)
        }
        assert {name.lower() for name in wanted} <= names

    def test_every_pin_has_hashes_and_names_no_host(self):
        blocks = re.split(r"\n(?=\w)", self.pinned.partition("\n")[2])
        assert all("--hash=sha256:" in block for block in blocks)
        assert "://" not in self.pinned
        assert "--index" not in self.pinned


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs/adr").glob("*.md")), ids=lambda path: path.name
)
def test_every_decision_says_why_and_what_follows(page):
    headings = re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)
    assert headings == ["Context", "Decision", "Status", "Consequences"]


def test_the_readmes_show_files_that_exist_or_are_made_by_the_tests():
    for name in ("README.md", "README.zh-CN.md"):
        links = re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text())
        missing = [link for link in links if not (ROOT / link).exists()]
        assert set(missing) <= {"docs/images/phone.png", "docs/images/console.png"}
