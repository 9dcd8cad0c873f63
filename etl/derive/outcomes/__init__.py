"""Outcomes of operators, compared without ranking: cohorts, case mix, intervals, flags.

Pure functions over arrays and data frames. Formulas F1–F10 and the reasons for each choice:
docs/outcomes.md.
"""
