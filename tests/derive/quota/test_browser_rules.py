"""The browser's module gives what the build gives, figure by figure and word by word."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etl.derive.quota.instruments import PROGRAMS, day_number
from etl.derive.quota.language import Program
from etl.derive.quota.law import Parameters, changes, parameters
from etl.derive.quota.region import NATIONAL, PROVINCIAL
from etl.derive.quota.rules import AZIENDA, PROSPETTO, PROVINCIA
from etl.derive.quota.scalar import Row, evaluate
from etl.derive.quota.statements import Statements, arrange
from etl.derive.quota.to_js import module, write_module
from etl.derive.quota.vectorised import evaluate as evaluate_region
from tests.derive.quota.companies import tables
from tests.derive.quota.test_language import mixed

NODE = shutil.which("node") or "node"
DAY = date(2025, 12, 31)
LAW = parameters(DAY)

# Reads companies, one a line, and writes what the module makes of them.
RUNNER = """
import { createInterface } from "node:readline";
import { esegui, legge, conValori } from "./quota.mjs";
const big = (row) => ({
  etichetta: row.l ?? "",
  dati: Object.fromEntries(Object.entries(row.d).map(([k, v]) => [k, BigInt(v)])),
  righe: (row.r ?? []).map(big),
});
const plain = (key, value) => (typeof value === "bigint" ? value.toString() : value);
const laws = {};
const out = [];
for await (const line of createInterface({ input: process.stdin })) {
  const [name, day, replaced, row, wanted] = JSON.parse(line);
  laws[day] ??= legge(day);
  const given = Object.entries(replaced).map(([k, v]) => [k, Number.isInteger(v) ? BigInt(v) : v]);
  const law = given.length ? conValori(laws[day], Object.fromEntries(given)) : laws[day];
  const found = esegui(name, big(row), law);
  if (wanted === null) out.push(JSON.stringify(found, plain));
  else {
    const [whole, local] = wanted;
    const numbers = whole.map((n) => found.valore(n));
    for (const { l } of row.r ?? []) for (const n of local) numbers.push(found.valore(n, l));
    out.push(numbers.join(" "));
  }
}
process.stdout.write(out.join("\\n") + "\\n");
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("browser")
    write_module(place / "quota.mjs")
    (place / "esegui.mjs").write_text(RUNNER, encoding="utf-8")
    return place


def run(folder: Path, lines: list[str]) -> list[str]:
    done = subprocess.run(
        [NODE, "esegui.mjs"],
        cwd=folder,
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def rows_of(statements: Statements) -> list[dict[str, Any]]:
    """Every statement as the runner reads it; figures that are zero are left to their default."""
    given = dict(statements.given) | statements.excluded(LAW)
    levels: dict[str, list[dict[str, Any]]] = {}
    for level, size in statements.rows.sizes.items():
        levels[level] = [{"d": {}} for _ in range(size)]
        for name, values in given.items():
            if PROSPETTO.level_of(name) == level:
                for place in np.flatnonzero(values).tolist():
                    levels[level][place]["d"][name] = int(values[place])
    for place, row in zip(statements.place.tolist(), levels["orario"], strict=True):
        levels[PROVINCIA][place].setdefault("r", []).append(row)
    for place, owner in enumerate(statements.owner.tolist()):
        row = levels[PROVINCIA][place]
        row["l"] = statements.province_codes[place]
        levels[AZIENDA][owner].setdefault("r", []).append(row)
    return levels[AZIENDA]


def test_a_hundred_thousand_companies_agree_in_every_figure(folder: Path) -> None:
    statements = arrange(tables(100_000, 41, simple=True))
    assert not statements.beyond_int64().all()
    wanted = [list(NATIONAL.values()), list(PROVINCIAL.values())]
    lines = [
        json.dumps([PROSPETTO.name, DAY.isoformat(), {}, row, wanted])
        for row in rows_of(statements)
    ]
    given = dict(statements.given) | statements.excluded(LAW)
    exact = {
        name: values.astype(object) if name in ("minuti_contratto", "minuti_svolti") else values
        for name, values in given.items()
    }
    figures = evaluate_region(PROSPETTO, statements.rows, exact, LAW)
    whole = np.stack([np.asarray(figures[n], dtype=np.int64) for n in wanted[0]], axis=1)
    local = np.stack([np.asarray(figures[n], dtype=np.int64) for n in wanted[1]], axis=1)
    starts = np.searchsorted(statements.owner, np.arange(len(statements.codes) + 1)).tolist()
    expected = [
        " ".join(map(str, [*whole[i].tolist(), *local[starts[i] : starts[i + 1]].ravel().tolist()]))
        for i in range(len(statements.codes))
    ]
    assert run(folder, lines) == expected


def plain(program: Program, row: Row, law: Parameters) -> dict[str, Any]:
    found = evaluate(program, row, law)

    def text(value: object) -> object:
        return str(value) if isinstance(value, int) else value

    return {
        "cifre": {name: text(value) for name, value in found.figures.items()},
        "righe": {
            label: {name: text(value) for name, value in figures.items()}
            for label, figures in found.rows.items()
        },
        "motivi": [
            {
                "regola": reason.rule,
                "articolo": reason.article,
                "dove": reason.where,
                "dati": {name: text(value) for name, value in reason.inputs.items()},
                "esito": text(reason.result),
                "frase": reason.sentence,
            }
            for reason in found.reasons
        ],
    }


def as_line(row: Row) -> dict[str, Any]:
    return {"l": row.label, "d": dict(row.given), "r": [as_line(item) for item in row.rows]}


def test_the_reasons_of_a_statement_are_the_same_words(folder: Path) -> None:
    statements = arrange(tables(150, 42, odd_weeks=True))
    days = [DAY, date(2017, 12, 31)]
    cases = [(statements.row(i, LAW), days[i % 7 == 0]) for i in range(len(statements.codes))]
    lines = [
        json.dumps([PROSPETTO.name, day.isoformat(), {}, as_line(row), None]) for row, day in cases
    ]
    answers = run(folder, lines)
    for answer, (row, day) in zip(answers, cases, strict=True):
        assert json.loads(answer) == plain(PROSPETTO, row, parameters(day))


def invented(program: Program, random: np.random.Generator) -> Row:
    top = {
        name: int(random.choice([0, 1, 2, 7, 40, 55, 56, 67, 80, 151, 2_000_000]))
        for name, item in program.inputs.items()
        if item.level == AZIENDA
    }
    if "anno_riferimento" in top:
        top["anno_riferimento"] = int(random.integers(1999, 2040))
    if len(program.levels) == 1:
        return Row(top)
    start = day_number(int(random.integers(1999, 2040)), 1, 1) + int(random.integers(0, 300))
    top["giorni_settimana"] = int(random.integers(5, 7))
    return Row(top, tuple(Row({"giorno": start + n}, (), str(n)) for n in range(70)))


def test_every_other_program_agrees_on_every_regime_of_the_law(folder: Path) -> None:
    random = np.random.default_rng(43)
    days = [date(1999, 6, 1), *changes(), DAY]
    cases: list[tuple[Program, Row, date, dict[str, Any]]] = []
    for program in PROGRAMS:
        if program is PROSPETTO:
            continue
        for turn in range(60):
            day = days[int(random.integers(len(days)))]
            replaced: dict[str, Any] = {}
            if program.name == "articolo-14" and turn % 2:
                replaced = {"art14_coefficiente": 2_500_000, "art14_percentuale_massima": 30}
            if program.name == "accesso-articolo-14" and turn % 3 == 0:
                replaced = {"art14_modo": "cumulativo", "art14_eta": 55}
            cases.append((program, invented(program, random), day, replaced))
    lines = [
        json.dumps([program.name, day.isoformat(), replaced, as_line(row), None])
        for program, row, day, replaced in cases
    ]
    answers = run(folder, lines)
    for answer, (program, row, day, replaced) in zip(answers, cases, strict=True):
        law = parameters(day)
        if replaced:
            law = law.with_values(**replaced)
        assert json.loads(answer) == plain(program, row, law), (program.name, day)


def test_arithmetic_below_zero_is_that_of_the_build(tmp_path: Path) -> None:
    program = Program("prova", ("tutto",))
    program.given("tutto", "a", "b")
    program.rule("tutto", "")(mixed)
    write_module(tmp_path / "quota.mjs", [program])
    (tmp_path / "esegui.mjs").write_text(RUNNER, encoding="utf-8")
    pairs = [(a, b) for a in range(-9, 10) for b in range(1, 9)]
    lines = [
        json.dumps(["prova", DAY.isoformat(), {}, {"d": {"a": a, "b": b}}, [["mixed"], []]])
        for a, b in pairs
    ]
    assert run(tmp_path, lines) == [str(mixed(a, b)) for a, b in pairs]


def test_the_module_is_the_same_each_time_and_asks_nothing_of_the_network() -> None:
    text = module()
    assert text == module()
    assert "import " not in text
    for word in ("fetch(", "XMLHttpRequest", "http://", "eval(", "Date.now", "Math."):
        assert word not in text
