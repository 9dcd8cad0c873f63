"""The wall: from restricted tables to what may be released, and nothing else."""

from etl.protect.release import Protection, Release, check_release, protect_tables
from etl.protect.zone import ReleasableZone

__all__ = ["Protection", "ReleasableZone", "Release", "check_release", "protect_tables"]
