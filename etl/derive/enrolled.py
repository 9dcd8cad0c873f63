"""The people with disabilities enrolled with the offices, placed in every cell they stand in.

Nobody is counted here: each row says that a person belongs to a cell, and the protection counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pandas as pd

from etl.contracts import TOTAL, UNSTATED, field_dictionary, vocabulary
from etl.derive.datasets import Inputs

PERSON = "_persona"
TERRITORY = "codice_territorio"
REST = "-altri"

# Age bands of the published figures on the region's enrolled people (Regione Lombardia, 2017).
_LAST_AGE = {"15-29": 29, "30-45": 45, "46-54": 54, "55+": 200}


def memberships(inputs: Inputs, levels: Sequence[str], dimensions: Sequence[str]) -> pd.DataFrame:
    """Return one row a cell and person, and one without a person for each empty cell.

    `levels` are territories' levels («regione», «provincia», «comune»), `dimensions` columns of
    persons: each also has its total. Columns: livello_territorio, codice_territorio, territorio,
    codice_provincia, the dimensions, `_persona`, data_riferimento, sintetico.
    """
    everyone = persons(inputs)
    places = territories(inputs, levels)
    pieces = []
    for level in levels:
        for totalled in itertools.product([False, True], repeat=len(dimensions)):
            piece = everyone[[PERSON, level, *dimensions]].rename(columns={level: TERRITORY})
            for name, total in zip(dimensions, totalled, strict=True):
                if total:
                    piece[name] = pd.Series(TOTAL, index=piece.index, dtype="str")
            pieces.append(piece)
    members = pd.concat(pieces, ignore_index=True)
    cells = _every_cell(everyone, places, dimensions)
    table = cells.merge(members, on=[TERRITORY, *dimensions], how="left")
    return table.assign(
        data_riferimento=pd.Timestamp(inputs.date),
        sintetico=bool(len(everyone)) and bool(everyone["sintetico"].any()),
    )


def persons(inputs: Inputs) -> pd.DataFrame:
    """Return the people with disabilities (list D) enrolled in the portal's provinces, once each.

    Columns: `_persona`, the code of their «regione», «provincia» and «comune» (where the comune is
    too small, or not recognised, that of the rest of its province), gruppo_disabilita, classe_eta,
    sesso, sintetico. Of several profiles of one id the latest counts.
    """
    profiles = inputs.received.tables.get("iscritti")
    if profiles is None:
        names = [PERSON, "regione", "provincia", "comune", "gruppo_disabilita", "classe_eta"]
        empty = {name: pd.Series(dtype="str") for name in [*names, "sesso"]}
        return pd.DataFrame(empty).assign(sintetico=pd.Series(dtype="bool"))
    ordered = profiles.sort_values(["id_persona", "data_iscrizione", "provincia_fornitore"])
    latest = ordered.drop_duplicates("id_persona", keep="last")
    rows = latest[latest["lista"] == "D"].reset_index(drop=True)
    geography = inputs.received.geography
    home = pd.Series(
        [
            geography.resolve(text, office).codice_comune
            for text, office in zip(
                rows["comune_dichiarato"], rows["provincia_fornitore"], strict=True
            )
        ],
        dtype="str",
    )
    comuni = geography.comuni.set_index("codice_comune")
    province = home.map(comuni["codice_provincia"]).fillna(rows["provincia_fornitore"])
    large = home.map(comuni["popolazione"]).fillna(0).astype("int64")
    apart = large >= inputs.config.riservatezza.popolazione_minima_comuni
    age = inputs.date.year - rows["anno_nascita"].astype("int64")
    found = pd.DataFrame(
        {
            PERSON: rows["id_persona"].astype("str"),
            "regione": pd.Series(
                inputs.config.portale.codice_regione, index=rows.index, dtype="str"
            ),
            "provincia": province.astype("str"),
            "comune": home.where(apart & home.notna(), province.astype("str") + REST),
            "gruppo_disabilita": rows["gruppo_disabilita"].fillna(UNSTATED),
            "classe_eta": pd.cut(age, [0, *_LAST_AGE.values()], labels=list(_LAST_AGE)).astype(
                "str"
            ),
            "sesso": rows["sesso"].fillna(UNSTATED),
            "sintetico": rows["sintetico"].astype("bool"),
        }
    )
    known = set(geography.province["codice_provincia"])
    return found[found["provincia"].isin(known)].reset_index(drop=True)


def territories(inputs: Inputs, levels: Sequence[str]) -> pd.DataFrame:
    """Return the territories of the levels asked, from coarse to fine.

    Columns: livello_territorio, codice_territorio, territorio, codice_provincia (none for the
    region). Comuni under the least population are one territory a province. Which they are
    depends on public population alone.
    """
    geography, portal = inputs.received.geography, inputs.config.portale
    limit = inputs.config.riservatezza.popolazione_minima_comuni
    rows: list[tuple[str, str, str, str | None]] = []
    if "regione" in levels:
        rows.append(("regione", portal.codice_regione, portal.regione, None))
    province = geography.province[["codice_provincia", "provincia"]].to_dict("records")
    if "provincia" in levels:
        rows += [
            ("provincia", row["codice_provincia"], row["provincia"], row["codice_provincia"])
            for row in province
        ]
    if "comune" in levels:
        large = geography.comuni[geography.comuni["popolazione"] >= limit]
        rows += [
            ("comune", row["codice_comune"], row["comune"], row["codice_provincia"])
            for row in large.to_dict("records")
        ]
        rows += [
            (
                "altri_comuni",
                f"{row['codice_provincia']}{REST}",
                f"Altri comuni della provincia: {row['provincia']}",
                row["codice_provincia"],
            )
            for row in province
        ]
    columns = ["livello_territorio", TERRITORY, "territorio", "codice_provincia"]
    return pd.DataFrame(rows, columns=columns).astype("str")


def _every_cell(
    everyone: pd.DataFrame, places: pd.DataFrame, dimensions: Sequence[str]
) -> pd.DataFrame:
    """Return every combination of a territory and codes, totals included, whoever is in it."""
    cells = places
    for name in dimensions:
        codes = list(vocabulary(str(field_dictionary()[name].vocabolario)))
        if (everyone[name] == UNSTATED).any():
            codes.append(UNSTATED)
        column = pd.DataFrame({name: pd.Series([TOTAL, *codes], dtype="str")})
        cells = cells.merge(column, how="cross")
    return cells if len(everyone) else cells.iloc[:0]
