"""The reader of vacancies in the ministry's Cliclavoro format (`Vacancy`, revision 064).

Only the elements that are named here are read: contacts, addresses, telephone numbers and
intermediaries never become Python objects. What the format cannot say of a reserved post (list,
barriers, night shifts, transport, kind of request) is declared by who sends it, in `portale.toml`.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from etl.config import Source
from etl.contracts import load_supplier_contract
from etl.problems import Problem, Severity
from etl.receive.archive import Member, Opener, list_members
from etl.receive.checks import Registers, check_table
from etl.receive.frames import Cell, typed
from etl.receive.pid import SAFE, RefusedError, check_prologue
from etl.receive.results import Refusals, SourceResult
from etl.receive.validation import Table, dropped, validate

CONTRACT = "offerte-cliclavoro"
FORMAT = "cliclavoro-xml"
NAMESPACE = "http://servizi.lavoro.gov.it/vacancy"
DECLARED = (
    "categoria_soggetto",
    "barriere_architettoniche",
    "turni_notturni",
    "mezzi_pubblici",
    "categoria_assunzione",
)
"""What `dichiarati` in portale.toml must say for these sources."""

# a vacancy is a few kilobytes: its texts add up to less than 13,000 characters
LARGEST = 256 * 1024
LONGEST_TASK = 200
_HEADER = ["file", "riga", "elemento", "codice", "motivo", "atteso", "rimedio"]
_NIGHT = re.compile(r"(?i)\bnotturn[oaie]\b|\bdi notte\b")
_BROKEN = (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError)

# our column → the element's path
_PATHS = {
    "codice_offerta": "DatiSistema/codiceofferta",
    "codice_offerta_precedente": "DatiSistema/codiceoffertaprecedente",
    "codice_fiscale_azienda": "DatoreLavoro/DatiAnagrafici/codicefiscale",
    "denominazione_azienda": "DatoreLavoro/DatiAnagrafici/denominazione",
    "codice_ateco": "DatoreLavoro/DatiAnagrafici/settore",
    "qualifica_dichiarata": "Richiesta/ProfiloRichiesto/idprofessione",
    "posti": "Richiesta/ProfiloRichiesto/numerolavoratori",
    "comune_assunzione": "Richiesta/CondizioniOfferte/idcomune",
    "data_scadenza": "Richiesta/DurataRichiesta/datascadenza",
}
_REQUIREMENTS = (
    "Richiesta/IstruzioneFormazione/altrecapacita",
    "Richiesta/IstruzioneFormazione/ulteriorirequisiti",
    "Richiesta/CondizioniOfferte/ulterioricondizioni",
)


def read_offers(source: Source, path: Path, registers: Registers) -> SourceResult:
    """Return the vacancies of a file, folder or zip, one file each; the wrong ones in quarantine.

    A file that is not a vacancy, is cut short or declares entities is refused by itself. Values
    of the employer's tax code are in no problem.
    """
    contract = load_supplier_contract(CONTRACT)
    members, problems = list_members(path)
    result = SourceResult(
        problems=[replace(problem, source=source.id) for problem in problems],
        refusals=Refusals(_HEADER),
        rows_read=len(members),
        refused=any(problem.severity is Severity.FILE for problem in problems),
    )
    lacking = [name for name in DECLARED if name not in source.dichiarati]
    if lacking or not members:
        result.refused = True
        result.problems.append(
            _undeclared(source, path, lacking) if lacking else _none(source, path)
        )
        return result
    table = Table(
        contract=contract,
        source=source.id,
        rows=[],
        files=[],
        lines=[],
        headers={name: place.rsplit("/", 1)[-1] for name, place in _PATHS.items()},
        restricted=frozenset({"codice_fiscale_azienda"}),
    )
    with Opener() as opener:
        for member in members:
            try:
                row = _read(opener, member, source)
            except RefusedError as refusal:
                result.problems.append(_refused(source, member, refusal))
                continue
            table.rows.append([row[name] for name in contract.names])
            table.files.append(member.name)
            table.lines.append(0)
    found = validate(table) + check_table(table, registers, source.provincia)
    out = dropped(found)
    result.problems += [problem for _, problem in sorted(found, key=lambda item: item[0])]
    kept = [row for index, row in enumerate(table.rows) if index not in out]
    result.tables[CONTRACT] = typed(contract, kept)
    result.rows_accepted = len(kept)
    broken = len(members) - len(table.rows)
    wrong = {index for index, problem in found if problem.severity is not Severity.NOTICE}
    result.rows_quarantined = broken + len(wrong)
    result.refusals.rows = [
        [p.file, str(p.row or ""), p.column or "", p.code, p.message, p.expected or "", p.remedy]
        for p in result.problems
        if p.severity is not Severity.NOTICE
    ]
    return result


def holds_offers(path: Path) -> bool:
    """Return whether the first XML of a file, folder or zip speaks of Cliclavoro's vacancies."""
    members, _ = list_members(path)
    with Opener() as opener:
        for member in members[:1]:
            try:
                with opener.open(member) as stream:
                    return NAMESPACE.encode() in stream.read(4096)
            except _BROKEN:
                return False
    return False


def _read(opener: Opener, member: Member, source: Source) -> dict[str, Cell]:
    try:
        with opener.open(member) as stream:
            content = stream.read(LARGEST + 1)
    except _BROKEN:
        raise RefusedError(
            "file-illeggibile",
            "Il file non si può leggere: è danneggiato.",
            "inviare di nuovo il file.",
        ) from None
    if len(content) > LARGEST:
        raise RefusedError(
            "xml-troppo-grande",
            "Il file è troppo grande per essere un’offerta.",
            "inviare un’offerta per file, come la produce il sistema.",
        )
    check_prologue(content)
    try:
        root: Any = etree.fromstring(content, etree.XMLParser(**SAFE))
    except (etree.XMLSyntaxError, ValueError):
        # the parser's own text may quote the file: it is not used
        raise RefusedError(
            "xml-non-valido",
            "Il file non è un XML ben formato, o è stato tagliato.",
            "produrre di nuovo il file con il programma di origine.",
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise RefusedError("xml-dtd", "Il file dichiara un DTD.", "togliere la riga <!DOCTYPE …>.")
    if root.tag != f"{{{NAMESPACE}}}Vacancy":
        raise RefusedError(
            "xml-non-riconosciuto",
            "Il file è un XML, ma non è un’offerta nel formato Cliclavoro.",
            "inviare un’offerta per file, come la produce il sistema.",
        )
    return _row(root, source)


def _row(root: Any, source: Source) -> dict[str, Cell]:
    row: dict[str, Cell] = {name: _text(root, place) for name, place in _PATHS.items()}
    posts = str(row["posti"] or "")
    row["posti"] = int(posts) if posts.isascii() and posts.isdigit() else None
    task = _text(root, "Richiesta/ProfiloRichiesto/descrizionericerca") or ""
    row["mansione"] = _shortened(task) or None
    asked = [text for place in _REQUIREMENTS if (text := _text(root, place))]
    if _text(root, "Richiesta/IstruzioneFormazione/idpatenteguida") or (
        _text(root, "Richiesta/IstruzioneFormazione/idmezzitrasporto") == "SI"
    ):
        asked.append("Patente di guida e mezzo proprio")
    row["capacita_controindicazioni"] = ". ".join(text.rstrip(". ") for text in asked) or None
    row |= {name: source.dichiarati[name] for name in DECLARED}
    if any(_NIGHT.search(text) for text in (task, *asked)):
        row["turni_notturni"] = "S"
    row["visibile"] = "N" if _text(root, "DatiSistema/visibilita") == "NO" else "S"
    row["chiusa"] = "S" if _text(root, "DatiSistema/motivochiusura") else "N"
    row["data_pubblicazione"] = (_text(root, "Richiesta/DurataRichiesta/datapubblicazione") or "")[
        :10
    ] or None
    return row


def _text(root: Any, place: str) -> str | None:
    steps = "/".join(f"{{{NAMESPACE}}}{step}" for step in place.split("/"))
    text = root.findtext(steps)
    return " ".join(text.split()) or None if text else None


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_TASK:
        return text
    return text[: LONGEST_TASK - 1].rsplit(" ", 1)[0] + "…"


def _refused(source: Source, member: Member, refusal: RefusedError) -> Problem:
    return Problem(
        source.id, member.name, refusal.code, refusal.message, refusal.remedy, row=refusal.line
    )


def _undeclared(source: Source, path: Path, lacking: list[str]) -> Problem:
    return Problem(
        source.id,
        path.name,
        "dichiarazione-mancante",
        f"Il formato Cliclavoro non dice: {', '.join(lacking)}.",
        "scriverlo in portale.toml, nella fonte: dichiarati = { … } (docs/regione.md).",
        Severity.FILE,
    )


def _none(source: Source, path: Path) -> Problem:
    return Problem(
        source.id,
        path.name,
        "nessuna-offerta",
        "Non c’è nessuna offerta da leggere.",
        "controllare che la cartella o lo zip contenga i file XML.",
        Severity.FILE,
    )
