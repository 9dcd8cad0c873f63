"""Every open data set, derived by the module that bears its contract's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec

import pandas as pd

from etl.config import Config
from etl.contracts import Contract, ContractError
from etl.derive.declared import declared
from etl.derive.matching.region import RegionMatching, match_region
from etl.derive.quota.region import RegionQuota, compute_region
from etl.derive.statements import reference_date
from etl.derive.vacancies import vacancies
from etl.receive import Received


@dataclass(frozen=True)
class Inputs:
    """What a data set's module may look at.

    `secret` keys the stable ids that must not be traceable to a company.
    """

    config: Config
    received: Received
    secret: bytes

    @cached_property
    def quota(self) -> RegionQuota:
        """The quota of every statement, recomputed with the law of its date."""
        return compute_region(self.received.tables)

    @cached_property
    def vacancies(self) -> pd.DataFrame:
        """Every vacancy inside the portal's provinces, with its company (restricted)."""
        return vacancies(self.received, self.secret)

    @cached_property
    def matching(self) -> RegionMatching | None:
        """Who fits which vacancy, and who gets which (restricted); None without profiles."""
        profiles = self.received.tables.get("iscritti")
        if profiles is None or profiles.empty:
            return None
        return match_region(
            profiles,
            self.vacancies,
            self.received.geography,
            self.received.occupations,
            pd.Timestamp(self.date),
            self.config.incrocio,
        )

    @property
    def date(self) -> date:
        """The day to which the release refers: the latest reference date that was received."""
        return reference_date(self.received.tables["prospetti"])


def derive(inputs: Inputs, contract: Contract) -> pd.DataFrame:
    """Return the derived (restricted) table of one contract.

    The columns are the contract's, in any order, plus those that its policy names as
    `contributori`. A perturbed table has one row a cell and person, and lacks its `valori`: nobody
    counts before the protection does. Raises ContractError where no module derives the data set
    or a column lacks.
    """
    frame = _step(contract)(inputs)
    policy = contract.riservatezza
    counted_later = policy.valori if policy.metodo == "perturbazione" else []
    parts = ["_contributi"] if policy.somme else []
    plain = [
        name for name in contract.names if not name.endswith("_stato") and name not in counted_later
    ]
    lacking = [name for name in [*plain, *policy.contributori, *parts] if name not in frame]
    if lacking:
        raise ContractError(f"«{contract.slug}»: mancano le colonne {', '.join(lacking)}.")
    return frame


def _step(contract: Contract) -> Callable[[Inputs], pd.DataFrame]:
    """Return the module's own step, or the common one of a folder that says all."""
    if find_spec(f"etl.derive.{contract.module}") is not None:
        step: Callable[[Inputs], pd.DataFrame] = import_module(
            f"etl.derive.{contract.module}"
        ).derive
        return step
    common = declared(contract)
    if common is None:
        raise ContractError(
            f"«{contract.slug}» ha un contratto ma nessun modulo etl/derive/{contract.module}.py, "
            f"né fatti in datasets/{contract.slug}/fatti.csv, né una sezione [ritorno]."
        )
    return lambda inputs: common(inputs.received)
