"""Numbers, dates and words as an Italian reader expects them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)

MONTHS = (
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
)


def number(value: float | int | None) -> str:
    """Return the number with dots between thousands and a decimal comma; a dash where it lacks."""
    if value is None:
        return "–"
    if float(value).is_integer():
        return f"{int(value):,}".replace(",", ".")
    text = f"{value:,.2f}".rstrip("0")
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".")


def long_date(value: date | str | None) -> str:
    """Return «31 dicembre 2025» (or «dicembre 2025», or «2025», where no more is known)."""
    if value is None:
        return "–"
    parts = str(value).split("-")
    if len(parts) == 1:
        return parts[0]
    month = f"{MONTHS[int(parts[1]) - 1]} {parts[0]}"
    if len(parts) == 2:
        return month
    day = "1º" if int(parts[2]) == 1 else str(int(parts[2]))
    return f"{day} {month}"


def count(value: int, one: str, many: str) -> str:
    """Return the number with its noun: «1 posto», «37 posti»."""
    return f"{number(value)} {one if value == 1 else many}"


def file_size(value: int) -> str:
    """Return a size in bytes as people read it: «812 byte», «24 kB», «1,3 MB»."""
    if value < 1000:
        return f"{value} byte"
    if value < 1_000_000:
        return f"{number(round(value / 1000))} kB"
    return f"{number(round(value / 1_000_000, 1))} MB"


def sentence(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def listing(words: Iterable[str]) -> str:
    """Return «a, b e c»."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} e {items[-1]}"


def fold(text: str) -> str:
    """Return the text in lower case, without accents, as searches compare it."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


def slugify(text: str) -> str:
    """Return the text as a step of a web address."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


def collation_key(text: str) -> tuple[str, str]:
    """Return the key that sorts Italian words whatever the machine's locale."""
    return (fold(text), text)


def printable(value: Any) -> Any:
    """Return the value as a page may hold it: a text without the code points that HTML forbids.

    Suppliers' texts bear the traces of wrong encodings; other values are returned as they are.
    """
    return _FORBIDDEN.sub(" ", value) if type(value) is str else value


def web_address(value: str | None) -> str | None:
    """Return the address if it is one that a page may link (http or https), else None."""
    if not value or any(char.isspace() or not char.isprintable() for char in value):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in ("http", "https") and parts.hostname else None


def mail_link(address: str | None, subject: str = "", body: str = "") -> str | None:
    """Return a `mailto:` link, every part quoted; None where the address is not one."""
    if not address or not re.fullmatch(
        r"[^@\s<>\"?&#%]+@[^@\s<>\"?&#%/]+\.[^@\s<>\"?&#%/]+", address
    ):
        return None
    parts = [f"{key}={quote(text)}" for key, text in (("subject", subject), ("body", body)) if text]
    return f"mailto:{address}" + (f"?{'&'.join(parts)}" if parts else "")


def phone_link(value: str | None) -> str | None:
    """Return a `tel:` link; None where the text does not hold a telephone number."""
    digits = re.sub(r"[^\d+]", "", value or "")
    return f"tel:{digits}" if re.fullmatch(r"\+?\d{5,15}", digits) else None
