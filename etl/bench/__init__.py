"""Measurements: what each stage takes, and how it stands beside a named peer in the same run."""
