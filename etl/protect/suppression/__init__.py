"""Joint complementary cell suppression: exact, additive tables with guaranteed intervals.

Declare the tables (`Universe`), join their cells and equations in one system (`declare`, `join`,
`build_system`), choose what to hide (`suppress`, or `suppress_after` earlier releases) and write
the table to release (`released_table`). Everything is pure: figures in, names of cells out.
"""

from etl.protect.suppression.coarsening import Proposal, propose_coarsening
from etl.protect.suppression.history import (
    Release,
    Remembered,
    Succession,
    remember,
    suppress_after,
)
from etl.protect.suppression.primary import Rule, Sensitivity, Zeros, primary_sensitivity
from etl.protect.suppression.selection import Suppression, suppress
from etl.protect.suppression.system import (
    Equation,
    Insider,
    MalformedSystemError,
    Standing,
    System,
    build_system,
)
from etl.protect.suppression.tables import (
    Declared,
    Dimension,
    Measure,
    Universe,
    cell_id,
    declare,
    join,
    released_table,
)

__all__ = [
    "Declared",
    "Dimension",
    "Equation",
    "Insider",
    "MalformedSystemError",
    "Measure",
    "Proposal",
    "Release",
    "Remembered",
    "Rule",
    "Sensitivity",
    "Standing",
    "Succession",
    "Suppression",
    "System",
    "Universe",
    "Zeros",
    "build_system",
    "cell_id",
    "declare",
    "join",
    "primary_sensitivity",
    "propose_coarsening",
    "released_table",
    "remember",
    "suppress",
    "suppress_after",
]
