"""How to read a data set from a shell, Python, R and SQL: short programs that run as they are."""

from __future__ import annotations

from etl.config import Config
from etl.publish.edition import Edition


def examples(config: Config, edition: Edition) -> dict[str, str]:
    """Return one short program a language (`curl`, `python`, `r`, `duckdb`)."""
    slug = edition.slug
    address = f"{edition.page(config)}{slug}"
    codes = [name for name in edition.contract.names if name.startswith("codice_")]
    types = f", dtype={{{', '.join(f'{name!r}: str' for name in codes)}}}" if codes else ""
    kept = ", ".join(f'{name} = "character"' for name in codes)
    group = "codice_provincia" if "codice_provincia" in codes else edition.contract.names[0]
    return {
        "curl": f"curl --fail --silent --show-error --remote-name {address}.csv\n",
        "python": (
            "import pandas as pd\n\n"
            f'dati = pd.read_csv("{address}.csv"{types})\n'
            "print(dati.head())\n"
        ),
        "r": (
            f'dati <- read.csv("{address}.csv", fileEncoding = "UTF-8"'
            f"{f', colClasses = c({kept})' if kept else ''})\nhead(dati)\n"
        ),
        "duckdb": (
            f"curl --fail --silent --show-error --remote-name {address}.parquet\n"
            f"duckdb -c \"SELECT {group}, count(*) AS righe FROM '{slug}.parquet' "
            f'GROUP BY {group} ORDER BY righe DESC"\n'
        ),
    }
