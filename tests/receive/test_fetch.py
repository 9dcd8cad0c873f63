"""Sources on the network, against a real server on this machine."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

from etl.config import Source
from etl.problems import InputRefusedError
from etl.receive import receive
from etl.receive.fetch import Download, FetchError, fetch
from tests.receive.conftest import configuration

MODIFIED = "Wed, 31 Dec 2025 10:00:00 GMT"
RECORDS = [
    {"_id": number, "Codice": f"A{number}", "Nome": "Coop", "Sede": f"S{number}",
     "Comune": "Milano", "Servizi": "coaching"}
    for number in range(250)
]  # fmt: skip


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves what the tests ask for, and remembers what it was asked."""

    seen: ClassVar[list[tuple[str, str | None]]] = []
    failures: ClassVar[dict[str, int]] = {}

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.seen.append((self.path, self.headers.get("If-None-Match")))
        if self.failures.get(parts.path, 0) > 0:
            self.failures[parts.path] -= 1
            self.answer(503, b"")
        elif parts.path == "/catalogo.csv":
            if self.headers.get("If-None-Match") == '"uno"':
                self.answer(304, b"")
            else:
                self.answer(200, b"a;b\n1;2\n", {"ETag": '"uno"', "Last-Modified": MODIFIED})
        elif parts.path == "/altrove":
            self.answer(302, b"", {"Location": "/catalogo.csv"})
        elif parts.path == "/giro":
            self.answer(302, b"", {"Location": "/giro"})
        elif parts.path == "/tronco.csv":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"a;b\n")
        elif parts.path == "/senza-fine.csv":
            self.send_response(200)
            self.end_headers()
            for _ in range(200):
                self.wfile.write(b"x" * 10_000)
        elif parts.path == "/ckan":
            query = parse_qs(parts.query)
            start, limit = int(query.get("offset", ["0"])[0]), int(query.get("limit", ["100"])[0])
            result = {"total": len(RECORDS), "records": RECORDS[start : start + limit]}
            self.answer(200, json.dumps({"success": True, "result": result}).encode())
        elif parts.path == "/ckan-monco":
            first = {"total": 9, "records": RECORDS[:3] if "offset" not in parts.query else []}
            self.answer(200, json.dumps({"success": True, "result": first}).encode())
        else:
            self.answer(404, b"")

    def answer(self, code: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Handler.seen.clear()
    Handler.failures.clear()
    instance = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=instance.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{instance.server_port}"
    instance.shutdown()
    instance.server_close()
    thread.join()


def source(url: str, kind: str = "csv") -> Source:
    return configuration({"id": "rete", "formato": kind, "url": url}).fonti[0]


def get(url: str, folder: Path, kind: str = "csv", largest: int = 10_000_000) -> Download:
    return fetch(source(url, kind), folder, pause=lambda _: None, largest=largest)


def test_a_file_is_downloaded_once_until_it_changes(server: str, tmp_path: Path) -> None:
    first = get(f"{server}/catalogo.csv", tmp_path)
    assert first.path.read_bytes() == b"a;b\n1;2\n"
    assert (first.date, first.unchanged) == ("2025-12-31", False)
    again = get(f"{server}/catalogo.csv", tmp_path)
    assert (again.path, again.date, again.unchanged) == (first.path, "2025-12-31", True)
    assert [mark for _, mark in Handler.seen] == [None, '"uno"']
    get(f"{server}/altrove", tmp_path)
    assert Handler.seen[-1][1] is None, "another address is another file"


def test_a_server_that_recovers_is_asked_again(server: str, tmp_path: Path) -> None:
    Handler.failures["/catalogo.csv"] = 2
    assert get(f"{server}/catalogo.csv", tmp_path).path.exists()
    assert len(Handler.seen) == 3


@pytest.mark.parametrize(
    ("path", "code", "asked"),
    [
        ("/niente", "scarico-rifiutato", 1),
        ("/guasto", "scarico-rifiutato", 3),
        ("/tronco.csv", "scarico-fallito", 3),
        ("/giro", "scarico-rifiutato", 6),
        ("/senza-fine.csv", "file-troppo-grande", 1),
        ("/ckan-monco", "scarico-incompleto", 2),
    ],
)
def test_what_cannot_be_had_is_said_and_nothing_is_left(
    path: str, code: str, asked: int, server: str, tmp_path: Path
) -> None:
    Handler.failures["/guasto"] = 9
    kind = "ckan" if path.startswith("/ckan") else "csv"
    with pytest.raises(FetchError) as caught:
        get(server + path, tmp_path, kind, largest=1_000_000)
    assert caught.value.code == code
    assert caught.value.remedy
    assert len(Handler.seen) == asked
    assert not (tmp_path / "dati").exists()


def test_a_failure_leaves_what_was_downloaded_before(server: str, tmp_path: Path) -> None:
    get(f"{server}/catalogo.csv", tmp_path)
    Handler.failures["/catalogo.csv"] = 9
    with pytest.raises(FetchError):
        get(f"{server}/catalogo.csv", tmp_path)
    assert (tmp_path / "dati").read_bytes() == b"a;b\n1;2\n"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x.csv", "ftp://127.0.0.1/x", "file:///etc/passwd"]
)
def test_an_address_that_does_not_answer_or_is_no_web_address(url: str, tmp_path: Path) -> None:
    with pytest.raises(FetchError) as caught:
        get(url, tmp_path)
    assert caught.value.code in ("scarico-fallito", "indirizzo-sbagliato")


def test_all_the_pages_of_a_ckan_resource_are_put_together(server: str, tmp_path: Path) -> None:
    config = configuration(
        {
            "id": "ckan",
            "formato": "ckan",
            "url": f"{server}/ckan?resource_id=x&limit=100",
            "colonne": {
                "codice_operatore": "Codice",
                "denominazione_operatore": "Nome",
                "denominazione_sede": "Sede",
                "comune_dichiarato": "Comune",
                "servizi": "Servizi",
            },
        }
    )
    received = receive(config, tmp_path / "build")
    assert len(received.tables["catalogo-operatori"]) == 250
    assert received.snapshots[0].file == "ckan"
    assert received.snapshots[0].date is None


def test_a_source_that_does_not_answer_stops_the_build(server: str, tmp_path: Path) -> None:
    config = configuration({"id": "rete", "formato": "csv", "url": f"{server}/niente"})
    with pytest.raises(InputRefusedError, match="404"):
        receive(config, tmp_path / "build")
