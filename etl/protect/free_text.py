"""Free text that companies wrote: withheld where it says who or where they are."""

from __future__ import annotations

import re

import pandas as pd
from slugify import slugify

from etl.contracts import NOT_COLLECTED, PUBLISHED, WITHHELD

_LEGAL_FORMS = {"srl", "spa", "snc", "sas", "srls", "scarl", "scrl", "coop", "onlus", "ets"}

CODICE_FISCALE = re.compile(
    r"\b[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b", re.I
)
EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[a-z]{2,}", re.I)
PHONE = re.compile(r"(?<![\d.,])\+?\d(?:[\s./-]?\d){7,}(?![\d.,])")
WEB = re.compile(r"\b(?:https?://|www\.)\S+", re.I)


def withhold_identifying(
    frame: pd.DataFrame, column: str, company_names: pd.Series, place_names: pd.Series
) -> pd.DataFrame:
    """Return the frame with `column` emptied, and its state set, where the text identifies.

    A text identifies when it holds the company's own name, the name of a withheld place, a tax
    code, an e-mail or web address, or a telephone number.
    """
    verdicts = [
        _identifies(text, name, place) if isinstance(text, str) else None
        for text, name, place in zip(frame[column], company_names, place_names, strict=True)
    ]
    hidden = pd.Series([verdict is True for verdict in verdicts], index=frame.index)
    states = [
        NOT_COLLECTED if verdict is None else WITHHELD if verdict else PUBLISHED
        for verdict in verdicts
    ]
    return frame.assign(
        **{
            column: frame[column].where(~hidden),
            f"{column}_stato": pd.Series(states, index=frame.index, dtype="str"),
        }
    )


def _identifies(text: str, company: object, place: object) -> bool:
    if any(pattern.search(text) for pattern in (CODICE_FISCALE, EMAIL, PHONE, WEB)):
        return True
    words = f"-{slugify(text)}-"
    name = "-".join(
        part
        for part in slugify(company if isinstance(company, str) else "").split("-")
        if part not in _LEGAL_FORMS and len(part) > 1
    )
    where = slugify(place) if isinstance(place, str) else ""
    return any(needle and f"-{needle}-" in words for needle in (name, where))
