"""Every vacancy that suppliers declare, as one table."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date

import pandas as pd

from etl.derive.statements import in_force, reference_date, section
from etl.receive import Received


def vacancies(received: Received, secret: bytes) -> pd.DataFrame:
    """Return one row per vacancy inside the portal's provinces, with `_azienda` (restricted).

    From statements in force and from Cliclavoro vacancies that are open and visible.
    `denominazione_azienda` is filled only where the register of consents says yes. The id is a
    keyed hash of the statement's code, province and position, or of the vacancy's code: it stays
    the same while the vacancy does, and leads nobody back to the company (Legge 68/1999 art. 9;
    GDPR art. 9).
    """
    frame = _from_statements(received.tables)
    offers = received.tables.get("offerte-cliclavoro")
    if offers is not None and len(offers):
        day = reference_date(received.tables["prospetti"])
        frame = pd.concat([frame, _from_offers(offers, day)], ignore_index=True)
    resolved = {
        code: received.geography.resolve(code).codice_comune
        for code in frame["comune_assunzione"].unique()
    }
    frame["codice_comune"] = frame["comune_assunzione"].map(resolved)
    frame = frame.merge(
        received.geography.comuni[
            ["codice_comune", "comune", "codice_provincia", "provincia", "lat", "lon"]
        ],
        on="codice_comune",
        how="inner",
    )
    frame["qualifica"] = frame["qualifica_dichiarata"].str.split(".").str[:5].str.join(".")
    frame = frame.merge(received.occupations, on="qualifica", how="inner")
    frame["gruppo_professionale"] = frame["qualifica"].str[0]
    frame["settore"] = section(frame["codice_ateco"])
    # a sole trader's vacancy may lack the code: the name tells companies apart as well
    frame["_azienda"] = frame["codice_fiscale_azienda"].fillna(frame["denominazione_azienda"])
    frame["_denominazione"] = frame["denominazione_azienda"]
    consenting = _consenting(received.tables.get("consensi"))
    frame["denominazione_azienda"] = frame["denominazione_azienda"].where(
        frame["codice_comunicazione"].isin(consenting)
    )
    frame["id_posto"] = [
        _vacancy_id(secret, *key)
        for key in zip(
            frame["codice_comunicazione"],
            frame["_provincia_prospetto"],
            frame["progressivo"].astype(str),
            strict=True,
        )
    ]
    return frame


def _from_statements(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    statements = in_force(tables["prospetti"])
    declared = tables["prospetti-posti"].rename(
        columns={"codice_provincia": "_provincia_prospetto"}
    )
    return declared.merge(
        statements[
            [
                "codice_comunicazione",
                "codice_fiscale_azienda",
                "denominazione_azienda",
                "codice_ateco",
                "data_riferimento",
            ]
        ],
        on="codice_comunicazione",
        how="inner",
    )


def _from_offers(offers: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return open, visible vacancies that hold on `day`, in the columns of the statements'."""
    replaced = set(offers["codice_offerta_precedente"].dropna())
    expired = (offers["data_scadenza"] < pd.Timestamp(day)).fillna(False)
    closed = (offers["chiusa"] == "S") | (offers["visibile"] == "N")
    rows = offers[~(offers["codice_offerta"].isin(replaced) | expired | closed)]
    return rows.rename(
        columns={"codice_offerta": "codice_comunicazione", "data_pubblicazione": "data_riferimento"}
    ).assign(
        _provincia_prospetto="cliclavoro",
        progressivo=pd.array([1] * len(rows), dtype="Int64"),
    )


def _consenting(register: pd.DataFrame | None) -> set[str]:
    """Return the statements whose latest entry in the register of consents says yes."""
    if register is None:
        return set()
    latest = register.sort_values(["data_consenso", "consenso"]).groupby("codice_comunicazione")
    answers = latest["consenso"].last()
    return set(answers.index[answers == "S"])


def _vacancy_id(secret: bytes, statement: str, province: str, position: str) -> str:
    message = "\x1f".join((statement, province, position)).encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:20]
