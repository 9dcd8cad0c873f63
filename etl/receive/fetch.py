"""A supplier's file from the network: within limits, and only when it changed."""

from __future__ import annotations

import datetime
import email.utils
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from etl.config import Source

LARGEST_DOWNLOAD = 512 * 1024 * 1024
ATTEMPTS = 3
PAUSE = 1.0
MOST_PAGES = 1_000
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class FetchError(Exception):
    """The file cannot be had from its address: why, and what to do."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy


@dataclass(frozen=True)
class Download:
    """A downloaded file, and the day that its server gives it (None where it does not)."""

    path: Path
    date: str | None
    unchanged: bool


def fetch(
    source: Source,
    folder: Path,
    *,
    pause: Callable[[float], None] = time.sleep,
    largest: int = LARGEST_DOWNLOAD,
    transport: httpx.BaseTransport | None = None,
) -> Download:
    """Download a source's `url` below `folder`, unless the server says that it has not changed.

    Faults of the network and of the server are tried again, three times in all. Raises
    FetchError; what was downloaded before stays.
    """
    url = source.url or ""
    folder.mkdir(parents=True, exist_ok=True)
    data, record = folder / "dati", folder / "scarico.json"
    known = _known(record, url) if data.exists() else {}
    headers = {"User-Agent": "mirato (portale open data)"}
    if known.get("etag"):
        headers["If-None-Match"] = known["etag"]
    if known.get("last_modified"):
        headers["If-Modified-Since"] = known["last_modified"]
    with httpx.Client(
        timeout=TIMEOUT, follow_redirects=True, max_redirects=5, transport=transport
    ) as client:
        answer = _attempts(client, url, headers, folder / ".dati", pause, largest)
        if answer.status_code == httpx.codes.NOT_MODIFIED and known:
            return Download(data, _day(known.get("last_modified")), True)
        if source.formato == "ckan":
            _other_pages(client, url, folder / ".dati", pause, largest)
    (folder / ".dati").replace(data)
    modified = answer.headers.get("last-modified")
    record.write_text(
        json.dumps({"url": url, "etag": answer.headers.get("etag"), "last_modified": modified}),
        encoding="utf-8",
    )
    return Download(data, _day(modified), False)


def _known(record: Path, url: str) -> dict[str, str]:
    try:
        body = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return body if isinstance(body, dict) and body.get("url") == url else {}


def _attempts(
    client: httpx.Client,
    url: str,
    headers: dict[str, str],
    path: Path,
    pause: Callable[[float], None],
    largest: int,
) -> httpx.Response:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with client.stream("GET", url, headers=headers) as answer:
                if answer.status_code == httpx.codes.NOT_MODIFIED:
                    return answer
                if answer.status_code == httpx.codes.OK:
                    _save(answer, path, largest)
                    return answer
                if answer.status_code not in _AGAIN or attempt == ATTEMPTS:
                    raise FetchError(
                        "scarico-rifiutato",
                        f"Il server del fornitore ha risposto {answer.status_code}.",
                        "controllare l’indirizzo in portale.toml, o riprovare più tardi.",
                    )
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise FetchError(
                "indirizzo-sbagliato",
                "L’indirizzo della fonte non è un indirizzo http o https.",
                "correggere «url» in portale.toml.",
            ) from None
        except httpx.TooManyRedirects:
            raise FetchError(
                "scarico-rifiutato",
                "Il server del fornitore rimanda sempre a un altro indirizzo.",
                "controllare l’indirizzo in portale.toml.",
            ) from None
        except httpx.HTTPError as error:
            if attempt == ATTEMPTS:
                raise FetchError(
                    "scarico-fallito",
                    f"Il server del fornitore non risponde ({type(error).__name__}).",
                    "riprovare più tardi, o chiedere al fornitore.",
                ) from None
        pause(PAUSE * 2 ** (attempt - 1))
    raise AssertionError("the last attempt returns or raises")


def _save(answer: httpx.Response, path: Path, largest: int) -> None:
    too_big = FetchError(
        "file-troppo-grande",
        f"Il file supera {largest // 1024 // 1024} MB: lo scarico è stato interrotto.",
        "controllare l’indirizzo in portale.toml.",
    )
    length = answer.headers.get("content-length", "")
    if length.isdigit() and int(length) > largest:
        raise too_big
    size = 0
    with path.open("wb") as stream:
        for chunk in answer.iter_bytes(64 * 1024):
            size += len(chunk)
            if size > largest:
                raise too_big
            stream.write(chunk)


def _other_pages(
    client: httpx.Client, url: str, path: Path, pause: Callable[[float], None], largest: int
) -> None:
    """CKAN answers a hundred records at a time: ask for the rest and put them together."""
    body = _body(path)
    result = body.get("result") if isinstance(body, dict) else None
    if not isinstance(result, dict) or not isinstance(result.get("records"), list):
        return
    records: list[Any] = result["records"]
    total = result.get("total")
    for _ in range(MOST_PAGES):
        if not isinstance(total, int) or len(records) >= total or not records:
            break
        page = httpx.URL(url).copy_set_param("offset", str(len(records)))
        _attempts(client, str(page), {}, path, pause, largest)
        more = _body(path)
        found = (more.get("result") or {}).get("records") if isinstance(more, dict) else None
        if not isinstance(found, list) or not found:
            raise FetchError(
                "scarico-incompleto",
                f"Il portale annuncia {total} righe ma ne dà {len(records)}.",
                "riprovare più tardi, o chiedere al fornitore.",
            )
        records += found
    path.write_text(json.dumps(body), encoding="utf-8")


def _body(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None


def _day(modified: str | None) -> str | None:
    if not modified:
        return None
    try:
        moment = email.utils.parsedate_to_datetime(modified)
    except ValueError:
        return None
    return moment.astimezone(datetime.UTC).date().isoformat()
