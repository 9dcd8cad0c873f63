"""One small region, built once for all tests that look at the whole of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.config import load_config
from etl.demo.generation import generate
from tests.building import SCALE, SEED, configured, run


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the suppliers of the region send."""
    folder = tmp_path_factory.mktemp("fonti")
    generate(load_config(), folder, scale=SCALE, seed=SEED)
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, sources: Path) -> Path:
    """The folder in which `build/` and `output/` of that region stand."""
    folder = tmp_path_factory.mktemp("costruzione")
    result = run(folder, configured(folder, sources), PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    assert result.returncode == 0, result.stderr
    return folder
