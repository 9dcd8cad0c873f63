"""From released data to pages: reads the releasable zone alone, never what is *riservato*."""

from etl.site.build import build_site

__all__ = ["build_site"]
