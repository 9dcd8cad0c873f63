"""The wall: from restricted tables to what may be released, and nothing else."""

from etl.protect.release import Release, check_release, protect_table
from etl.protect.zone import ReleasableZone

__all__ = ["ReleasableZone", "Release", "check_release", "protect_table"]
