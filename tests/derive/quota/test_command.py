"""`python -m etl quota` on statements in XML."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from etl.commands.quota import quota

app = typer.Typer()
app.command()(quota)

FIGURES = {
    "base_computo_art3",
    "base_computo_art18",
    "quota_riserva_disabili",
    "quota_riserva_art18",
    "disabili_in_forza",
    "esonerati",
    "scoperture_disabili",
    "scoperture_art18",
}


def statement(code: str, *, quota_declared: int = 7, person: str = "") -> str:
    """Return the statement of a company of 120 people in one province (its base is 98)."""
    figures = """
      <numLavBaseComputoArt3>98</numLavBaseComputoArt3>
      <numLavBaseComputoArt18>98</numLavBaseComputoArt18>"""
    shares = f"""
      <quotariservadisabili>{quota_declared}</quotariservadisabili>
      <quotariservacatprotette>1</quotariservacatprotette>"""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<prospetto xmlns="http://servizi.lavoro.gov.it/UNIPI" codicecomunicazione="{code}"
  dataInvio="2026-01-15T10:00:00" e-mailDelegato="a@b.example" protocollo="00000001"
  versione="PIDISABILI001600">
  <quadro1>
    <datiprospetto>
      <datariferimento>2025-12-31</datariferimento><capogruppo>N</capogruppo>
      <nlavoratorinazionali>120</nlavoratorinazionali><categoriaazienda>A</categoriaazienda>
      <dataprimaassunzione>2010-01-01</dataprimaassunzione>
      <nessunaassunzioneaggiuntiva>N</nessunaassunzioneaggiuntiva>
    </datiprospetto>
    <datiaziendali>
      <dichiarante>
        <tipologiadichiarante>A</tipologiadichiarante><codicefiscale>00000000000</codicefiscale>
        <denominazione>Azienda d’esempio</denominazione><settore>25.11.00</settore>
        <ccnl>C01</ccnl>
      </dichiarante>
      <sedelegale>
        <comunesedelegale>F205</comunesedelegale><capsedelegale>20100</capsedelegale>
        <indirizzosedelegale>Via di Prova 1</indirizzosedelegale>
        <PECemail>a@b.example</PECemail>
      </sedelegale>
      <referente>
        <codicefiscale>00000000000</codicefiscale><cognome>X</cognome><nome>Y</nome>
        <indirizzo>Via</indirizzo><comune>F205</comune><cap>20100</cap>
      </referente>
    </datiaziendali>
  </quadro1>
  <quadro2>
    <datiprovinciali>
      <provincia>015</provincia>
      <sederiferimento>
        <comune>F205</comune><cap>20100</cap><indirizzo>Via di Prova 1</indirizzo>
      </sederiferimento>
      <referente><cognome>X</cognome><nome>Y</nome></referente>
    </datiprovinciali>
    <personaledipendente>
      <nlavoratori>120</nlavoratori>
      <disabili><nlavoratoritempopieno>4</nlavoratoritempopieno></disabili>
      <centralinisti><nlavoratoritempopieno>0</nlavoratoritempopieno></centralinisti>
      <massofisioterapisti><nlavoratoritempopieno>0</nlavoratoritempopieno></massofisioterapisti>
      <telelavoro><nlavoratoritempopieno>2</nlavoratoritempopieno></telelavoro>
      <categorieescluse><categoria>0001</categoria><numero>8</numero></categorieescluse>
      <dettaglioparttime>
        <numero>12</numero>
        <orariosettimanalecontrattuale>40:00</orariosettimanalecontrattuale>
        <orariosettimanaleparttime>24:00</orariosettimanaleparttime>
      </dettaglioparttime>
      <dettagliointermittenti>
        <numero>3</numero>
        <orariosettimanalecontrattuale>40:00</orariosettimanalecontrattuale>
        <orariosettimanalesvolto>10:00</orariosettimanalesvolto>
      </dettagliointermittenti>
      <categorieprotette>2</categorieprotette>
    </personaledipendente>
    <personalenondipendente>
      <lavoratoridisabilisomministrati>
        <nlavoratoritempopieno>0</nlavoratoritempopieno>
      </lavoratoridisabilisomministrati>
      <lavoratoridisabiliconv12bis14>
        <nlavoratoritempopieno>0</nlavoratoritempopieno>
      </lavoratoridisabiliconv12bis14>
    </personalenondipendente>{person}
  </quadro2>
  <quadro3>
    <riepilogonazionale>{figures}{shares}
      <esoneri>0</esoneri><disabili>4</disabili><catprotette>2</catprotette>
      <quotaesuberiArt18>0</quotaesuberiArt18>
      <scoperturedisabili>{quota_declared - 4}</scoperturedisabili>
      <scoperturecatprotette>0</scoperturecatprotette>
      <sospensioniincorso>N</sospensioniincorso>
    </riepilogonazionale>
    <elencoriepilogativoprovinciale>
      <provincia>015</provincia>{figures}
      <disabili>4</disabili><catprotette>2</catprotette>{shares}
      <esonerati>0</esonerati>
      <scoperturedisabili>{quota_declared - 4}</scoperturedisabili>
      <scoperturecatprotette>0</scoperturecatprotette>
      <sospensioniincorso>N</sospensioniincorso>
    </elencoriepilogativoprovinciale>
  </quadro3>
  <tipocomunicazione>01</tipocomunicazione>
</prospetto>
"""


def run(*arguments: str | Path, status: int = 0) -> Any:
    done = CliRunner().invoke(app, [str(item) for item in arguments])
    assert done.exit_code == status, done.output
    return done


def saved(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_right_statement_has_its_figures_and_no_difference(tmp_path: Path) -> None:
    path = saved(tmp_path, "uno.xml", statement("A" * 16))
    report = json.loads(run(path, "--json", "--quiet").stdout)
    assert len(report) == 1
    one = report[0]
    assert set(one) == {"codice_comunicazione", "nazionale", "province", "dichiarato", "differenze"}
    assert one["codice_comunicazione"] == "A" * 16
    assert set(one["nazionale"]) == FIGURES
    assert one["nazionale"]["base_computo_art3"] == 98
    assert one["nazionale"]["scoperture_disabili"] == 3
    assert one["province"] == [{"provincia": "015"} | one["nazionale"]]
    assert one["dichiarato"] == {"nazionale": one["nazionale"], "province": one["province"]}
    assert one["differenze"] == []


def test_a_wrong_quota_is_said_with_both_values(tmp_path: Path) -> None:
    path = saved(tmp_path, "uno.xml", statement("A" * 16, quota_declared=9))
    found = json.loads(run(path, "--json", "--quiet").stdout)[0]["differenze"]
    assert {
        "provincia": None,
        "tipo": "valore_diverso",
        "cifra": "quota_riserva_disabili",
        "dichiarato": 9,
        "calcolato": 7,
    } in found
    assert "Italia, quota_riserva_disabili: dichiarato 9, calcolato 7." in run(path).stdout


def test_folders_and_zips_are_read_in_order_of_code(tmp_path: Path) -> None:
    folder = tmp_path / "consegna"
    folder.mkdir()
    saved(folder, "z.xml", statement("A" * 16))
    with zipfile.ZipFile(folder / "altri.zip", "w") as archive:
        archive.writestr("dentro.xml", statement("B" * 16))
        archive.writestr("fuori.xml", statement("0" * 16))
    report = json.loads(run(folder, "--json", "--quiet").stdout)
    assert [item["codice_comunicazione"] for item in report] == ["0" * 16, "A" * 16, "B" * 16]


def test_the_text_explains_each_step_in_italian(tmp_path: Path) -> None:
    path = saved(tmp_path, "uno.xml", statement("A" * 16))
    text = run(path, "--quiet").stdout
    assert "Il 7 per cento di 98 è 6,86: la quota di riserva è 7" in text
    assert "L. 68/1999, art. 3, c. 1" in text
    assert "Nessuna differenza con ciò che il prospetto dichiara." in text


def test_a_file_that_is_no_statement_ends_with_one_and_the_others_are_still_worked_out(
    tmp_path: Path,
) -> None:
    saved(tmp_path, "buono.xml", statement("A" * 16))
    saved(tmp_path, "rotto.xml", "<prospetto")
    done = run(tmp_path, "--json", "--quiet", status=1)
    assert len(json.loads(done.stdout)) == 1
    assert "rotto.xml" in done.stderr
    assert "Traceback" not in done.output


def test_a_second_copy_of_a_statement_is_left_out_and_named(tmp_path: Path) -> None:
    saved(tmp_path, "a.xml", statement("A" * 16))
    saved(tmp_path, "b.xml", statement("A" * 16, quota_declared=9))
    done = run(tmp_path, "--json")
    assert len(json.loads(done.stdout)) == 1
    assert "b.xml" in done.stderr


def test_an_empty_folder_ends_with_one_and_a_missing_file_with_two(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path, "--json", status=1).stdout) == []
    done = run(tmp_path / "manca.xml", status=2)
    assert "manca.xml" in done.stderr


@pytest.mark.parametrize("form", [["--json"], []])
def test_nothing_of_a_person_is_printed(tmp_path: Path, form: list[str]) -> None:
    person = """
    <lavoratoricomputabili>
      <lavoratore>
        <codicefiscale>RSSMRA80A01F205X</codicefiscale><cognome>Segretissimo</cognome>
        <nome>Mario</nome><sesso>M</sesso><datanascita>1980-01-01</datanascita>
        <comunenascita>F205</comunenascita><percentualedisabilita>77</percentualedisabilita>
      </lavoratore>
      <rapportolavoro>
        <datainizio>2015-03-02</datainizio><qualifica>4.1.1.2.0.1</qualifica>
        <tipoassunzione>A</tipoassunzione><orariosettimanale>40:00</orariosettimanale>
        <orariosettimanaleparttime>00:00</orariosettimanaleparttime>
        <categoriasogg>D</categoriasogg><categoriaass>NO</categoriaass>
      </rapportolavoro>
    </lavoratoricomputabili>"""
    path = saved(tmp_path, "uno.xml", statement("A" * 16, person=person))
    done = run(path, *form)
    for word in ("Segretissimo", "RSSMRA80A01F205X", "1980-01-01"):
        assert word not in done.output
