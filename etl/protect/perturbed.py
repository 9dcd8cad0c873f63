"""A table of persons counted with perturbation: every cell, totals among them, on its own."""

from __future__ import annotations

import hmac

import pandas as pd

from etl.config import Disclosure
from etl.contracts import PUBLISHED, TOTAL, WITHHELD, Contract
from etl.problems import ReleaseRefusedError
from etl.protect.perturbation import Perturber, perturbation_table

# The same secret also keys public ids: what is made with it here must not serve there.
_PURPOSE = b"mirato: perturbazione dei conteggi di persone"


def perturb(
    frame: pd.DataFrame, contract: Contract, limits: Disclosure, secret: bytes
) -> pd.DataFrame:
    """Return the table's cells with their perturbed counts and states; who is in them is dropped.

    `frame` has one row a cell and person, the person's identifier in the policy's `contributori`;
    an empty cell has one row without a person. A perturbed count under the policy's threshold is
    withheld; zero is shown, because it may stand for a few. The columns of `insieme` are
    statistics of a cell's people, and stand only where they are at least `minimo_tassi`. Raises
    ReleaseRefusedError where too large a share would be withheld.
    """
    policy = contract.riservatezza
    ((person, threshold),) = policy.contributori.items()
    (value,) = policy.valori
    settings = limits.perturbazione
    counter = Perturber(
        hmac.digest(secret, _PURPOSE, "sha256"),
        perturbation_table(settings.massimo, settings.varianza, settings.piccoli),
    )
    cells = frame.drop(columns=person).drop_duplicates(policy.dimensioni, ignore_index=True)
    counts = counter.counts(frame.dropna(subset=[person]), person, policy.dimensioni, value)
    table = cells.merge(counts, on=policy.dimensioni, how="left", validate="one_to_one")
    crowd = frame.groupby(policy.dimensioni, sort=False)[person].nunique().rename("_folla")
    table = table.merge(crowd, on=policy.dimensioni, how="left", validate="one_to_one")
    enough = table.pop("_folla") >= limits.minimo_tassi
    for name in policy.insieme.get(value, []):
        table[name] = table[name].where(enough)
    shown = table[value].fillna(0).astype("Int64")
    withheld = shown.between(1, getattr(limits, threshold) - 1)
    _refuse(table, contract, limits, withheld)
    table[value] = shown.where(~withheld)
    table[f"{value}_stato"] = withheld.map({True: WITHHELD, False: PUBLISHED}).astype("str")
    return table


def _refuse(
    table: pd.DataFrame, contract: Contract, limits: Disclosure, withheld: pd.Series
) -> None:
    share = float(withheld.mean()) if len(withheld) else 0.0
    if share <= limits.quota_massima_nascosta:
        return
    coarser = {
        name: float(withheld[rows].mean())
        for name in contract.riservatezza.margini
        if (rows := table[name] == TOTAL).any()
    }
    proposal = "Proposta: alzare «popolazione_minima_comuni» in portale.toml."
    if coarser:
        name = min(coarser, key=lambda name: (coarser[name], name))
        proposal = (
            f"Proposta: meno categorie in «{name}»; senza questa dimensione resterebbe nascosto il "
            f"{coarser[name]:.0%}. Oppure alzare «popolazione_minima_comuni» in portale.toml."
        )
    raise ReleaseRefusedError(
        f"Nulla è stato pubblicato: in «{contract.slug}» resterebbe nascosto il {share:.0%} dei "
        f"valori, più del {limits.quota_massima_nascosta:.0%} ammesso. {proposal}"
    )
