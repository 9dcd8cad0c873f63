"""For the offices that assign doti: each province's operators, with room, load and waiting."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from etl.config import Config
from etl.contracts import vocabulary
from etl.site.followed import Followed
from etl.site.language import collation_key
from etl.site.page import Asset, Page
from etl.site.released import Province, Released

ROOT = "operatori/uffici/"
TRAIL = (("operatori/", "Operatori"),)
HEADER = (
    "id_operatore",
    "denominazione_operatore",
    "doti_in_carico",
    "capacita",
    "giorni_attivazione_mediana",
    "giorni_attivazione_p90",
    "doti_fascia_1",
    "doti_fascia_2",
    "doti_fascia_3",
    "doti_fascia_4",
    "specializzazioni",
    "servizi",
    "data_riferimento",
    "sintetico",
)


def pages(_config: Config, released: Released) -> Iterator[Page]:
    """Yield the choice of the province, then one page a province."""
    followed = Followed(released)
    yield Page(
        path=f"{ROOT}index.html",
        template="uffici",
        title="Per gli uffici: assegnare una dote",
        description="Capacità, carico e tempi degli operatori, provincia per provincia.",
        trail=TRAIL,
        context={"province": released.provinces, "radice": ROOT},
    )
    for province in released.provinces:
        rows = operators(released, followed, province)
        yield Page(
            path=f"{ROOT}{province.slug}/index.html",
            template="uffici_provincia",
            title=f"Assegnare una dote: {province.name}",
            description=(
                f"Gli operatori della provincia ({province.name}): quante persone seguono, quante "
                "ne possono seguire, quanto si aspetta, di che cosa hanno esperienza."
            ),
            trail=(*TRAIL, (ROOT, "Per gli uffici")),
            context={
                "provincia": province,
                "righe": rows,
                "file": file_name(province),
                "periodo": next((row["periodo"] for row in rows if row["periodo"]), ""),
                "sintetico": released.datasets["attivita-operatori"].synthetic,
            },
        )


def assets(_config: Config, released: Released) -> Iterator[Asset]:
    """Yield each province's CSV for the office; no figure in it is not also released."""
    followed = Followed(released)
    for province in released.provinces:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(HEADER)
        synthetic = released.datasets["attivita-operatori"].synthetic
        for row in operators(released, followed, province):
            bands = [row["fasce"].get(code) for code in vocabulary("fascia")]
            values = [
                row["id"], row["nome"], row["carico"], row["capacita"], row["attesa"],
                row["attesa_lunga"], *bands, "|".join(row["conosciute"]), "|".join(row["servizi"]),
                released.date.isoformat(), "true" if synthetic else "false",
            ]  # fmt: skip
            writer.writerow(["" if value is None else _harmless(value) for value in values])
        yield Asset(f"{ROOT}{province.slug}/{file_name(province)}", text=out.getvalue())


def file_name(province: Province) -> str:
    """Return how the office's file is called."""
    return f"operatori-{province.slug}.csv"


def operators(released: Released, followed: Followed, province: Province) -> list[dict[str, Any]]:
    """Return the operators with a site in the province, by name, with what they are doing."""
    found: dict[str, dict[str, Any]] = {}
    for site in released.rows("sedi-operatori"):
        if site["codice_provincia"] != province.code:
            continue
        key = site["id_operatore"]
        doing = followed.activity.get((key, province.code), {})
        item = found.setdefault(
            key,
            {
                "id": key,
                "nome": site["denominazione_operatore"],
                "carico": doing.get("carico"),
                "capacita": doing.get("capacita"),
                "attesa": doing.get("attesa"),
                "attesa_lunga": doing.get("attesa_lunga"),
                "fasce": doing.get("fasce", {}),
                "stati": doing.get("stati", {}),
                "periodo": doing.get("periodo", ""),
                "conosciute": followed.known_for(key, province.code),
                "servizi": set(),
            },
        )
        item["servizi"] |= set(site["servizi"] or [])
    for item in found.values():
        item["servizi"] = [code for code in vocabulary("servizi") if code in item["servizi"]]
    return sorted(found.values(), key=lambda item: (collation_key(item["nome"]), item["id"]))


def _harmless(value: Any) -> Any:
    """Return the value as a spreadsheet may open it: a text never begins a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return f"'{value}"
    return value
