"""Statements keep the ministry's format: order, facets, compulsory parts, and sums."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from lxml import etree

from tests.demo.conftest import Demo, tag

MANY = 10_000
CONTACTS = [("telefono", 0, 1), ("fax", 0, 1), ("email", 0, 1)]
GROUP = [("nlavoratoritempopieno", 1, 1), ("parttime", 0, MANY)]

# element → its children in order: (name, least, most)
ORDER: dict[str, list[tuple[str, int, int]]] = {
    "prospetto": [
        ("quadro1", 1, 1), ("quadro2", 0, MANY), ("quadro3", 0, 1), ("tipocomunicazione", 1, 1),
    ],
    "quadro1": [
        ("datiprospetto", 1, 1), ("datiaziendali", 1, 1), ("gradualita", 0, 1),
        ("sospensionemobilita", 0, 1), ("assunzionipubblicaselezione", 0, MANY),
    ],
    "quadro2": [
        ("datiprovinciali", 1, 1), ("personaledipendente", 1, 1),
        ("personalenondipendente", 1, 1), ("lavoratoricomputabili", 0, MANY),
        ("postilavoro", 0, MANY), ("compensazioni", 0, MANY), ("sospensioni", 0, 1),
        ("gradualita", 0, 1), ("esoneri", 0, 1), ("esoneri60permille", 0, 1),
        ("convenzione", 0, 1), ("note", 0, 1),
    ],
    "quadro3": [
        ("riepilogonazionale", 1, 1), ("elencoriepilogativoprovinciale", 1, MANY), ("note", 0, 1),
    ],
    "datiprospetto": [
        ("datariferimento", 1, 1), ("capogruppo", 1, 1), ("cfcapogruppo", 0, 1),
        ("capogruppoestera", 0, 1), ("nlavoratorinazionali", 1, 1), ("categoriaazienda", 0, 1),
        ("dataprimaassunzione", 0, 1), ("datasecondaassunzione", 0, 1),
        ("nessunaassunzioneaggiuntiva", 0, 1),
    ],
    "datiaziendali": [("dichiarante", 1, 1), ("sedelegale", 1, 1), ("referente", 1, 1)],
    "dichiarante": [
        ("tipologiadichiarante", 1, 1), ("codicefiscale", 1, 1), ("denominazione", 1, 1),
        ("settore", 1, 1), ("ccnl", 1, 1),
    ],
    "sedelegale": [
        ("comunesedelegale", 1, 1), ("capsedelegale", 1, 1), ("indirizzosedelegale", 1, 1),
        *CONTACTS, ("PECemail", 1, 1),
    ],
    "datiprovinciali": [
        ("provincia", 1, 1), ("sederiferimento", 1, 1), ("referente", 1, 1),
        ("nposticentralinisti", 0, 1), ("npostimassofisioterapisti", 0, 1),
    ],
    "personaledipendente": [
        ("nlavoratori", 1, 1), ("disabili", 1, 1), ("centralinisti", 1, 1),
        ("massofisioterapisti", 1, 1), ("telelavoro", 1, 1), ("categorieescluse", 0, MANY),
        ("dettaglioparttime", 0, MANY), ("dettagliointermittenti", 0, MANY),
        ("categorieprotette", 1, 1), ("dicuiinforzaal17012000", 0, 1),
    ],
    "personalenondipendente": [
        ("lavoratoridisabilisomministrati", 1, 1), ("lavoratoridisabiliconv12bis14", 1, 1),
    ],
    "disabili": GROUP,
    "centralinisti": GROUP,
    "massofisioterapisti": GROUP,
    "telelavoro": GROUP,
    "lavoratoridisabilisomministrati": GROUP,
    "lavoratoridisabiliconv12bis14": GROUP,
    "lavoratoricomputabili": [("lavoratore", 1, 1), ("rapportolavoro", 1, 1)],
    "lavoratore": [
        ("codicefiscale", 1, 1), ("cognome", 1, 1), ("nome", 1, 1), ("sesso", 1, 1),
        ("datanascita", 1, 1), ("comunenascita", 1, 1), ("percentualedisabilita", 0, 1),
    ],
    "postilavoro": [
        ("qualificaprof", 1, 1), ("mansione", 1, 1), ("nposti", 1, 1), ("categoriasogg", 1, 1),
        ("comuneass", 1, 1), ("capacitacontroindicazioni", 1, 1),
        ("barrierearchitettoniche", 1, 1), ("turninotturni", 1, 1), ("mezzipubblici", 1, 1),
        ("categoriaass", 0, 1),
    ],
    "compensazioni": [
        ("provincia", 1, 1), ("categoriacomp", 1, 1), ("numero", 1, 1), ("categoriasogg", 1, 1),
        ("codicefiscaleaziendagruppo", 0, 1),
    ],
    "riepilogonazionale": [
        ("numLavBaseComputoArt3", 1, 1), ("numLavBaseComputoArt18", 1, 1),
        ("quotariservadisabili", 1, 1), ("quotariservacatprotette", 1, 1), ("esoneri", 1, 1),
        ("disabili", 1, 1), ("catprotette", 1, 1), ("quotaesuberiArt18", 1, 1),
        ("scoperturedisabili", 1, 1), ("scoperturecatprotette", 1, 1),
        ("sospensioniincorso", 1, 1),
    ],
    "elencoriepilogativoprovinciale": [
        ("provincia", 1, 1), ("numLavBaseComputoArt3", 1, 1), ("numLavBaseComputoArt18", 1, 1),
        ("categoriacompdisabili", 0, 1), ("numerocompdisabili", 0, 1),
        ("categoriacompcatprotette", 0, 1), ("numerocompcatprotette", 0, 1), ("disabili", 1, 1),
        ("catprotette", 1, 1), ("quotariservadisabili", 1, 1), ("quotariservacatprotette", 1, 1),
        ("esonerati", 1, 1), ("scoperturedisabili", 1, 1), ("scoperturecatprotette", 1, 1),
        ("sospensioniincorso", 1, 1),
    ],
}  # fmt: skip
NUMBER, CLOCK, DAY, FLAG = r"[0-9]{1,6}", r"\d{2}:\d{2}", r"\d{4}-\d{2}-\d{2}", r"[SN]"
FACETS = {
    "provincia": r".{3}", "nlavoratori": NUMBER, "numero": NUMBER, "nposti": NUMBER,
    "nlavoratoritempopieno": NUMBER, "nlavoratoriparttime": NUMBER, "settore": r"\d\d\.\d\d\.\d\d",
    "comuneass": r"[A-Z]\d{3}", "comunesedelegale": r"[A-Z]\d{3}", "comune": r"[A-Z]\d{3}",
    "comunenascita": r"[A-Z]\d{3}|0000", "cap": r"\d{5}", "capsedelegale": r"\d{5}",
    "qualificaprof": r"([0-9]\.){5}[0-9]{1,2}", "qualifica": r"([0-9]\.){5}[0-9]{1,2}",
    "categoria": r"\d{4}", "categoriasogg": r"[DC]", "categoriaass": r"NO|NU",
    "categoriacomp": r"[ER]", "categoriaazienda": r"[ABC]", "tipologiadichiarante": r"[ABCD]",
    "orariosettimanalecontrattuale": CLOCK, "orariosettimanaleparttime": CLOCK,
    "orariosettimanalesvolto": CLOCK, "orariosettimanale": CLOCK, "datariferimento": DAY,
    "datanascita": DAY, "datainizio": DAY, "datastipula": DAY, "finoal": DAY, "dataatto": DAY,
    "codicefiscale": r"[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]|\d{11}",
    "mansione": r"(?s).{1,200}", "capacitacontroindicazioni": r"(?s).{1,200}",
    "denominazione": r".{1,100}", "note": r".{1,2000}", "telefono": r".{1,15}",
    "email": r"[^@\s]+@[^@\s]+", "PECemail": r"[^@\s]{1,60}@[^@\s]+", "ccnl": r"[0-9A-Z]{3}",
    "barrierearchitettoniche": FLAG, "turninotturni": FLAG, "mezzipubblici": FLAG,
    "sospensioniincorso": FLAG, "tipocomunicazione": r"\d{2}", "numLavoratoriPrevisti": r"\d{2}",
    "percentuale": r"1[0-9]{2}|[1-9][0-9]|[0-9]", "tipologiacontr": r"[A-Z](\.\d\d){2}",
    "percentualedisabilita": r"1[0-9]{2}|[1-9][0-9]", "tipoconvenzione": r".", "causale": r".",
}  # fmt: skip
QUADRO3 = (
    ("numLavBaseComputoArt3", "numLavBaseComputoArt3"),
    ("numLavBaseComputoArt18", "numLavBaseComputoArt18"),
    ("quotariservadisabili", "quotariservadisabili"),
    ("quotariservacatprotette", "quotariservacatprotette"),
    ("esoneri", "esonerati"),
    ("disabili", "disabili"),
    ("catprotette", "catprotette"),
    ("scoperturedisabili", "scoperturedisabili"),
    ("scoperturecatprotette", "scoperturecatprotette"),
)
WRONG_SUMS = {"somma_province_diversa", "compensazione_senza_contropartita"}


def name_of(node: etree._Element) -> str:
    return etree.QName(node).localname


def test_elements_stand_in_the_order_of_the_format(demo: Demo) -> None:
    faults: list[str] = []
    for code, root in demo.statements.items():
        for node in root.iter():
            rules = ORDER.get(name_of(node))
            if not rules or (len(node) == 0 and (node.text or "").strip()):
                continue
            found = [name_of(child) for child in node]
            pattern = "".join(f"(?:{name},){{{least},{most}}}" for name, least, most in rules)
            if not re.fullmatch(pattern, "".join(f"{name}," for name in found)):
                faults.append(f"{code} {name_of(node)}: {found}")
    assert not faults


def test_values_keep_the_facets_of_the_format(demo: Demo) -> None:
    faults = [
        (code, name_of(node), node.text)
        for code, root in demo.statements.items()
        for node in root.iter()
        if len(node) == 0
        and name_of(node) in FACETS
        and not re.fullmatch(FACETS[name_of(node)], node.text or "")
    ]
    assert not faults


def test_the_root_has_its_compulsory_attributes(demo: Demo) -> None:
    for code, root in demo.statements.items():
        assert root.tag == tag("prospetto")
        assert root.get("codicecomunicazione") == code
        assert len(code) == 16
        assert root.get("versione") == "PIDISABILI001600"
        assert len(root.get("protocollo", "")) == 8
        assert re.fullmatch(r"2026-0[12]-\d\dT\d\d:\d\d:\d\d", root.get("dataInvio", ""))
        assert "@" in root.get("e-mailDelegato", "")


@pytest.mark.skipif("MIRATO_PID_XSD" not in os.environ, reason="manca lo schema del ministero")
def test_statements_are_valid_against_the_ministry_schema(demo: Demo) -> None:
    schema = etree.XMLSchema(etree.parse(Path(os.environ["MIRATO_PID_XSD"])))
    assert not [code for code, root in demo.statements.items() if not schema.validate(root)]


def test_provinces_add_up_to_the_national_line(demo: Demo) -> None:
    wrong = {code for kind in WRONG_SUMS for code in demo.planted(kind)}
    assert any(len(root.findall(tag("quadro2"))) > 3 for root in demo.statements.values())
    for code, root in demo.statements.items():
        if code in wrong:
            continue
        national = root.find(f".//{tag('riepilogonazionale')}")
        lines = root.findall(f".//{tag('elencoriepilogativoprovinciale')}")
        assert national is not None
        for whole, part in QUADRO3:
            total = sum(int(line.findtext(tag(part)) or 0) for line in lines)
            assert int(national.findtext(tag(whole)) or 0) == total, (code, whole)


def test_compensations_within_a_company_balance(demo: Demo) -> None:
    wrong = set(demo.planted("compensazione_senza_contropartita"))
    seen = 0
    for code, root in demo.statements.items():
        for subject in "DC":
            totals = {"E": 0, "R": 0}
            for one in root.iter(tag("compensazioni")):
                own = one.find(tag("codicefiscaleaziendagruppo")) is None
                if own and one.findtext(tag("categoriasogg")) == subject:
                    kind = one.findtext(tag("categoriacomp")) or ""
                    totals[kind] += int(one.findtext(tag("numero")) or 0)
            seen += totals["E"]
            assert totals["E"] == totals["R"] or code in wrong
    assert seen > 0


def test_companies_of_a_group_give_and_take_the_same_post(demo: Demo) -> None:
    path = f".//{tag('compensazioni')}/{tag('codicefiscaleaziendagruppo')}"
    own = f".//{tag('dichiarante')}/{tag('codicefiscale')}"
    givers = [demo.statements[code] for code in demo.planted("gruppo_cede")]
    takers = [demo.statements[code] for code in demo.planted("gruppo_riceve")]
    assert givers
    assert {root.findtext(path) for root in givers} == {root.findtext(own) for root in takers}
    assert {root.findtext(path) for root in takers} == {root.findtext(own) for root in givers}


def test_posts_stand_in_the_province_that_declares_them(demo: Demo) -> None:
    from etl.demo.territory import load_territory

    territory = load_territory(demo.config.portale.province, demo.config.portale.anno_geografia)
    where = {one.belfiore: one.provincia for group in territory.comuni.values() for one in group}
    where |= {one.belfiore: one.provincia for one in (*territory.outside, *territory.suppressed)}
    for code, root in demo.statements.items():
        for place in root.iter(tag("quadro2")):
            province = place.findtext(f"{tag('datiprovinciali')}/{tag('provincia')}")
            comuni = {node.text or "" for node in place.iter(tag("comuneass"))}
            assert {where[comune] for comune in comuni} <= {province}, code


def test_every_statement_says_that_it_is_invented(demo: Demo) -> None:
    for root in demo.statements.values():
        notes = [node.text or "" for node in root.iter(tag("note"))]
        assert notes
        assert all("dimostrativi" in note for note in notes)


def test_some_files_declare_an_old_encoding(tmp_path: Path, demo: Demo) -> None:
    from etl.demo.generation import generate

    generate(demo.config, tmp_path, 0.06)
    raw = Demo(tmp_path, demo.config, {}).raw.values()
    declared = {re.search(rb'encoding="([^"]+)"', head[:80]).group(1) for head in raw}
    assert declared == {b"UTF-8", b"ISO-8859-1"}
