"""Why a person and a vacancy fit, or why not, in Italian: every rule looked at by itself.

This is the same law as `pairs.py`, written once more for one pair at a time, without masks
compared as a whole: slow, and for people to read. The tests hold the two to each other. What is
said stands in `frasi.toml`, in a voice for offices and in one for the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from etl.contracts import vocabulary
from etl.derive.matching.criteria import (
    ABILITIES,
    ABILITY_BIT,
    AREAS,
    CONDITION_BIT,
    CONDITIONS,
    HIGHEST,
    IMPLIED,
    capacity_bit,
)
from etl.derive.matching.distance import metres
from etl.derive.matching.encode import Lots, People, Places
from etl.derive.matching.scoring import COMPONENTS, FULL_WEEK, Scoring
from etl.derive.matching.sentences import Voice, degrees, say


@dataclass(frozen=True)
class Explanation:
    """Whether a pair is possible, why not, and where its points come from.

    `obstacles` is empty when it is; `points` holds component, points given, points at most (in
    hundredths of the score) and the reason; `score` is 0–10,000, None where it is not possible.
    """

    possible: bool
    obstacles: tuple[str, ...]
    points: tuple[tuple[str, int, int, str], ...]
    score: int | None
    distance: int


def explain(
    places: Places,
    people: People,
    person: int,
    lots: Lots,
    lot: int,
    rules: Scoring,
    voice: Voice = "ufficio",
) -> Explanation:
    """Return why one person and one lot fit or not, said to an office or to the person."""
    distance = int(metres(places.points[people.place[person]], places.points[lots.place[lot]]))
    obstacles = (
        *_excluded(int(people.excluded[person]) & int(lots.conditions[lot]), voice),
        *_lacking(int(lots.required[lot]) & ~int(people.able[person]), people, person, voice),
        *too_far(distance, int(people.limit[person]), voice),
    )
    wants = [int(code) for code in people.wants[person]]
    code = int(lots.occupation[lot])
    shared = [_shared(want, code) if want else 0 for want in wants]
    if max(shared) < rules.digits:
        obstacles += (say("professione_diversa", voice),)
    if obstacles:
        return Explanation(False, obstacles, (), None, distance)
    parts = {
        **_occupation(shared, rules, voice),
        "capacita": _capacity(people, person, lots, lot, voice),
        "vicinanza": (
            100 - 100 * distance // int(people.limit[person]),
            nearness(distance, voice),
        ),
        "orario": _hours(int(people.hours[person]), bool(lots.part_time[lot]), voice),
        "sostegno": _support(int(people.support[person]), bool(lots.supported[lot]), voice),
        "formazione": _schooling(int(people.education[person]), code, rules, voice),
    }
    points = tuple(
        (
            name,
            int(rules.weights[place]) * parts[name][0],
            100 * int(rules.weights[place]),
            parts[name][1],
        )
        for place, name in enumerate(COMPONENTS)
    )
    return Explanation(True, (), points, sum(given for _, given, _, _ in points), distance)


def kilometres(distance: int) -> str:
    """Return whole metres as kilometres with one decimal, in Italian."""
    tenths = (distance + 50) // 100
    return f"{tenths // 10},{tenths % 10} km"


def _excluded(mask: int, voice: Voice) -> tuple[str, ...]:
    words = {name: text.it for name, text in vocabulary("condizioni_lavoro").items()}
    found = [
        say("condizione", voice, condizione=words[name])
        for name in CONDITIONS
        if mask & CONDITION_BIT[name]
    ]
    found += [say(name, voice) for name in IMPLIED if mask & CONDITION_BIT[name]]
    return tuple(found)


def _lacking(mask: int, people: People, person: int, voice: Voice) -> tuple[str, ...]:
    found = []
    for place, area in enumerate(AREAS):
        for level in range(1, HIGHEST + 1):
            if mask & capacity_bit(area, level):
                has = int(people.capacity[person, place])
                found.append(
                    say(
                        "capacita_manca",
                        voice,
                        area=_words()[area],
                        minimo=level,
                        piena=HIGHEST,
                        ha=has,
                        massimo=degrees()["massimo"][HIGHEST - level],
                        tua=degrees()["tua"][HIGHEST - has],
                    )
                )
    found += [say(name, voice, ore=FULL_WEEK) for name in ABILITIES if mask & ABILITY_BIT[name]]
    return tuple(found)


def nearness(distance: int, voice: Voice) -> str:
    """Return what is said of a distance within a person's limit (whole metres)."""
    if distance == 0:
        return say("vicinanza_qui", voice)
    return say("vicinanza", voice, distanza=kilometres(distance))


def too_far(distance: int, limit: int, voice: Voice) -> tuple[str, ...]:
    """Return what is said of a distance beyond a person's limit (whole metres), or nothing."""
    if distance <= limit:
        return ()
    return (say("lontano", voice, distanza=kilometres(distance), limite=kilometres(limit)),)


def _shared(first: int, second: int) -> int:
    """Return how many leading digits two codes share."""
    count = 0
    for one, other in zip(str(first), str(second), strict=True):
        if one != other:
            break
        count += 1
    return count


def _occupation(shared: list[int], rules: Scoring, voice: Voice) -> dict[str, tuple[int, str]]:
    """Of the occupations sought, the one that gives most: its affinity and its place."""
    best: tuple[int, int, int, int] | None = None
    for rank, digits in enumerate(shared):
        if digits < rules.digits:
            continue
        affinity, preference = int(rules.affinity[digits]), int(rules.preference[rank])
        value = int(rules.weights[0]) * affinity + int(rules.weights[5]) * preference
        if best is None or value > best[0]:
            best = (value, affinity, preference, rank)
    assert best is not None
    _, affinity, preference, rank = best
    alike = "professione_uguale" if affinity == 100 else "professione_vicina"
    return {
        "professione": (affinity, say(alike, voice)),
        "preferenza": (preference, say("preferenza", voice, scelta=rank + 1)),
    }


def _capacity(people: People, person: int, lots: Lots, lot: int, voice: Voice) -> tuple[int, str]:
    asked = [int(level) for level in lots.demand[lot]]
    if not any(asked):
        return 100, say("capacita_nessuna", voice)
    has = [int(level) for level in people.capacity[person]]
    short = sum(max(0, need - level) for need, level in zip(asked, has, strict=True))
    if not short:
        return 100, say("capacita_tutte", voice)
    places = ", ".join(
        _words()[area] for area, need, level in zip(AREAS, asked, has, strict=True) if need > level
    )
    return 100 - 100 * short // sum(asked), say("capacita_adattamento", voice, aree=places)


@cache
def _words() -> dict[str, str]:
    return {name: text.it for name, text in vocabulary("funzione_limitata").items()}


def _hours(hours: int, part_time: bool, voice: Voice) -> tuple[int, str]:
    if part_time:
        return 100, say("orario_adattabile", voice)
    if hours >= FULL_WEEK:
        return 100, say("orario_pieno", voice)
    return 100 * hours // FULL_WEEK, say("orario_parziale", voice, ore=hours)


def _support(band: int, supported: bool, voice: Voice) -> tuple[int, str]:
    if supported:
        return 100, say("sostegno_previsto", voice)
    if band == 1:
        return 100, say("sostegno_poco", voice)
    return 100 - 30 * (band - 1), say("sostegno_fascia", voice, fascia=band)


def _schooling(education: int, code: int, rules: Scoring, voice: Voice) -> tuple[int, str]:
    gap = int(rules.schooling[code // 10_000]) - education
    if gap <= 0:
        return 100, say("titolo_adatto", voice)
    return 100 - 25 * min(gap, 4), say("titolo_basso", voice)
