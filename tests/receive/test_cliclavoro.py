"""Vacancies in the Cliclavoro format: read, refused with reasons, and never a person in them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

from etl.config import Source, load_config
from etl.contracts import load_supplier_contract
from etl.demo.economy import load_economy
from etl.demo.offers import write_offers
from etl.demo.territory import load_territory
from etl.derive.vacancies import vacancies
from etl.receive import Received
from etl.receive.checks import Registers
from etl.receive.cliclavoro import NAMESPACE, read_offers
from etl.receive.frames import typed, with_origin
from etl.receive.geography import load_geography
from etl.receive.inspection import inspect
from etl.receive.occupations import load_occupations
from etl.receive.results import SourceResult

SECRET_MAIL = "persona.riservata@azienda.example"
CODE = "OFFERTA-PROVA-00000000001"
OTHER = "OFFERTA-PROVA-00000000009"
DECLARED = {
    "categoria_soggetto": "D",
    "barriere_architettoniche": "N",
    "turni_notturni": "N",
    "mezzi_pubblici": "S",
    "categoria_assunzione": "NO",
}


@pytest.fixture(scope="module")
def registers() -> Registers:
    return Registers(load_geography(load_config()), load_occupations(), 15_000)


def offer(code: str = CODE, task: str = "Archivio e posta") -> str:
    """One valid vacancy."""
    return (
        f'<Vacancy xmlns="{NAMESPACE}"><DatoreLavoro><DatiAnagrafici>'
        "<codicefiscale>01234567890</codicefiscale><denominazione>Ditta di prova</denominazione>"
        "<settore>10.11.00</settore></DatiAnagrafici><DatiContatto><idcomune>E507</idcomune>"
        f"<email>{SECRET_MAIL}</email></DatiContatto></DatoreLavoro><Richiesta><ProfiloRichiesto>"
        "<numerolavoratori>2</numerolavoratori><idprofessione>4.1.1.2.0.1</idprofessione>"
        "<descrprofessione>Impiegato</descrprofessione>"
        f"<descrizionericerca>{task}</descrizionericerca></ProfiloRichiesto>"
        "<IstruzioneFormazione><idpatenteguida>03</idpatenteguida>"
        "<ulteriorirequisiti>Buona vista.</ulteriorirequisiti></IstruzioneFormazione>"
        "<CondizioniOfferte><idcomune>E507</idcomune>"
        "<idtipologiacontratto>A01</idtipologiacontratto></CondizioniOfferte><DurataRichiesta>"
        "<datapubblicazione>2025-12-01T09:00:00</datapubblicazione></DurataRichiesta></Richiesta>"
        "<AltreInformazioni><N.O.>NO</N.O.></AltreInformazioni><DatiSistema>"
        f"<tipoofferta>01</tipoofferta><codiceofferta>{code}</codiceofferta></DatiSistema></Vacancy>"
    )


def source(path: Path, **more: object) -> Source:
    body = {
        "id": "offerte",
        "fornitore": "Nodo",
        "contratto": "offerte-cliclavoro",
        "formato": "cliclavoro-xml",
        "frequenza": "mensile",
        "percorso": str(path),
        "dichiarati": DECLARED,
    }
    return Source.model_validate(body | more)


def read(folder: Path, registers: Registers, *texts: str | bytes, **more: object) -> SourceResult:
    for number, text in enumerate(texts):
        content = text if isinstance(text, bytes) else text.encode()
        (folder / f"{number}.xml").write_bytes(content)
    return read_offers(source(folder, **more), folder, registers)


def test_a_vacancy_becomes_one_row_with_what_its_sender_declared(
    registers: Registers, tmp_path: Path
) -> None:
    result = read(tmp_path, registers, offer())
    assert not result.problems
    row = result.tables["offerte-cliclavoro"].iloc[0]
    assert (row["codice_offerta"], row["posti"], row["mansione"]) == (CODE, 2, "Archivio e posta")
    assert row["capacita_controindicazioni"] == "Buona vista. Patente di guida e mezzo proprio"
    assert {name: row[name] for name in DECLARED} == DECLARED
    assert (row["visibile"], row["chiusa"]) == ("S", "N")


def test_a_vacancy_that_speaks_of_nights_is_one_with_night_shifts(
    registers: Registers, tmp_path: Path
) -> None:
    result = read(tmp_path, registers, offer(task="Portineria, turni notturni"))
    assert result.tables["offerte-cliclavoro"]["turni_notturni"].tolist() == ["S"]


def test_contacts_are_read_nowhere(registers: Registers, tmp_path: Path) -> None:
    result = read(tmp_path, registers, offer(), offer("X" * 5))
    told = repr(result.tables) + repr(result.problems) + repr(result.refusals)
    assert SECRET_MAIL not in told
    assert "01234567890" not in repr(result.problems) + repr(result.refusals)


HOSTILE = {
    "entità": '<!DOCTYPE a [<!ENTITY x "y">]>' + offer(),
    "troncato": offer()[:400],
    "altro formato": "<prospetto xmlns='http://servizi.lavoro.gov.it/UNIPI'/>",
    "vuoto": "",
    "binario": b"\x00\x01\x02PK",
    "codifica": b'<?xml version="1.0" encoding="UTF-8"?>'
    + offer().replace("Ditta", "Citt\xe0").encode("latin-1"),
    "enorme": offer().replace("Archivio", "A" * 300_000),
    "comune": offer(OTHER).replace("E507", "Z999"),
    "professione": offer(OTHER).replace("4.1.1.2.0.1", "0.0.0.0.0.1"),
    "posti": offer(OTHER).replace(">2<", ">due<"),
    "senza codice": offer("corto"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_wrong_file_is_put_aside_with_its_reason_and_the_others_stay(
    registers: Registers, tmp_path: Path, kind: str
) -> None:
    result = read(tmp_path, registers, offer(), HOSTILE[kind])
    assert result.tables["offerte-cliclavoro"]["codice_offerta"].tolist() == [CODE]
    assert (result.rows_read, result.rows_accepted, result.rows_quarantined) == (2, 1, 1)
    assert result.refusals.rows
    problem = next(one for one in result.problems if one.file == "1.xml")
    assert problem.message
    assert problem.remedy


def test_what_the_format_cannot_say_must_be_declared(registers: Registers, tmp_path: Path) -> None:
    result = read(tmp_path, registers, offer(), dichiarati={"categoria_soggetto": "D"})
    assert result.refused
    assert "turni_notturni" in result.problems[-1].message
    assert "dichiarati" in result.problems[-1].remedy


def test_the_check_command_recognises_the_format(registers: Registers, tmp_path: Path) -> None:
    (tmp_path / "offerta.xml").write_text(offer(), encoding="utf-8")
    (found,) = inspect(load_config(), tmp_path / "offerta.xml", None, registers)
    assert found.contract == "offerte-cliclavoro"
    assert not found.refused


def test_the_demonstration_writes_vacancies_that_are_all_accepted(
    registers: Registers, tmp_path: Path
) -> None:
    config = load_config()
    territory = load_territory(config.portale.province, config.portale.anno_geografia)
    for name in ("a.zip", "b.zip"):
        counted = write_offers(tmp_path / name, territory, load_economy(), 0.3, 5)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    result = read_offers(source(tmp_path / "a.zip"), tmp_path / "a.zip", registers)
    assert not [one for one in result.problems if one.severity.value != "avviso"], result.problems
    table = result.tables["offerte-cliclavoro"]
    assert len(table) == len(zipfile.ZipFile(tmp_path / "a.zip").namelist()) == 60
    seen = table[(table["chiusa"] == "N") & (table["visibile"] == "S")]
    assert (len(seen), int(seen["posti"].sum())) == counted


def test_open_vacancies_join_those_of_statements_under_the_same_rule_of_consent(
    registers: Registers, tmp_path: Path
) -> None:
    texts = [
        offer(),
        offer("OFFERTA-PROVA-00000000002"),
        offer("OFFERTA-PROVA-00000000003").replace(
            "<tipoofferta>", "<visibilita>NO</visibilita><tipoofferta>"
        ),
        offer("OFFERTA-PROVA-00000000004").replace(
            "<codiceofferta>", "<motivochiusura>01</motivochiusura><codiceofferta>"
        ),
        offer("OFFERTA-PROVA-00000000005").replace(
            "</datapubblicazione>",
            "</datapubblicazione><datascadenza>2025-12-15</datascadenza>",
        ),
    ]
    offers = read(tmp_path, registers, *texts).tables["offerte-cliclavoro"]
    tables = {
        "offerte-cliclavoro": with_origin(offers, "offerte", "Nodo", None, True),
        "prospetti": with_origin(
            typed(load_supplier_contract("prospetti"), []), "p", "P", None, True
        ),
        "prospetti-posti": with_origin(
            typed(load_supplier_contract("prospetti-posti"), []), "p", "P", None, True
        ),
        "consensi": pd.DataFrame(
            {
                "codice_comunicazione": [CODE],
                "consenso": ["S"],
                "data_consenso": [pd.Timestamp("2026-01-01")],
            }
        ),
    }
    statement = tables["prospetti"].reindex([0])
    statement["data_riferimento"] = pd.Timestamp("2025-12-31")
    statement["codice_comunicazione"] = "X" * 16
    tables["prospetti"] = statement
    received = Received(tables, [], [], registers.geography, load_occupations())
    frame = vacancies(received, b"chiave di prova")
    assert sorted(frame["codice_comunicazione"]) == [CODE, "OFFERTA-PROVA-00000000002"]
    named = frame.set_index("codice_comunicazione")["denominazione_azienda"]
    assert named[CODE] == "Ditta di prova"
    assert pd.isna(named["OFFERTA-PROVA-00000000002"])
    assert frame["_azienda"].tolist() == ["01234567890"] * 2
    assert frame["id_posto"].is_unique
    assert not frame["id_posto"].isin([CODE]).any()
