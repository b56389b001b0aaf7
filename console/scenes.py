"""Places, windows and matters by the names that the published catalogue has."""

from __future__ import annotations

from app.catalogue.current import PublishedMatter
from app.catalogue.places import PlaceKind
from app.codes.models import Code, CodeKind
from app.web.context import snapshot


def scene_words(
    place_code: str | None, window_code: str | None, matter_code: str | None
) -> list[tuple[str, str]]:
    """Return what is known of a scene: what it is, and its name."""
    published = snapshot()
    found = []
    if place_code:
        place = published.places.get(place_code)
        found.append(("地点", place.shown if place else place_code))
    if window_code:
        window = published.windows.get(window_code)
        found.append(("窗口", window.shown if window else window_code))
    if matter_code:
        found.append(("事项", matter_name(matter_code)))
    return found


def matter_name(code: str) -> str:
    """Return the name of a matter, also of one that was withdrawn."""
    published = snapshot()
    if code in published.matters:
        return published.matters[code].name
    gone = published.withdrawn.get(code)
    return f"{gone.name}（已取消）" if gone else code


def target_words(code: Code) -> str:
    """Return the name of what a printed code opens."""
    published = snapshot()
    if code.kind is CodeKind.SUPERVISION:
        return f"监督：{matter_name(code.target)}" if code.target else "监督"
    if code.kind is CodeKind.MATTER:
        return matter_name(code.target)
    if code.kind is CodeKind.DEPARTMENT:
        office = published.offices.get(code.target)
        return office.name if office else code.target
    if code.kind is CodeKind.WINDOW:
        window = published.windows.get(code.target)
        return window.shown if window else code.target
    place = published.places.get(code.target)
    return place.shown if place else code.target


def placement_words(code: Code) -> str:
    """Return where a printed code hangs."""
    found = [word for _, word in scene_words(code.place_code, code.window_code, None)]
    return "，".join([*found, code.note] if code.note else found)


def handled_words(matter: PublishedMatter) -> str:
    """Return at what kind of place a matter is handled."""
    return "在乡镇（街道）办" if matter.needs_township else "在大厅办"


def elsewhere_words(code: Code) -> str:
    """Return where to go with the matter of a code that hangs where nobody handles it.

    Empty where it is handled on the spot, and at a place that handles nothing.
    """
    published = snapshot()
    matter = published.matters.get(code.target)
    place = published.places.get(code.place_code or "")
    if code.kind is not CodeKind.MATTER or matter is None or place is None:
        return ""
    if place.kind is PlaceKind.HALL and matter.needs_township:
        return "这件事不在大厅办，要到乡镇（街道）办"
    if place.kind is PlaceKind.STATION and not matter.needs_township:
        return "这件事不在乡镇（街道）办，要到大厅办"
    return ""
