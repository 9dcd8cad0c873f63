"""A second, independent reckoning of the statement's quadro 3, in exact arithmetic.

It follows the statement's own rules: base, quota, people in force, uncovered posts, and their
split among provinces. It shares nothing with the portal's engine, so that each can accuse the
other. Three readings the rules leave open are fixed here: part-time teleworkers stand in their own
rows (not among the part-time employees'); a difference between the sum of the provinces' bases
and the national one goes to the province of the registered office; the «quota esuberi art. 18» is
the part of the surplus that may cover other posts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

_LAW: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "dati" / "legge68.toml").read_text(encoding="utf-8")
)
_HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Hours:
    """People who work the same reduced week: how many, minutes of contract, minutes worked."""

    number: int
    contract: int
    worked: int

    @property
    def share(self) -> Fraction:
        """The part of the week that one of them works."""
        return Fraction(self.worked, self.contract)


@dataclass
class Group:
    """A group of workers: how many full time, and the reduced weeks."""

    full_time: int = 0
    part_time: list[Hours] = field(default_factory=list)

    @property
    def heads(self) -> int:
        """How many people, whatever their hours."""
        return self.full_time + sum(row.number for row in self.part_time)


@dataclass
class Staff:
    """Who works for a company in one province, as quadro 2 counts them."""

    province: str
    employees: int = 0
    disabled: Group = field(default_factory=Group)
    blind_operators: Group = field(default_factory=Group)
    blind_physiotherapists: Group = field(default_factory=Group)
    telework: Group = field(default_factory=Group)
    excluded: list[tuple[str, int]] = field(default_factory=list)
    part_time: list[Hours] = field(default_factory=list)
    on_call: list[Hours] = field(default_factory=list)
    protected: int = 0
    protected_2000: int | None = None
    agency: Group = field(default_factory=Group)
    agreements: Group = field(default_factory=Group)
    exempted: int = 0
    self_certified: int = 0
    moved: int = 0  # compensations for people with disabilities: excess less reduction
    moved_18: int = 0

    @property
    def disabled_employees(self) -> int:
        """Employees with disabilities, in heads: they are not part of the base."""
        return self.disabled.heads + self.blind_operators.heads + self.blind_physiotherapists.heads


@dataclass
class Figures:
    """A line of quadro 3: national (`province` None) or of one province.

    `uncovered` and `uncovered_18` are what is declared, never negative; `signed` and `signed_18`
    keep the sign.
    """

    province: str | None
    base: int
    base_18: int
    quota: int
    quota_18: int
    in_force: int
    protected: int
    exempted: int
    surplus_18: int
    signed: int
    signed_18: int

    @property
    def category(self) -> str | None:
        """The company's category (A, B, C) by its base; None where there is no obligation."""
        return category(self.base)

    @property
    def uncovered(self) -> int:
        """Uncovered posts for people with disabilities."""
        return max(0, self.signed)

    @property
    def uncovered_18(self) -> int:
        """Uncovered posts of art. 18."""
        return max(0, self.signed_18)


def round_over_half(value: Fraction) -> int:
    """Return the nearest integer, an exact half rounded down."""
    return ceil(value - _HALF)


def base(staffs: Sequence[Staff]) -> int:
    """Return the base of computation of a set of provinces, rounding each sum once."""
    employees = sum(staff.employees for staff in staffs)
    ceiling = round_over_half(Fraction(_LAW["categorie_protette"]["percentuale"] * employees, 100))
    reduced = [row for staff in staffs for row in (*staff.part_time, *staff.telework.part_time)]
    on_call = [row for staff in staffs for row in staff.on_call]
    telework = [row for staff in staffs for row in staff.telework.part_time]
    return max(
        0,
        employees
        - sum(staff.disabled_employees for staff in staffs)
        - sum(number for staff in staffs for _, number in staff.excluded)
        - min(sum(staff.protected for staff in staffs), ceiling)
        - (sum(row.number for row in reduced) - _equivalent(reduced))
        - (sum(row.number for row in on_call) - _equivalent(on_call))
        - _equivalent(telework)
        - sum(staff.telework.full_time for staff in staffs),
    )


def _equivalent(rows: Sequence[Hours]) -> int:
    return round_over_half(sum((row.number * row.share for row in rows), Fraction(0)))


def quota(base_: int) -> int:
    """Return the posts that the law reserves, given the national base."""
    law = _LAW["obbligo"]
    if base_ >= law["base_percentuale"]:
        return round_over_half(Fraction(law["percentuale"] * base_, 100))
    posts = [band["posti"] for band in law["fasce"] if base_ >= band["base"]]
    return posts[-1] if posts else 0


def category(base_: int) -> str | None:
    """Return the company's category (A, B, C), None where there is no obligation."""
    if base_ >= _LAW["obbligo"]["base_percentuale"]:
        return "A"
    found = [band["categoria"] for band in _LAW["obbligo"]["fasce"] if base_ >= band["base"]]
    return found[-1] if found else None


def quota_18(base_: int) -> int:
    """Return the posts reserved for the other protected categories."""
    law = _LAW["articolo_18"]
    if base_ >= law["base_percentuale"]:
        return round_over_half(Fraction(law["percentuale"] * base_, 100))
    return int(base_ >= law["base_un_posto"])


def most_exempted(posts: int, base_: int, percentage: int) -> int:
    """Return how many of `posts` may be exempted."""
    if base_ < _LAW["esonero"]["base_minima"] or posts < 2:
        return 0
    return 1 if posts == 2 else round_over_half(Fraction(posts * percentage, 100))


def exemption_percentage(*, hard: bool) -> int:
    """Return the highest percentage of exemption; `hard` for security and transport."""
    law = _LAW["esonero"]
    return int(law["percentuale_vigilanza_trasporto" if hard else "percentuale"])


def in_force(staffs: Sequence[Staff]) -> int:
    """Return the people with disabilities who count, reduced weeks reckoned once together."""
    law = _LAW["orario"]
    whole = Fraction(law["numeratore"], law["denominatore"])
    groups = [
        group
        for staff in staffs
        for group in (
            staff.disabled,
            staff.blind_operators,
            staff.blind_physiotherapists,
            staff.agency,
            staff.agreements,
        )
    ]
    rows = [row for group in groups for row in group.part_time]
    reduced = sum(
        (row.number * (Fraction(1) if row.share > whole else row.share) for row in rows),
        Fraction(0),
    )
    return sum(group.full_time for group in groups) + round_over_half(reduced)


def split(bases: dict[str, int], total: int, percentage: int, legal: str) -> dict[str, int]:
    """Return the national quota divided among the provinces.

    Each takes its rounded percentage; what is missing goes to the registered office's province,
    what is too much is taken from the one with the largest decimal remainder, down to none, then
    from the next (equal ones: by code).
    """
    exact = {province: Fraction(percentage * value, 100) for province, value in bases.items()}
    shares = {province: round_over_half(value) for province, value in exact.items()}
    difference = total - sum(shares.values())
    if difference > 0:
        shares[legal] += difference
    by_remainder = sorted(exact, key=lambda code: (-(exact[code] - int(exact[code])), code))
    for province in by_remainder:
        taken = min(shares[province], max(0, -difference))
        shares[province] -= taken
        difference += taken
    return shares


def summarise(staffs: Sequence[Staff], legal: str) -> tuple[Figures, list[Figures]]:
    """Return the national line and one line a province (in order) of quadro 3.

    `legal` is the province of the registered office, which must be one of them.
    """
    national_base = base(staffs)
    bases = {staff.province: base([staff]) for staff in staffs}
    bases[legal] += national_base - sum(bases.values())
    total, total_18 = quota(national_base), quota_18(national_base)
    quotas = dict.fromkeys(bases, 0) | {legal: total}
    quotas_18 = dict.fromkeys(bases, 0) | {legal: total_18}
    if national_base >= _LAW["obbligo"]["base_percentuale"]:
        quotas = split(bases, total, _LAW["obbligo"]["percentuale"], legal)
    if national_base >= _LAW["articolo_18"]["base_percentuale"]:
        quotas_18 = split(bases, total_18, _LAW["articolo_18"]["percentuale"], legal)
    forces = {staff.province: in_force([staff]) for staff in staffs}
    forces[legal] += in_force(staffs) - sum(forces.values())

    protected = sum(staff.protected for staff in staffs)
    surplus = max(0, protected - total_18)
    exempted = sum(staff.exempted + staff.self_certified for staff in staffs)
    old = sum(staff.protected_2000 or 0 for staff in staffs)
    uncovered = total - exempted - sum(forces.values())
    relief = min(uncovered, total_18, surplus, old) if min(uncovered, old, surplus) > 0 else 0
    moved = sum(staff.moved for staff in staffs)
    moved_18 = sum(staff.moved_18 for staff in staffs)
    national = Figures(
        None,
        national_base,
        national_base,
        total,
        total_18,
        sum(forces.values()),
        protected,
        exempted,
        min(surplus, total_18, old),
        uncovered - relief + moved,
        total_18 - protected + moved_18,
    )
    lines = []
    for staff in staffs:
        code = staff.province
        gone = staff.exempted + staff.self_certified
        lines.append(
            Figures(
                code,
                bases[code],
                bases[code],
                quotas[code],
                quotas_18[code],
                forces[code],
                staff.protected,
                gone,
                0,
                quotas[code] - gone - forces[code] + staff.moved - (relief if code == legal else 0),
                quotas_18[code] - staff.protected + staff.moved_18,
            )
        )
    return national, lines
