"""The zone of the machine, set for one test."""

import time

import pytest


@pytest.fixture
def time_zone(monkeypatch):
    def choose(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield choose
    monkeypatch.undo()
    time.tzset()
