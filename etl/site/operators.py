from collections.abc import Iterator
from etl.config import Config
from etl.site.page import Asset, Page
from etl.site.released import Released
def pages(config: Config, released: Released) -> Iterator[Page]:
    yield from ()
def assets(_config: Config, _released: Released) -> Iterator[Asset]:
    yield from ()
