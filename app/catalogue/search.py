"""Finding matters in memory: by name, by sound, by initials, by everyday words.

    query ─→ code?      M0412, a national code
          ─→ letters?   pinyin from a syllable on, or initials
          ─→ Chinese    two-character pieces weighed by rarity,
                        in names, other names, and what everyday words stand for

The work is bounded by the number of matters: pieces that half the list shares
("登记", "许可") never bring in candidates while a rarer piece is there to do so.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from app.catalogue.guide import Audience, Guide, Level, OnlineMode, Tier
from app.catalogue.places import Place, PlaceKind
from app.catalogue.readings import plain, syllables, words

MAX_QUERY = 60
"""Characters of a query that are looked at; nobody types more in earnest."""

MAX_LIMIT = 100
"""Most items a page can hold."""

NAME, ALIAS, SYNONYM = "name", "alias", "synonym"
PINYIN, INITIALS, CODE = "pinyin", "initials", "code"

_REASONS = {
    NAME: "名称",
    ALIAS: "别名",
    SYNONYM: "日常说法",
    PINYIN: "拼音",
    INITIALS: "拼音首字母",
    CODE: "编号",
}

_FILLERS = re.compile(
    r"^(?:请问|你好|您好|我要|我想|想要|想|要|如何|怎么|怎样|去哪里?|在哪里?|去)+"
    r"|(?:怎么办理?|如何办理?|怎么弄|在哪里?办?|去哪里?办?|要什么(?:材料|手续|证)"
    r"|需要什么(?:材料|手续)?|需要哪些材料|多少钱|办理流程|流程|手续|吗|呢|啊)+$"
)
_LETTERS = re.compile(r"[a-z0-9]+")
_MIN_COVERAGE = 0.34
"""Share of a query's weight that a name must have, to be shown at all."""
_LAST_RESORT = 0.2
"""The same share when nothing at all has more: a sentence has many idle words."""
_UNHEARD = 0.5
"""How much pieces count that no name has, beside the rarest that some have."""
_RELATIVE = 0.55
"""Share of the best match's coverage below which others are noise."""
_COMMON = 0.2
"""A piece in more than this share of the list brings in no candidates alone."""
_MOST_PIECES = 16
"""Of a long query, so many of its rarest pieces are looked up."""
_MOST_WORDS = 3
"""Everyday words that one query can mean."""
_PREFIX = 3
"""Letters by which positions in the sounds of names are indexed."""
_TIER_BONUS = {Tier.CORE: 0.6, Tier.EXTENDED: 0.0, Tier.NICHE: -0.6}
_BOUNDARY = "\t"


class Searchable(Protocol):
    """What the index needs of a matter."""

    @property
    def code(self) -> str:
        """Number of the matter."""

    @property
    def guide(self) -> Guide:
        """What is said of it."""


M = TypeVar("M", bound=Searchable)


@dataclass(frozen=True)
class Hit(Generic[M]):
    """A matter that was found, and by what; empty when nothing was asked."""

    matter: M
    matched: str = ""

    @property
    def matched_zh(self) -> str:
        """Why it was found, as a word."""
        return _REASONS.get(self.matched, "")


@dataclass(frozen=True)
class Page(Generic[M]):
    """A part of what was found.

    Attributes:
        total: How many there are in all parts together.
    """

    items: tuple[Hit[M], ...]
    total: int


@dataclass
class _Found:
    """Scores and reasons by position, and how much was looked at."""

    scores: dict[int, float]
    reasons: dict[int, str]
    looked_at: int = 0

    def offer(self, position: int, score: float, reason: str) -> None:
        """Keep the best score of a matter and the reason it came from."""
        if score > self.scores.get(position, -math.inf):
            self.scores[position] = score
            self.reasons[position] = reason


class SearchIndex(Generic[M]):
    """An index over published matters. Built once, read by many threads."""

    def __init__(
        self,
        matters: Sequence[M],
        *,
        places: Mapping[str, Place] | None = None,
        synonyms: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Index matters that are already in the order of the list."""
        self._matters = matters
        self._places = places or {}
        self._texts = _Texts(matters)
        self._sounds = _Sounds(matters)
        self._filters = _Filters(matters)
        # Longest first, so that 办房产证 is seen before 房产证.
        self._synonyms = sorted(
            (
                (plain(everyday), tuple(plain(each) for each in terms))
                for everyday, terms in (synonyms or {}).items()
                if plain(everyday)
            ),
            key=lambda each: (-len(each[0]), each[0]),
        )
        self._codes: dict[str, list[int]] = {}
        for position, matter in enumerate(matters):
            for code in filter(None, (matter.code, matter.guide.national_code)):
                self._codes.setdefault(code.lower(), []).append(position)

    def __len__(self) -> int:
        return len(self._matters)

    def find(
        self,
        q: str = "",
        *,
        theme: str = "",
        department: str = "",
        audience: str = "",
        mode: str = "",
        place: str = "",
        level: str = "",
        limit: int = 20,
        offset: int = 0,
    ) -> Page[M]:
        """Return matters that match a query and all filters, best first.

        Args:
            q: What a person typed; empty for the whole list.
            theme: Name of a theme.
            department: Code of an office.
            audience: "person" or "organisation".
            mode: "full" (全程网办), "partial", "window", "once" (最多跑一次)
                or "zero" (零跑动).
            place: Code of a place: of a township what it handles itself, of a
                hall what the departments handle.
            level: "district", "township" or "village".
            limit: At most so many; 1 to :data:`MAX_LIMIT`.
            offset: Skip so many.

        Returns:
            The part asked for, and the total. A filter value that nothing has
            finds nothing.
        """
        allowed = self._filters.allowed(
            theme=theme,
            department=department,
            audience=audience,
            mode=mode,
            level=level,
            by_township=self._by_township(place),
        )
        limit = max(1, min(limit, MAX_LIMIT))
        offset = max(0, offset)
        asked = plain(q[: MAX_QUERY * 4])[:MAX_QUERY]
        if not asked:
            if q.strip():
                return Page((), 0)
            return self._whole_list(allowed, limit, offset)
        found = self._look_up(asked, q)
        positions = [
            position
            for position in found.scores
            if allowed is None or position in allowed
        ]
        positions.sort(key=lambda each: (-found.scores[each], each))
        return Page(
            tuple(
                Hit(self._matters[each], found.reasons[each])
                for each in positions[offset : offset + limit]
            ),
            len(positions),
        )

    def looked_at(self, q: str) -> int:
        """Return how many entries of the index a query touches: its cost."""
        asked = plain(q[: MAX_QUERY * 4])[:MAX_QUERY]
        return self._look_up(asked, q).looked_at if asked else 0

    def _by_township(self, code: str) -> bool | None:
        """Return whose matters a place handles; None when both or not asked."""
        if not code:
            return None
        place = self._places.get(code)
        if place is None or place.kind is PlaceKind.DISTRICT:
            return None
        return place.kind is not PlaceKind.HALL

    def _whole_list(
        self, allowed: frozenset[int] | None, limit: int, offset: int
    ) -> Page[M]:
        positions: Sequence[int] = (
            range(len(self._matters)) if allowed is None else sorted(allowed)
        )
        part = positions[offset : offset + limit]
        return Page(tuple(Hit(self._matters[each]) for each in part), len(positions))

    def _look_up(self, asked: str, typed: str) -> _Found:
        found = _Found({}, {})
        for position in self._codes.get(asked, ()):
            found.offer(position, 1000.0, CODE)
        if found.scores:
            return found
        if _LETTERS.fullmatch(asked):
            self._sounds.look_up(asked, found)
        self._texts.look_up(_core(asked), words(typed)[:8], found)
        for terms in self._meant(asked):
            for rank, term in enumerate(terms):
                self._texts.look_up_term(term, found, rank)
        return found

    def _meant(self, asked: str) -> list[tuple[str, ...]]:
        """Return what the everyday words of a query stand for, longest first."""
        said: list[str] = []
        meant: list[tuple[str, ...]] = []
        for everyday, terms in self._synonyms:
            # 外地看病 was meant as a whole, not as 看病 besides.
            if everyday in asked and not any(everyday in each for each in said):
                said.append(everyday)
                meant.append(terms)
                if len(said) == _MOST_WORDS:
                    break
        return meant


def _core(asked: str) -> str:
    """Return a query without the words around what is meant: 我要…怎么办."""
    return _FILLERS.sub("", asked) or asked


def _pieces(text: str) -> list[str]:
    """Return the two-character pieces of a text; a single character is one."""
    if len(text) == 1:
        return [text]
    return [text[at : at + 2] for at in range(len(text) - 1)]


class _Texts(Generic[M]):
    """Names and other names, by two-character pieces."""

    def __init__(self, matters: Sequence[M]) -> None:
        self._names = [plain(each.guide.name) for each in matters]
        self._aliases = [
            tuple(plain(alias) for alias in each.guide.aliases) for each in matters
        ]
        self._bonus = [
            _TIER_BONUS[each.guide.tier] + (0.3 if each.guide.materials else 0.0)
            for each in matters
        ]
        self._postings: dict[str, dict[int, str]] = {}
        for position, name in enumerate(self._names):
            self._add(position, name, NAME)
            for alias in self._aliases[position]:
                self._add(position, alias, ALIAS)

    def _add(self, position: int, text: str, reason: str) -> None:
        for piece in {*_pieces(text), *text}:
            self._postings.setdefault(piece, {}).setdefault(position, reason)

    def _weight(self, piece: str) -> float:
        """Return how telling a piece is: the rarer the more."""
        count = len(self._postings.get(piece, ()))
        weight = math.log((len(self._names) + 1) / (count + 1)) + 0.1
        return weight if count else weight * _UNHEARD

    def look_up(self, asked: str, parts: Sequence[str], found: _Found) -> None:
        """Score what has enough of the query's weight."""
        pieces = _pieces(asked)
        if len(parts) > 1:
            # Words apart are not meant to stand together in the name.
            pieces = [piece for part in parts for piece in _pieces(_core(part))]
        self._score(asked, pieces, found, reason=None, factor=1.0, least=_MIN_COVERAGE)

    def look_up_term(self, term: str, found: _Found, rank: int) -> None:
        """Score what an everyday word stands for; earlier terms count more."""
        self._score(
            term,
            _pieces(term),
            found,
            reason=SYNONYM,
            factor=1.02 - 0.06 * min(rank, 10),
            least=0.8,
        )

    def _score(
        self,
        asked: str,
        pieces: Iterable[str],
        found: _Found,
        *,
        reason: str | None,
        factor: float,
        least: float,
    ) -> None:
        weights = {piece: self._weight(piece) for piece in pieces if piece}
        if len(weights) > _MOST_PIECES:
            rarest = sorted(weights, key=lambda piece: (-weights[piece], piece))
            weights = {piece: weights[piece] for piece in rarest[:_MOST_PIECES]}
        whole = sum(weights.values())
        if not whole:
            return
        held = self._gather(weights, found)
        best = max(held.values(), default=0.0) / whole
        if reason is None and _LAST_RESORT <= best < least:
            least = _LAST_RESORT
        floor = max(least, best * _RELATIVE)
        for position, weight in held.items():
            coverage = weight / whole
            if coverage + 1e-9 < floor:
                continue
            where, bonus = self._place_of(asked, position, weights)
            score = (10 * coverage + bonus) * factor + self._bonus[position]
            found.offer(position, score, reason or where)

    def _gather(self, weights: Mapping[str, float], found: _Found) -> dict[int, float]:
        """Sum the weights by position, rarest pieces first.

        Common pieces add to candidates that rarer ones brought; they bring in
        their own only when there is nothing rarer.
        """
        limit = max(50, int(len(self._names) * _COMMON))
        known = sorted(
            (piece for piece in weights if piece in self._postings),
            key=lambda piece: len(self._postings[piece]),
        )
        held: dict[int, float] = {}
        for number, piece in enumerate(known):
            posting, weight = self._postings[piece], weights[piece]
            if number == 0 or len(posting) <= limit:
                found.looked_at += len(posting)
                for position in posting:
                    held[position] = held.get(position, 0.0) + weight
            else:
                found.looked_at += len(held)
                for position in held:
                    if position in posting:
                        held[position] += weight
        return held

    def _place_of(
        self, asked: str, position: int, weights: Mapping[str, float]
    ) -> tuple[str, float]:
        """Say where the words stand, and what their standing there is worth."""
        name = self._names[position]
        shortness = -len(name) * 0.03
        if asked in name:
            bonus = 8.0 if asked == name else 5.0 if name.startswith(asked) else 4.0
            return NAME, bonus + shortness
        for alias in self._aliases[position]:
            if asked in alias:
                return ALIAS, (6.0 if asked == alias else 3.0) + shortness
        in_name = sum(weights[piece] for piece in weights if piece in name)
        in_all = sum(
            weights[piece]
            for piece in weights
            if position in self._postings.get(piece, ())
        )
        return (NAME if in_name * 2 >= in_all else ALIAS), shortness


class _Sounds(Generic[M]):
    """Names and other names as they sound: pinyin, and its initials."""

    def __init__(self, matters: Sequence[M]) -> None:
        sounds: list[str] = []
        initials: list[str] = []
        self._sound_starts: list[int] = []
        self._initial_starts: list[int] = []
        self._by_prefix: dict[str, list[int]] = {}
        self._by_first: dict[str, list[int]] = {}
        self._lengths: list[int] = []
        at_sound = at_initial = 0
        for position, matter in enumerate(matters):
            self._sound_starts.append(at_sound)
            self._initial_starts.append(at_initial)
            texts = (matter.guide.name, *matter.guide.aliases)
            self._lengths.append(len(matter.guide.name))
            for number, text in enumerate(texts):
                spoken = syllables(text)
                if number == 0 and spoken:
                    self._by_first.setdefault(spoken[0][:1], []).append(position)
                at = at_sound
                joined = "".join(spoken)
                for syllable in spoken:
                    start = at - at_sound
                    prefix = joined[start : start + _PREFIX]
                    self._by_prefix.setdefault(prefix, []).append(at)
                    at += len(syllable)
                sounds.append(joined)
                initials.append("".join(each[0] for each in spoken))
                at_sound += len(joined) + 1
                at_initial += len(spoken) + 1
        self._sounds = _BOUNDARY.join(sounds)
        self._initials = _BOUNDARY.join(initials)

    def look_up(self, asked: str, found: _Found) -> None:
        """Score names that sound like the letters typed."""
        if len(asked) >= _PREFIX:
            self._by_sound(asked, found)
        if len(asked) == 1:
            for position in self._by_first.get(asked, ()):
                found.looked_at += 1
                found.offer(position, 6.0 - self._length(position), INITIALS)
        else:
            self._by_initials(asked, found)

    def _by_sound(self, asked: str, found: _Found) -> None:
        """Match from the beginning of a syllable; the end may be cut off."""
        for at in self._by_prefix.get(asked[:_PREFIX], ()):
            found.looked_at += 1
            if self._sounds.startswith(asked, at):
                position = bisect_right(self._sound_starts, at) - 1
                at_start = at == self._sound_starts[position]
                score = 12.0 + (3.0 if at_start else 0.0) - self._length(position)
                found.offer(position, score, PINYIN)

    def _by_initials(self, asked: str, found: _Found) -> None:
        at = self._initials.find(asked)
        while at >= 0:
            found.looked_at += 1
            position = bisect_right(self._initial_starts, at) - 1
            at_start = at == self._initial_starts[position]
            score = 9.0 + (3.0 if at_start else 0.0) - self._length(position)
            found.offer(position, score, INITIALS)
            # One hit a matter is enough: go on with the next one.
            if position + 1 >= len(self._initial_starts):
                return
            at = self._initials.find(asked, self._initial_starts[position + 1])

    def _length(self, position: int) -> float:
        return self._lengths[position] * 0.05


class _Filters(Generic[M]):
    """Positions by the value of each filter."""

    def __init__(self, matters: Sequence[M]) -> None:
        self._sets: dict[tuple[str, str], set[int]] = {}
        for position, matter in enumerate(matters):
            guide = matter.guide
            for name, value in (
                ("theme", guide.theme),
                ("department", guide.office_code),
                ("level", guide.level.value),
                *(("audience", each.value) for each in guide.audience),
                *(("mode", each) for each in modes_of(guide)),
            ):
                self._sets.setdefault((name, value), set()).add(position)
        district = self._sets.get(("level", Level.DISTRICT.value), set())
        self._by_township = {
            False: frozenset(district),
            True: frozenset(set(range(len(matters))) - district),
        }

    def allowed(
        self, *, by_township: bool | None, **wanted: str
    ) -> frozenset[int] | None:
        """Return the positions that pass every filter; None when none is set."""
        sets = [
            self._sets.get((name, value), set())
            for name, value in wanted.items()
            if value
        ]
        passing: frozenset[int] | None = None
        if by_township is not None:
            passing = self._by_township[by_township]
        for each in sorted(sets, key=len):
            passing = frozenset(each) if passing is None else passing & each
        return passing


def modes_of(guide: Guide) -> tuple[str, ...]:
    """Return the values of the mode filter under which a matter is found."""
    found = [] if guide.online is OnlineMode.UNKNOWN else [guide.online.value]
    if guide.at_most_one_visit:
        found.append("once")
    if guide.zero_visit:
        found.append("zero")
    return tuple(found)


AUDIENCES = tuple(each.value for each in Audience)
"""Values of the audience filter."""
