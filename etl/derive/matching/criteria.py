"""The words of matching: functional areas, conditions of work, and the bits that stand for them.

A person has a *capacity* from 0 to 4 in each functional area: 4 less the ICF qualifier of the
limitation (0 none, 1 mild, 2 moderate, 3 severe, 4 complete). A post asks for capacities and has
conditions. Both sides are packed in two 64-bit masks, so that whether a pair is possible is two
AND operations and a distance.
"""

from __future__ import annotations

from collections.abc import Iterable

AREAS: tuple[str, ...] = (
    "motoria_inferiore",
    "motoria_superiore",
    "vista",
    "udito",
    "linguaggio",
    "cognitiva",
    "psichica",
    "relazionale",
    "resistenza",
    "cardiorespiratoria",
)
"""The functional areas, in the order of their bits (vocabulary `funzione_limitata`)."""

CONDITIONS: tuple[str, ...] = (
    "turni_notturni",
    "barriere",
    "in_piedi",
    "pesi",
    "polveri",
    "detergenti",
    "rumore",
    "freddo",
    "aperto",
    "altezze",
    "ritmo",
    "pubblico",
    "stress",
    "videoterminale",
    "guida",
)
"""What a person may exclude (vocabulary `condizioni_lavoro`), in the order of their bits."""

# Conditions that nobody writes down as excluded: they follow from other fields.
IMPLIED: tuple[str, ...] = ("senza_mezzi_pubblici", "riservato_D", "riservato_C")

CONDITION_BIT: dict[str, int] = {
    name: 1 << place for place, name in enumerate((*CONDITIONS, *IMPLIED))
}

HIGHEST = 4
"""The highest capacity: no limitation."""

ABILITIES: tuple[str, ...] = ("patente", "tempo_pieno")
"""What a post may ask beside capacities: a driving licence and car, a full working week."""

ABILITY_BIT: dict[str, int] = {
    name: 1 << (HIGHEST * len(AREAS) + place) for place, name in enumerate(ABILITIES)
}


def capacity_bit(area: str, level: int) -> int:
    """Return the bit of «at least `level` (1–4) in `area`»."""
    return 1 << (HIGHEST * AREAS.index(area) + level - 1)


def capacity_bits(area: str, level: int) -> int:
    """Return the bits of every level that a capacity of `level` (0–4) reaches in `area`."""
    return ((1 << level) - 1) << (HIGHEST * AREAS.index(area))


def condition_bits(names: Iterable[str]) -> int:
    """Return the mask of some conditions; raises KeyError for one that does not exist."""
    mask = 0
    for name in names:
        mask |= CONDITION_BIT[name]
    return mask
