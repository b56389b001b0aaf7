import socket
import stat

import pytest

from app.settings import Settings
from demo import installation
from demo.installation import CannotRun, Installation


def place(folder, **env):
    return Installation.from_env({"MASHANGBAN_VAR": str(folder), **env})


class TestWhatWasAskedFor:
    def test_the_machines_own_address_is_the_public_one(self, tmp_path):
        found = place(tmp_path)
        assert found.public_url == f"http://{installation.own_address()}:8000"

    def test_a_given_address_wins(self, tmp_path):
        assert place(tmp_path, PUBLIC_URL="https://x.cn").public_url == "https://x.cn"

    @pytest.mark.parametrize("port", ["0", "65536", "-1", "web", "80 80"])
    def test_a_port_that_is_none_is_refused_in_words(self, tmp_path, port):
        with pytest.raises(CannotRun) as refused:
            place(tmp_path, PORT=port)
        assert port in refused.value.zh
        assert port in refused.value.en

    def test_own_address_is_one_that_can_be_listened_on(self):
        with socket.socket() as listener:
            listener.bind((installation.own_address(), 0))


class TestSecrets:
    def test_are_made_once(self, tmp_path):
        first = installation.secrets_of(tmp_path)
        assert installation.secrets_of(tmp_path) == first

    def test_differ_between_installations(self, tmp_path):
        one, other = tmp_path / "one", tmp_path / "other"
        one.mkdir()
        other.mkdir()
        same = dict(
            installation.secrets_of(one).items()
            & installation.secrets_of(other).items()
        )
        assert same == {"DATA_KEY_CURRENT": "demo"}

    def test_are_for_the_owners_eyes(self, tmp_path):
        installation.secrets_of(tmp_path)
        mode = (tmp_path / installation.SECRETS).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600

    def test_a_draft_left_by_a_power_cut_is_replaced(self, tmp_path):
        (tmp_path / "demo.new").write_text("half")
        assert "JWT_KEY" in installation.secrets_of(tmp_path)

    def test_make_settings_that_hold(self, tmp_path):
        env = place(tmp_path).environment(REDIS_URL="unix:///none")
        settings = Settings.from_env(env)
        assert settings.is_demo
        assert settings.var_dir == tmp_path

    def test_what_was_given_wins(self, tmp_path):
        env = place(tmp_path, DATABASE_URL="sqlite://", JWT_KEY="k" * 40).environment()
        assert env["DATABASE_URL"] == "sqlite://"
        assert env["JWT_KEY"] == "k" * 40


class TestFolder:
    def test_one_run_at_a_time(self, tmp_path):
        with (
            installation.holding(tmp_path),
            pytest.raises(CannotRun, match="Another"),
            installation.holding(tmp_path),
        ):
            raise AssertionError

    def test_is_free_again_afterwards(self, tmp_path):
        with installation.holding(tmp_path):
            pass
        with installation.holding(tmp_path):
            pass

    def test_that_cannot_be_made_is_refused_in_words(self, tmp_path):
        file = tmp_path / "file"
        file.touch()
        with (
            pytest.raises(CannotRun, match="Cannot write"),
            installation.holding(file / "var"),
        ):
            raise AssertionError

    def test_is_for_the_owner_alone(self, tmp_path):
        with installation.holding(tmp_path / "var"):
            assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


class TestPort:
    def test_a_free_one_passes(self):
        installation.check_port("127.0.0.1", installation.free_port())

    def test_a_taken_one_is_refused_with_another_to_try(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = listener.getsockname()[1]
            with pytest.raises(CannotRun, match="PORT="):
                installation.check_port("127.0.0.1", port)

    def test_one_that_a_worker_shares_is_refused_too(self):
        """A web server's listener allows reuse; two demonstrations must not mix."""
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = listener.getsockname()[1]
            with pytest.raises(CannotRun):
                installation.check_port("127.0.0.1", port)
