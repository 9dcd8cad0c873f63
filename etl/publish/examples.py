"""How to read the data from a shell, Python, R and SQL: short programs that run as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from etl.config import Config
from etl.publish.edition import Edition
from etl.publish.sql import table_name

_CURL = "curl -fsSO"
_PROVINCE = "codice_provincia"


def examples(config: Config, edition: Edition) -> dict[str, str]:
    """Return one short program a language (`curl`, `python`, `r`, `duckdb`)."""
    slug = edition.slug
    address = f"{edition.page(config)}{slug}"
    codes = [name for name in edition.contract.names if name.startswith("codice_")]
    group = _PROVINCE if _PROVINCE in codes else edition.contract.names[0]
    return {
        "curl": f"{_CURL} {address}.csv\n",
        "python": (
            "import pandas as pd\n\n"
            f'dati = pd.read_csv("{address}.csv"{_python_types(codes)})\n'
            "print(dati.head())\n"
        ),
        "r": f'dati <- read.csv("{address}.csv", {_r_types(codes)})\nhead(dati)\n',
        "duckdb": (
            f"{_CURL} {address}.parquet\n"
            f"duckdb -c \"SELECT {group}, count(*) AS righe FROM '{slug}.parquet' "
            f'GROUP BY {group} ORDER BY righe DESC"\n'
        ),
    }


def portal_examples(config: Config, editions: Mapping[str, Edition]) -> list[dict[str, Any]]:
    """Return examples of each way to read the portal: titolo, testo, programmi by language.

    They speak of the data set by province that has most rows, and of the province with most of
    them.
    """
    by_province = [edition for edition in editions.values() if _PROVINCE in edition.contract.names]
    edition = max(by_province or editions.values(), key=lambda item: (len(item.table), item.slug))
    found = [_whole(config, edition)]
    if by_province:
        found.append(_one_province(config, edition))
    return [*found, _one_version(config, edition), _everything(config, edition)]


def _whole(config: Config, edition: Edition) -> dict[str, Any]:
    return {
        "titolo": "Un insieme di dati intero",
        "testo": "Il CSV si legge con ogni programma. I codici Istat vanno letti come testo: gli "
        "zeri iniziali contano. Il Parquet conserva da sé il tipo di ogni colonna.",
        "programmi": examples(config, edition),
    }


def _one_province(config: Config, edition: Edition) -> dict[str, Any]:
    slug, table = edition.slug, edition.table
    codes = [name for name in edition.contract.names if name.startswith("codice_")]
    counted = table[_PROVINCE].value_counts()
    code = max(config.portale.province, key=lambda item: (int(counted.get(item, 0)), item))
    address = f"{config.portale.url_base}/dati/api/v1/{slug}/provincia/{code}.json"
    return {
        "titolo": "Solo una provincia",
        "testo": "Ogni provincia e ogni comune ha un file JSON a un indirizzo stabile. Non serve "
        "una chiave e non ci sono limiti. La descrizione per i programmi è in api/openapi.json.",
        "programmi": {
            "curl": f"{_CURL} {address}\n",
            "python": (
                "import json\nfrom urllib.request import urlopen\n\nimport pandas as pd\n\n"
                f'with urlopen("{address}") as risposta:\n    provincia = json.load(risposta)\n'
                'dati = pd.DataFrame(provincia["righe"])\n'
                'print(provincia["versione"], len(dati))\n'
            ),
            "r": (
                f'dati <- read.csv("{edition.page(config)}{slug}.csv", {_r_types(codes)})\n'
                f'provincia <- subset(dati, {_PROVINCE} == "{code}")\nnrow(provincia)\n'
            ),
            "duckdb": (
                f"{_CURL} {address}\n"
                f"duckdb -c \"SELECT riga.* FROM (SELECT unnest(righe) AS riga FROM '{code}.json') "
                'LIMIT 5"\n'
            ),
        },
    }


def _one_version(config: Config, edition: Edition) -> dict[str, Any]:
    slug, address = edition.slug, edition.own_address(config)
    codes = [name for name in edition.contract.names if name.startswith("codice_")]
    return {
        "titolo": "Una versione che non cambia",
        "testo": "Per rifare un’analisi fra un anno, usa l’indirizzo di una versione. L’impronta "
        "dice se il file è proprio quello pubblicato.",
        "programmi": {
            "curl": (
                f"{_CURL} {address}{slug}.csv\n{_CURL} {address}SHA256SUMS\n"
                "sha256sum --check --ignore-missing SHA256SUMS\n"
            ),
            "python": (
                "import pandas as pd\n\n"
                f'dati = pd.read_csv("{address}{slug}.csv"{_python_types(codes)})\n'
                "print(len(dati))\n"
            ),
            "r": f'dati <- read.csv("{address}{slug}.csv", {_r_types(codes)})\nnrow(dati)\n',
            "duckdb": (
                f"{_CURL} {address}{slug}.parquet\n"
                f"duckdb -c \"SELECT count(*) AS righe FROM '{slug}.parquet'\"\n"
            ),
        },
    }


def _everything(config: Config, edition: Edition) -> dict[str, Any]:
    base, table = config.portale.url_base, table_name(edition.contract)
    query = f"SELECT count(*) AS righe FROM {table}"
    return {
        "titolo": "Tutti i dati in una base di dati",
        "testo": "Un file SQLite e uno DuckDB tengono insieme tutte le tabelle, con le chiavi che "
        "le legano, il dizionario e, accanto a ogni codice, le viste con le parole.",
        "programmi": {
            "curl": f"{_CURL} {base}/dati/mirato.zip\n",
            "python": (
                "import sqlite3\nfrom urllib.request import urlretrieve\n\nimport pandas as pd\n\n"
                f'urlretrieve("{base}/dati/mirato.sqlite", "mirato.sqlite")\n'
                'base = sqlite3.connect("mirato.sqlite")\n'
                f'print(pd.read_sql("{query}", base))\nbase.close()\n'
            ),
            "duckdb": f'{_CURL} {base}/dati/mirato.duckdb\nduckdb mirato.duckdb -c "{query}"\n',
        },
    }


def _python_types(codes: list[str]) -> str:
    return f", dtype={{{', '.join(f'{name!r}: str' for name in codes)}}}" if codes else ""


def _r_types(codes: list[str]) -> str:
    kept = ", ".join(f'{name} = "character"' for name in codes)
    return 'fileEncoding = "UTF-8"' + (f", colClasses = c({kept})" if kept else "")
