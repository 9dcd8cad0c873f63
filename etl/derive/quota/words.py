"""The words with which sentences write figures; `runtime.js` holds the same ones."""

from __future__ import annotations

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


def numero(value: int) -> str:
    """Return an integer as Italian writes it: `1234567` → `1.234.567`."""
    return f"{value:,}".replace(",", ".").replace("-", "−")


def euro(cents: int) -> str:
    """Return an amount of integer cents: `6900960` → `69.009,60 €`."""
    sign = "−" if cents < 0 else ""
    return f"{sign}{numero(abs(cents) // 100)},{abs(cents) % 100:02d} €"


def decimale(numerator: int, denominator: int) -> str:
    """Return a fraction cut at two decimals, preceded by «circa» where digits are lost."""
    sign = "−" if numerator < 0 else ""
    scaled = abs(numerator) * 100
    whole, cents = divmod(scaled // denominator, 100)
    digits = f"{cents:02d}".rstrip("0")
    text = sign + numero(whole) + (f",{digits}" if digits else "")
    return text if scaled % denominator == 0 else f"circa {text}"


def conta(value: int, one: str, many: str) -> str:
    """Return a number with its noun: `1 posto`, `3 posti`."""
    return f"{numero(value)} {one if value == 1 else many}"


def data(year: int, month: int, day: int) -> str:
    """Return a date in words: `31 dicembre 2021`."""
    return f"{day}{'º' if day == 1 else ''} {MONTHS[month - 1]} {year}"


def mancante(title: str) -> str:
    """Return what is said where a number of the law is not known."""
    return f"Da verificare: non è noto «{title}»."


def scaduto(title: str, year: int, month: int, day: int) -> str:
    """Return what is said where a rule held until a day and nothing newer is known."""
    return (
        f"Regola non più valida salvo proroga: «{title}» valeva fino al {data(year, month, day)}."
    )
