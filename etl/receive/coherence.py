"""What a statement's figures must say of one another.

Figures on persons with disabilities never appear in a message: only the place does.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from etl.problems import Problem, Severity
from etl.receive.pid_rules import Row, columns

THRESHOLDS = Path(__file__).with_name("coerenza.toml")

_DISABLED = ("disabili", "centralinisti", "massofisioterapisti")


class Rows:
    """The rows of one table of a statement, by column name, with their lines in the file."""

    def __init__(self, table: str, rows: Sequence[Row], lines: Sequence[int]) -> None:
        self.at = _places(table)
        self.rows = rows
        self.lines = lines

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, index: int, column: str) -> str:
        """Return a text; empty where there is none."""
        return cast(str, self.rows[index][self.at[column]] or "")

    def number(self, index: int, column: str) -> int:
        """Return a number; zero where there is none."""
        return cast(int, self.rows[index][self.at[column]] or 0)

    def has(self, index: int, column: str) -> bool:
        """Whether there is a value."""
        return self.rows[index][self.at[column]] is not None


@cache
def _places(table: str) -> dict[str, int]:
    return {name: place for place, name in enumerate(columns(table))}


@cache
def _thresholds() -> dict[str, Any]:
    return tomllib.loads(THRESHOLDS.read_text(encoding="utf-8"))


class _Check:
    def __init__(
        self,
        tables: Mapping[str, Sequence[Row]],
        lines: Mapping[str, Sequence[int]],
        file: str,
        source: str,
    ) -> None:
        self.file, self.source = file, source
        self.tables = {name: Rows(name, tables[name], lines[name]) for name in tables}

    def problem(
        self,
        code: str,
        message: str,
        remedy: str,
        line: int | None,
        column: str | None = None,
        severity: Severity = Severity.ROW,
    ) -> Problem:
        return Problem(
            self.source, self.file, code, message, remedy, severity, row=line, column=column
        )


def check_statement(
    tables: Mapping[str, Sequence[Row]],
    lines: Mapping[str, Sequence[int]],
    file: str,
    source: str,
) -> list[Problem]:
    """Return what is incoherent in one statement, as refusals and notices.

    Refused: what the regional systems refuse too (part-time hours, heads over the employees,
    compensations against the rules, suspension without its end). Noticed: exemptions, dates and
    categories that someone should look at.
    """
    check = _Check(tables, lines, file, source)
    if not len(check.tables["prospetti"]):
        return []
    found: list[Problem] = []
    for rule in (_hours, _heads, _compensations, _exemptions, _suspension, _dates, _base):
        found += rule(check)
    return found


def _hours(check: _Check) -> Iterator[Problem]:
    hours = check.tables["prospetti-orari"]
    for index in range(len(hours)):
        contract = hours.number(index, "minuti_contratto")
        worked = hours.number(index, "minuti_svolti")
        on_call = hours.text(index, "gruppo_orario") == "intermittenti"
        if contract and worked < contract and (worked or on_call):
            continue
        if on_call and contract and worked == contract:
            continue
        yield check.problem(
            "orario-incoerente",
            "L’orario svolto deve essere maggiore di zero e minore di quello contrattuale."
            if not on_call
            else "L’orario contrattuale deve essere maggiore di zero e non inferiore a quello "
            "svolto.",
            "correggere gli orari settimanali.",
            hours.lines[index],
            "orariosettimanalecontrattuale",
        )


def _heads(check: _Check) -> Iterator[Problem]:
    hours, excluded = check.tables["prospetti-orari"], check.tables["prospetti-escluse"]
    provinces = check.tables["prospetti-province"]
    part_time: dict[str, int] = {}
    disabled: dict[str, int] = {}
    for index in range(len(hours)):
        group, code = hours.text(index, "gruppo_orario"), hours.text(index, "codice_provincia")
        if group == "dipendenti":
            part_time[code] = part_time.get(code, 0) + hours.number(index, "numero")
        elif group in _DISABLED:
            disabled[code] = disabled.get(code, 0) + hours.number(index, "numero")
    out: dict[str, int] = {}
    for index in range(len(excluded)):
        code = excluded.text(index, "codice_provincia")
        out[code] = out.get(code, 0) + excluded.number(index, "numero")
    for index in range(len(provinces)):
        code = provinces.text(index, "codice_provincia")
        heads = provinces.number(index, "lavoratori")
        counts = (
            (part_time.get(code, 0), "i lavoratori a tempo parziale", "dettaglioparttime"),
            (out.get(code, 0), "i lavoratori delle categorie escluse", "categorieescluse"),
            (
                disabled.get(code, 0)
                + sum(provinces.number(index, f"{name}_tempo_pieno") for name in _DISABLED),
                "le persone con disabilità in forza",
                "disabili",
            ),
        )
        for count, who, column in counts:
            if count > heads:
                yield check.problem(
                    "lavoratori-incoerenti",
                    f"Nella provincia {code} {who} superano i lavoratori dipendenti.",
                    "correggere i numeri del quadro 2.",
                    provinces.lines[index],
                    column,
                )


def _compensations(check: _Check) -> Iterator[Problem]:
    rows, provinces = check.tables["prospetti-compensazioni"], check.tables["prospetti-province"]
    if not len(rows):
        return
    known: dict[str, bool] = {}
    for index in range(len(provinces)):
        known[provinces.text(index, "codice_provincia")] = provinces.has(
            index, "esonero_stato"
        ) or provinces.has(index, "esonero60_data")
    signs: dict[tuple[str, str], str] = {}
    balance: dict[str, int] = {}
    for index in range(len(rows)):
        here, there = (
            rows.text(index, "codice_provincia"),
            rows.text(index, "provincia_compensata"),
        )
        sign, who = (
            rows.text(index, "categoria_compensazione"),
            rows.text(index, "categoria_soggetto"),
        )
        in_group = rows.has(index, "codice_fiscale_gruppo")
        faults: list[tuple[str, str]] = []
        if here == there and not in_group:
            faults.append(
                (
                    f"La provincia {here} compensa sé stessa.",
                    "indicare un’altra provincia, o togliere la compensazione.",
                )
            )
        elif there not in known and not in_group:
            faults.append(
                (
                    f"La provincia {there} della compensazione non è nel prospetto.",
                    "aggiungere il quadro 2 di quella provincia, o correggere il codice.",
                )
            )
        if signs.setdefault((here, who), sign) != sign:
            faults.append(
                (
                    f"Nella provincia {here} ci sono eccedenze e riduzioni per la stessa lista.",
                    "lasciare solo le eccedenze o solo le riduzioni.",
                )
            )
        if sign == "E" and known.get(here):
            faults.append(
                (
                    f"Nella provincia {here} c’è un’eccedenza insieme a un esonero.",
                    "togliere l’eccedenza o l’esonero.",
                )
            )
        for message, remedy in faults:
            yield check.problem(
                "compensazione", message, remedy, rows.lines[index], "compensazioni"
            )
        if not in_group:
            number = rows.number(index, "numero")
            balance[who] = balance.get(who, 0) + (number if sign == "E" else -number)
    if any(balance.values()):
        yield check.problem(
            "compensazioni-sbilanciate",
            "Le eccedenze e le riduzioni non si equivalgono.",
            "controllare le compensazioni di tutte le province.",
            rows.lines[0],
            "compensazioni",
            Severity.NOTICE,
        )


def _exemptions(check: _Check) -> Iterator[Problem]:
    provinces, head = check.tables["prospetti-province"], check.tables["prospetti"]
    law = _thresholds()["esonero"]
    reference = head.text(0, "data_riferimento")
    in_sector = head.text(0, "codice_ateco")[:2] in law["divisioni_ateco"]
    most = law["percentuale_massima_settori" if in_sector else "percentuale_massima"]
    base = _national_base(check)

    def notice(index: int, message: str, column: str) -> Problem:
        return check.problem(
            "esonero",
            f"Nella provincia {provinces.text(index, 'codice_provincia')} {message}",
            "controllare i dati dell’esonero.",
            provinces.lines[index],
            column,
            Severity.NOTICE,
        )

    for index in range(len(provinces)):
        granted = provinces.has(index, "esonero_stato")
        declared = provinces.has(index, "esonero60_data")
        if not granted and not declared:
            continue
        if granted:
            if provinces.number(index, "esonero_percentuale") > most:
                yield notice(index, f"l’esonero supera il {most} per cento.", "percentuale")
            if provinces.text(index, "esonero_data") > reference:
                yield notice(
                    index, "l’atto di esonero è successivo alla data di riferimento.", "dataatto"
                )
            if base is not None and base <= law["base_minima"]:
                yield notice(
                    index,
                    "c’è un esonero, ma la base di computo è troppo piccola per averlo.",
                    "esoneri",
                )
        if declared:
            if provinces.text(index, "esonero60_data") > reference:
                yield notice(
                    index,
                    "l’autocertificazione è successiva alla data di riferimento.",
                    "dataautocertificazione",
                )
            if head.text(0, "tipologia_dichiarante") == "C":
                yield notice(
                    index,
                    "un datore pubblico non può autocertificare l’esonero.",
                    "esoneri60permille",
                )


def _suspension(check: _Check) -> Iterable[Problem]:
    head = check.tables["prospetti"]
    if head.text(0, "sospensione_mobilita") == "S" and not head.has(0, "data_fine_sospensione"):
        yield check.problem(
            "sospensione",
            "C’è una sospensione per mobilità senza la data in cui finisce.",
            "aggiungere «datafinesospensione».",
            head.lines[0],
            "datafinesospensione",
        )


def _dates(check: _Check) -> Iterator[Problem]:
    head = check.tables["prospetti"]
    deadline = _thresholds()["scadenza"]
    reference = datetime.date.fromisoformat(head.text(0, "data_riferimento"))
    sent = datetime.date.fromisoformat(head.text(0, "data_invio"))
    if (reference.month, reference.day) != (12, 31) or reference.year != sent.year - 1:
        yield check.problem(
            "data-riferimento",
            "La data di riferimento non è il 31 dicembre dell’anno prima dell’invio.",
            "controllare la data di riferimento.",
            head.lines[0],
            "datariferimento",
            Severity.NOTICE,
        )
    elif (sent.month, sent.day) > (deadline["mese"], deadline["giorno"]):
        yield check.problem(
            "tardivo",
            "Il prospetto è stato inviato dopo il termine del 31 gennaio.",
            "nulla: il prospetto è usato.",
            head.lines[0],
            "dataInvio",
            Severity.NOTICE,
        )


def _base(check: _Check) -> Iterator[Problem]:
    head = check.tables["prospetti"]
    base = _national_base(check)
    if base is None:
        return
    if base > head.number(0, "lavoratori_nazionali"):
        yield check.problem(
            "base-computo",
            "La base di computo supera il numero dei lavoratori.",
            "controllare il quadro 3.",
            head.lines[0],
            "numLavBaseComputoArt3",
            Severity.NOTICE,
        )
    category = head.text(0, "categoria_azienda")
    if category:
        first, last = _thresholds()["categorie"][category]
        if base < first or (last and base > last):
            yield check.problem(
                "categoria-azienda",
                "La categoria dell’azienda non corrisponde alla base di computo.",
                "controllare la categoria nel quadro 1.",
                head.lines[0],
                "categoriaazienda",
                Severity.NOTICE,
            )


def _national_base(check: _Check) -> int | None:
    summary = check.tables["prospetti-riepilogo"]
    for index in range(len(summary)):
        if not summary.has(index, "codice_provincia"):
            return summary.number(index, "base_computo_art3")
    return None
