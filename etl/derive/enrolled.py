"""The people with disabilities enrolled with the offices, placed in every cell they stand in.

Nobody is counted here: each row says that a person belongs to a cell, and the protection counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pandas as pd

from etl.contracts import TOTAL, UNSTATED, field_dictionary, vocabulary
from etl.derive.ambiti import REST, comuni_and_ambiti
from etl.derive.datasets import Inputs

PERSON = "_persona"
TERRITORY = "codice_territorio"

# Age bands of the published figures on the region's enrolled people (Regione Lombardia, 2017).
_LAST_AGE = {"15-29": 29, "30-45": 45, "46-54": 54, "55+": 200}


def memberships(inputs: Inputs, levels: Sequence[str], dimensions: Sequence[str]) -> pd.DataFrame:
    """Return one row a cell and person, and one without a person for each empty cell.

    `levels` are territories' levels («regione», «provincia», «ambito», «comune»), `dimensions`
    columns of persons: each also has its total. Columns: livello_territorio, codice_territorio,
    territorio, codice_provincia, codice_ambito, the dimensions, `_persona`, data_riferimento,
    sintetico.
    """
    comuni = comuni_and_ambiti(inputs)
    everyone = persons(inputs, comuni)
    places = territories(inputs, levels, comuni)
    pieces = []
    for level in levels:
        for totalled in itertools.product([False, True], repeat=len(dimensions)):
            piece = everyone[[PERSON, level, *dimensions]].rename(columns={level: TERRITORY})
            for name, total in zip(dimensions, totalled, strict=True):
                if total:
                    piece[name] = pd.Series(TOTAL, index=piece.index, dtype="str")
            pieces.append(piece.dropna(subset=[TERRITORY]))
    members = pd.concat(pieces, ignore_index=True)
    cells = _every_cell(everyone, places, dimensions)
    table = cells.merge(members, on=[TERRITORY, *dimensions], how="left")
    invented = everyone["sintetico"].any() or ("ambito" in levels and comuni["sintetico"].any())
    return table.assign(data_riferimento=pd.Timestamp(inputs.date), sintetico=bool(invented))


def persons(inputs: Inputs, comuni: pd.DataFrame) -> pd.DataFrame:
    """Return the people with disabilities (list D) enrolled in the portal's provinces, once each.

    `comuni` as `comuni_and_ambiti` gives them. Columns: `_persona`, the code of their «regione»,
    «provincia», «ambito» (missing where there is none) and «comune» (where the comune does not
    stand by itself, the code of the rest of its ambito or province; where it is not recognised,
    that of the rest of the office's province), gruppo_disabilita, classe_eta, sesso, sintetico.
    Of several profiles of one id the latest counts.
    """
    profiles = inputs.received.tables.get("iscritti")
    if profiles is None:
        names = [PERSON, "regione", "provincia", "ambito", "comune", "gruppo_disabilita"]
        empty = {name: pd.Series(dtype="str") for name in [*names, "classe_eta", "sesso"]}
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
    province = home.map(comuni["codice_provincia"]).fillna(rows["provincia_fornitore"])
    age = inputs.date.year - rows["anno_nascita"].astype("int64")
    found = pd.DataFrame(
        {
            PERSON: rows["id_persona"].astype("str"),
            "regione": pd.Series(
                inputs.config.portale.codice_regione, index=rows.index, dtype="str"
            ),
            "provincia": province.astype("str"),
            "ambito": home.map(comuni["codice_ambito"]).astype("str"),
            "comune": home.map(comuni["territorio"]).fillna(province.astype("str") + REST),
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


def territories(inputs: Inputs, levels: Sequence[str], comuni: pd.DataFrame) -> pd.DataFrame:
    """Return the territories of the levels asked, from coarse to fine.

    `comuni` as `comuni_and_ambiti` gives them. Columns: livello_territorio, codice_territorio,
    territorio, codice_provincia (none for the region), codice_ambito (of ambiti and what is in
    them). Each ambito, and each province, has a rest where comuni stand together; a province's
    also holds those whose comune is not known, so it is always there.
    """
    geography, portal = inputs.received.geography, inputs.config.portale
    rows: list[tuple[str, str, str, object, object]] = []
    if "regione" in levels:
        rows.append(("regione", portal.codice_regione, portal.regione, None, None))
    province = geography.province[["codice_provincia", "provincia"]].astype("str")
    names = dict(zip(province["codice_provincia"], province["provincia"], strict=True))
    if "provincia" in levels:
        rows += [("provincia", code, name, code, None) for code, name in names.items()]
    in_ambiti = comuni.dropna(subset=["codice_ambito"])
    ambiti = in_ambiti.drop_duplicates("codice_ambito").sort_values("codice_ambito")
    if "ambito" in levels:
        rows += [
            ("ambito", code, name, code[:3], code)
            for code, name in zip(
                ambiti["codice_ambito"], ambiti["denominazione_ambito"], strict=True
            )
        ]
    if "comune" in levels:
        own = comuni[comuni["territorio"] == comuni.index]
        rows += [
            ("comune", row["territorio"], row["comune"], row["codice_provincia"], ambito)
            for row, ambito in zip(own.to_dict("records"), own["codice_ambito"], strict=True)
        ]
        rows += _rests(comuni, names)
    columns = ["livello_territorio", TERRITORY, "territorio", "codice_provincia", "codice_ambito"]
    return pd.DataFrame(rows, columns=columns).astype("str")


def _rests(
    comuni: pd.DataFrame, provinces: Mapping[str, str]
) -> list[tuple[str, str, str, object, object]]:
    together = comuni[comuni["territorio"] != comuni.index]
    found: list[tuple[str, str, str, object, object]] = []
    in_ambiti = together.dropna(subset=["codice_ambito"]).drop_duplicates("codice_ambito")
    for row in in_ambiti.sort_values("codice_ambito").to_dict("records"):
        name = f"Altri comuni: {row['denominazione_ambito']}"
        place = (row["codice_provincia"], row["codice_ambito"])
        found.append(("altri_comuni", row["territorio"], name, *place))
    named = set(together.loc[together["codice_ambito"].isna(), "codice_provincia"])
    for code, province in provinces.items():
        what = "Altri comuni della provincia" if code in named else "Senza un comune noto"
        found.append(("altri_comuni", f"{code}{REST}", f"{what}: {province}", code, None))
    return found


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
