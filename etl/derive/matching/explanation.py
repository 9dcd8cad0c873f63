"""Why a person and a vacancy fit, or why not, in Italian: every rule looked at by itself.

This is the same law as `pairs.py`, written once more for one pair at a time, without masks
compared as a whole: slow, and for people to read. The tests hold the two to each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from etl.contracts import vocabulary
from etl.derive.matching.criteria import (
    ABILITY_BIT,
    AREAS,
    CONDITION_BIT,
    CONDITIONS,
    HIGHEST,
    capacity_bit,
)
from etl.derive.matching.distance import metres
from etl.derive.matching.encode import WANTS, Lots, People, Places
from etl.derive.matching.scoring import COMPONENTS, FULL_WEEK, Scoring


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
    places: Places, people: People, person: int, lots: Lots, lot: int, rules: Scoring
) -> Explanation:
    """Return why one person and one lot fit or not."""
    distance = int(metres(places.points[people.place[person]], places.points[lots.place[lot]]))
    obstacles = (
        *_excluded(int(people.excluded[person]) & int(lots.conditions[lot])),
        *_lacking(int(lots.required[lot]) & ~int(people.able[person]), people, person),
        *_too_far(distance, int(people.limit[person])),
    )
    wants = [int(code) for code in people.wants[person]]
    code = int(lots.occupation[lot])
    shared = [_shared(want, code) if want else 0 for want in wants]
    if max(shared) < rules.digits:
        obstacles += ("La professione offerta non è tra quelle cercate, né vicina.",)
    if obstacles:
        return Explanation(False, obstacles, (), None, distance)
    parts = {
        **_occupation(shared, rules),
        "capacita": _capacity(people, person, lots, lot),
        "vicinanza": (
            100 - 100 * distance // int(people.limit[person]),
            f"{kilometres(distance)} in linea d’aria",
        ),
        "orario": _hours(int(people.hours[person]), bool(lots.part_time[lot])),
        "sostegno": _support(int(people.support[person]), bool(lots.supported[lot])),
        "formazione": _schooling(int(people.education[person]), code, rules),
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


def _excluded(mask: int) -> tuple[str, ...]:
    words = {name: text.it for name, text in vocabulary("condizioni_lavoro").items()}
    found = [
        f"Il posto comporta «{words[name]}», che la persona esclude."
        for name in CONDITIONS
        if mask & CONDITION_BIT[name]
    ]
    if mask & CONDITION_BIT["senza_mezzi_pubblici"]:
        found.append("Con i mezzi pubblici non ci si arriva, e la persona non ha un mezzo proprio.")
    if mask & CONDITION_BIT["riservato_D"]:
        found.append("Il posto è riservato alle persone con disabilità.")
    if mask & CONDITION_BIT["riservato_C"]:
        found.append("Il posto è riservato alle altre categorie protette (art. 18).")
    return tuple(found)


def _lacking(mask: int, people: People, person: int) -> tuple[str, ...]:
    words = {name: text.it for name, text in vocabulary("funzione_limitata").items()}
    found = []
    for place, area in enumerate(AREAS):
        for level in range(1, HIGHEST + 1):
            if mask & capacity_bit(area, level):
                has = int(people.capacity[person, place])
                found.append(
                    f"Serve più capacità in «{words[area]}»: almeno {level} su {HIGHEST}, "
                    f"la persona ha {has}."
                )
    if mask & ABILITY_BIT["patente"]:
        found.append("Serve la patente con un mezzo proprio.")
    if mask & ABILITY_BIT["tempo_pieno"]:
        found.append(f"È a tempo pieno: la persona può lavorare meno di {FULL_WEEK} ore.")
    return tuple(found)


def _too_far(distance: int, limit: int) -> tuple[str, ...]:
    if distance <= limit:
        return ()
    return (f"È a {kilometres(distance)}; la persona può andare fino a {kilometres(limit)}.",)


def _shared(first: int, second: int) -> int:
    """Return how many leading digits two codes share."""
    count = 0
    for one, other in zip(str(first), str(second), strict=True):
        if one != other:
            break
        count += 1
    return count


def _occupation(shared: list[int], rules: Scoring) -> dict[str, tuple[int, str]]:
    """Of the occupations sought, the one that gives most: its affinity and its place."""
    best: tuple[int, int, int] | None = None
    for rank, digits in enumerate(shared):
        if digits < rules.digits:
            continue
        affinity, preference = int(rules.affinity[digits]), int(rules.preference[rank])
        value = int(rules.weights[0]) * affinity + int(rules.weights[5]) * preference
        if best is None or value > best[0]:
            best = (value, affinity, preference)
    assert best is not None
    same = best[1] == 100
    place = WANTS - best[2] // 20 + 1
    return {
        "professione": (best[1], "uguale a una cercata" if same else "vicina a una cercata"),
        "preferenza": (best[2], f"è la {place}ª scelta"),
    }


def _capacity(people: People, person: int, lots: Lots, lot: int) -> tuple[int, str]:
    asked = [int(level) for level in lots.demand[lot]]
    if not any(asked):
        return 100, "il posto non chiede capacità particolari"
    has = [int(level) for level in people.capacity[person]]
    short = sum(max(0, need - level) for need, level in zip(asked, has, strict=True))
    if not short:
        return 100, "la persona ha tutte le capacità chieste"
    places = ", ".join(
        _words()[area] for area, need, level in zip(AREAS, asked, has, strict=True) if need > level
    )
    return 100 - 100 * short // sum(asked), f"con un adattamento per: {places}"


@cache
def _words() -> dict[str, str]:
    return {name: text.it for name, text in vocabulary("funzione_limitata").items()}


def _hours(hours: int, part_time: bool) -> tuple[int, str]:
    if part_time:
        return 100, "l’orario si può adattare"
    if hours >= FULL_WEEK:
        return 100, "la persona può lavorare a tempo pieno"
    return 100 * hours // FULL_WEEK, f"la persona può lavorare {hours} ore: orario da concordare"


def _support(band: int, supported: bool) -> tuple[int, str]:
    if supported:
        return 100, "è previsto un affiancamento"
    if band == 1:
        return 100, "la persona ha bisogno di poco aiuto"
    return 100 - 30 * (band - 1), f"fascia d’aiuto {band}: l’affiancamento è da organizzare"


def _schooling(education: int, code: int, rules: Scoring) -> tuple[int, str]:
    gap = int(rules.schooling[code // 10_000]) - education
    if gap <= 0:
        return 100, "il titolo di studio è adatto"
    return 100 - 25 * min(gap, 4), "il titolo di studio è più basso di quello abituale"
