"""The wall: from restricted tables to what may be released, and nothing else."""

from etl.protect.release import Release, protect
from etl.protect.zone import ReleasableZone

__all__ = ["ReleasableZone", "Release", "protect"]
