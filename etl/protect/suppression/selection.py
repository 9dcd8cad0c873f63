"""Complementary suppression: which further cells to hide so that no hidden figure is recovered.

The choice sees classes, not figures. A cell has no room, little room (less than a width) or ample
room (a width or more), and that is all that the covering program is told; so a hidden value can
change within its class and the same cells stay hidden. Only then are the true figures asked
whether each interval is wide enough, and the few cells for which it is not are given what holds
for every value of their class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etl.protect.suppression.covering import Covering
from etl.protect.suppression.movements import Cut, Inside, Knowledge, Movements
from etl.protect.suppression.system import Booleans, Floats, Insider, Integers, Standing, System

FREE_ROUNDS = 2
GROUPINGS = 6


@dataclass(frozen=True)
class Suppression:
    """What is hidden, and how good the choice is.

    `primary` break a rule themselves (or were hidden before), `secondary` protect them;
    `corrected` are the cells whose interval the true figures made too narrow at first;
    `unprotected` are those that nothing more could protect (then the tables must be coarsened).
    `share` is the hidden share of the cells that could hold a figure; `weight` and `bound` are the
    weight hidden and one below which no answer to the first demands can be.
    """

    hidden: tuple[str, ...]
    primary: tuple[str, ...]
    secondary: tuple[str, ...]
    corrected: tuple[str, ...]
    unprotected: tuple[str, ...]
    share: float
    weight: float
    bound: float
    programs: int


def suppress(system: System, together: int | None = 3) -> Suppression:
    """Return the cells to hide so that every protected interval has its width.

    `together` is how many cells with little room are taken to make one width: as many as the
    width (say 5) is certain for every value, so that the choice depends on classes alone; 3 is
    nearly always right and lighter; None reads the true figures and is lightest. Every choice is
    proven on the true figures at the end, with whole numbers and against every insider.
    """
    return _Chooser(system).choose(together)


def rooms(system: System) -> Floats:
    """Return how far each cell could go down: its true value above its floor."""
    return np.asarray(system.value - system.floor)


def class_rooms(system: System, room: Floats, together: int) -> Floats:
    """Return a room for each cell that depends on its class alone: none, little or ample.

    Ample rooms count in doublings of the smallest width; a little room is the share of a width
    such that `together` of them make one.
    """
    protected = system.width[system.sensitive]
    unit = float(protected.min(initial=np.iinfo(np.int64).max))
    most = float(protected.max(initial=1))
    ample = room >= unit
    doublings = np.floor(np.log2(np.where(ample, np.minimum(room, most), unit) / unit))
    little = max(1.0, np.ceil(unit / together))
    return np.select([ample, room >= 1], [unit * 2.0**doublings, min(little, unit)], 0.0)


class _Chooser:
    def __init__(self, system: System) -> None:
        self.system = system
        self.covering = Covering(system)
        self.programs = 0
        self.reach = 20.0 * float(system.width[self._ruled()].max(initial=1))
        self.pool = np.zeros((0, system.size))
        self.proven = np.zeros((0, system.size))
        self.bound = 0.0

    def _ruled(self) -> Booleans:
        return np.asarray(self.system.sensitive | (self.system.standing == Standing.HIDDEN))

    def choose(self, together: int | None) -> Suppression:
        system = self.system
        true = rooms(system)
        first = true if together is None else class_rooms(system, true, together)
        certain = class_rooms(system, true, int(system.width.max(initial=1)))
        targets = np.flatnonzero(system.sensitive)
        width = system.width.astype(float)
        nothing = np.zeros(system.size, dtype=bool)

        self._demand_room(first, np.where(system.sensitive, width, 0.0))
        hidden, _ = self._protect(first, targets, width, nothing)
        self.bound = self.covering.bound

        corrected = set(self._short_sums(hidden, true, width))
        if corrected:
            asked = np.zeros(system.size)
            asked[sorted(corrected)] = width[sorted(corrected)]
            self._demand_room(certain, asked)
            hidden = self.covering.choose(hidden, hidden)
        hopeless: set[int] = set()
        tried: set[int] = set()
        while True:
            narrow = [cell for cell in self._narrow(hidden, width) if cell not in hopeless]
            if not narrow:
                break
            corrected.update(narrow)
            # a cell that is still narrow although certain rooms made it wide needs true rooms,
            # and then one unit more than it has by fractions of a person
            again = [cell for cell in narrow if cell in tried]
            width[again] += 1
            tried.update(narrow)
            down = true if again else certain
            hidden, stuck = self._protect(down, np.array(narrow), width, hidden)
            if stuck and down is certain:
                hidden, stuck = self._protect(true, np.array(sorted(stuck)), width, hidden)
            if again:
                hopeless.update(stuck)
        return self._result(hidden, corrected, hopeless)

    def _demand_room(self, down: Floats, width: Floats) -> None:
        insiders = self.system.alone & (self.system.standing != Standing.LATENT)
        self.covering.demand_room(down, width, lambda cell: bool(insiders[cell]))

    def _short_sums(self, hidden: Booleans, down: Floats, width: Floats) -> list[int]:
        """Return the sensitive cells whose hidden neighbours in a shown sum are too small.

        What is hidden of a shown sum adds up to a figure that everyone can work out: no cell
        of it can vary by more. Most corrections are of this kind, and need no program.
        """
        system = self.system
        children = (system.matrix > 0).astype(float)
        known_total = ~np.asarray(((system.matrix < 0) @ hidden) > 0)
        left = children @ np.where(hidden, np.minimum(down, self.reach), 0.0)
        least = np.where(known_total, left, np.inf)
        members = children.tocoo()
        of_cell = np.full(system.size, np.inf)
        np.minimum.at(of_cell, members.col, least[members.row])
        short = system.sensitive & hidden & (of_cell < width)
        return [int(cell) for cell in np.flatnonzero(short)]

    def _protect(
        self, down: Floats, targets: Integers, width: Floats, settled: Booleans
    ) -> tuple[Booleans, set[int]]:
        """Hide until the targets are wide with these rooms; also return those that cannot be."""
        stuck: set[int] = set()
        hidden = self.covering.choose(settled, settled)
        self.pool = np.zeros((0, self.system.size))
        rounds = 0
        while True:
            left = np.array([cell for cell in targets if cell not in stuck], dtype=np.int64)
            cuts = self._cuts(hidden, down, left, width)
            if not cuts:
                return hidden, stuck
            for cut in cuts:
                if not self.covering.demand_cut(cut.coefficients, width[cut.cell]):
                    stuck.add(cut.cell)
            rounds += 1
            keep = settled if rounds < FREE_ROUNDS else hidden
            hidden = self.covering.choose(keep, hidden)

    def _outsider(self, down: Floats) -> Knowledge:
        return Knowledge(down, self.system.ceiling - self.system.value)

    def _insiders(self, hidden: Booleans, down: Floats) -> list[Inside]:
        """Return, for each contributor of hidden cells, the cells that it knows, and what it knows.

        Where a cell's contributors are not told apart, its largest one stands for all.
        """
        system = self.system
        outsider = self._outsider(down)
        inside = hidden & (system.standing != Standing.LATENT)
        told = np.zeros(system.size, dtype=bool)
        for insider in system.insiders:
            told[insider.cells] = True
        unnamed = inside & ~told & ((system.largest > 0) | system.alone)
        single = [
            Insider(np.array([cell]), system.largest[[cell]]) for cell in np.flatnonzero(unnamed)
        ]
        found = []
        for insider in (*system.insiders, *single):
            cells = insider.cells
            if not inside[cells].any():
                continue
            others = (system.value - system.floor)[cells] - insider.own
            low = np.minimum(outsider.down[cells], np.maximum(others, 0.0))
            high = outsider.up[cells]
            alone = system.alone[cells]
            low[alone] = high[alone] = 0.0
            found.append(Inside(cells, low, high, cells[alone]))
        return found

    def _short_beside(
        self, movements: Movements, targets: Integers, width: Floats, down: Floats
    ) -> dict[int, Knowledge]:
        """Return the targets that some contributor knows too closely, each with what it knows.

        A cell that stays wide for a whole group who tell each other what they know is wide for
        each of them: groups drawn at random spare asking contributors one by one.
        """
        outsider = self._outsider(down)
        insiders = self._insiders(movements.hidden, down)
        if not insiders or not len(targets):
            return {}
        pending = np.ones((len(insiders), len(targets)), dtype=bool)
        for row, insider in zip(pending, insiders, strict=True):
            row[np.isin(targets, insider.known)] = False
        generator = np.random.default_rng(20_260_102)
        groups = [np.arange(len(insiders))]
        for _ in range(GROUPINGS):
            groups += np.array_split(generator.permutation(len(insiders)), 2)
        for group in groups:
            asked = np.flatnonzero(pending[group].any(axis=0))
            if not len(asked):
                continue
            together = outsider.narrowed([insiders[member] for member in group])
            left = movements.explore(targets[asked], width, together)
            proven = asked[~np.isin(targets[asked], left)]
            pending[np.ix_(group, proven)] = False
        short: dict[int, Knowledge] = {}
        for insider, row in zip(insiders, pending, strict=True):
            asked = np.array([at for at in np.flatnonzero(row) if targets[at] not in short])
            if not len(asked):
                continue
            left = movements.short_beside(insider, targets[asked], width)
            if not len(left):
                continue
            knowledge = outsider.narrowed([insider])
            for cell in movements.explore(left, width, knowledge):
                if not movements.reaches(int(cell), width[cell], knowledge):
                    short[int(cell)] = knowledge
        return short

    def _cuts(self, hidden: Booleans, down: Floats, targets: Integers, width: Floats) -> list[Cut]:
        """Return why the narrow targets are narrow, to an outsider first, then to insiders."""
        movements = Movements(self.system.matrix, hidden, self.reach)
        outsider = self._outsider(down)
        movements.adopt(self.pool, outsider)
        cuts = []
        for cell in movements.explore(targets, width, outsider):
            cut = movements.cut(int(cell), width[cell], outsider)
            if cut:
                cuts.append(cut)
        if not cuts:
            for cell, knowledge in self._short_beside(movements, targets, width, down).items():
                cut = movements.cut(cell, width[cell], knowledge)
                if cut:
                    cuts.append(cut)
        self.pool = movements.pool
        self.programs += movements.programs
        return cuts

    def _narrow(self, hidden: Booleans, width: Floats) -> list[int]:
        """Return the hidden cells that the true figures leave too narrow.

        Fractions are asked first, since they are quick; only a pattern that passes is asked in
        whole numbers.
        """
        for whole in (False, True):
            movements = Movements(self.system.matrix, hidden, self.reach, whole)
            outsider = self._outsider(rooms(self.system))
            movements.adopt(self.proven if len(self.proven) else self.pool, outsider)
            narrow = self._narrow_to(movements, hidden, width, outsider)
            self.programs += movements.programs
            if not whole or not narrow:
                self.proven = movements.pool
            if narrow:
                return narrow
        return []

    def _narrow_to(
        self, movements: Movements, hidden: Booleans, width: Floats, outsider: Knowledge
    ) -> list[int]:
        system = self.system
        targets = np.flatnonzero(hidden & system.publishable & system.movable)
        narrow = {
            int(cell)
            for cell in movements.explore(targets, width, outsider)
            if not movements.reaches(int(cell), width[cell], outsider)
            and not self._harmless(int(cell), movements, outsider)
        }
        if not movements.whole:
            # fractions are enough beside insiders, who are many
            own = np.flatnonzero(hidden & system.sensitive)
            narrow.update(self._short_beside(movements, own, width, rooms(system)))
        return sorted(narrow)

    def _harmless(self, cell: int, movements: Movements, knowledge: Knowledge) -> bool:
        """Whether everyone can see that a cell which breaks no rule is a large count."""
        if self.system.sensitive[cell]:
            return False
        allowed = movements.pool[knowledge.allows(movements.pool)]
        least = self.system.value[cell] + allowed[:, cell].min()
        return bool(least >= self.system.harmless_from[cell])

    def _result(self, hidden: Booleans, corrected: set[int], hopeless: set[int]) -> Suppression:
        system = self.system
        shown = hidden & system.publishable
        primary = shown & (system.standing == Standing.HIDDEN)
        could = system.publishable & (system.standing != Standing.KNOWN)
        names = np.array(system.ids, dtype=object)
        return Suppression(
            hidden=tuple(names[shown]),
            primary=tuple(names[primary]),
            secondary=tuple(names[shown & ~primary]),
            corrected=tuple(names[sorted(corrected)]),
            unprotected=tuple(names[sorted(hopeless)]),
            share=float(shown.sum() / max(1, could.sum())),
            weight=float(system.weight[shown].sum()),
            bound=self.bound,
            programs=self.programs,
        )
