"""Charts: each says in words and in a table what it draws, and draws it in the right place."""

from __future__ import annotations

import csv
import io
from functools import cache

import jinja2
import pytest
from lxml import html

from etl.config import ROOT
from etl.site import language
from etl.site.charts import (
    Action,
    Chart,
    FunnelPoint,
    Place,
    Value,
    bars,
    funnel,
    gantt,
    lines,
    matrix,
    nice_top,
    places,
    small_multiples,
)

PERIODS = ["2019", "2020", "2021"]
HOSTILE = "<script>alert(1)</script>"


@cache
def environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "theme" / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters["numero"] = language.number
    return made


def drawn(chart: Chart) -> html.HtmlElement:
    template = environment().from_string(
        '{% import "grafici/grafico.html" as grafici %}{{ grafici.figura(chart) }}'
    )
    return html.fromstring(template.render(chart=chart))


def every_kind() -> list[Chart]:
    values = [Value("a", 0.5, low=0.4, high=0.6, parts=(5, 10)), Value(HOSTILE, None, "riservato")]
    level = {"x": [Value(p, v) for p, v in zip(PERIODS, (1, None, 3), strict=True)]}
    points = [FunnelPoint("uno", 40, 0.3), FunnelPoint("due", 80, 0.9, flagged=True)]
    band = {"95%": [(20, 0.1, 0.5), (80, 0.2, 0.4)]}
    towns = [Place("Maniago", 46.14, 12.74, 1), Place(HOSTILE, 45.95, 12.67, 12)]
    actions = [Action("8.1.1-1", "Ricognizione", frozenset({"2019"}), "conclusa", "ASS 6")]
    return [
        bars("barre", "Barre", "Quote.", values, "percento"),
        places(
            "carta", "Carta", "Dove.", towns, ["Comune", "Quante"], [["Maniago", 1], [HOSTILE, 12]]
        ),
        lines("linee", "Linee", "Nel tempo.", PERIODS, level, "persone"),
        lines("due", "Due linee", "Nel tempo.", PERIODS, {**level, "y": level["x"]}, target=2),
        small_multiples("multipli", "Multipli", "Province.", PERIODS, {"Lecco": level["x"]}),
        funnel("imbuto", "Imbuto", "Limiti.", points, band, 0.3, "percento"),
        gantt("gantt", "Gantt", "Azioni.", PERIODS, actions),
        matrix("matrice", "Matrice", "Ruoli.", ["ASS 6", "SSC"], {"8.1.1": ["R", None]}),
        matrix("flussi", "Flussi", "Da e verso.", ["Lecco"], {"Como": [3], "Varese": [40]}),
    ]


@pytest.mark.parametrize("chart", every_kind(), ids=lambda chart: chart.name)
def test_a_chart_has_a_title_a_description_its_table_and_its_download(chart: Chart) -> None:
    figure = drawn(chart)
    (svg,) = figure.xpath(".//svg")
    assert svg.get("role") == "img"
    named = [figure.xpath(f".//*[@id='{part}']")[0] for part in svg.get("aria-labelledby").split()]
    assert named[0].text_content() == chart.title
    assert chart.description in named[1].text_content()
    assert len(figure.xpath(".//tbody/tr")) == len(chart.rows)
    assert figure.xpath(".//a[@download]/@href") == [f"{chart.name}.csv"]
    rows = list(csv.reader(io.StringIO(chart.csv)))
    assert rows[0] == list(chart.headers)
    assert all(len(row) == len(chart.headers) for row in rows)


@pytest.mark.parametrize("chart", every_kind(), ids=lambda chart: chart.name)
def test_a_chart_holds_no_style_no_script_and_stays_inside_its_frame(chart: Chart) -> None:
    figure = drawn(chart)
    assert not figure.xpath(".//script | .//style | .//*[@style]")
    for element in figure.xpath(".//svg//*"):
        for name, limit in (("x", chart.width), ("cx", chart.width), ("y", chart.height)):
            if element.get(name):
                assert -1 <= float(element.get(name)) <= limit + 1, (element.tag, name)
        if element.tag == "rect":
            assert float(element.get("x")) + float(element.get("width")) <= chart.width + 1


def test_a_bar_is_as_long_as_its_value_and_bears_it() -> None:
    chart = bars("b", "B", "B.", [Value("uno", 50), Value("due", 100)], "euro")
    widths = [float(x) for x in drawn(chart).xpath(".//rect/@width")]
    assert widths[0] * 2 == pytest.approx(widths[1], abs=0.2)
    texts = drawn(chart).xpath(".//svg//text/text()")
    assert "50 €" in texts
    assert "100 €" in texts


def test_a_withheld_figure_has_a_word_and_no_bar_and_a_missing_one_breaks_the_line() -> None:
    chart = bars("b", "B", "B.", [Value("uno", None, "riservato")])
    assert not drawn(chart).xpath(".//rect")
    assert "riservato" in drawn(chart).xpath(".//svg//text/text()")
    assert chart.rows == (("uno", "riservato"),)
    broken = lines(
        "l",
        "L",
        "L.",
        PERIODS,
        {"x": [Value(p, v) for p, v in zip(PERIODS, (1, None, 3), strict=True)]},
    )
    assert not drawn(broken).xpath(".//polyline")
    assert len(drawn(broken).xpath(".//circle")) == 2


def test_two_lines_differ_by_their_dashes_and_marks_not_only_by_colour() -> None:
    series = {name: [Value(p, 1) for p in PERIODS] for name in ("a", "b", "c", "d")}
    figure = drawn(lines("l", "L", "L.", PERIODS, series))
    groups = figure.xpath(".//svg/g")
    assert len({group.get("class") for group in groups}) == 4
    marks = [
        next(item.tag for item in group.xpath("./*[@class='d-punto']"))
        + str([item.get("d", "")[-5:] for item in group.xpath("./path[@class='d-punto']")][:1])
        for group in groups
    ]
    assert len(set(marks)) == 4


def test_a_point_outside_the_limits_is_a_square_and_the_table_says_so() -> None:
    chart = next(item for item in every_kind() if item.kind == "imbuto")
    figure = drawn(chart)
    assert len(figure.xpath(".//rect[@class='d-punto']")) == 1
    assert [row[-1] for row in chart.rows] == ["no", "sì"]
    assert [row[0] for row in chart.rows] == ["uno", "due"]


def test_an_action_bears_a_sign_for_its_state_and_the_table_the_word() -> None:
    chart = next(item for item in every_kind() if item.kind == "gantt")
    assert "● 8.1.1-1" in drawn(chart).xpath(".//svg//text/text()")
    assert chart.rows[0][3] == "conclusa"


@pytest.mark.parametrize(("value", "top"), [(0, 1), (0.7, 0.8), (9, 10), (11, 15), (730, 800)])
def test_an_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert nice_top(value) == pytest.approx(top)


def test_hostile_names_are_shown_as_text() -> None:
    figure = drawn(every_kind()[0])
    assert not figure.xpath(".//script")
    assert HOSTILE in figure.text_content()


def test_on_a_map_north_is_up_east_is_right_and_no_name_covers_another() -> None:
    towns = [
        Place("Maniago", 46.14, 12.74, 1),
        Place("Fanna", 46.17, 12.76, 2),
        Place("Pordenone", 45.95, 12.67, 12),
        Place("Sacile", 45.94, 12.50, 3),
    ]
    chart = places("carta", "Carta", "Dove.", towns, ["Comune"], [[town.label] for town in towns])
    spots = {spot["nome"]: spot for spot in chart.marks["punti"]}
    assert spots["Fanna"]["y"] < spots["Maniago"]["y"] < spots["Pordenone"]["y"]
    assert spots["Sacile"]["x"] < spots["Pordenone"]["x"] < spots["Fanna"]["x"]
    names = sorted((spot["nome_y"], spot["nome_x"]) for spot in spots.values())
    assert len(set(names)) == len(towns)
    assert all(0 <= spot["x"] <= chart.width for spot in spots.values())


def test_an_action_bears_its_linked_actions_only_where_a_document_names_them() -> None:
    plain = Action("1", "Una", frozenset({"2019"}), "conclusa", "ASS 6")
    linked = Action("2", "Altra", frozenset({"2020"}), "sospesa", "ASS 6", "1.2, 3.1")
    assert "Azioni collegate" not in gantt("g", "G", "g", PERIODS, [plain]).headers
    chart = gantt("g", "G", "g", PERIODS, [plain, linked])
    assert [row[-1] for row in chart.rows] == ["", "1.2, 3.1"]
    assert {action["segno"] for action in chart.marks["azioni"]} == {"●", "✕"}


def test_a_figure_never_stands_across_the_target_s_tick() -> None:
    near = Value("vicino", 0.95, target=1.0)
    far = Value("lontano", 0.2, target=1.0)
    chart = bars("b", "B", "b", [near, far])
    for bar in chart.marks["barre"]:
        end = bar["testo_x"] + 7 * len(bar["testo"])
        assert bar["testo_x"] > bar["lunghezza"]
        assert not bar["testo_x"] <= bar["meta"] <= end
