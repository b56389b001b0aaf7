"""Time limits, offices and chances to reopen: what an installation decides.

All of it is local practice and therefore data, each figure with its source in
``data/supervision/rules.json``; only the arithmetic is code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from app.clocks.arithmetic import Calendar, Light, add_working_days, light
from app.complaints.categories import FOLDER, Kind
from app.complaints.workflow import AWAITING_ANSWER, AWAITING_DISPATCH, State, Track

NO_CLOCK = date(9999, 12, 31)
"""Stands for the day of a clock while none runs: sorts last."""

_MOST_DAYS = 250


@dataclass(frozen=True)
class Limits:
    """How long things may take, in working days.

    Attributes:
        dispatch: From filing until it is clear who handles it.
        answer: From filing until the answer.
        source: Where the figures come from.
    """

    dispatch: int
    answer: int
    source: str


@dataclass(frozen=True)
class WayUp:
    """Where to turn with what nobody here may take in.

    Attributes:
        telephone: A short number of the whole country.
    """

    body: str
    telephone: str


@dataclass(frozen=True)
class Rules:
    """What this installation decided.

    Attributes:
        service_office: Short name of the office that takes complaints in.
        discipline_office: Short name of the office of the inspectors.
        next_way_up: Who takes in what both of them are recused from.
        most_reopenings: How often a person may have it taken up again.
        reopen_days: Calendar days after the answer within which they may.
    """

    service_office: str
    discipline_office: str
    next_way_up: Mapping[Track, WayUp]
    limits: Mapping[Kind, Limits]
    most_reopenings: int
    reopen_days: int


@dataclass(frozen=True)
class Clock:
    """The last days for what an office owes, counted from filing or reopening.

    Attributes:
        dispatch_by_on: Last day to decide who handles it.
        answer_by_on: Last day to answer.
        provisional: One of them rests on days not yet announced.
    """

    dispatch_by_on: date
    answer_by_on: date
    provisional: bool


@dataclass(frozen=True)
class Running:
    """The day that counts now, and from when its light is amber."""

    on: date = NO_CLOCK
    amber_on: date = NO_CLOCK


def start_clock(started_on: date, limits: Limits, calendar: Calendar) -> Clock:
    """Return the last days of a complaint that came in, or came back, on a day.

    The day itself is not counted. A comment, a question or an objection never
    starts the clock again; only the person's own wish to reopen does.
    """
    dispatch = add_working_days(started_on, limits.dispatch, calendar)
    answer = add_working_days(started_on, limits.answer, calendar)
    return Clock(
        dispatch_by_on=dispatch.on,
        answer_by_on=answer.on,
        provisional=dispatch.provisional or answer.provisional,
    )


def running(
    state: State, clock: Clock, started_on: date, limits: Limits, calendar: Calendar
) -> Running:
    """Return the clock that runs in a state; none while nothing is owed."""
    if state in AWAITING_DISPATCH:
        on, limit = clock.dispatch_by_on, limits.dispatch
    elif state in AWAITING_ANSWER:
        on, limit = clock.answer_by_on, limits.answer
    else:
        return Running()
    return Running(on, _amber_from(started_on, on, limit, calendar))


def _amber_from(start: date, on: date, limit: int, calendar: Calendar) -> date:
    """Return the first day on which the light of a clock is amber.

    A limit of a day or none is amber on its last day: one working day is left from
    the start, and what has just come in is not pressing yet.
    """
    if limit <= 1:
        return on
    days = range(start.toordinal(), on.toordinal() + 1)
    for day in map(date.fromordinal, days):
        if light(on, day, limit, calendar) is not Light.GREEN:
            return day
    return on


def light_of(on: date, amber_on: date, today: date) -> Light | None:
    """Return the light of a running clock, or None when none runs."""
    if on == NO_CLOCK:
        return None
    if today > on:
        return Light.RED
    return Light.AMBER if today >= amber_on else Light.GREEN


def read(document: Mapping[str, Any]) -> Rules:
    """Read rules from JSON.

    Raises:
        ValueError: a kind has no limits, a track no way up, or a figure is out of
            any reason.
    """
    limits = {
        Kind(kind): Limits(raw["dispatch"], raw["answer"], raw["source"])
        for kind, raw in document["limits"].items()
    }
    if set(limits) != set(Kind):
        raise ValueError("limits for every kind")
    for kind, each in limits.items():
        if not 0 <= each.dispatch <= each.answer <= _MOST_DAYS:
            raise ValueError(f"limits of {kind}")
    offices, reopen = document["offices"], document["reopen"]
    if offices["service"] == offices["discipline"]:
        raise ValueError("the inspectors are an office of their own")
    if reopen["times"] < 0 or reopen["within_days"] < 0:
        raise ValueError("reopening")
    ways = document["next_way_up"]
    if not set(Track) <= set(ways):
        raise ValueError("the next way up of every track")
    return Rules(
        service_office=offices["service"],
        discipline_office=offices["discipline"],
        next_way_up={
            track: WayUp(ways[track]["body"], ways[track]["telephone"])
            for track in Track
        },
        limits=limits,
        most_reopenings=reopen["times"],
        reopen_days=reopen["within_days"],
    )


@cache
def rules() -> Rules:
    """Return the rules of this installation, read once per process."""
    return read(json.loads((FOLDER / "rules.json").read_text("utf-8")))
