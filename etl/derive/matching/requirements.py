"""What a vacancy's free text asks, read by declared patterns (`requisiti.toml`)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from etl.derive.matching.criteria import ABILITIES, AREAS, CONDITIONS, HIGHEST

PATTERNS = Path(__file__).with_name("requisiti.toml")

Opening = Literal["orario", "sostegno", "adattamento"]

_SENTENCES = re.compile(r"[.;!?\n\r]+|\s[-–•]\s")
_SPACES = re.compile(r"\s+")


class Pattern(BaseModel):
    """One pattern and what a sentence that holds it means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    espressione: re.Pattern[str]
    chiede: dict[str, int] = Field(default_factory=dict)
    tassativo: bool = False
    condizioni: tuple[str, ...] = ()
    abilita: tuple[str, ...] = ()
    apertura: Opening | None = None
    basta: bool = False

    @model_validator(mode="after")
    def _known_words(self) -> Pattern:
        unknown = sorted(
            {*self.chiede} - {*AREAS}
            | {*self.condizioni} - {*CONDITIONS}
            | {*self.abilita} - {*ABILITIES}
        )
        if unknown:
            raise ValueError(f"parole sconosciute: {', '.join(unknown)}")
        if not all(1 <= level <= HIGHEST for level in self.chiede.values()):
            raise ValueError("le capacità vanno da 1 a 4")
        return self


@dataclass
class Reading:
    """What one text asks.

    `demand` is the capacity asked in each area, `strict` the one below which nobody is
    suitable whatever is adapted; `sentences` counts the text's sentences and `unread` those
    that no pattern knows.
    """

    demand: dict[str, int] = field(default_factory=dict)
    strict: dict[str, int] = field(default_factory=dict)
    conditions: set[str] = field(default_factory=set)
    abilities: set[str] = field(default_factory=set)
    openings: set[str] = field(default_factory=set)
    sentences: int = 0
    unread: list[str] = field(default_factory=list)


@cache
def load_patterns() -> tuple[Pattern, ...]:
    """Return the patterns in their order; raises pydantic's ValidationError at a wrong one."""
    raw = tomllib.loads(PATTERNS.read_text(encoding="utf-8"))
    found = []
    for body in raw["frasi"]:
        expression = body.pop("espressione")
        for name, words in raw["abbreviazioni"].items():
            expression = expression.replace("{" + name + "}", words)
        found.append(Pattern(espressione=re.compile(expression), **body))
    return tuple(found)


def plain(text: str) -> str:
    """Return a text in small letters, without accents, with straight apostrophes, on one line."""
    straight = text.replace("’", "'").replace("`", "'")
    parts = unicodedata.normalize("NFKD", straight)
    kept = "".join(char for char in parts if not unicodedata.combining(char))
    return _SPACES.sub(" ", kept.casefold()).strip()


def sentences_of(text: str | None) -> list[str]:
    """Return a text's sentences as they are written; what holds no letter is none."""
    parts = (part.strip() for part in _SENTENCES.split(text or ""))
    return [part for part in parts if any(char.isalpha() for char in plain(part))]


def read_requirements(text: str | None) -> Reading:
    """Return what a text asks: what its sentences ask together; an empty text asks nothing."""
    reading = Reading()
    for sentence in sentences_of(text):
        words = plain(sentence)
        reading.sentences += 1
        if not _read_sentence(words, reading):
            reading.unread.append(words)
    return reading


def _read_sentence(words: str, reading: Reading) -> bool:
    known = False
    for pattern in load_patterns():
        if not pattern.espressione.search(words):
            continue
        known = True
        for area, level in pattern.chiede.items():
            reading.demand[area] = max(level, reading.demand.get(area, 0))
            if pattern.tassativo:
                reading.strict[area] = max(level, reading.strict.get(area, 0))
        reading.conditions |= set(pattern.condizioni)
        reading.abilities |= set(pattern.abilita)
        if pattern.apertura:
            reading.openings.add(pattern.apertura)
        if pattern.basta:
            break
    return known
