"""The indicators of the monitoring, F1–F34: pure functions of counts and sums, with their texts."""

from etl.indicators.formulas import Formula, Kind, formula, formulas

__all__ = ["Formula", "Kind", "formula", "formulas"]
