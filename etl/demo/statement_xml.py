"""A company's statement as the ministry's XML (prospetto informativo, April 2016)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from xml.sax.saxutils import escape

from etl.demo.chance import Chance, Weighted
from etl.demo.companies import REFERENCE, Company, Compensation, Province, Vacancy
from etl.demo.lexicon import (
    GIVEN_NAMES,
    STREETS,
    SURNAMES,
    person_tax_code,
    private_street,
)
from etl.demo.obligation import Figures, Group, Hours

NAMESPACE = "http://servizi.lavoro.gov.it/UNIPI"
VERSION = "PIDISABILI001600"
NOTICE = "Dati dimostrativi: azienda, persone e offerte sono inventate."
NO_POSTCODE = "00000"

# Percentages of invalidity, contracts and kinds of hiring of the invented workers.
INVALIDITY = Weighted({46: 14, 50: 16, 55: 9, 60: 14, 67: 12, 70: 8, 74: 11, 75: 8, 80: 8, 100: 6})
CONTRACTS = Weighted({"A.01.00": 82, "A.02.00": 15, "A.03.08": 3})


def statement_xml(company: Company, seed: int) -> bytes:
    """Return the statement's file: UTF-8, or now and then ISO-8859-1 as older programs write."""
    encoding = "ISO-8859-1" if company.latin1 else "UTF-8"
    chance = Chance(seed, "persone", company.number, company.version)
    text = "".join(_statement(company, chance, encoding))
    return text.encode(encoding, errors="xmlcharrefreplace")


def _statement(company: Company, chance: Chance, encoding: str) -> Iterator[str]:
    hour, rest = divmod(company.sent_seconds, 3600)
    sent = f"{company.sent}T{hour:02d}:{rest // 60:02d}:{rest % 60:02d}"
    previous = ""
    if company.version and "prospetto_sostituito" in company.planted:
        previous = f' codicecomunicazioneprecedente="{company.code[:-1]}0"'
    surname, _, tax_code = _person(chance)
    delegate = f' delegato="{tax_code}" tipoDelegato="001"' if chance.happens(0.4) else ""
    yield (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<prospetto xmlns="{NAMESPACE}" codicecomunicazione="{company.code}"{previous}'
        f' dataInvio="{sent}"{delegate}'
        f' e-mailDelegato="{surname.lower()}@delegato-{company.number:05d}.example"'
        f' protocollo="{company.number:08d}" versione="{VERSION}">\n'
    )
    yield from _quadro1(company, chance)
    for place in company.provinces:
        yield from _quadro2(company, place, chance)
    yield from _quadro3(company)
    kind = "02" if previous else "01"
    yield f"<tipocomunicazione>{kind}</tipocomunicazione>\n</prospetto>\n"


def _quadro1(company: Company, chance: Chance) -> Iterator[str]:
    yield (
        "<quadro1><datiprospetto>"
        f"<datariferimento>{REFERENCE}</datariferimento>"
        f"<capogruppo>{_flag(company.is_parent)}</capogruppo>"
    )
    if company.parent:
        yield f"<cfcapogruppo>{company.parent}</cfcapogruppo>"
    yield f"<nlavoratorinazionali>{company.employees}</nlavoratorinazionali>"
    if company.category:
        yield f"<categoriaazienda>{company.category}</categoriaazienda>"
    if company.first_hire:
        yield f"<dataprimaassunzione>{company.first_hire}</dataprimaassunzione>"
        if company.second_hire:
            yield f"<datasecondaassunzione>{company.second_hire}</datasecondaassunzione>"
        yield "<nessunaassunzioneaggiuntiva>N</nessunaassunzioneaggiuntiva>"
    else:
        yield "<nessunaassunzioneaggiuntiva>S</nessunaassunzioneaggiuntiva>"
    yield (
        "</datiprospetto>\n<datiaziendali><dichiarante>"
        f"<tipologiadichiarante>{company.kind}</tipologiadichiarante>"
        f"<codicefiscale>{company.tax_code}</codicefiscale>"
        f"<denominazione>{escape(company.name)}</denominazione>"
        f"<settore>{company.ateco}</settore><ccnl>{company.agreement}</ccnl>"
        "</dichiarante><sedelegale>"
        f"<comunesedelegale>{company.seat_code}</comunesedelegale>"
        f"<capsedelegale>{NO_POSTCODE}</capsedelegale>"
        f"<indirizzosedelegale>{_address(chance)}</indirizzosedelegale>"
        f"<telefono>555{company.number:07d}</telefono>"
        f"<email>info@azienda-{company.number:05d}.example</email>"
        f"<PECemail>pec@azienda-{company.number:05d}.example</PECemail>"
        "</sedelegale>"
    )
    surname, name, tax_code = _person(chance)
    yield (
        f"<referente><codicefiscale>{tax_code}</codicefiscale>"
        f"<cognome>{surname}</cognome><nome>{name}</nome>"
        f"<indirizzo>{private_street(chance.below(100_000))}</indirizzo>"
        f"<comune>{company.seat_code}</comune><cap>{NO_POSTCODE}</cap>"
        f"<telefono>000555{company.number:07d}</telefono>"
        f"<email>{surname.lower()}@persona-{company.number:05d}.example</email>"
        "</referente></datiaziendali>"
    )
    if company.gradual:
        day, hired, percentage = company.gradual
        yield (
            f"<gradualita><dataatto>{day}</dataatto><estremiatto>Atto di prova 1</estremiatto>"
            "<assunzioninondisabiliprimaditrasformazione>"
            f"{hired}</assunzioninondisabiliprimaditrasformazione>"
            f"<datatrasformazione>{day}</datatrasformazione>"
            f"<percentuale>{percentage}</percentuale></gradualita>"
        )
    if company.suspended_until:
        yield (
            "<sospensionemobilita><sospensionepermobilita>S</sospensionepermobilita>"
            f"<datafinesospensione>{company.suspended_until}</datafinesospensione>"
            "</sospensionemobilita>"
        )
    if company.public_balance:
        disabled, protected = company.public_balance
        yield (
            "<assunzionipubblicaselezione><regione>03</regione>"
            f"<saldodisabili>{disabled}</saldodisabili>"
            f"<saldoexart18>{protected}</saldoexart18></assunzionipubblicaselezione>"
        )
    yield "</quadro1>\n"


def _quadro2(company: Company, place: Province, chance: Chance) -> Iterator[str]:
    staff = place.staff
    surname, name, _ = _person(chance)
    yield (
        f"<quadro2><datiprovinciali><provincia>{staff.province}</provincia>"
        f"<sederiferimento><comune>{place.seat_code}</comune><cap>{NO_POSTCODE}</cap>"
        f"<indirizzo>{_address(chance)}</indirizzo></sederiferimento>"
        f"<referente><cognome>{surname}</cognome><nome>{name}</nome></referente>"
    )
    if place.posts_operators is not None:
        yield f"<nposticentralinisti>{place.posts_operators}</nposticentralinisti>"
    if place.posts_physiotherapists is not None:
        count = place.posts_physiotherapists
        yield f"<npostimassofisioterapisti>{count}</npostimassofisioterapisti>"
    yield f"</datiprovinciali>\n<personaledipendente><nlavoratori>{staff.employees}</nlavoratori>"
    yield _group("disabili", staff.disabled)
    yield _group("centralinisti", staff.blind_operators)
    yield _group("massofisioterapisti", staff.blind_physiotherapists)
    yield _group("telelavoro", staff.telework)
    for code, number in staff.excluded:
        yield (
            f"<categorieescluse><categoria>{code}</categoria>"
            f"<numero>{number}</numero></categorieescluse>"
        )
    yield _hours("dettaglioparttime", "numero", "orariosettimanaleparttime", staff.part_time)
    yield _hours("dettagliointermittenti", "numero", "orariosettimanalesvolto", staff.on_call)
    yield f"<categorieprotette>{staff.protected}</categorieprotette>"
    if staff.protected_2000 is not None:
        yield f"<dicuiinforzaal17012000>{staff.protected_2000}</dicuiinforzaal17012000>"
    yield "</personaledipendente>\n<personalenondipendente>"
    yield _group("lavoratoridisabilisomministrati", staff.agency)
    yield _group("lavoratoridisabiliconv12bis14", staff.agreements)
    yield "</personalenondipendente>\n"
    yield from _workers(company, place, chance)
    for vacancy in place.vacancies:
        yield _vacancy(vacancy)
    yield from _measures(place, chance)
    yield f"<note>{NOTICE}</note></quadro2>\n"


def _workers(company: Company, place: Province, chance: Chance) -> Iterator[str]:
    staff = place.staff
    rows: list[tuple[str, Hours | None]] = []
    for group in (staff.disabled, staff.blind_operators, staff.blind_physiotherapists):
        rows += [("D", None)] * group.full_time
        rows += [("D", row) for row in group.part_time for _ in range(row.number)]
    rows += [("C", None)] * staff.protected
    for subject, hours in rows:
        surname, name, tax_code = _person(chance)
        born = date(1960 + chance.below(44), chance.between(1, 12), chance.between(1, 28))
        invalidity = chance.pick(INVALIDITY) if subject == "D" else None
        hired = max(born.replace(year=born.year + 18), date(1998, 1, 1))
        hired += timedelta(days=chance.below((REFERENCE - hired).days))
        trade = company.ateco.replace(".", "")[0]
        yield (
            f"<lavoratoricomputabili><lavoratore><codicefiscale>{tax_code}</codicefiscale>"
            f"<cognome>{surname}</cognome><nome>{name}</nome>"
            f"<sesso>{'F' if chance.happens(0.45) else 'M'}</sesso>"
            f"<datanascita>{born}</datanascita><comunenascita>0000</comunenascita>"
            + (f"<percentualedisabilita>{invalidity}</percentualedisabilita>" if invalidity else "")
            + f"</lavoratore><rapportolavoro><datainizio>{hired}</datainizio>"
            f"<tipologiacontr>{chance.pick(CONTRACTS)}</tipologiacontr>"
            f"<qualifica>{'8.1.4.3.0' if trade > '7' else '8.4.3.1.0'}.1</qualifica>"
            f"<tipoassunzione>{'1' if subject == 'D' else '2'}</tipoassunzione>"
            f"<orariosettimanale>{_clock(hours.contract if hours else 2400)}</orariosettimanale>"
            f"<orariosettimanaleparttime>{_clock(hours.worked if hours else 0)}"
            f"</orariosettimanaleparttime><categoriasogg>{subject}</categoriasogg>"
            f"<categoriaass>{'NO' if chance.happens(0.9) else 'NU'}</categoriaass>"
            "</rapportolavoro></lavoratoricomputabili>\n"
        )


def _vacancy(vacancy: Vacancy) -> str:
    return (
        f"<postilavoro><qualificaprof>{vacancy.occupation}</qualificaprof>"
        f"<mansione>{escape(vacancy.task)}</mansione><nposti>{vacancy.posts}</nposti>"
        f"<categoriasogg>{vacancy.subject}</categoriasogg><comuneass>{vacancy.comune}</comuneass>"
        f"<capacitacontroindicazioni>{escape(vacancy.capacities)}</capacitacontroindicazioni>"
        f"<barrierearchitettoniche>{_flag(vacancy.barriers)}</barrierearchitettoniche>"
        f"<turninotturni>{_flag(vacancy.night)}</turninotturni>"
        f"<mezzipubblici>{_flag(vacancy.transport)}</mezzipubblici>"
        f"<categoriaass>{vacancy.request}</categoriaass></postilavoro>\n"
    )


def _measures(place: Province, chance: Chance) -> Iterator[str]:
    for moved in place.compensations:
        group = ""
        if moved.group_company:
            code = moved.group_company
            group = f"<codicefiscaleaziendagruppo>{code}</codicefiscaleaziendagruppo>"
        yield (
            f"<compensazioni><provincia>{moved.province}</provincia>"
            f"<categoriacomp>{moved.kind}</categoriacomp><numero>{moved.number}</numero>"
            f"<categoriasogg>{moved.subject}</categoriasogg>{group}</compensazioni>\n"
        )
    if place.suspension:
        cause, state, until, people = place.suspension
        yield (
            f"<sospensioni><stato>{state}</stato><causale>{cause}</causale>"
            f"<datafinesospensione>{until}</datafinesospensione>"
            f"<numerolavoratori>{people}</numerolavoratori></sospensioni>\n"
        )
    if place.gradual is not None:
        yield f"<gradualita><nassunzioni>{place.gradual}</nassunzioni></gradualita>\n"
    act = f"Atto di prova {chance.between(1, 999)}"
    if place.exemption:
        exemption = place.exemption
        yield (
            f"<esoneri><stato>{exemption.state}</stato><dataatto>{exemption.day}</dataatto>"
            f"<estremiatto>{act}</estremiatto><finoal>{exemption.until}</finoal>"
            f"<percentuale>{exemption.percentage}</percentuale>"
            f"<numerolavoratori>{exemption.posts}</numerolavoratori></esoneri>\n"
        )
    if place.self_certified:
        own = place.self_certified
        yield (
            f"<esoneri60permille><dataautocertificazione>{own.day}</dataautocertificazione>"
            f"<numerolavoratori60permille>{own.at_risk}</numerolavoratori60permille>"
            f"<numerolavoratoriesonero>{own.posts}</numerolavoratoriesonero>"
            f"<percentuale>{own.percentage}</percentuale></esoneri60permille>\n"
        )
    if place.agreement:
        agreement = place.agreement
        yield (
            f"<convenzione><stato>{agreement.state}</stato><dataatto>{agreement.day}</dataatto>"
            f"<estremiatto>{act}</estremiatto><tipoconvenzione>{agreement.kind}</tipoconvenzione>"
            f"<numLavoratoriPrevisti>{agreement.hires:02d}</numLavoratoriPrevisti>"
            f"<datastipula>{agreement.day}</datastipula></convenzione>\n"
        )


def _quadro3(company: Company) -> Iterator[str]:
    national = company.national
    suspended = [place.suspension is not None for place in company.provinces]
    yield (
        "<quadro3><riepilogonazionale>"
        f"<numLavBaseComputoArt3>{national.base}</numLavBaseComputoArt3>"
        f"<numLavBaseComputoArt18>{national.base_18}</numLavBaseComputoArt18>"
        f"<quotariservadisabili>{national.quota}</quotariservadisabili>"
        f"<quotariservacatprotette>{national.quota_18}</quotariservacatprotette>"
        f"<esoneri>{national.exempted}</esoneri><disabili>{national.in_force}</disabili>"
        f"<catprotette>{national.protected}</catprotette>"
        f"<quotaesuberiArt18>{national.surplus_18}</quotaesuberiArt18>"
        f"<scoperturedisabili>{national.uncovered}</scoperturedisabili>"
        f"<scoperturecatprotette>{national.uncovered_18}</scoperturecatprotette>"
        f"<sospensioniincorso>{_flag(any(suspended))}</sospensioniincorso>"
        "</riepilogonazionale>\n"
    )
    for line, place, stopped in zip(company.lines, company.provinces, suspended, strict=True):
        yield _province_line(line, place, stopped)
    yield f"<note>{NOTICE}</note></quadro3>\n"


def _province_line(line: Figures, place: Province, suspended: bool) -> str:
    moved = "".join(
        _moved(name, [one for one in place.compensations if one.subject == subject])
        for name, subject in (("disabili", "D"), ("catprotette", "C"))
    )
    return (
        f"<elencoriepilogativoprovinciale><provincia>{line.province}</provincia>"
        f"<numLavBaseComputoArt3>{line.base}</numLavBaseComputoArt3>"
        f"<numLavBaseComputoArt18>{line.base_18}</numLavBaseComputoArt18>{moved}"
        f"<disabili>{line.in_force}</disabili><catprotette>{line.protected}</catprotette>"
        f"<quotariservadisabili>{line.quota}</quotariservadisabili>"
        f"<quotariservacatprotette>{line.quota_18}</quotariservacatprotette>"
        f"<esonerati>{line.exempted}</esonerati>"
        f"<scoperturedisabili>{line.uncovered}</scoperturedisabili>"
        f"<scoperturecatprotette>{line.uncovered_18}</scoperturecatprotette>"
        f"<sospensioniincorso>{_flag(suspended)}</sospensioniincorso>"
        "</elencoriepilogativoprovinciale>\n"
    )


def _moved(name: str, compensations: list[Compensation]) -> str:
    if not compensations:
        return ""
    number = sum(one.number for one in compensations)
    return (
        f"<categoriacomp{name}>{compensations[0].kind}</categoriacomp{name}>"
        f"<numerocomp{name}>{number}</numerocomp{name}>"
    )


def _group(tag: str, group: Group) -> str:
    rows = _hours("parttime", "nlavoratoriparttime", "orariosettimanaleparttime", group.part_time)
    return f"<{tag}><nlavoratoritempopieno>{group.full_time}</nlavoratoritempopieno>{rows}</{tag}>"


def _hours(tag: str, number: str, worked: str, rows: Iterable[Hours]) -> str:
    return "".join(
        f"<{tag}><{number}>{row.number}</{number}>"
        f"<orariosettimanalecontrattuale>{_clock(row.contract)}</orariosettimanalecontrattuale>"
        f"<{worked}>{_clock(row.worked)}</{worked}></{tag}>"
        for row in rows
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _flag(value: bool) -> str:
    return "S" if value else "N"


def _address(chance: Chance) -> str:
    return f"{escape(chance.one(STREETS))} {chance.between(1, 220)}"


def _person(chance: Chance) -> tuple[str, str, str]:
    surname, name = chance.one(SURNAMES), chance.one(GIVEN_NAMES)
    year, serial = 1955 + chance.below(50), chance.below(1200)
    return surname, name, person_tax_code(surname, name, year, serial)
