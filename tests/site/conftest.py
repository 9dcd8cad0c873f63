"""One small site, built once for every test that looks at pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.site import build_site
from tests.site import fabricated


@pytest.fixture(scope="session")
def zone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fabricated.write_zone(tmp_path_factory.mktemp("zona"))


@pytest.fixture(scope="session")
def site(zone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("sito") / "output"
    build_site(fabricated.config(), zone, output)
    return output
