"""Invented names: of persons that cannot exist, of companies, operators and streets.

Persons' names are made of clusters that Italian does not have, so that no page can hold them by
chance: where one appears, something came out of a person's element.
"""

from __future__ import annotations

from itertools import product

_OPENINGS = (
    "Xwyk",
    "Zvrok",
    "Qyjan",
    "Kwoxt",
    "Jhyzk",
    "Wxund",
    "Yqorv",
    "Vzhek",
    "Tkwij",
    "Hjyxo",
)
_MIDDLES = ("aw", "ejk", "iwy", "okx", "uyk", "yjw", "axk", "ewx", "ikw", "oyj", "uwk", "ykx")
_ENDINGS = (
    "brynk", "dwosk", "frajk", "ghwyn", "klyjx", "mnwok", "pryxk", "skwej", "thyok", "vwrix",
    "wzhan", "zkwyl", "xjorn", "qwyst", "jykol", "kwenx", "lwyzk", "nwykj", "rwoxy", "twyjk",
)  # fmt: skip

SURNAMES: tuple[str, ...] = tuple(
    opening + middle + ending for opening, middle, ending in product(_OPENINGS, _MIDDLES, _ENDINGS)
)
GIVEN_NAMES: tuple[str, ...] = tuple(
    opening + ending
    for opening, ending in product(
        ("Wyjk", "Kxyo", "Zwyk", "Jykw", "Xhoj", "Ykwe", "Qwix", "Vyjk", "Hwyx", "Twkj"),
        ("yndok", "oxwin", "ajkel", "ewyrn", "ukwox", "ijwan", "yxolk", "owjen", "axwyk", "ejkow"),
    )
)

STREETS: tuple[str, ...] = (
    "Via degli Esempi", "Via Immaginaria", "Piazza della Prova", "Viale delle Simulazioni",
    "Largo Dimostrativo", "Via del Campione", "Corso Inventato", "Vicolo Fittizio",
    "Via dell'Ipotesi", "Piazza dei Segnaposto", "Via del Modello", "Viale del Collaudo",
)  # fmt: skip

# Persons' streets: they must be found nowhere else.
_PRIVATE_STREETS: tuple[str, ...] = ("Zwykstrade", "Kxyoweg", "Jykwgasse", "Xhojplatz")

_CONSONANTS = "BCDFGHJKLMNPQRSTVWXYZ"
_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20,
         11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip
_EVEN = {
    **{digit: int(digit) for digit in "0123456789"},
    **{letter: index for index, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")},
}


def private_street(number: int) -> str:
    """Return an invented address that only persons' elements use."""
    surname = SURNAMES[number * 7 % len(SURNAMES)]
    return f"{_PRIVATE_STREETS[number % len(_PRIVATE_STREETS)]} {surname} {1 + number % 90}"


def person_tax_code(surname: str, name: str, year: int, serial: int) -> str:
    """Return a tax code of the right form that nobody can have.

    The day of birth is 00, the place of birth a code under Z100, where those of foreign
    countries begin; the control letter
    is right, so that nothing but sense tells it from a real one.
    """
    body = (
        _three(surname)
        + _three(name)
        + f"{year % 100:02d}"
        + "ABCDEHLMPRST"[serial % 12]
        + f"00Z0{serial % 100:02d}"
    )
    total = sum(_ODD[char] if index % 2 == 0 else _EVEN[char] for index, char in enumerate(body))
    return body + chr(ord("A") + total % 26)


def company_tax_code(number: int) -> str:
    """Return an 11-digit company code with a right control digit that was never given.

    The three digits of the issuing office are 000: no office has that number.
    """
    body = f"{number:07d}000"
    doubled = (2 * int(char) for char in body[1::2])
    total = sum(map(int, body[0::2])) + sum(value - 9 if value > 9 else value for value in doubled)
    return body + str(-total % 10)


def _three(word: str) -> str:
    letters = [char for char in word.upper() if char in _CONSONANTS]
    return ("".join(letters) + "XXX")[:3]
