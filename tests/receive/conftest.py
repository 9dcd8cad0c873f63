from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.config import Config, load_config
from etl.receive.checks import Registers
from etl.receive.geography import Geography, load_geography
from etl.receive.occupations import load_occupations

CATALOGUE = "catalogo-operatori"

PROVINCES = ["012", "013", "014", "015", "016", "017", "018", "019", "020", "097", "098", "108"]


def configuration(*sources: dict[str, Any], provinces: list[str] | None = None) -> Config:
    """Return a portal with these sources; what a source leaves out is filled in."""
    usual = {"fornitore": "Ufficio di prova", "frequenza": "annuale", "contratto": CATALOGUE}
    return Config.model_validate(
        {
            "portale": {
                "nome": "Prova",
                "regione": "Lombardia",
                "codice_regione": "03",
                "province": provinces or PROVINCES,
                "url_base": "https://prova.example",
                "anno_geografia": 2023,
                "titolare": {
                    "nome": "Ente di prova",
                    "codice_ipa": "prova",
                    "email": "prova@prova.example",
                    "sito": "https://prova.example",
                },
            },
            "riservatezza": {
                "soglia_persone": 5,
                "soglia_persone_dettaglio": 10,
                "soglia_imprese": 3,
                "minimo_tassi": 20,
                "quota_massima_nascosta": 0.3,
            },
            "fonti": [usual | source for source in sources],
        }
    )


@pytest.fixture(scope="session")
def geography() -> Geography:
    return load_geography(configuration())


@pytest.fixture(scope="session")
def registers(geography: Geography) -> Registers:
    return Registers(geography, load_occupations(), 15_000)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a small file below the test's own folder."""

    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def own_portal() -> Config:
    """The portal's own configuration, as the repository ships it."""
    return load_config(Path(__file__).parents[2] / "portale.toml")
