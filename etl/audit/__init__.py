"""The independent audit: what a reader of the published files alone can and cannot find out.

It takes published tables and what their columns mean, writes the equations itself, and proves
for each hidden cell how much it could differ. It shares no code with the protection that it
judges, and knows no true figure.
"""

from etl.audit.differencing import Differences
from etl.audit.intervals import InconsistentTablesError, Interval, Pool, find_intervals, verify
from etl.audit.knowledge import Knowledge, know
from etl.audit.published import Axis, PublishedTable, Quantity
from etl.audit.report import Report, audit

__all__ = [
    "Axis",
    "Differences",
    "InconsistentTablesError",
    "Interval",
    "Knowledge",
    "Pool",
    "PublishedTable",
    "Quantity",
    "Report",
    "audit",
    "find_intervals",
    "know",
    "verify",
]
