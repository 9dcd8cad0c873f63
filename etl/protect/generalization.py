"""Generalisation: a place and a sector are shown only where enough companies share them."""

from __future__ import annotations

import pandas as pd

from etl.contracts import PUBLISHED, WITHHELD, Contract
from etl.protect.free_text import withhold_identifying


def generalize(frame: pd.DataFrame, contract: Contract, threshold: int) -> pd.DataFrame:
    """Return the rows that may be released, with place, sector and texts withheld where needed.

    The policy's `dimensioni` are an outer place, an inner place and an attribute. Rows whose
    company is named with its consent are shown whole and help to hide nobody. For the others,
    within each outer place, an inner place is shown where at least `threshold` unnamed companies
    share it; the rows without one come from at least as many, or the smallest shown place joins
    them. The attribute follows the same rule within each place. Rows of an outer place with
    fewer companies are left out.
    """
    outer, inner, attribute = contract.riservatezza.dimensioni
    (company,) = contract.riservatezza.contributori
    shown_inner = next(
        name for name, columns in contract.riservatezza.insieme.items() if inner in columns
    )
    named = frame["denominazione_azienda"].notna()
    frame = frame.assign(_nominata=named)
    unnamed = frame[~named]
    crowd = unnamed.groupby(outer)[company].nunique()
    frame = frame[frame["_nominata"] | frame[outer].isin(crowd.index[crowd >= threshold])].copy()
    unnamed = frame[~frame["_nominata"]]

    hidden_inner = _hidden_members(unnamed, [outer], inner, company, threshold)
    hide_place = ~frame["_nominata"] & _belongs(frame, [outer, inner], hidden_inner)
    frame["_luogo"] = frame[inner].where(~hide_place, "")
    hidden_attribute = _hidden_members(
        frame[~frame["_nominata"]], [outer, "_luogo"], attribute, company, threshold
    )
    hide_attribute = (
        ~frame["_nominata"] & _belongs(frame, [outer, "_luogo", attribute], hidden_attribute)
    ) | frame[attribute].isna()

    place_names = frame[shown_inner].where(hide_place)
    for column in [shown_inner, *contract.riservatezza.insieme[shown_inner]]:
        frame[column] = frame[column].where(~hide_place)
    frame[f"{shown_inner}_stato"] = _state(hide_place)
    frame[attribute] = frame[attribute].where(~hide_attribute)
    frame[f"{attribute}_stato"] = _state(hide_attribute)
    frame["denominazione_azienda_stato"] = _state(~frame["_nominata"])
    for column in contract.riservatezza.valori:
        if f"{column}_stato" not in frame:
            frame = withhold_identifying(
                frame, column, company_names=frame["_denominazione"], place_names=place_names
            )
    return frame


def _hidden_members(
    rows: pd.DataFrame, groups: list[str], member: str, company: str, threshold: int
) -> set[tuple[str, ...]]:
    """Return the (group…, member) keys to hide so that every shown or hidden set is a crowd."""
    pairs = rows[[*groups, member, company]].dropna(subset=[member]).drop_duplicates()
    hidden: set[tuple[str, ...]] = set()
    for key, part in pairs.groupby(groups, sort=True):
        companies = {
            str(name): frozenset(group[company]) for name, group in part.groupby(member, sort=True)
        }
        order = sorted(companies, key=lambda name: (len(companies[name]), name))
        concealed: list[str] = [name for name in order if len(companies[name]) < threshold]
        behind: set[str] = set().union(*(companies[name] for name in concealed))
        for name in order[len(concealed) :]:
            if not concealed or len(behind) >= threshold:
                break
            concealed.append(name)
            behind |= companies[name]
        prefix = tuple(map(str, key if isinstance(key, tuple) else (key,)))
        hidden.update((*prefix, name) for name in concealed)
    return hidden


def _belongs(frame: pd.DataFrame, columns: list[str], keys: set[tuple[str, ...]]) -> pd.Series:
    return pd.Series(
        [key in keys for key in zip(*(frame[name] for name in columns), strict=True)],
        index=frame.index,
        dtype="bool",
    )


def _state(withheld: pd.Series) -> pd.Series:
    return withheld.map({True: WITHHELD, False: PUBLISHED}).astype("str")
