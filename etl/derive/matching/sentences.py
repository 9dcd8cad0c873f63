"""The sentences of matching, declared once (`frasi.toml`) for offices and for the person."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

Voice = Literal["ufficio", "tu"]

SENTENCES = Path(__file__).with_name("frasi.toml")


@cache
def _declared() -> dict[str, Any]:
    return tomllib.loads(SENTENCES.read_text(encoding="utf-8"))


def sentences(voice: Voice) -> dict[str, str]:
    """Return every sentence of a voice by its name, with the words to fill in between braces."""
    return {name: texts[voice] for name, texts in _declared()["frasi"].items()}


def degrees() -> dict[str, list[str]]:
    """Return how degrees of difficulty are said, from none (0) to complete (4)."""
    found: dict[str, list[str]] = _declared()["gradi"]
    return found


def say(name: str, voice: Voice, **words: str | int) -> str:
    """Return a sentence with its words filled in; raises KeyError where one is lacking."""
    text: str = _declared()["frasi"][name][voice]
    return text.format(**words)
