"""The texts of the formulas (`formule.toml`): what each measures, its unit and its source."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from etl.indicators.estimates import Estimate, change, proportion, ratio

Kind = Literal["proporzione", "rapporto", "variazione", "conteggio", "differenza"]

TEXTS = Path(__file__).with_name("formule.toml")


class Formula(BaseModel):
    """One formula: `tipo` says how a numerator and a denominator make its value.

    `funzioni` names the functions that compute it, as module.function of this package.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sigla: str
    titolo: str
    formula: str
    unita: str
    tipo: Kind
    fonte: str
    avvertenza: str | None = None
    funzioni: list[str]

    def estimate(
        self, numerator: float, denominator: float | None, kind: Kind | None = None
    ) -> Estimate:
        """Return the indicator's value; a count has no denominator.

        `kind` is for a formula that names several quantities, and one of another kind is wanted.
        Raises ValueError where the numbers cannot be (a part above its whole), or where the
        formula needs a denominator and none is given. A difference is of two proportions: each is
        estimated as one.
        """
        wanted = kind or self.tipo
        if wanted == "differenza":
            wanted = "proporzione"
        if wanted == "conteggio":
            return Estimate(numerator, numerator, numerator)
        if denominator is None:
            raise ValueError(f"{self.sigla} needs a denominator")
        compute = {"proporzione": proportion, "rapporto": ratio, "variazione": change}
        return compute[wanted](numerator, denominator)


@cache
def formulas() -> dict[str, Formula]:
    """Return every formula by its code, in order."""
    raw = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    return {code: Formula(sigla=code, **body) for code, body in raw.items()}


def formula(code: str) -> Formula:
    """Return one formula; raises KeyError where there is none of that code."""
    return formulas()[code]
