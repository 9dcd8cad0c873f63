"""Programs of rules worked out for one company, with plain integers and with the reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from etl.derive.quota.language import Choice, Collect, Program, Rule, Spread
from etl.derive.quota.law import Parameters
from etl.derive.quota.words import mancante, scaduto

Figure = int | None


@dataclass(frozen=True)
class Row:
    """The inputs of one row, and the rows of the level below that belong to it."""

    given: Mapping[str, int]
    rows: tuple[Row, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Reason:
    """One step that led to a result: rule, article, inputs, result, and a sentence in Italian.

    `where` is the row's label (the ISTAT code of a province), empty for the whole.
    """

    rule: str
    article: str
    where: str
    inputs: Mapping[str, Figure | str]
    result: Figure
    sentence: str


@dataclass(frozen=True)
class Outcome:
    """What a program gives: figures of the whole, figures of each row, and the reasons.

    A figure is None where the law's number is not known. `rows` maps the label of each row of the
    second level to its figures.
    """

    figures: Mapping[str, Figure]
    rows: Mapping[str, Mapping[str, Figure]]
    reasons: tuple[Reason, ...]

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]

    def sentences(self) -> list[str]:
        """Return the sentences of the whole, in order."""
        return [reason.sentence for reason in self.reasons if reason.sentence and not reason.where]


@dataclass
class _Table:
    """The figures of every level: for each name, one value a row."""

    labels: dict[str, list[str]] = field(default_factory=dict)
    parents: dict[str, list[int]] = field(default_factory=dict)
    values: dict[str, list[Figure]] = field(default_factory=dict)


def evaluate(program: Program, whole: Row, law: Parameters, explain: bool = True) -> Outcome:
    """Return the program's figures for one company, and the reasons unless `explain` is false.

    Rows are taken in their order, which decides between equals (`language.Spread`). Raises
    ValueError for an input that the program does not have, or a compulsory one that is absent.
    """
    table = _laid_out(program, whole)
    for step in program.steps.values():
        if isinstance(step, Rule):
            _apply(program, step, table, law)
        elif isinstance(step, Choice):
            _choose(step, table)
        elif isinstance(step, Collect):
            _collect(program, step, table)
        else:
            _spread(step, table)
    top = program.levels[0]
    second = program.levels[1] if len(program.levels) > 1 else None
    return Outcome(
        {n: table.values[n][0] for n in table.values if program.level_of(n) == top},
        {}
        if second is None
        else {
            label: {
                n: table.values[n][place] for n in table.values if program.level_of(n) == second
            }
            for place, label in enumerate(table.labels[second])
        },
        _reasons(program, table, law) if explain else (),
    )


def _laid_out(program: Program, whole: Row) -> _Table:
    table = _Table()
    rows: list[Row] = [whole]
    for depth, level in enumerate(program.levels):
        table.labels[level] = [row.label for row in rows]
        inputs = {item.name: item for item in program.inputs.values() if item.level == level}
        for row in rows:
            foreign = sorted(set(row.given) - set(inputs))
            if foreign:
                raise ValueError(f"{program.name}: dato sconosciuto: {', '.join(foreign)}")
        for name, item in inputs.items():
            column: list[Figure] = []
            for row in rows:
                value = row.given.get(name, item.default)
                if value is None:
                    raise ValueError(f"{program.name}: manca «{name}»")
                column.append(value)
            table.values[name] = column
        if depth + 1 < len(program.levels):
            below = program.levels[depth + 1]
            table.parents[below] = [i for i, row in enumerate(rows) for _ in row.rows]
            rows = [child for row in rows for child in row.rows]
    return table


def _ancestor(program: Program, table: _Table, level: str, place: int, upper: str) -> int:
    depth = program.levels.index(level)
    while program.levels[depth] != upper:
        place = table.parents[program.levels[depth]][place]
        depth -= 1
    return place


def _at(program: Program, table: _Table, name: str, level: str, place: int) -> Figure:
    upper = program.level_of(name)
    return table.values[name][_ancestor(program, table, level, place, upper)]


def _apply(program: Program, step: Rule, table: _Table, law: Parameters) -> None:
    column: list[Figure] = []
    for place in range(len(table.labels[step.level])):
        values = [
            _at(program, table, name, step.level, place) if name in table.values else law[name]
            for name in step.arguments
        ]
        known = all(value is not None for value in values)
        column.append(int(step.function(*values)) if known else None)
    table.values[step.name] = column


def _choose(step: Choice, table: _Table) -> None:
    column: list[Figure] = []
    for place, when in enumerate(table.values[step.when]):
        taken = step.then if when == 1 else step.otherwise
        column.append(None if when is None else table.values[taken][place])
    table.values[step.name] = column


def _collect(program: Program, step: Collect, table: _Table) -> None:
    parents = table.parents[program.level_of(step.of)]
    column: list[Figure] = [0 if step.how == "total" else 1] * len(table.labels[step.level])
    for parent, value in zip(parents, table.values[step.of], strict=True):
        so_far = column[parent]
        if so_far is None or value is None:
            column[parent] = None
        else:
            column[parent] = so_far + value if step.how == "total" else math.lcm(so_far, value)
    table.values[step.name] = column


def _spread(step: Spread, table: _Table) -> None:
    parents = table.parents[step.level]
    amounts = table.values[step.amount]
    capacities, keys = table.values[step.capacity], table.values[step.first]
    column: list[Figure] = [0] * len(parents)
    for parent, amount in enumerate(amounts):
        rows = [place for place, owner in enumerate(parents) if owner == parent]
        if amount is None or any(capacities[r] is None or keys[r] is None for r in rows):
            for row in rows:
                column[row] = None
            continue
        left = amount
        for row in sorted(rows, key=lambda place: -(keys[place] or 0)):
            taken = min(max(0, left), capacities[row] or 0)
            column[row] = taken
            left -= taken
    table.values[step.name] = column


def _reasons(program: Program, table: _Table, law: Parameters) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    for step in program.steps.values():
        sentence = program.sentences.get(step.name)
        for place, label in enumerate(table.labels[step.level]):
            result = table.values[step.name][place]
            inputs: dict[str, Figure | str] = {}
            for name in step.needs:
                if name not in table.values:
                    value = law[name]
                    inputs[name] = value if isinstance(value, int | str) else None
                elif program.levels.index(program.level_of(name)) <= program.levels.index(
                    step.level
                ):
                    inputs[name] = _at(program, table, name, step.level, place)
            text = ""
            if sentence is not None:
                values = [
                    _at(program, table, name, step.level, place)
                    if name in table.values
                    else law[name]
                    for name in sentence.arguments
                ]
                if result is None:
                    text = _not_known(program, step.name, table, law)
                elif all(value is not None for value in values):
                    text = sentence.function(*values)
            article = step.article if isinstance(step, Rule) else ""
            reasons.append(Reason(step.name, article, label, inputs, result, text))
    return tuple(reasons)


def _not_known(program: Program, name: str, table: _Table, law: Parameters) -> str:
    names = sorted(_missing(program, name, table, law))
    for item in names:
        end = law.entries[item].expired
        if end is not None:
            return scaduto(law.entries[item].title, end.year, end.month, end.day)
    return mancante(law.entries[names[0]].title) if names else ""


def _missing(program: Program, name: str, table: _Table, law: Parameters) -> set[str]:
    """The numbers of the law for want of which a figure is not known."""
    found: set[str] = set()
    step = program.steps.get(name)
    for need in step.needs if step is not None else ():
        if need not in table.values:
            if law[need] is None:
                found.add(need)
        elif None in table.values[need]:
            found |= _missing(program, need, table, law)
    return found
