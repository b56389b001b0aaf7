"""Places where matters are handled: townships, halls, stations, their windows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth in metres. Source: IUGG, R1."""


class PlaceKind(StrEnum):
    """What kind of place it is; the first four are divisions."""

    DISTRICT = "district"
    STREET = "street"
    TOWN = "town"
    TOWNSHIP = "township"
    HALL = "hall"
    STATION = "station"

    @property
    def zh(self) -> str:
        """The word shown."""
        return {
            "district": "区",
            "street": "街道",
            "town": "镇",
            "township": "乡",
            "hall": "政务服务大厅",
            "station": "便民服务中心",
        }[self]

    @property
    def is_township(self) -> bool:
        """Whether it is a division with a government of its own below the district."""
        return self in (PlaceKind.STREET, PlaceKind.TOWN, PlaceKind.TOWNSHIP)


class PlaceBasis(StrEnum):
    """How far a place can be trusted."""

    READ = "read"
    """Read in a source named in the data."""
    TYPICAL = "typical"
    """What is usually found; nobody checked that it is there."""
    DEMONSTRATION = "demonstration"
    """Made up for the demonstration."""
    OFFICIAL = "official"
    """Given by this district."""

    @property
    def mark(self) -> str:
        """What to print beside the name; empty where none is due."""
        return {
            "read": "",
            "typical": "演示，待核实",
            "demonstration": "演示",
            "official": "",
        }[self]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place, as published.

    Attributes:
        code: Division code for divisions; our own code for halls and stations.
        parent_code: The division it lies in; None for the district.
        office_code: The office that runs it; for a township its government.
        address: None while unknown: an address is never guessed.
        lat: Degrees north, WGS-84; None while unknown.
        lng: Degrees east, WGS-84; None while unknown.
        hours: As the place says; empty while unknown.
    """

    code: str
    name: str
    kind: PlaceKind
    parent_code: str | None = None
    office_code: str | None = None
    address: str | None = None
    lat: float | None = None
    lng: float | None = None
    hours: str = ""
    basis: PlaceBasis = PlaceBasis.READ
    note: str = ""

    @property
    def mark(self) -> str:
        """演示 or the like beside the name; empty for real places."""
        return self.basis.mark

    @property
    def shown(self) -> str:
        """Name with its mark."""
        return f"{self.name}（{self.mark}）" if self.mark else self.name

    @property
    def is_located(self) -> bool:
        """Whether its coordinates are known."""
        return self.lat is not None and self.lng is not None


@dataclass(frozen=True, kw_only=True)
class Window:
    """A window (窗口) at a place, and the office that staffs it."""

    code: str
    place_code: str
    number: str
    name: str
    office_code: str
    basis: PlaceBasis = PlaceBasis.DEMONSTRATION

    @property
    def shown(self) -> str:
        """Number and name, with the mark of a demonstration."""
        text = f"{self.number}号 {self.name}" if self.number else self.name
        return f"{text}（{self.basis.mark}）" if self.basis.mark else text


@dataclass(frozen=True)
class Nearby:
    """A place and how far away it is; None metres when nobody knows."""

    place: Place
    metres: float | None


def distance_m(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """Return the great-circle distance between two points, in metres.

    The haversine formula on a sphere: within 0.6 % of the ellipsoid, and exact
    enough for neighbouring points, where the cosine rule loses digits.
    """
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    rise = math.sin((other_phi - phi) / 2)
    turn = math.sin(math.radians(other_lng - lng) / 2)
    chord = rise**2 + math.cos(phi) * math.cos(other_phi) * turn**2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def nearest(places: Iterable[Place], lat: float, lng: float) -> tuple[Nearby, ...]:
    """Sort places by distance; those without coordinates follow, by code."""
    found = [
        Nearby(
            place,
            distance_m(lat, lng, place.lat, place.lng)
            if place.lat is not None and place.lng is not None
            else None,
        )
        for place in places
    ]
    found.sort(
        key=lambda each: (
            each.metres is None,
            each.metres if each.metres is not None else 0.0,
            each.place.code,
        )
    )
    return tuple(found)
