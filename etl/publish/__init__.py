"""Files in every format, with their metadata: written only through the releasable zone."""

from etl.publish.harvest import write_sitemap
from etl.publish.manifest import place
from etl.publish.publish import publish

__all__ = ["place", "publish", "write_sitemap"]
