"""Encrypted inputs: read with the right key, explained without it, never left open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyrage
import pytest

from etl.config import Config
from etl.problems import InputRefusedError
from etl.receive import receive, sealed
from etl.receive.sealed import IDENTITY_VARIABLE, SealError, opened

IDENTITY = pyrage.x25519.Identity.generate()
PLAIN = b"codice_comunicazione,consenso,data_consenso\r\nPROVA20250000011,S,2026-01-01\r\n"


@pytest.fixture
def opened_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which opened copies stand, empty when all is well."""
    folder = tmp_path / "memoria"
    folder.mkdir()
    monkeypatch.setattr(sealed, "_MEMORY", folder)
    monkeypatch.setenv(IDENTITY_VARIABLE, f"# chiave di prova\n{IDENTITY}\n")
    return folder


def seal(path: Path, content: bytes = PLAIN, to: Any = IDENTITY) -> Path:
    path.write_bytes(pyrage.encrypt(content, [to.to_public()]))
    return path


def test_an_encrypted_file_is_readable_for_a_while_by_nobody_else(
    tmp_path: Path, opened_in: Path
) -> None:
    with opened(seal(tmp_path / "iscritti.csv.age")) as path:
        assert (path.name, path.read_bytes()) == ("iscritti.csv", PLAIN)
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
        assert path.is_relative_to(opened_in)
    assert not list(opened_in.iterdir())


def test_the_opened_copy_is_gone_also_after_a_failure(tmp_path: Path, opened_in: Path) -> None:
    file = seal(tmp_path / "a.csv.age")
    with pytest.raises(RuntimeError), opened(file):
        raise RuntimeError
    assert not list(opened_in.iterdir())


def test_a_file_that_is_not_encrypted_is_read_where_it_is(tmp_path: Path) -> None:
    plain = tmp_path / "a.csv"
    with opened(plain) as path:
        assert path == plain


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "chiave-mancante"),
        ("AGE-SECRET-KEY-1PROVA", "chiave-sbagliata"),
        (str(pyrage.x25519.Identity.generate()), "chiave-sbagliata"),
    ],
)
def test_a_missing_or_wrong_key_is_told_in_italian_and_not_repeated(
    tmp_path: Path, opened_in: Path, monkeypatch: pytest.MonkeyPatch, key: str, code: str
) -> None:
    monkeypatch.setenv(IDENTITY_VARIABLE, key)
    with pytest.raises(SealError) as caught, opened(seal(tmp_path / "a.csv.age")):
        pass
    assert caught.value.code == code
    said = f"{caught.value} {caught.value.remedy}"
    assert "chiave" in said
    assert not key or key not in said
    assert not list(opened_in.iterdir())


def test_a_damaged_file_is_told(tmp_path: Path, opened_in: Path) -> None:
    file = seal(tmp_path / "a.csv.age")
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(SealError, match="rovinato"), opened(file):
        pass
    assert not list(opened_in.iterdir())


def consents(config: Config, path: Path) -> Config:
    """Return the configuration with one source, the register of consents at `path`."""
    source = {
        "id": "consensi",
        "fornitore": "Registro dei consensi",
        "contratto": "consensi",
        "formato": "csv",
        "frequenza": "mensile",
        "percorso": str(path),
        "sintetica": True,
        "righe_rifiutate_massime": 1.0,
    }
    return Config.model_validate(config.model_dump(mode="json") | {"fonti": [source]})


def test_a_source_that_lies_encrypted_is_received_and_nothing_of_it_is_kept_in_clear(
    tmp_path: Path, opened_in: Path, own_portal: Config
) -> None:
    file = seal(tmp_path / "consensi.csv.age", PLAIN + b"PROVA20250000021,forse,2026-01-01\r\n")
    table = receive(consents(own_portal, file), tmp_path / "build").tables["consensi"]
    assert table["codice_comunicazione"].tolist() == ["PROVA20250000011"]
    written = [path for path in (tmp_path / "build").rglob("*") if path.is_file()]
    assert written
    assert not any(b"DEMO" in path.read_bytes() for path in written)
    assert not [path for path in written if path.suffix == ".parquet"]
    assert not list(opened_in.iterdir())
    pd.testing.assert_frame_equal(
        table.drop(columns=["fonte"]),
        receive(consents(own_portal, clear(tmp_path)), tmp_path / "altra")
        .tables["consensi"]
        .drop(columns=["fonte"]),
    )


def clear(folder: Path) -> Path:
    path = folder / "consensi.csv"
    path.write_bytes(PLAIN)
    return path


def test_a_source_without_its_key_stops_the_build_and_says_what_to_do(
    tmp_path: Path, own_portal: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(IDENTITY_VARIABLE, raising=False)
    file = seal(tmp_path / "consensi.csv.age")
    with pytest.raises(InputRefusedError, match=IDENTITY_VARIABLE):
        receive(consents(own_portal, file), tmp_path / "build")
