"""One small region, generated once for the tests of this folder."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from etl.config import ROOT, Config, load_config
from etl.demo.generation import generate
from etl.demo.statement_xml import NAMESPACE

SCALE = 0.02


@dataclass
class Demo:
    """A generated folder and what is in it."""

    folder: Path
    config: Config
    truth: dict[str, Any]

    @cached_property
    def raw(self) -> dict[str, bytes]:
        """Every statement's bytes, by file name."""
        files: dict[str, bytes] = {}
        for archive in sorted((self.folder / "prospetti").glob("*.zip")):
            with zipfile.ZipFile(archive) as opened:
                files |= {name: opened.read(name) for name in opened.namelist()}
        return files

    @cached_property
    def statements(self) -> dict[str, etree._Element]:
        """Every statement's root, by its code."""
        return {name.removesuffix(".xml"): etree.fromstring(raw) for name, raw in self.raw.items()}

    def planted(self, kind: str) -> list[str]:
        """The codes of the statements planted with `kind`."""
        found = self.truth["seminati"].get(kind, {"dove": []})
        return [where["prospetto"] for where in found["dove"]]


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


@pytest.fixture(scope="session")
def config() -> Config:
    return load_config(ROOT / "portale.toml")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, config: Config) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    truth = generate(config, folder, SCALE)
    return Demo(folder, config, truth.as_dict())
