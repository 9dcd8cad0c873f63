"""Texts as people leave them, made one line of visible characters."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")
# control characters, marks of direction, joiners: what the eye does not see
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_FORMULA = re.compile(r'^="(.*)"$', re.DOTALL)


def one_line(text: str) -> str:
    """Return the text on one line, without invisible characters and doubled spaces (NFC)."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", unicodedata.normalize("NFC", _INVISIBLE.sub("", text))).strip()


def cell(text: str) -> str:
    """Return a table's cell as one line, the wrapping `="…"` of exported codes undone."""
    wrapped = _FORMULA.match(text.strip())
    return one_line(wrapped.group(1).replace('""', '"') if wrapped else text)
