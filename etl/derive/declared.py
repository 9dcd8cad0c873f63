"""Data sets whose folder says all: facts written beside the contract, or suppliers' returns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from etl.contracts import DATASETS, Contract, ContractError, Return
from etl.receive import Received

RETURNS = "ritorni-monitoraggio"
LIST_SEPARATOR = "|"
NUMBERS = ("intero", "decimale")


def fact_files(contract: Contract, folder: Path = DATASETS) -> list[Path]:
    """Return the files that hold a data set's facts.

    They are its own `fatti.csv`, and every `<slug>.csv` in the folders of other data sets: so a
    measure brings its own actions, targets and commitments.
    """
    own = folder / contract.slug / "fatti.csv"
    others = sorted(folder.glob(f"*/{contract.slug}.csv"))
    return [path for path in (own, *others) if path.is_file()]


def from_facts(contract: Contract, folder: Path = DATASETS) -> pd.DataFrame:
    """Return facts entered by hand from public documents, typed and sorted by key.

    A file in another data set's folder gives its rows that folder's name as `misura`. Rows are
    real (`sintetico` false) unless a column says otherwise. Raises ContractError where a file has
    a column that the contract does not name.
    """
    frames = []
    for path in fact_files(contract, folder):
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
        if path.name != "fatti.csv" and "misura" not in frame:
            frame["misura"] = path.parent.name
        unknown = sorted({str(name) for name in frame.columns} - set(contract.names))
        if unknown:
            raise ContractError(
                f"{path.parent.name}/{path.name}: colonne che il contratto «{contract.slug}» non "
                f"nomina: {', '.join(unknown)}."
            )
        frames.append(frame)
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    for field in contract.campi:
        column = table.get(field.name, pd.Series(pd.NA, index=table.index, dtype="str"))
        table[field.name] = _typed(field.definizione.tipo, column)
    table["sintetico"] = table["sintetico"].fillna(False)
    return table.sort_values(contract.chiave, ignore_index=True)


def _typed(kind: str, column: pd.Series) -> pd.Series:
    match kind:
        case "intero":
            return pd.to_numeric(column).astype("Int64")
        case "decimale":
            return pd.to_numeric(column).astype("Float64")
        case "logico":
            return column.map({"true": True, "false": False}).astype("boolean")
        case "elenco":
            lists = [[] if pd.isna(cell) else str(cell).split(LIST_SEPARATOR) for cell in column]
            return pd.Series(lists, index=column.index, dtype="object")
        case _:
            return column.astype("str")


def from_returns(received: Received, contract: Contract, rule: Return) -> pd.DataFrame:
    """Return the suppliers' returns of one data set: a row a province, period and category.

    Each `grandezza` is a column; a figure that nobody sent is missing. `_resto` (restricted) is the
    smallest number, above zero, by which one counted column exceeds another that it contains: a
    small remainder speaks of few people as much as a small count does.
    """
    rows = returned(received)
    keys = [name for name in ("codice_provincia", "periodo", rule.categoria) if name]
    keys = [name for name in keys if name in contract.names]
    own = rows[(rows["misura"] == contract.slug) & rows["grandezza"].isin(rule.grandezze)]
    if rule.categoria:
        own = own.assign(**{rule.categoria: own["categoria"]})
    own = own.dropna(subset=keys)
    wide = {
        value: own.pivot(index=keys, columns="grandezza", values=value)
        for value in ("quantita", "codice")
    }
    table = wide["quantita"].index.to_frame(index=False)
    invented = own.groupby(keys, sort=True)["sintetico"].any().reset_index()
    table = table.merge(invented, on=keys, how="left") if len(own) else table.assign(sintetico=True)
    kinds = {field.name: field.definizione.tipo for field in contract.campi}
    for name in rule.grandezze:
        sent = wide["quantita" if kinds[name] in NUMBERS else "codice"]
        values = sent[name].array if name in sent else [pd.NA] * len(table)
        table[name] = _value(kinds[name], pd.Series(values, index=table.index, dtype="object"))
    if "provincia" in contract.names:
        places = received.geography.province[["codice_provincia", "provincia"]]
        table = table.merge(places, on="codice_provincia", how="inner")
    table["sintetico"] = table["sintetico"].astype("boolean")
    table["_resto"] = _remainder(contract, table)
    return table.sort_values(contract.chiave, ignore_index=True)


def returned(received: Received) -> pd.DataFrame:
    """Return every monitoring return that was received, with its columns even where none was."""
    rows = received.tables.get(RETURNS)
    kinds = {"quantita": "Float64", "sintetico": "boolean"}
    names = ("misura", "codice_provincia", "periodo", "categoria", "grandezza", "quantita")
    columns = (*names, "codice", "sintetico")
    if rows is None:
        rows = pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "str")) for name in columns})
    return rows if "codice" in rows else rows.assign(codice=None)


def own_returns(received: Received, slug: str) -> pd.DataFrame:
    """Return the numbers sent for one data set, a row a province, `categoria` and `periodo`.

    A column an item, for modules that work the data set out of them; `codice_provincia` is «»
    where none is given, and `sintetico` tells whether any figure is invented.
    """
    rows = returned(received)
    own = rows[rows["misura"] == slug]
    own = own.assign(codice_provincia=own["codice_provincia"].fillna(""))
    keys = ["codice_provincia", "categoria", "periodo"]
    wide = own.pivot(index=keys, columns="grandezza", values="quantita").reset_index()
    invented = own.groupby(keys)["sintetico"].any().reset_index()
    return wide.merge(invented, on=keys)


def _value(kind: str, sent: pd.Series) -> pd.Series:
    """Return what returns give of one item, typed: numbers as numbers, the rest as facts are."""
    if kind == "intero":
        return sent.astype("Float64").round().astype("Int64")
    return sent.astype("Float64") if kind == "decimale" else _typed(kind, sent)


def latest_return(received: Received, contract: Contract) -> pd.DataFrame:
    """Return the last value that was sent of each item: category, items, `sintetico`, by category.

    For data sets whose rows stand in a document or in a list, and whose returns only say what
    became of them. The category's column is named as the contract says, else «categoria».
    """
    rule = contract.ritorno
    if rule is None:
        raise ContractError(f"«{contract.slug}» non ha una sezione [ritorno].")
    category = rule.categoria or "categoria"
    rows = returned(received)
    own = rows[(rows["misura"] == contract.slug) & rows["categoria"].notna()]
    own = own.sort_values(["categoria", "grandezza", "periodo"])
    last = own.groupby(["categoria", "grandezza"], sort=True)[["quantita", "codice", "sintetico"]]
    latest = last.last()
    kinds = {field.name: field.definizione.tipo for field in contract.campi}
    table = pd.DataFrame({category: sorted(set(own["categoria"]))}, dtype="str")
    for name in rule.grandezze:
        values = latest["quantita" if kinds[name] in NUMBERS else "codice"]
        own_item = values.index.get_level_values("grandezza") == name
        known = values[own_item].droplevel("grandezza")
        sent = pd.Series(table[category].map(known), index=table.index, dtype="object")
        table[name] = _value(kinds[name], sent)
    invented = latest["sintetico"].groupby("categoria").any()
    table["sintetico"] = table[category].map(invented).astype("boolean")
    return table


def facts_with_return(received: Received, contract: Contract, figure: str) -> pd.DataFrame:
    """Return the documents' rows with one figure that returns may give where no document does.

    The document's own `figure` always stands; a row is synthetic where the figure is invented.
    """
    key = contract.chiave[0]
    facts = from_facts(contract).drop(columns="sintetico")
    sent = latest_return(received, contract).rename(columns={figure: "_inviato"})
    table = facts.merge(sent, on=key, how="left")
    sent_only = table[figure].isna() & table["_inviato"].notna()
    table[figure] = table[figure].fillna(table["_inviato"]).astype("Int64")
    table["sintetico"] = table["sintetico"].fillna(False) & sent_only
    return table.drop(columns="_inviato").sort_values(key, ignore_index=True)


def _remainder(contract: Contract, table: pd.DataFrame) -> pd.Series:
    pairs = [
        table[larger] - table[smaller]
        for smaller, larger in contract.attese.minore_o_uguale
        if {smaller, larger} <= set(contract.riservatezza.valori)
    ]
    if not pairs:
        return pd.Series(0, index=table.index, dtype="Int64")
    differences = pd.concat(pairs, axis=1)
    return differences.where(differences > 0).min(axis=1).fillna(0).astype("Int64")


def declared(contract: Contract) -> Callable[[Received], pd.DataFrame] | None:
    """Return what derives the data set from its folder alone; None where it has a module."""
    rule = contract.ritorno
    if rule is not None:
        return lambda received: from_returns(received, contract, rule)
    if fact_files(contract):
        return lambda _: from_facts(contract)
    return None
