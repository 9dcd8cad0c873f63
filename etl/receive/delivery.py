"""What the suppliers delivered: every source read, checked, kept or put aside."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from etl.config import ROOT, Config, Source
from etl.contracts import load_supplier_contract
from etl.problems import InputRefusedError, Problem, Responsible, Severity
from etl.receive.archive import fingerprint
from etl.receive.checks import Registers
from etl.receive.fetch import FetchError, fetch
from etl.receive.frames import typed, with_origin
from etl.receive.geography import Geography, load_geography
from etl.receive.occupations import load_occupations
from etl.receive.pid_rules import TABLES
from etl.receive.reading import read_source
from etl.receive.results import Refusals, SourceResult, group
from etl.receive.sealed import SealError, is_sealed, opened, private_folder
from etl.receive.store import (
    cache_key,
    forget_others,
    keep,
    recall,
    write_quarantine,
    write_snapshots,
)

Progress = Callable[[str], None]

# what the publisher must mend, not the supplier
_OURS = frozenset({"fonte-mancante", "chiave-mancante", "chiave-sbagliata"})

SHOWN_GROUPS = 20
SHOWN_PLACES = 3


@dataclass(frozen=True)
class Snapshot:
    """One input as it was received: whose, which bytes, and how much of it was kept.

    `date` is the file's own date (UTC), or the one that its server gives; None where there is
    none. Rows are table rows, or statements for a source of statements.
    """

    id: str
    fornitore: str
    file: str
    sha256: str
    bytes: int
    date: str | None
    rows_read: int
    rows_accepted: int
    rows_quarantined: int


@dataclass(frozen=True)
class Received:
    """Everything that the later stages work on.

    `tables` by supplier contract: the contract's columns and `fonte`, `fornitore`,
    `provincia_fornitore`, `sintetico`; dates are datetime64[s], lists are tuples of codes. Rows
    are sorted by source, as configured, and then as the supplier sent them.
    """

    tables: dict[str, pd.DataFrame]
    snapshots: list[Snapshot]
    problems: list[Problem]
    geography: Geography
    occupations: pd.DataFrame


@dataclass(frozen=True)
class _Input:
    path: Path
    name: str
    date: str | None


def receive(config: Config, build: Path, progress: Progress | None = None) -> Received:
    """Return every source's accepted rows; writes only below `build`.

    A source whose input, mapping and program are unchanged is not read again. Refused rows and
    reasons go to `build/quarantena/`, a record of each input to
    `build/riservato/fotografie.json`. Raises InputRefusedError, with every problem met, where a
    source that must be there is missing or is refused.
    """
    say = progress or (lambda _: None)
    geography, occupations = load_geography(config), load_occupations()
    registers = Registers(geography, occupations, config.riservatezza.popolazione_minima_comuni)
    frames: dict[str, list[pd.DataFrame]] = {name: [] for name in _contracts(config)}
    snapshots: list[Snapshot] = []
    problems: list[Problem] = []
    refused: list[Problem] = []
    for name in ("quarantena", "riservato/ricevuti", "riservato/scaricati"):
        forget_others(config, build / name)
    for source in config.fonti:
        try:
            place = _find(source, build)
        except FetchError as error:
            met = _absent(source, source.url or "", error.code, error.message, error.remedy)
        except FileNotFoundError:
            met = _absent(
                source,
                source.percorso or "",
                "fonte-mancante",
                "Il file o la cartella della fonte non c’è.",
                "mettere il file al suo posto, o correggere «percorso» in portale.toml.",
            )
        else:
            say(f"Ricevere «{source.id}»…")
            digest, size = fingerprint(place.path)
            try:
                result = _result(config, source, place, digest, registers, build, say)
            except SealError as error:
                result = SourceResult(
                    problems=[_absent(source, place.name, error.code, error.message, error.remedy)],
                    refused=True,
                )
            write_quarantine(source, result, build / "quarantena" / source.id)
            snapshots.append(_snapshot(source, place, digest, size, result))
            problems += result.problems
            if result.refused:
                refused += [p for p in result.problems if p.severity is Severity.FILE]
                if not source.obbligatoria:
                    say(f"«{source.id}» è rifiutata, ma non è obbligatoria: si va avanti.")
            else:
                _add(frames, source, result)
            continue
        write_quarantine(
            source, SourceResult(problems=[met], refused=True), build / "quarantena" / source.id
        )
        problems.append(met)
        if source.obbligatoria:
            refused.append(met)
    write_snapshots(snapshots, build / "riservato" / "fotografie.json")
    required = {source.id for source in config.fonti if source.obbligatoria}
    blocking = [problem for problem in refused if problem.source in required]
    if blocking:
        raise InputRefusedError(problems, _summary(config, problems, blocking))
    return Received(
        {name: _joined(name, frames[name]) for name in sorted(frames)},
        snapshots,
        problems,
        geography,
        occupations,
    )


def _contracts(config: Config) -> Iterable[str]:
    for source in config.fonti:
        yield from TABLES if source.formato == "pid-xml" else (source.contratto,)


def _find(source: Source, build: Path) -> _Input:
    if source.url is not None:
        download = fetch(source, build / "riservato" / "scaricati" / source.id)
        name = Path(urlsplit(source.url).path).name or source.id
        return _Input(download.path, name, download.date)
    path = ROOT / (source.percorso or "")
    moment = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
    return _Input(path, path.name, moment.date().isoformat())


def _absent(source: Source, place: str, code: str, message: str, remedy: str) -> Problem:
    return Problem(
        source.id,
        place,
        code,
        message,
        remedy,
        Severity.FILE if source.obbligatoria else Severity.NOTICE,
        Responsible.PUBLISHER if code in _OURS else Responsible.SUPPLIER,
    )


def _result(
    config: Config,
    source: Source,
    place: _Input,
    digest: str,
    registers: Registers,
    build: Path,
    say: Progress,
) -> SourceResult:
    folder = build / "riservato" / "ricevuti" / source.id
    key = cache_key(config, source, f"{place.name} {digest}")
    if is_sealed(place.name):
        shutil.rmtree(folder, ignore_errors=True)
        return _unsealed(source, place, registers, key, say)
    kept = recall(folder, key)
    if kept is not None:
        return kept
    keep(read_source(source, place.path, registers, say, place.name), folder, key)
    # read back what was kept: a build that finds it there must work on the very same values
    fresh = recall(folder, key)
    assert fresh is not None
    return fresh


def _unsealed(
    source: Source, place: _Input, registers: Registers, key: str, say: Progress
) -> SourceResult:
    """Read an encrypted input; neither its rows nor those refused are kept in clear anywhere."""
    with opened(place.path, place.name) as path, private_folder() as scratch:
        keep(read_source(source, path, registers, say, path.name), scratch / source.id, key)
        fresh = recall(scratch / source.id, key)
    assert fresh is not None
    fresh.refusals = Refusals(fresh.refusals.header)
    return fresh


def _snapshot(
    source: Source, place: _Input, digest: str, size: int, result: SourceResult
) -> Snapshot:
    return Snapshot(
        source.id,
        source.fornitore,
        place.name,
        digest,
        size,
        place.date,
        result.rows_read,
        0 if result.refused else result.rows_accepted,
        result.rows_read if result.refused else result.rows_quarantined,
    )


def _add(frames: dict[str, list[pd.DataFrame]], source: Source, result: SourceResult) -> None:
    for name, frame in result.tables.items():
        frames[name].append(
            with_origin(frame, source.id, source.fornitore, source.provincia, source.sintetica)
        )


def _joined(name: str, frames: list[pd.DataFrame]) -> pd.DataFrame:
    full = [frame for frame in frames if len(frame)]
    if len(full) == 1:
        return full[0]
    if not full:
        return with_origin(typed(load_supplier_contract(name), []), "", "", None, False)
    return pd.concat(full, ignore_index=True)


def _summary(config: Config, problems: list[Problem], blocking: list[Problem]) -> str:
    """Say what stops the build, source by source, then the reasons with their first places."""
    lines = [
        f"Nulla è stato pubblicato: {len(blocking)} "
        + ("problema ferma" if len(blocking) == 1 else "problemi fermano")
        + " la costruzione."
    ]
    for problem in blocking[:SHOWN_GROUPS]:
        lines.append(f"- {config.source(problem.source).fornitore}: {problem.line()}")
    if len(blocking) > SHOWN_GROUPS:
        lines.append(f"- … e altri {len(blocking) - SHOWN_GROUPS}.")
    sources = {problem.source for problem in blocking}
    rows = [p for p in problems if p.source in sources and p.severity is Severity.ROW]
    for item in group(rows)[:SHOWN_GROUPS]:
        places = "; ".join(
            f"{p.file}, riga {p.row}" if p.row else p.file for p in item.examples[:SHOWN_PLACES]
        )
        lines.append(f"  · {item.message} ({item.count} volte: {places}…) {item.remedy}")
    lines.append("Le righe rifiutate, con i motivi, sono in build/quarantena/.")
    return "\n".join(lines)
