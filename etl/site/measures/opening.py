"""The sentence that opens a measure's page: does it work, how we know, what we do not know.

It is made of the indicator's own figures, so it cannot say anything else than they do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from etl.contracts import PUBLISHED, WITHHELD
from etl.site.charts import shown
from etl.site.language import count, listing, number
from etl.site.measures.declaration import Indicator, Target
from etl.site.measures.figures import Figure

# Below this relative change of a figure without an interval, nothing is said to have changed.
STILL = 0.01


class Verdict(StrEnum):
    """What the figures let one say."""

    REACHED = "La misura raggiunge l’obiettivo"
    MISSED = "La misura non raggiunge ancora l’obiettivo"
    BETTER = "La misura va nella direzione voluta"
    WORSE = "La misura va nella direzione sbagliata"
    STILL = "Non si vede un cambiamento"
    ONE = "Non si può ancora dire se la misura funziona"
    FEW = "I casi sono troppo pochi per dire se la misura funziona"
    HIDDEN = "Non possiamo dire se la misura funziona"
    UNKNOWN = "Non sappiamo se la misura funziona"


@dataclass(frozen=True)
class Opening:
    """The verdict and the whole sentence."""

    verdict: Verdict
    sentence: str


def verdict(indicator: Indicator, figures: Sequence[Figure]) -> Verdict:
    """Return what the figures, in order of period, let one say of the measure."""
    if not figures or all(item.state not in (PUBLISHED, WITHHELD) for item in figures):
        return Verdict.UNKNOWN
    last = figures[-1]
    if last.state == WITHHELD:
        return Verdict.HIDDEN
    if last.state != PUBLISHED or last.value is None:
        return Verdict.UNKNOWN
    if last.few:
        return Verdict.FEW
    if indicator.obiettivo is not None:
        return Verdict.REACHED if _meets(last.value, indicator.obiettivo) else Verdict.MISSED
    before = _before(figures)
    if before is None or indicator.verso is None or before.value is None:
        return Verdict.ONE
    if _same(last, before):
        return Verdict.STILL
    grew = last.value > before.value
    return Verdict.BETTER if grew == (indicator.verso == "crescere") else Verdict.WORSE


def opening(indicator: Indicator, figures: Sequence[Figure], unknown: str) -> Opening:
    """Return the page's first sentence; `unknown` is what no figure of the measure can tell."""
    said = verdict(indicator, figures)
    if said is Verdict.UNKNOWN:
        reason = "nessuno ha ancora inviato le cifre che servono"
        return Opening(said, f"{said}: {reason}; non sappiamo nemmeno {unknown}.")
    last = figures[-1]
    if said is Verdict.HIDDEN:
        reason = "riguarda così pochi casi che la cifra non si mostra"
        known = f"l’indicatore «{indicator.titolo}»{_when(last)} c’è, ma {reason}"
        return Opening(said, f"{said}: {known}; non sappiamo {unknown}.")
    known = (
        f"«{indicator.titolo}»{_when(last)} vale {_value(indicator, last)}{_parts(indicator, last)}"
    )
    known += _compared(said, indicator, figures)
    if last.synthetic:
        known += "; sono cifre dimostrative, inventate"
    gaps = []
    if last.hidden:
        gaps.append(f"quanto valgono le {_of(last.hidden, last.rows)} cifre riservate")
    if last.absent:
        gaps.append(f"quanto valgono le {_of(last.absent, last.rows)} cifre che nessuno ha inviato")
    unknown = listing([*gaps, unknown])
    return Opening(said, f"{said}: {known}; non sappiamo {unknown}.")


def _of(part: int, whole: int) -> str:
    return f"{number(part)} (su {number(whole)})"


def _meets(value: float, target: Target) -> bool:
    match target.verso:
        case "piu_di":
            return value > target.valore
        case "almeno":
            return value >= target.valore
        case _:
            return value <= target.valore


def _before(figures: Sequence[Figure]) -> Figure | None:
    shown_before = [item for item in figures[:-1] if item.state == PUBLISHED]
    return shown_before[-1] if shown_before else None


def _same(now: Figure, before: Figure) -> bool:
    assert now.value is not None
    assert before.value is not None
    if now.low is not None and now.high is not None:
        return now.low <= before.value <= now.high
    return abs(now.value - before.value) <= STILL * abs(before.value)


def _when(figure: Figure) -> str:
    return f" nel {figure.period.replace('/', '–')}" if figure.period else ""


def _value(indicator: Indicator, figure: Figure) -> str:
    text = shown(figure.value, indicator.unit)
    return f"+{text}" if indicator.signed and (figure.value or 0) > 0 else text


def _parts(indicator: Indicator, figure: Figure) -> str:
    if figure.numerator is None or figure.denominator is None:
        return ""
    if figure.against is not None:
        pairs = ((figure.numerator, figure.denominator), figure.against)
        said = " contro ".join(f"{number(round(n, 2))} su {number(round(d, 2))}" for n, d in pairs)
        return f" ({said})"
    word = "contro" if indicator.kind == "variazione" else "su"
    return f" ({number(round(figure.numerator, 2))} {word} {number(round(figure.denominator, 2))})"


def _compared(said: Verdict, indicator: Indicator, figures: Sequence[Figure]) -> str:
    target = indicator.obiettivo
    if said in (Verdict.REACHED, Verdict.MISSED) and target is not None:
        return f", e l’obiettivo è {target.testo}"
    if said is Verdict.FEW:
        cases = count(int(figures[-1].denominator or 0), "caso", "casi")
        return f", ma sono {cases} in tutto"
    before = _before(figures)
    if before is None:
        return ", e non c’è un periodo precedente con cui confrontarlo"
    if said is Verdict.ONE:
        return f", {_value(indicator, before)}{_when(before)}"
    words = {
        Verdict.BETTER: "era",
        Verdict.WORSE: "era",
        Verdict.STILL: "e la differenza non è netta: era",
    }
    return f", {words[said]} {_value(indicator, before)}{_when(before)}"
