"""Which version a data set gets, what it says of its changes, and what never changes afterwards.

The promise to users is in docs/versions.md; this module keeps it. Nothing here looks at anything
but the new table, its contract, and the release published before.
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from etl.contracts import DATASETS, Contract, ContractError, Text
from etl.problems import ReleaseRefusedError
from etl.publish.datapackage import promise
from etl.publish.diff import Difference, Level, NotComparableError, compare
from etl.publish.edition import FIRST_VERSION, Edition
from etl.publish.formats import plain_csv, to_parquet
from etl.publish.manifest import Entry
from etl.publish.previous import PublishedRelease

TOMBSTONE = ("ultima_versione", "ritirata_in", "data")
LATEST = "latest"
_FIRST = "prima pubblicazione"

Files = dict[str, bytes]
Build = Callable[[Edition, "History"], Files]


@dataclass(frozen=True)
class History:
    """What a data set tells of its past: each version's changes, and the rows withdrawn."""

    records: list[dict[str, Any]]
    tombstones: list[dict[str, str]]


@dataclass(frozen=True)
class Versioned:
    """A data set with its version, its files, and what it tells of its past.

    `changes` is the table of changed rows, for a version that changed any. `fresh` says whether
    the version is born with this release.
    """

    edition: Edition
    files: Files
    history: History
    fresh: bool
    changes: bytes | None = None


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WithdrawnVersion(_Section):
    """A version that must no longer be served, and why."""

    insieme: str
    versione: str
    data: date
    motivo: Text


class WithdrawnDataset(_Section):
    """A data set that is no longer published, and why; its versions stay."""

    insieme: str
    data: date
    motivo: Text


class Withdrawals(_Section):
    """What `datasets/ritiri.toml` says."""

    versioni: list[WithdrawnVersion] = []
    insiemi: list[WithdrawnDataset] = []

    def version(self, slug: str, version: str) -> WithdrawnVersion | None:
        """Return why a version is withdrawn; None where it is not."""
        for item in self.versioni:
            if (item.insieme, item.versione) == (slug, version):
                return item
        return None


def withdrawals(folder: Path = DATASETS) -> Withdrawals:
    """Return what is withdrawn, by `ritiri.toml`, which may be absent; raises ContractError."""
    path = folder / "ritiri.toml"
    if not path.is_file():
        return Withdrawals()
    try:
        return Withdrawals.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise ContractError(f"«ritiri.toml»: {error}") from None


def next_version(version: str, level: Level) -> str:
    """Return the version after this one; raises ValueError where nothing changed."""
    major, minor, patch = map(int, version.split("."))
    match level:
        case Level.MAJOR:
            return f"{major + 1}.0.0"
        case Level.MINOR:
            return f"{major}.{minor + 1}.0"
        case Level.PATCH:
            return f"{major}.{minor}.{patch + 1}"
    raise ValueError("senza cambiamenti non c’è una versione nuova")


def version_of(
    contract: Contract,
    table: pd.DataFrame,
    day: date,
    previous: PublishedRelease | None,
    build: Build,
) -> Versioned:
    """Return the data set in the version that its changes call for.

    `build` gives every file of an edition. Where neither the contract nor a row nor a byte of any
    file changed, the version is the one already published, with its date.
    """
    slug = contract.slug
    if previous is None or slug not in previous.slugs:
        edition = Edition(contract, table, FIRST_VERSION, day, day)
        history = History([_record(edition, _FIRST, None)], [])
        return Versioned(edition, build(edition, history), history, fresh=True)
    log = previous.read_json(f"dati/{slug}/modifiche.json")["versioni"]
    if f"dati/{slug}/datapackage.json" not in previous.entries:
        return _resumed(contract, table, day, log, build)
    package = previous.read_json(f"dati/{slug}/datapackage.json")
    graves = _tombstones(previous.read(f"dati/{slug}/ritirate.csv"))
    published = Edition(
        contract,
        table,
        package["version"],
        date.fromisoformat(package["created"][:10]),
        date.fromisoformat(package["prima_pubblicazione"]),
    )
    difference = _difference(contract, table, published, package, previous)
    level, corrected = difference.level, []
    if level is Level.NONE:
        history = History(log, graves)
        files = build(published, history)
        corrected = _changed_files(slug, files, previous)
        if not corrected:
            return Versioned(published, files, history, fresh=False)
        level = Level.PATCH
    edition = replace(
        published, version=next_version(published.version, level), day=max(day, published.day)
    )
    record = _record(edition, level.word, published.version, difference, corrected)
    history = History([record, *log], _buried(graves, difference, edition, published.version))
    rows = difference.rows
    changes = plain_csv(rows.to_pandas()) if rows is not None and rows.num_rows else None
    return Versioned(edition, build(edition, history), history, fresh=True, changes=changes)


def _resumed(
    contract: Contract, table: pd.DataFrame, day: date, log: list[dict[str, Any]], build: Build
) -> Versioned:
    """Return a data set that was no longer published and now is: nothing to compare it with."""
    last = log[0]["versione"]
    edition = Edition(contract, table, next_version(last, Level.MAJOR), day, day)
    history = History([_record(edition, Level.MAJOR.word, None), *log], [])
    return Versioned(edition, build(edition, history), history, fresh=True)


def _difference(
    contract: Contract,
    table: pd.DataFrame,
    edition: Edition,
    package: Mapping[str, Any],
    previous: PublishedRelease,
) -> Difference:
    name = f"dati/{contract.slug}/{contract.slug}.parquet"
    previous.read(name)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / f"{contract.slug}.parquet"
        fresh.write_bytes(to_parquet(contract, table, edition.synthetic))
        try:
            return compare(previous.path(name), fresh, package, promise(contract))
        except NotComparableError as error:
            raise ReleaseRefusedError(
                f"Nulla è stato pubblicato: «{contract.slug}» non si può confrontare con la "
                f"pubblicazione precedente. {error}"
            ) from None


def _changed_files(slug: str, files: Files, previous: PublishedRelease) -> list[str]:
    before = {
        entry.name: entry.sha256
        for entry in previous.below(f"dati/{slug}/")
        if entry.path.count("/") == 2
    }
    after = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


# --- What is told of a version ------------------------------------------------------------------


def _record(
    edition: Edition,
    level: str,
    before: str | None,
    difference: Difference | None = None,
    corrected: list[str] | None = None,
) -> dict[str, Any]:
    rows: dict[str, int] = {"dopo": len(edition.table)}
    record: dict[str, Any] = {
        "versione": edition.version,
        "data": edition.day.isoformat(),
        "livello": level,
        "precedente": before,
    }
    if difference is not None:
        rows = {
            "prima": difference.rows_before,
            "dopo": difference.rows_after,
            "aggiunte": difference.added,
            "ritirate": difference.withdrawn,
            "modificate": difference.revised,
        }
        record["campi"] = [change.as_dict() for change in difference.fields]
        record["valori_modificati"] = dict(difference.values)
        record["righe_confrontabili"] = difference.rows is not None
    if corrected:
        record["file_corretti"] = corrected
    record["righe"] = rows
    record["in_parole"] = _in_words(record)
    return record


def _in_words(record: Mapping[str, Any]) -> list[str]:
    """Return the changes as short Italian sentences."""
    rows, words = record["righe"], []
    if record["precedente"] is None:
        start = "Prima pubblicazione" if record["livello"] == _FIRST else "Di nuovo pubblicato"
        return [f"{start}, con {_count(rows['dopo'], 'riga', 'righe')}."]
    for change in record["campi"]:
        subject = f"Campo «{change['campo']}»" if change.get("campo") else "Insieme"
        parts = [f"{subject}: {change['cosa']}"]
        if "prima" in change:
            parts.append(f"prima era «{change['prima']}»")
        if "dopo" in change:
            parts.append(f"ora è «{change['dopo']}»")
        words.append(", ".join(parts) + ".")
    if not record["righe_confrontabili"]:
        words.append(
            "La chiave è cambiata: le righe non si possono confrontare una per una. "
            f"Erano {rows['prima']}, ora sono {rows['dopo']}."
        )
    for name, one, many in (
        ("aggiunte", "riga aggiunta", "righe aggiunte"),
        ("ritirate", "riga ritirata", "righe ritirate"),
        ("modificate", "riga con valori rivisti", "righe con valori rivisti"),
    ):
        if rows[name]:
            words.append(f"{_count(rows[name], one, many).capitalize()}.")
    if record["valori_modificati"]:
        listed = ", ".join(
            f"«{name}» ({count})" for name, count in record["valori_modificati"].items()
        )
        words.append(f"Valori rivisti per campo: {listed}.")
    if record.get("file_corretti"):
        words.append(
            "I dati sono gli stessi: è corretto il modo in cui sono scritti o descritti "
            f"({', '.join(record['file_corretti'])})."
        )
    return words


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


# --- Withdrawn rows -----------------------------------------------------------------------------


def tombstone_csv(contract: Contract, history: History) -> bytes:
    """Return the withdrawn rows: key, last version that held it, version that withdrew it, day."""
    columns = [*contract.chiave, *TOMBSTONE]
    return plain_csv(pd.DataFrame(history.tombstones, columns=columns, dtype="str"))


def _tombstones(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def _buried(
    graves: list[dict[str, str]], difference: Difference, edition: Edition, before: str
) -> list[dict[str, str]]:
    """Return the tombstones after a release: rows that came back lose theirs."""
    key = edition.contract.chiave
    if difference.rows is None or any(set(key) - set(grave) for grave in graves):
        return []
    found: dict[tuple[str, ...], dict[str, str]] = {
        tuple(grave[name] for name in key): grave for grave in graves
    }
    columns = difference.rows.select(["modifica", *key]).to_pydict()
    for kind, *values in zip(*columns.values(), strict=True):
        place = tuple(values)
        if kind == "aggiunta":
            found.pop(place, None)
        elif kind == "ritirata":
            end = (before, edition.version, edition.day.isoformat())
            found[place] = dict(zip((*key, *TOMBSTONE), (*place, *end), strict=True))
    return [grave for _, grave in sorted(found.items())]


# --- What never changes afterwards --------------------------------------------------------------


def checksums(files: Mapping[str, bytes]) -> bytes:
    """Return the files' hashes as `sha256sum --check` reads them."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    ]
    return "".join(lines).encode()


def index(
    slug: str, history: History, entries: list[Entry], withdrawn: Withdrawals
) -> dict[str, Any]:
    """Return the list of versions, newest first, each with its files and hashes."""
    listed = []
    for record in history.records:
        version = record["versione"]
        folder = f"dati/{slug}/versioni/{version}/"
        item: dict[str, Any] = {
            "versione": version,
            "data": record["data"],
            "livello": record["livello"],
            "files": [
                {"path": e.path, "bytes": e.bytes, "sha256": e.sha256, "rows": e.rows}
                for e in entries
                if e.path.startswith(folder)
            ],
        }
        reason = withdrawn.version(slug, version)
        if reason:
            item["ritirata"] = {"data": reason.data.isoformat(), "motivo": reason.motivo.it}
        listed.append(item)
    return {"insieme": slug, LATEST: history.records[0]["versione"], "versioni": listed}
