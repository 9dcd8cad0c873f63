"""One small publication, written once for every test that only looks at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.publish import released


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released.write_site(tmp_path_factory.mktemp("pubblicazione"))
