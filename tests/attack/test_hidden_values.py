"""What is hidden leaves no trace: another hidden value in the sources, the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.config import Config
from etl.protect import protect_tables
from tests.attack import sources
from tests.attack.exchanges import FINE, companies, exchanges, rows_of, withheld
from tests.attack.releases import CONTRACTS, SECRET, derive_month, publish_month
from tests.attack.stranger import read_pages

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Config]:
    folder = tmp_path_factory.mktemp("regione")
    sources.write_demo(folder / "demo")
    config = sources.small_region(folder / "demo", ("prospetti", "consensi"))
    publish(folder, config, folder / "dati")
    return folder, config


def publish(folder: Path, config: Config, data: Path) -> Files:
    """Return the published files of what the suppliers sent."""
    derived = derive_month(config, folder / "build")
    tables = protect_tables(config, CONTRACTS, derived, secret=SECRET).tables
    publish_month(tables, data)
    return read(data)


def read(data: Path) -> Files:
    return {path.name: path.read_bytes() for path in sorted(data.rglob("*.*")) if path.is_file()}


def test_other_hidden_values_leave_every_file_as_it_was(
    region: tuple[Path, Config], tmp_path: Path
) -> None:
    folder, config = region
    before = derive_month(config, folder / "build")[FINE]
    statements = sources.read_statements(folder / "demo")
    found = list(exchanges(statements, before, read_pages(folder / "dati")))
    assert len(found) >= 3
    for number, changes in enumerate(found[:: len(found) // 3][:3]):
        edited = {key: sources.hires(statements[key], people) for key, people in changes.items()}
        sources.write_statements(folder / "demo", statements | edited)
        after = derive_month(config, folder / "build")[FINE]
        assert not before["scoperture"].equals(after["scoperture"])
        assert publish(folder, config, tmp_path / str(number)) == read(folder / "dati")
    sources.write_statements(folder / "demo", statements)


def test_another_shown_value_changes_what_is_published(
    region: tuple[Path, Config], tmp_path: Path
) -> None:
    folder, config = region
    frame = derive_month(config, folder / "build")[FINE]
    shown = rows_of(frame) - withheld(read_pages(folder / "dati"))
    statements = sources.read_statements(folder / "demo")
    key, text = next(
        (key, text)
        for key, text, _ in companies(statements, frame, shown)
        if sources.uncovered(text) >= 2
    )
    sources.write_statements(folder / "demo", statements | {key: sources.hires(text, 1)})
    assert publish(folder, config, tmp_path / "dati") != read(folder / "dati")
    sources.write_statements(folder / "demo", statements)
