"""Maps made by folium, without its outside hosts, its random ids and its inline code.

Folium writes a page of its own; of that page only the script is kept, as an ES module that
visitors' browsers load from this site. It asks `tema/js/mappa.js` for every marker, so that
names are set as text, in Italian, and can be reached by keyboard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from math import cos, radians
from typing import Any

import folium
from branca.element import Element
from folium.plugins import FastMarkerCluster
from folium.utilities import JsCode
from shapely.geometry import shape as geometry

MIN_ZOOM, MAX_ZOOM = 7, 13
# Groups stand at least so many pixels apart at whole zooms; half a zoom out, at least 48, which is
# more than the widest circle (46, in segnaposti.js).
CLUSTER_RADIUS = 68


@dataclass(frozen=True)
class Point:
    """A marker: a comune, and how many things it holds."""

    lat: float
    lon: float
    code: str
    name: str
    value: int


@dataclass(frozen=True)
class FoliumMap:
    """A map ready for a page: the id of its element and the text of its module."""

    element_id: str
    module: str


class _Map(folium.Map):  # type: ignore[misc]
    default_js: list[tuple[str, str]] = []  # noqa: RUF012
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class _Clusters(FastMarkerCluster):  # type: ignore[misc]
    default_js: list[tuple[str, str]] = []  # noqa: RUF012
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


@contextmanager
def _counted_ids() -> Iterator[None]:
    """Number folium's elements from zero instead of naming them at random."""
    numbers = count()
    random_ids = Element.__dict__["_generate_id"]
    Element._generate_id = classmethod(lambda _cls: str(next(numbers)))
    try:
        yield
    finally:
        Element._generate_id = random_ids


def region_map(boundaries: dict[str, Any], points: Sequence[Point], theme: str) -> FoliumMap:
    """Return the map of the region's provinces with one marker for each point.

    `theme` is the address of the theme's folder, relative to the module that is written.
    """
    # a group stands on the first of its comuni: let that be the one where most is
    largest_first = sorted(points, key=lambda item: (-item.value, item.code))
    with _counted_ids():
        chart = _Map(
            location=_centre(boundaries),
            tiles=None,
            zoom_start=8,
            zoom_control=False,
            zoom_animation=JsCode("animata"),
            fade_animation=JsCode("animata"),
            marker_zoom_animation=JsCode("animata"),
            attribution_control=False,
        )
        # folium hands these to a tile layer only, and there is none
        chart.options |= {"min_zoom": MIN_ZOOM, "max_zoom": MAX_ZOOM, "zoom_snap": 0.25}
        outlines = folium.GeoJson(
            _identified(boundaries),
            style_function=lambda _feature: {
                "className": "provincia-mappa",
                "weight": 1.2,
                "color": "#8296a9",
                "fillColor": "#eef4fa",
                "fillOpacity": 1,
            },
            smooth_factor=0.6,
            interactive=False,
        ).add_to(chart)
        clusters = _Clusters(
            [[item.lat, item.lon, item.code, item.name, item.value] for item in largest_first],
            callback="segnaposto",
            icon_create_function="gruppo",
            show_coverage_on_hover=False,
            max_cluster_radius=CLUSTER_RADIUS,
            animate=JsCode("animata"),
            spiderfy_on_max_zoom=True,
            spiderfy_distance_multiplier=1.8,
        ).add_to(chart)
        figure = chart.get_root()
        figure.render()
        script = figure.script.render()
    names = chart.get_name(), outlines.get_name(), clusters.get_name()
    return FoliumMap(
        element_id=names[0],
        module=(
            f'import {{ animata, gruppo, segnaposto }} from "{theme}/js/segnaposti.js";\n'
            f"{_tidy(script)}\n"
            f"export const mappa = {names[0]}, province = {names[1]}, segnaposti = {names[2]};\n"
        ),
    )


def _identified(boundaries: dict[str, Any]) -> dict[str, Any]:
    """Return the provinces' outlines, each known by its code and with no other property."""
    features = [
        {
            "type": "Feature",
            "id": feature["properties"]["codice_provincia"],
            "properties": {},
            "geometry": feature["geometry"],
        }
        for feature in boundaries["features"]
    ]
    return {"type": "FeatureCollection", "features": features}


def _centre(boundaries: dict[str, Any]) -> list[float]:
    (south, west), (north, east) = folium.GeoJson(boundaries).get_bounds()
    return [round((south + north) / 2, 4), round((west + east) / 2, 4)]


def _tidy(script: str) -> str:
    return "\n".join(line.rstrip() for line in script.splitlines() if line.strip())


def outline(boundaries: dict[str, Any], width: int = 440) -> dict[str, Any]:
    """Return the provinces as SVG paths, one each, with the drawing's width and height.

    `codici` are the provinces' codes in the same order, `centri` a point inside each, for a name.
    The projection is plain: longitudes are shrunk by the cosine of the region's latitude.
    """
    (south, west), (north, east) = folium.GeoJson(boundaries).get_bounds()
    shrink = cos(radians((south + north) / 2))
    scale = width / ((east - west) * shrink)

    def place(point: Sequence[float]) -> str:
        x, y = (point[0] - west) * shrink * scale, (north - point[1]) * scale
        return f"{x:.0f} {y:.0f}"

    paths, centres = [], []
    for feature in boundaries["features"]:
        shape = feature["geometry"]
        inside = geometry(shape).representative_point()
        centres.append(
            (round((inside.x - west) * shrink * scale), round((north - inside.y) * scale))
        )
        many = shape["type"] == "MultiPolygon"
        polygons = shape["coordinates"] if many else [shape["coordinates"]]
        rings = [ring for polygon in polygons for ring in polygon]
        # a drawing this small has the same point many times over
        short = [list(dict.fromkeys(place(point) for point in ring)) for ring in rings]
        paths.append("".join(f"M{'L'.join(ring)}Z" for ring in short if len(ring) > 3))
    return {
        "larghezza": width,
        "altezza": round((north - south) * scale),
        "tracciati": paths,
        "codici": [feature["properties"]["codice_provincia"] for feature in boundaries["features"]],
        "centri": centres,
    }
