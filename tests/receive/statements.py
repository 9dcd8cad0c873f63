"""Small statements in the ministry's format, with fictional persons in every place for one."""

from __future__ import annotations

from dataclasses import dataclass, field

NAMESPACE = "http://servizi.lavoro.gov.it/UNIPI"

PERSON_VALUES = (
    "VRDLCU80A01F205X",
    "Verdoni",
    "Lucullo",
    "1980-01-01",
    "NRIGPP75B41H501Z",
    "Neriotti",
    "Giuseppa",
    "DLGTNO60C12L219K",
    "delegata.segreta@esempio.invalid",
    "referente.privato@esempio.invalid",
    "via della Riservatezza 7",
    "3339990001",
    "Provinciale",
    "Referendo",
)


@dataclass
class Province:
    """One quadro2."""

    code: str = "015"
    comune: str = "F205"
    workers: int = 80
    disabled: int = 2
    disabled_part_time: tuple[tuple[int, str, str], ...] = ((1, "40:00", "24:00"),)
    part_time: tuple[tuple[int, str, str], ...] = ((6, "40:00", "20:00"),)
    on_call: tuple[tuple[int, str, str], ...] = ((2, "40:00", "10:00"),)
    excluded: tuple[tuple[str, int], ...] = (("0012", 3),)
    protected: int = 1
    persons: int = 2
    posts: tuple[dict[str, str], ...] = ({},)
    compensations: tuple[tuple[str, str, int, str], ...] = ()
    extra: str = ""


@dataclass
class Sample:
    """A whole statement; `xml()` writes it."""

    code: str = "2025ABCDEF000001"
    sent: str = "2026-01-20T10:15:00"
    reference: str = "2025-12-31"
    tax_code: str = "01234567890"
    name: str = "Officine di Prova S.r.l."
    kind: str = "A"
    ateco: str = "25.62.00"
    office: str = "F205"
    workers: int | None = None
    category: str | None = "A"
    provinces: tuple[Province, ...] = field(default_factory=lambda: (Province(),))
    extra_one: str = ""
    summary: str | None = None

    def xml(self) -> str:
        """Return the statement as text."""
        workers = self.workers
        if workers is None:
            workers = sum(province.workers for province in self.provinces)
        category = f"<categoriaazienda>{self.category}</categoriaazienda>" if self.category else ""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<prospetto xmlns="{NAMESPACE}" codicecomunicazione="{self.code}" '
            f'dataInvio="{self.sent}" delegato="DLGTNO60C12L219K" tipoDelegato="001" '
            f'e-mailDelegato="delegata.segreta@esempio.invalid" protocollo="00000001" '
            f'versione="PIDISABILI001600">\n'
            f"<quadro1><datiprospetto><datariferimento>{self.reference}</datariferimento>"
            f"<capogruppo>N</capogruppo>"
            f"<nlavoratorinazionali>{workers}</nlavoratorinazionali>{category}"
            f"<nessunaassunzioneaggiuntiva>S</nessunaassunzioneaggiuntiva></datiprospetto>\n"
            f"<datiaziendali><dichiarante><tipologiadichiarante>{self.kind}"
            f"</tipologiadichiarante><codicefiscale>{self.tax_code}</codicefiscale>"
            f"<denominazione>{self.name}</denominazione><settore>{self.ateco}</settore>"
            f"<ccnl>113</ccnl></dichiarante>\n"
            f"<sedelegale><comunesedelegale>{self.office}</comunesedelegale>"
            f"<capsedelegale>20100</capsedelegale><indirizzosedelegale>via Prova 1"
            f"</indirizzosedelegale><PECemail>azienda@pec.invalid</PECemail></sedelegale>\n"
            f"<referente><codicefiscale>NRIGPP75B41H501Z</codicefiscale><cognome>Neriotti"
            f"</cognome><nome>Giuseppa</nome><indirizzo>via della Riservatezza 7</indirizzo>"
            f"<comune>F205</comune><cap>20100</cap><telefono>3339990001</telefono>"
            f"<email>referente.privato@esempio.invalid</email></referente></datiaziendali>"
            f"{self.extra_one}</quadro1>\n"
            + "".join(_province(province) for province in self.provinces)
            + (self._summary() if self.summary is None else self.summary)
            + "<tipocomunicazione>01</tipocomunicazione></prospetto>\n"
        )

    def _summary(self) -> str:
        base = sum(province.workers for province in self.provinces) - 20
        return (
            f"<quadro3><riepilogonazionale><numLavBaseComputoArt3>{base}</numLavBaseComputoArt3>"
            f"<numLavBaseComputoArt18>{base}</numLavBaseComputoArt18>"
            "<quotariservadisabili>4</quotariservadisabili>"
            "<quotariservacatprotette>1</quotariservacatprotette><esoneri>0</esoneri>"
            "<disabili>3</disabili><catprotette>1</catprotette>"
            "<quotaesuberiArt18>0</quotaesuberiArt18><scoperturedisabili>1</scoperturedisabili>"
            "<scoperturecatprotette>0</scoperturecatprotette>"
            "<sospensioniincorso>N</sospensioniincorso></riepilogonazionale>"
            + "".join(
                f"<elencoriepilogativoprovinciale><provincia>{province.code}</provincia>"
                f"<numLavBaseComputoArt3>{province.workers - 20}</numLavBaseComputoArt3>"
                f"<numLavBaseComputoArt18>{province.workers - 20}</numLavBaseComputoArt18>"
                "<disabili>3</disabili><catprotette>1</catprotette>"
                "<quotariservadisabili>4</quotariservadisabili>"
                "<quotariservacatprotette>1</quotariservacatprotette><esonerati>0</esonerati>"
                "<scoperturedisabili>1</scoperturedisabili>"
                "<scoperturecatprotette>0</scoperturecatprotette>"
                "<sospensioniincorso>N</sospensioniincorso></elencoriepilogativoprovinciale>"
                for province in self.provinces
            )
            + "</quadro3>\n"
        )


def worker(index: int = 0) -> str:
    """Return one disabled worker's element."""
    return (
        "<lavoratoricomputabili><lavoratore><codicefiscale>VRDLCU80A01F205X</codicefiscale>"
        f"<cognome>Verdoni</cognome><nome>Lucullo</nome><sesso>M</sesso>"
        f"<datanascita>1980-01-0{1 + index % 9}</datanascita><comunenascita>F205</comunenascita>"
        "<percentualedisabilita>75</percentualedisabilita></lavoratore><rapportolavoro>"
        "<datainizio>2010-03-01</datainizio><qualifica>4.1.1.2.0.1</qualifica>"
        "<tipoassunzione>A</tipoassunzione><orariosettimanale>40:00</orariosettimanale>"
        "<orariosettimanaleparttime>00:00</orariosettimanaleparttime>"
        "<categoriasogg>D</categoriasogg><categoriaass>NO</categoriaass></rapportolavoro>"
        "</lavoratoricomputabili>\n"
    )


def post(**values: str) -> str:
    """Return one vacancy's element; `values` replace the usual ones."""
    usual = {
        "qualificaprof": "4.1.1.2.0.1",
        "mansione": "Inserimento dati",
        "nposti": "1",
        "categoriasogg": "D",
        "comuneass": "F205",
        "capacitacontroindicazioni": "Nessuna controindicazione",
        "barrierearchitettoniche": "N",
        "turninotturni": "N",
        "mezzipubblici": "S",
        "categoriaass": "NO",
    } | values
    return (
        "<postilavoro>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in usual.items() if value)
        + "</postilavoro>\n"
    )


def _hours(name: str, rows: tuple[tuple[int, str, str], ...], heads: str, last: str) -> str:
    return "".join(
        f"<{name}><{heads}>{count}</{heads}><orariosettimanalecontrattuale>{contract}"
        f"</orariosettimanalecontrattuale><{last}>{worked}</{last}></{name}>"
        for count, contract, worked in rows
    )


def _province(province: Province) -> str:
    part = "orariosettimanaleparttime"
    disabled = _hours("parttime", province.disabled_part_time, "nlavoratoriparttime", part)
    none = "<nlavoratoritempopieno>0</nlavoratoritempopieno>"
    return (
        f"<quadro2><datiprovinciali><provincia>{province.code}</provincia><sederiferimento>"
        f"<comune>{province.comune}</comune><cap>20100</cap><indirizzo>via Prova 2</indirizzo>"
        "</sederiferimento><referente><cognome>Provinciale</cognome><nome>Referendo</nome>"
        "</referente></datiprovinciali>\n<personaledipendente>"
        f"<nlavoratori>{province.workers}</nlavoratori><disabili><nlavoratoritempopieno>"
        f"{province.disabled}</nlavoratoritempopieno>{disabled}</disabili>"
        f"<centralinisti>{none}</centralinisti><massofisioterapisti>{none}</massofisioterapisti>"
        f"<telelavoro>{none}</telelavoro>"
        + "".join(
            f"<categorieescluse><categoria>{name}</categoria><numero>{count}</numero>"
            "</categorieescluse>"
            for name, count in province.excluded
        )
        + _hours("dettaglioparttime", province.part_time, "numero", part)
        + _hours("dettagliointermittenti", province.on_call, "numero", "orariosettimanalesvolto")
        + f"<categorieprotette>{province.protected}</categorieprotette></personaledipendente>\n"
        f"<personalenondipendente><lavoratoridisabilisomministrati>{none}"
        f"</lavoratoridisabilisomministrati><lavoratoridisabiliconv12bis14>{none}"
        "</lavoratoridisabiliconv12bis14></personalenondipendente>\n"
        + "".join(worker(index) for index in range(province.persons))
        + "".join(post(**values) for values in province.posts)
        + "".join(
            f"<compensazioni><provincia>{other}</provincia><categoriacomp>{sign}</categoriacomp>"
            f"<numero>{count}</numero><categoriasogg>{who}</categoriasogg></compensazioni>"
            for other, sign, count, who in province.compensations
        )
        + f"{province.extra}</quadro2>\n"
    )
