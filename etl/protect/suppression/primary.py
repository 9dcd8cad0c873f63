"""Primary rules: which figures must not be shown, whatever stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from etl.protect.suppression.system import Booleans, Integers


class Zeros(StrEnum):
    """What a zero is, decided explicitly for each measure.

    FREE zeros may be hidden like any other figure; SENSITIVE ones must be (to know that nobody is
    in a group says something of everybody outside it); KNOWN ones are always shown, so a reader
    knows that a hidden count is at least one.
    """

    FREE = "free"
    SENSITIVE = "sensitive"
    KNOWN = "known"


@dataclass(frozen=True)
class Rule:
    """When a figure is sensitive, and how wide the interval around a hidden one must be.

    `threshold`: a count from 1 to threshold − 1 is sensitive (None: the figure counts nobody).
    `width`: the least max − min (default: the threshold). `dominance`: a magnitude is sensitive
    when its largest contribution is more than this share of it; `p_percent`: when the second
    largest contributor can estimate the largest within this per cent of its figure. `floor`: the
    least that a hidden figure can be for all to know (default: 1 for a count whose zeros are all
    shown, else 0).
    Sources: Regole deontologiche Sistan (GU 14/1/2019), art. 5; Istat, Metodologie e tecniche di
    tutela della riservatezza, chs 2–3.
    """

    threshold: int | None = None
    width: int | None = None
    dominance: float | None = None
    p_percent: float | None = None
    zeros: Zeros = Zeros.FREE
    floor: int | None = None

    def __post_init__(self) -> None:
        if self.threshold is None and self.width is None:
            raise ValueError("a rule needs a threshold or a width")

    @property
    def least_width(self) -> int:
        """The least width of a hidden figure's interval."""
        width = self.width if self.width is not None else self.threshold
        assert width is not None  # __post_init__ refused a rule with neither
        return width

    @property
    def least_value(self) -> int:
        """The least that a hidden figure can be for all to know."""
        if self.floor is not None:
            return self.floor
        return int(self.threshold is not None and self.zeros is Zeros.KNOWN)


@dataclass(frozen=True)
class Sensitivity:
    """Which figures are sensitive and the width that each needs, in the order given."""

    sensitive: Booleans
    width: Integers


def primary_sensitivity(
    rule: Rule,
    value: Integers,
    contributors: list[tuple[Integers, int]] | None = None,
    largest: Integers | None = None,
    second: Integers | None = None,
) -> Sensitivity:
    """Return which figures break the rule, and the widths that they need.

    `contributors` are counts behind each figure with their thresholds (1 … threshold − 1 is too
    few). `largest` and `second` are the two largest contributions: a figure that breaks the
    p % rule must stay uncertain by p % of the largest on either side.
    """
    sensitive = np.zeros(len(value), dtype=bool)
    width = np.full(len(value), rule.least_width, dtype=np.int64)
    if rule.threshold is not None:
        sensitive |= (value > 0) & (value < rule.threshold)
        if rule.zeros is Zeros.SENSITIVE:
            sensitive |= value == 0
    for count, threshold in contributors or []:
        sensitive |= (count > 0) & (count < threshold)
    if largest is not None:
        present = value > 0
        if rule.dominance is not None:
            sensitive |= present & (largest > rule.dominance * value)
        if rule.p_percent is not None:
            runner_up = second if second is not None else np.zeros_like(largest)
            rest = value - largest - runner_up
            close = present & (rest < rule.p_percent / 100 * largest)
            sensitive |= close
            needed = np.ceil(2 * rule.p_percent / 100 * largest).astype(np.int64)
            width = np.where(sensitive, np.maximum(width, needed), width)
    return Sensitivity(sensitive, width)
