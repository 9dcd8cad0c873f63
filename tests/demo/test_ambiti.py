"""The invented register of ambiti."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from pathlib import Path

import pytest

from etl.config import load_config
from etl.demo.ambiti import gather, write_ambiti
from etl.demo.territory import Comune, load_territory
from etl.receive.checks import Registers
from etl.receive.geography import load_geography
from etl.receive.occupations import load_occupations
from etl.receive.reading import read_source

CONFIG = load_config()
YEAR = CONFIG.portale.anno_geografia


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ambiti") / "ambiti.csv"
    write_ambiti(path, load_territory(CONFIG.portale.province, YEAR), YEAR)
    return path


def test_the_same_territory_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    write_ambiti(tmp_path / "di-nuovo.csv", load_territory(CONFIG.portale.province, YEAR), YEAR)
    assert (tmp_path / "di-nuovo.csv").read_bytes() == written.read_bytes()


def test_the_register_is_accepted_whole_and_leaves_no_province_without(written: Path) -> None:
    geography = load_geography(CONFIG)
    least = CONFIG.riservatezza.popolazione_minima_comuni
    source = CONFIG.source("registro-ambiti")
    result = read_source(source, written, Registers(geography, load_occupations(), least))
    assert result.problems == []
    assert result.rows_accepted == len(geography.comuni)


def test_an_ambito_has_as_many_people_as_it_should_unless_one_comune_has_more(
    written: Path,
) -> None:
    comuni = load_geography(CONFIG).comuni.set_index("codice_comune")["popolazione"]
    people: dict[str, list[int]] = defaultdict(list)
    with written.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter=";"):
            people[row["codice_ambito"]].append(int(comuni[row["codice_comune"]]))
            assert row["denominazione_ambito"].startswith("Ambito dimostrativo ")
    sizes = [(sum(group), max(group)) for group in people.values()]
    assert len(sizes) > 60
    assert all(total > 55_000 for total, _ in sizes)
    usual = [total for total, largest in sizes if largest < 60_000]
    assert sum(total <= 150_000 for total in usual) / len(usual) > 0.95


def test_everyone_stands_with_the_nearest_chief_comune() -> None:
    places = [("a", 0, 90_000), ("b", 10, 80_000), ("c", 4, 1_000), ("d", 7, 900)]
    comuni = [Comune(code, code, code, "001", people) for code, _, people in places]
    points = {code: (float(x), 0.0) for code, x, _ in places}
    groups = gather(comuni, points)
    assert {chief.codice: sorted(one.codice for one in group) for chief, group in groups.items()} \
        == {"a": ["a", "c"], "b": ["b", "d"]}  # fmt: skip
    assert math.dist(points["c"], points["a"]) < math.dist(points["c"], points["b"])


def test_no_group_is_split_into_one_that_is_too_small() -> None:
    comuni = [Comune(code, code, code, "001", n) for code, n in (("a", 160_000), ("b", 5_000))]
    assert len(gather(comuni, {"a": (0.0, 0.0), "b": (1.0, 0.0)})) == 1
