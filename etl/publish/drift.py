"""How far a release is from the one before: what a machine must not publish without a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from etl.config import Publication
from etl.contracts import WITHHELD
from etl.publish.previous import PublishedRelease
from etl.publish.versions import Withdrawals

_ENOUGH = 30  # rows, or units of a total, under which a share says nothing


def drift(
    limits: Publication,
    before: PublishedRelease,
    after: PublishedRelease,
    withdrawn: Withdrawals,
    accepted: Collection[str] = (),
) -> list[str]:
    """Return what moved more than `portale.toml` allows, a sentence each, by data set.

    `accepted` names data sets whose changes a person has looked at and accepts.
    """
    found = []
    ended = {item.insieme for item in withdrawn.insiemi}
    for slug in before.slugs:
        package = f"dati/{slug}/datapackage.json"
        if package not in before.entries or slug in accepted:
            continue
        if package not in after.entries:
            if slug not in ended:
                found.append(
                    f"«{slug}» non c’è più. Se è voluto, scriverlo in datasets/ritiri.toml."
                )
            continue
        found += [f"«{slug}»: {text}" for text in _of_dataset(limits, before, after, slug)]
    return found


def _of_dataset(
    limits: Publication, before: PublishedRelease, after: PublishedRelease, slug: str
) -> Iterator[str]:
    old_version, new_version = (
        release.read_json(f"dati/{slug}/datapackage.json")["version"] for release in (before, after)
    )
    if old_version == new_version:
        return
    if new_version.split(".")[0] != old_version.split(".")[0]:
        change = f"{old_version} → {new_version}"
        yield f"è una versione maggiore ({change}): prima va avvisato chi usa i dati."
    old, new = (_table(release, slug) for release in (before, after))
    yield from _row_counts(limits, len(old), len(new))
    log = after.read_json(f"dati/{slug}/modifiche.json")["versioni"][0]["righe"]
    if len(old) >= _ENOUGH and log.get("ritirate", 0) > len(old) * limits.ricambio_massimo:
        yield (
            f"{log['ritirate']} righe su {len(old)} hanno cambiato chiave: è un altro anno, o "
            "un altro segreto?"
        )
    if len(old) < _ENOUGH or len(new) < _ENOUGH:
        return
    for name in new.columns.intersection(old.columns):
        if name.endswith("_stato"):
            yield from _states(limits, name, old[name], new[name])
        elif f"{name}_stato" not in new.columns:
            yield from _gaps(limits, name, old[name], new[name])
        if pd.api.types.is_numeric_dtype(new[name]) and pd.api.types.is_numeric_dtype(old[name]):
            yield from _totals(limits, name, old[name], new[name])


def _table(release: PublishedRelease, slug: str) -> pd.DataFrame:
    name = f"dati/{slug}/{slug}.parquet"
    release.read(name)
    frame: pd.DataFrame = pq.read_table(release.path(name)).to_pandas()
    return frame


def _row_counts(limits: Publication, old: int, new: int) -> Iterator[str]:
    if old and new < old * (1 - limits.righe_in_meno_massime):
        yield (
            f"le righe scendono da {old} a {new}, più del "
            f"{limits.righe_in_meno_massime:.0%} ammesso."
        )
    if old >= _ENOUGH and new > old * (1 + limits.righe_in_piu_massime):
        yield (
            f"le righe salgono da {old} a {new}, più del {limits.righe_in_piu_massime:.0%} ammesso."
        )


def _states(
    limits: Publication, name: str, old: pd.Series[Any], new: pd.Series[Any]
) -> Iterator[str]:
    before, after = (float((values == WITHHELD).mean()) for values in (old, new))
    if after - before > limits.riservati_in_piu_massimi:
        yield (
            f"i valori riservati di «{name.removesuffix('_stato')}» passano dal {before:.0%} "
            f"al {after:.0%}."
        )


def _gaps(
    limits: Publication, name: str, old: pd.Series[Any], new: pd.Series[Any]
) -> Iterator[str]:
    before, after = (float(values.isna().mean()) for values in (old, new))
    if after - before > limits.vuoti_in_piu_massimi:
        yield f"i valori vuoti di «{name}» passano dal {before:.0%} al {after:.0%}."


def _totals(
    limits: Publication, name: str, old: pd.Series[Any], new: pd.Series[Any]
) -> Iterator[str]:
    before, after = (float(values.abs().mean()) for values in (old, new))
    total = float(old.abs().sum())
    if total >= _ENOUGH and abs(after - before) > before * limits.variazione_massima:
        yield (
            f"la media di «{name}» passa da {before:.2f} a {after:.2f}, più del "
            f"{limits.variazione_massima:.0%} ammesso."
        )


def damaged(release: PublishedRelease) -> list[str]:
    """Return the files that are missing, or are not as their manifest says."""
    return [path for path in release.entries if not release.is_whole(path)]
