"""One data set in one version: what every form and every description of it starts from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from etl.config import Config
from etl.contracts import Contract

FIRST_VERSION = "1.0.0"
LICENCE = "CC-BY-4.0"
LICENCE_NAME = "Creative Commons Attribuzione 4.0 Internazionale"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
SYNTHETIC_NOTE = "Dati dimostrativi: sono inventati e non descrivono nulla di reale."

_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


@dataclass(frozen=True)
class Edition:
    """A released table with its contract and version.

    `day` is that on which this version was released, `issued` the day of the first one.
    """

    contract: Contract
    table: pd.DataFrame
    version: str
    day: date
    issued: date

    @property
    def slug(self) -> str:
        """The data set's identity."""
        return self.contract.slug

    @cached_property
    def synthetic(self) -> bool:
        """Whether any row is invented for demonstration."""
        return "sintetico" in self.table and bool(self.table["sintetico"].any())

    @cached_property
    def period(self) -> tuple[date, date]:
        """The first and the last day to which the rows refer; the release's where none says."""
        return _period(self.contract, self.table) or (self.day, self.day)

    @property
    def description(self) -> str:
        """The contract's description; demonstration data say so first."""
        text = self.contract.descrizione.it
        return f"{SYNTHETIC_NOTE} {text}" if self.synthetic else text

    def page(self, config: Config) -> str:
        """Return the address of the data set's page."""
        return f"{config.portale.url_base}/dati/{self.slug}/"

    def own_address(self, config: Config) -> str:
        """Return the address of this very version, which never changes."""
        return f"{self.page(config)}versioni/{self.version}/"


def _period(contract: Contract, table: pd.DataFrame) -> tuple[date, date] | None:
    dates = [field.name for field in contract.campi if field.definizione.tipo == "data"]
    for name in ("data_riferimento", *dates):
        known = sorted(table[name].dropna()) if name in table else []
        if known:
            return date.fromisoformat(known[0]), date.fromisoformat(known[-1])
    for name in ("periodo", "anno"):
        text = " ".join(table[name].dropna().astype("str")) if name in table else ""
        years = sorted(_YEAR.findall(text))
        if years:
            return date(int(years[0]), 1, 1), date(int(years[-1]), 12, 31)
    return None
