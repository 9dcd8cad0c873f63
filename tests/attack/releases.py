"""Monthly releases of the small region, by the build's own stages, and what was true."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from etl.config import Config
from etl.contracts import Contract, load_contract, load_contracts
from etl.derive.datasets import Inputs, derive
from etl.protect import protect_tables
from etl.publish.datapackage import promise
from etl.publish.formats import to_csv, to_parquet
from etl.receive import receive
from tests.attack import sources
from tests.attack.stranger import Figure

SLUGS = ("scoperture-province", "scoperture-settori", "scoperture-territoriali")
CONTRACTS: dict[str, Contract] = {slug: load_contract(slug) for slug in SLUGS}
# every table that hides figures
HIDING: dict[str, Contract] = {
    contract.slug: contract
    for contract in load_contracts()
    if contract.riservatezza.metodo == "soppressione"
}
SECRET = b"un segreto per le prove, sempre lo stesso"
MONTHS = 12

# what each company brought to each figure, by statement
Parts = Mapping[Figure, Mapping[str, int]]


@dataclass(frozen=True)
class Month:
    """One release: the folder that everybody reads, and what only the build knew."""

    data: Path
    derived: dict[str, pd.DataFrame]

    def parts(self) -> dict[Figure, Counter[str]]:
        """Return what each company brought to each figure of every table."""
        found: dict[Figure, Counter[str]] = {}
        for slug in SLUGS:
            frame = self.derived[slug]
            policy = CONTRACTS[slug].riservatezza
            for row in frame.to_dict("records"):
                codes = tuple((name, str(row[name])) for name in sorted(policy.dimensioni))
                for column in policy.valori:
                    parts = found.setdefault((column, codes), Counter())
                    parts.clear()
                    for company, brought in row["_contributi"]:
                        parts[company] += brought[column]
        return found

    def truth(self) -> dict[Figure, int]:
        """Return every figure of every table as it really is."""
        return {
            (column, tuple((name, str(row[name])) for name in sorted(policy.dimensioni))): int(
                row[column]
            )
            for slug, frame in self.derived.items()
            for policy in (HIDING[slug].riservatezza,)
            for row in frame.to_dict("records")
            for column in policy.valori
            if not pd.isna(row[column])
        }


def derive_month(
    config: Config, build: Path, contracts: Mapping[str, Contract] = CONTRACTS
) -> dict[str, pd.DataFrame]:
    """Return the derived tables of what the suppliers sent."""
    inputs = Inputs(config, receive(config, build), SECRET)
    return {slug: derive(inputs, contract) for slug, contract in contracts.items()}


def publish_month(tables: Mapping[str, pd.DataFrame], data: Path) -> None:
    """Write what a reader takes: each table's CSV, Parquet and descriptor."""
    for slug, table in tables.items():
        contract = HIDING[slug]
        folder = data / slug
        folder.mkdir(parents=True)
        (folder / f"{slug}.csv").write_bytes(to_csv(contract, table))
        (folder / f"{slug}.parquet").write_bytes(to_parquet(contract, table, synthetic=True))
        package = promise(contract)
        package["resources"][0]["path"] = f"{slug}.csv"
        text = json.dumps(package, ensure_ascii=False)
        (folder / "datapackage.json").write_text(text, encoding="utf-8")


def monthly_releases(
    folder: Path,
    count: int = MONTHS,
    remember: bool = True,
    contracts: Mapping[str, Contract] = CONTRACTS,
) -> list[Month]:
    """Return the first releases of a year; sources change a little every month, as real ones do.

    One statement in fifteen comes late, some companies hire, some withdraw their consent; people
    leave the lists and others come; a measure's return is corrected by one. Without `remember`, no
    release knows the one before.
    """
    demo = folder / "demo"
    sources.write_demo(demo)
    config = sources.small_region(demo, sources.ALL if contracts is HIDING else sources.STATEMENTS)
    everything = sources.read_statements(demo)
    lists, returns = sources.read_lists(demo), sources.read_returns(demo)
    late = [key for place, key in enumerate(everything) if place % 15 == 7]
    current = {key: text for key, text in everything.items() if key not in late}
    months: list[Month] = []
    for number in range(count):
        if number:
            arriving = late[number - 1 :: MONTHS - 1]
            current |= {key: everything[key] for key in arriving}
            current |= _hired(current, number)
            sources.withdraw_consents(demo, every=23, first=number)
        sources.write_statements(demo, dict(sorted(current.items())))
        sources.write_lists(lists, number)
        sources.write_returns(demo, returns, number)
        derived = derive_month(config, folder / "build", contracts)
        before = months[-1].data if months and remember else None
        tables = protect_tables(config, contracts, derived, before, secret=SECRET).tables
        data = folder / f"rilascio-{number:02d}"
        publish_month(tables, data)
        months.append(Month(data, derived))
    shutil.rmtree(demo)
    return months


def _hired(current: Mapping[str, str], number: int) -> dict[str, str]:
    """Return the statements of some companies that have hired somebody this month."""
    able = [
        key
        for key, text in current.items()
        if sources.has_one_province(text) and sources.uncovered(text) > 0
    ]
    return {key: sources.hires(current[key], 1) for key in able[number::29]}
