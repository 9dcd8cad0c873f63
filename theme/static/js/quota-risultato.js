// The calculator's result, as a visitor reads it.

import { FASCE } from "../../strumenti/quota.mjs";
import { conta, euro, giorno, numero } from "./cifre.js";
import { crea, metti } from "./elementi.js";

const qui = (id) => document.getElementById(id);
const POSTI_DISEGNATI = 140n;
const PER_RIGA = 14;

// ---------------------------------------------------------------------------------------------
// Sentences with what they rest on

const usati = (motivo, law) => Object.keys(motivo.dati).filter((nome) => nome in law);
const daVerificare = () => crea("span", { class: "marca marca-demo" }, "da verificare");

// «art. 3, c. 1» stays on one line.
const unito = (articolo) => articolo.replace(/\b(L\.|artt?\.|cc?\.|D\.Lgs\.|DPR|DM) /g, "$1\u00a0");

function validita({ dal, al }) {
  return [dal && `dal ${giorno(dal)}`, al && `fino al ${giorno(al)}`].filter(Boolean).join(" ");
}

// Source, dates and notes of some of the law's numbers, each source once.
function fonti(nomi, law, inizio = "") {
  const viste = new Map();
  for (const nome of nomi) {
    const { titolo, fonte, nota, verificato, valore } = law[nome];
    const chiave = [fonte ?? titolo, validita(law[nome])].filter(Boolean).join("; ");
    const vista = viste.get(chiave) ?? { note: new Set(), verificato: true };
    if (nota) vista.note.add(nota);
    vista.verificato &&= verificato && valore !== null;
    viste.set(chiave, vista);
  }
  return [...viste].map(([testo, { note, verificato }]) =>
    crea(
      "p",
      { class: "sotto" },
      [`${inizio}${unito(testo)}.`, ...note].join(" "),
      verificato ? null : [" ", daVerificare()],
    ),
  );
}

function voce(motivo, law, conFonti) {
  const nomi = usati(motivo, law);
  const dubbio = nomi.some((nome) => !law[nome].verificato);
  return crea(
    "li",
    {},
    motivo.frase,
    motivo.articolo
      ? [" ", crea("span", { class: "articolo" }, `(${unito(motivo.articolo)})`)]
      : null,
    conFonti ? fonti(nomi, law, "Fonte: ") : dubbio ? [" ", daVerificare()] : null,
  );
}

const frasi = (esito) => (esito ? esito.motivi.filter(({ frase, dove }) => frase && !dove) : []);
const elenco = (esito, law) => frasi(esito).map((motivo) => voce(motivo, law, true));

// ---------------------------------------------------------------------------------------------
// The card

export function fraseIniziale({ cifre, motivi, noto }) {
  const quota = cifre.quota_riserva_disabili;
  const fraseDi = (nome) => motivi.find(({ regola }) => regola === nome)?.frase ?? "";
  if (!noto) return `Per questa data il calcolo non è completo. ${fraseDi("quota_riserva_disabili")}`;
  const scoperti = cifre.scoperture_disabili;
  const frasi = [];
  if (quota === 0n) frasi.push(fraseDi("quota_riserva_disabili"));
  else {
    frasi.push(`L’azienda deve riservare ${conta(quota, "posto", "posti")} a persone con disabilità.`);
    if (scoperti === 0n) frasi.push(quota === 1n ? "È già coperto." : "Sono già tutti coperti.");
    else frasi.push(scoperti === 1n ? "Ne manca 1." : `Ne mancano ${numero(scoperti)}.`);
  }
  const scoperti18 = cifre.scoperture_art18;
  if (scoperti18 > 0n) {
    frasi.push(
      `Per le altre categorie protette ${scoperti18 === 1n ? "manca 1 posto" : `mancano ${numero(scoperti18)} posti`}.`,
    );
  }
  return frasi.join(" ");
}

function disegnaPosti({ cifre, noto }) {
  const quota = cifre.quota_riserva_disabili;
  if (!noto || quota === 0n) return [];
  const minore = (a, b) => (a < b ? a : b);
  const scoperti = minore(quota, cifre.scoperture_disabili);
  const esonerati = minore(quota - scoperti, cifre.esonerati);
  const tipi = [
    ["coperto", quota - scoperti - esonerati, "coperto", "coperti"],
    ["esonerato", esonerati, "esonerato", "esonerati"],
    ["scoperto", scoperti, "scoperto", "scoperti"],
  ].filter(([, quanti]) => quanti > 0n);
  const legenda = crea(
    "ul",
    { class: "legenda" },
    tipi.map(([tipo, quanti, uno, molti]) =>
      crea("li", { class: `posto-${tipo}` }, `${conta(quanti, uno, molti)}`),
    ),
  );
  if (quota > POSTI_DISEGNATI) return [legenda];
  const spazio = "http://www.w3.org/2000/svg";
  const disegno = document.createElementNS(spazio, "svg");
  const righe = Math.ceil(Number(quota) / PER_RIGA);
  const colonne = Math.min(Number(quota), PER_RIGA);
  disegno.setAttribute("class", "disegno-posti");
  disegno.setAttribute("aria-hidden", "true");
  disegno.setAttribute("viewBox", `0 0 ${colonne * 20} ${righe * 20}`);
  disegno.setAttribute("width", colonne * 20);
  disegno.setAttribute("height", righe * 20);
  let posto = 0;
  for (const [tipo, quanti] of tipi) {
    for (let i = 0n; i < quanti; i += 1n) {
      const quadro = document.createElementNS(spazio, "rect");
      quadro.setAttribute("class", `posto-${tipo}`);
      quadro.setAttribute("x", (posto % PER_RIGA) * 20 + 2);
      quadro.setAttribute("y", Math.floor(posto / PER_RIGA) * 20 + 2);
      quadro.setAttribute("width", 15);
      quadro.setAttribute("height", 15);
      quadro.setAttribute("rx", 3);
      disegno.append(quadro);
      posto += 1;
    }
  }
  return [disegno, legenda];
}

function coppia(nome, valore, classe = "") {
  return crea("div", classe ? { class: classe } : {}, crea("dt", {}, nome), crea("dd", {}, valore));
}

function voci({ cifre }) {
  const lettera = cifre.fascia === null ? "" : FASCE[Number(cifre.fascia)];
  const righe = [
    coppia("Base di computo", numero(cifre.base_computo_art3)),
    coppia("Quota di riserva", numero(cifre.quota_riserva_disabili)),
    coppia("Persone con disabilità in forza", numero(cifre.disabili_in_forza)),
  ];
  if (cifre.esonerati > 0n) righe.push(coppia("Posti esonerati", numero(cifre.esonerati)));
  righe.push(coppia("Posti scoperti", numero(cifre.scoperture_disabili), "voce-forte"));
  if (cifre.quota_riserva_art18 !== 0n || cifre.categorie_protette_in_forza > 0n) {
    righe.push(
      coppia("Altre categorie protette: quota", numero(cifre.quota_riserva_art18)),
      coppia("Altre categorie protette: scoperti", numero(cifre.scoperture_art18)),
    );
  }
  if (lettera) righe.push(coppia("Fascia nel prospetto", lettera));
  return righe;
}

// ---------------------------------------------------------------------------------------------
// Steps and tables

function rigaConto(nome, valore, segno, totale = false) {
  return crea(
    "tr",
    totale ? { class: "totale" } : {},
    crea("th", { scope: "row" }, nome),
    crea("td", { class: "num" }, `${segno}${numero(valore)}`),
  );
}

function contoBase({ cifre }) {
  const telelavoro = cifre.telelavoro_riproporzionato + cifre.telelavoro_intero;
  const tolti = [
    ["Persone con disabilità", cifre.disabili_dipendenti],
    ["Categorie escluse", cifre.esclusi_art3],
    ["Altre categorie protette", cifre.protette_non_computate],
    ["Tempo parziale", cifre.riduzione_part_time],
    ["Lavoro a chiamata", cifre.riduzione_intermittenti],
    ["Telelavoro", telelavoro],
  ].filter(([, valore]) => valore === null || valore > 0n);
  const righe = [
    rigaConto("Dipendenti in Italia", cifre.dipendenti, ""),
    ...tolti.map(([nome, valore]) => rigaConto(nome, valore, valore === null ? "" : "− ")),
    rigaConto("Base di computo, articolo 3", cifre.base_computo_art3, "", true),
  ];
  if (cifre.base_computo_art18 !== cifre.base_computo_art3) {
    righe.push(rigaConto("Base di computo, articolo 18", cifre.base_computo_art18, "", true));
  }
  return righe;
}

function contoPosti({ cifre }) {
  const saldo = cifre.scoperture_disabili_con_segno;
  const gruppo = cifre.eccedenze_gruppo_disabili - cifre.riduzioni_gruppo_disabili;
  const righe = [rigaConto("Quota di riserva", cifre.quota_riserva_disabili, "")];
  if (cifre.esonerati > 0n) righe.push(rigaConto("Posti esonerati", cifre.esonerati, "− "));
  righe.push(rigaConto("Persone con disabilità in forza", cifre.disabili_in_forza, "− "));
  if (cifre.abbattimento > 0n) {
    righe.push(rigaConto("Coperti da altre categorie protette", cifre.abbattimento, "− "));
  }
  if (gruppo !== 0n) {
    righe.push(rigaConto("Compensazione nel gruppo", gruppo > 0n ? gruppo : -gruppo, gruppo > 0n ? "+ " : "− "));
  }
  righe.push(
    saldo !== null && saldo < 0n
      ? rigaConto("Posti oltre la quota", -saldo, "", true)
      : rigaConto("Posti scoperti", cifre.scoperture_disabili, "", true),
  );
  if (cifre.quota_riserva_art18 !== 0n || cifre.categorie_protette_in_forza > 0n) {
    righe.push(
      rigaConto("Quota per le altre categorie protette", cifre.quota_riserva_art18, ""),
      rigaConto("Altre categorie protette in forza", cifre.categorie_protette_in_forza, "− "),
      rigaConto("Posti scoperti, articolo 18", cifre.scoperture_art18, "", true),
    );
  }
  return righe;
}

const COLONNE = [
  ["Base", "base_computo_art3_provincia", "base_computo_art3"],
  ["Quota", "quota_riserva_disabili_provincia", "quota_riserva_disabili"],
  ["Esonerati", "esonerati_provincia", "esonerati"],
  ["In forza", "disabili_in_forza_provincia", "disabili_in_forza"],
  ["Compensazioni", null, null],
  ["Scoperti", "scoperture_disabili_provincia", "scoperture_disabili"],
  ["Quota art. 18", "quota_riserva_art18_provincia", "quota_riserva_art18"],
  ["Scoperti art. 18", "scoperture_art18_provincia", "scoperture_art18"],
];

const compensazioni = ({ eccedenza_disabili: piu, riduzione_disabili: meno }) =>
  [piu > 0n ? `+${numero(piu)}` : "", meno > 0n ? `−${numero(meno)}` : ""]
    .filter(Boolean)
    .join(" ") || "0";

// Columns in which there is nothing to read are left out.
function colonneUtili({ etichette, righe, cifre }) {
  const serve = {
    Esonerati: cifre.esonerati > 0n,
    Compensazioni: etichette.some((codice) => compensazioni(righe[codice]) !== "0"),
    "Quota art. 18": cifre.quota_riserva_art18 !== 0n,
    "Scoperti art. 18": cifre.quota_riserva_art18 !== 0n,
  };
  return COLONNE.filter(([colonna]) => serve[colonna] ?? true);
}

function riparto(esito, nomi) {
  const colonne = colonneUtili(esito);
  const cella = (colonna, testo) =>
    crea("td", { class: "num", "data-colonna": colonna }, crea("span", {}, testo));
  const testa = crea(
    "tr",
    {},
    ["Provincia", ...colonne.map(([colonna]) => colonna)].map((testo, i) =>
      crea("th", i ? { scope: "col", class: "num" } : { scope: "col" }, testo),
    ),
  );
  const corpo = esito.etichette.map((codice) => {
    const sua = esito.righe[codice];
    return crea(
      "tr",
      {},
      crea("th", { scope: "row" }, nomi.get(codice)),
      colonne.map(([colonna, nome]) => cella(colonna, nome ? numero(sua[nome]) : compensazioni(sua))),
    );
  });
  corpo.push(
    crea(
      "tr",
      { class: "totale" },
      crea("th", { scope: "row" }, "Italia"),
      colonne.map(([colonna, , nome]) => cella(colonna, nome ? numero(esito.cifre[nome]) : "–")),
    ),
  );
  return { testa, corpo };
}

// Where one province has too many people and another too few, the whole hides what is lacking.
function daCompensare({ etichette, righe, cifre }) {
  return [
    ["disabili", "persone con disabilità"],
    ["art18", "altre categorie protette"],
  ].flatMap(([tipo, chi]) => {
    const somma = etichette.reduce(
      (totale, codice) => totale + (righe[codice][`scoperture_${tipo}_provincia`] ?? 0n),
      0n,
    );
    const nazionale = cifre[`scoperture_${tipo}`];
    if (nazionale === null || somma <= nazionale) return [];
    return [
      `Posti scoperti per ${chi}: le province insieme ne hanno ${numero(somma)}, l’azienda ` +
        `${numero(nazionale)}. Serve una compensazione: chi ne ha coperti di più copre le altre.`,
    ];
  });
}

function passiProvince(esito, nomi) {
  return esito.etichette.map((codice) => {
    const suoi = esito.motivi.filter(({ dove, frase }) => dove === codice && frase);
    return crea(
      "div",
      {},
      crea("h3", {}, nomi.get(codice)),
      crea("ul", { class: "passi" }, suoi.map((motivo) => voce(motivo, esito.legge, false))),
    );
  });
}

// ---------------------------------------------------------------------------------------------
// Duties, incentives, exemption, sanctions

function scadenze(esito) {
  const { cifre, legge: law } = esito;
  if (!esito.noto) return [];
  if (cifre.quota_riserva_disabili === 0n && cifre.quota_riserva_art18 === 0n) {
    return [crea("li", {}, "Con questi numeri non ci sono obblighi da rispettare. Assumere si può comunque, anche con gli incentivi.")];
  }
  const mostrate = frasi(esito.adempimenti).filter(
    ({ regola }) => regola !== "scadenza_richiesta" || cifre.scoperture_disabili > 0n,
  );
  const voci = mostrate.map((motivo) => voce(motivo, law, true));
  if (cifre.scoperture_disabili > 0n) {
    voci.push(
      crea("li", {}, "Un accordo con gli uffici, cioè una convenzione, permette di programmare le assunzioni nel tempo."),
    );
  }
  return voci;
}

function uffici(stato, esito) {
  const tutti = new Map(
    [...document.querySelectorAll("#uffici-tutti [data-provincia]")].map((v) => [v.dataset.provincia, v]),
  );
  const cerca = ({ codice, nome }) =>
    tutti.get(codice)?.cloneNode(true) ?? crea("li", {}, crea("strong", {}, `Collocamento mirato di ${nome}`));
  const conQuota = stato.province.filter(
    ({ codice }, i) =>
      codice &&
      (i === 0 ||
        esito.righe[codice].quota_riserva_disabili_provincia !== 0n ||
        esito.righe[codice].quota_riserva_art18_provincia !== 0n),
  );
  return conQuota.map(cerca);
}

function cellaFonti(nomi, law) {
  return crea("td", { "data-colonna": "Fonte" }, crea("div", {}, fonti(nomi, law)));
}

const CASI = [
  ["psichica", (v) => `Disabilità intellettiva o psichica, riduzione oltre il ${v("incentivo_riduzione_psichica")}%`],
  ["alta", (v) => `Riduzione della capacità oltre il ${v("incentivo_riduzione_alta")}%`],
  ["media", (v) => `Riduzione della capacità dal ${v("incentivo_riduzione_media")}% al ${v("incentivo_riduzione_alta")}%`],
];

function incentivi({ incentivi: casi, legge: law }) {
  const valore = (nome) => numero(law[nome].valore);
  return CASI.map(([nome, scrivi]) => {
    const caso = casi[nome];
    const nomi = [`incentivo_riduzione_${nome}`, `incentivo_percentuale_${nome === "media" ? "media" : "alta"}`, `incentivo_mesi_${nome === "psichica" ? "psichica" : "ordinari"}`];
    const frase = caso ? frasi(caso).map(({ frase: testo }) => testo).join(" ") : "Da verificare: la regola di questa data non è nota.";
    return crea(
      "tr",
      {},
      crea("th", { scope: "row" }, scrivi(valore)),
      crea("td", { "data-colonna": "Quanto" }, crea("span", {}, frase)),
      cellaFonti(nomi, law),
    );
  });
}

function dote({ legge: law }) {
  const limiti = ["dote_assunzione_minimo", "dote_assunzione_massimo"];
  const altri = Object.keys(law)
    .filter((nome) => nome.startsWith("dote_") && !limiti.includes(nome))
    .sort((a, b) => (law[a].titolo < law[b].titolo ? -1 : 1));
  const riga = (titolo, quanto, nomi) =>
    crea(
      "tr",
      {},
      crea("th", { scope: "row" }, titolo),
      crea("td", { "data-colonna": "Quanto" }, crea("span", {}, quanto)),
      cellaFonti(nomi, law),
    );
  const [minimo, massimo] = limiti.map((nome) => euro(law[nome].valore));
  return [
    riga("Asse I: per ogni assunzione", `da ${minimo} a ${massimo}`, limiti),
    ...altri.map((nome) => riga(law[nome].titolo, euro(law[nome].valore), [nome])),
  ];
}

function doteTotale({ dote: { assunzioni, minimo, massimo }, noto }, pubblico) {
  if (pubblico) return [crea("p", { class: "riquadro" }, "Per gli enti pubblici l’avviso prevede solo il rimborso dei tirocini.")];
  if (!noto || assunzioni === 0n || minimo === null || massimo === null) return [];
  const quante = conta(assunzioni, "assunzione", "assunzioni");
  return [
    crea("p", { class: "riquadro" }, `Con ${quante}, quante ne mancano: da ${euro(minimo)} a ${euro(massimo)}, secondo i contratti e le persone.`),
  ];
}

function esonero({ esonero: risultato, legge: law, cifre }) {
  if (!risultato) return [];
  const { esito, ipotesi, anno, contributo } = risultato;
  const limite = esito.cifre.esonero_limite_di_legge;
  const voci = elenco(esito, law);
  if (ipotesi && esito.cifre.esonero_ammesso === 1n) {
    const massima = numero(esito.cifre.esonero_percentuale_massima);
    voci.unshift(
      crea("li", {}, `Non hai scritto una percentuale concessa: il calcolo prova con quella massima, ${massima}%.`),
    );
  }
  if (limite !== null && cifre.esonerati > limite) {
    const scritti = conta(cifre.esonerati, "posto esonerato", "posti esonerati");
    voci.push(
      crea("li", { class: "avviso" }, `Hai scritto ${scritti}: la legge ne ammette al massimo ${numero(limite)}.`),
    );
  }
  if (contributo) {
    voci.push(
      ...elenco(contributo, law),
      crea(
        "li",
        {},
        `Il contributo è quello di tutto l’anno ${anno}, senza le feste nazionali. Sono da togliere le altre feste previste dal contratto.`,
        fonti(["festivita_nazionali"], law, "Fonte delle feste: "),
      ),
    );
  }
  return voci;
}

// ---------------------------------------------------------------------------------------------

export function mostra(stato, esito, avvisi) {
  const { legge: law, motivi } = esito;
  const nomi = new Map(stato.province.map(({ codice, nome }) => [codice, nome]));
  metti(qui("esito-posti"), disegnaPosti(esito));
  metti(qui("esito-voci"), voci(esito));
  const nonAmmesse = motivi.filter(({ regola, frase }) => regola === "compensazione_non_ammessa" && frase);
  metti(
    qui("avvisi"),
    [
      ...avvisi,
      ...(esito.noto ? daCompensare(esito) : []),
      ...nonAmmesse.map(({ dove, frase }) => (nomi.get(dove) ? `${nomi.get(dove)}. ${frase}` : frase)),
    ].map((testo) => crea("p", { class: "avviso" }, testo)),
  );
  metti(qui("conto-base"), contoBase(esito));
  metti(qui("conto-posti"), contoPosti(esito));
  metti(qui("passi"), motivi.filter(({ frase, dove }) => frase && !dove).map((m) => voce(m, law, false)));

  const tante = stato.province.length > 1;
  qui("blocco-province").hidden = !tante;
  const { testa, corpo } = riparto(esito, nomi);
  metti(qui("riparto-testa"), tante ? testa : []);
  metti(qui("riparto"), tante ? corpo : []);
  metti(qui("passi-province"), tante ? passiProvince(esito, nomi) : []);

  metti(qui("scadenze"), scadenze(esito));
  const vicini = uffici(stato, esito);
  qui("blocco-uffici").hidden = vicini.length === 0;
  metti(qui("uffici"), vicini);

  metti(qui("incentivi"), incentivi(esito));
  metti(qui("dote-totale"), doteTotale(esito, stato.pubblico));
  metti(qui("dote"), dote(esito));
  metti(qui("convenzioni"), elenco(esito.convenzioni, law));
  metti(qui("esonero"), esonero(esito));
  metti(qui("sospensione"), [...elenco(esito.sospensione, law), ...restoSospeso(esito), ...elenco(esito.gradualita, law)]);
  metti(qui("sanzioni"), elenco(esito.sanzioni, law));

  const collegamento = qui("verso-articolo14");
  const base = collegamento.getAttribute("href").split("#")[0];
  const { base_computo_art3: b, esonerati: e, disabili_in_forza: f } = esito.cifre;
  collegamento.setAttribute("href", esito.noto ? `${base}#base=${b}&esonerati=${e}&forza=${f}&giorno=${stato.giorno}` : base);

  const dubbi = new Set(motivi.filter(({ frase }) => frase).flatMap((m) => usati(m, law)).filter((n) => !law[n].verificato));
  if (esito.oltreMeta && !law.forza_intero_piccoli.verificato) dubbi.add("forza_intero_piccoli");
  const titoli = [...dubbi].map((nome) => `«${law[nome].titolo}»`).sort();
  qui("nota-verifica").textContent =
    `Calcolo con la legge del ${giorno(stato.giorno)}. ` +
    (titoli.length
      ? `La quota e le scoperture usano numeri da verificare: ${titoli.join(", ")}.`
      : "La quota e le scoperture usano solo numeri letti in una fonte.");
}

function restoSospeso({ sospensione }) {
  if (!sospensione) return [];
  const resto = sospensione.cifre.scoperture_durante_sospensione;
  return [crea("li", {}, `Durante la sospensione i posti scoperti sono ${numero(resto)}.`)];
}

export function mostraRiepilogo(gruppi) {
  metti(
    qui("dati"),
    gruppi.map(([titolo, righe]) =>
      crea(
        "div",
        { class: "dati-gruppo" },
        crea("h3", {}, titolo),
        crea("dl", { class: "esito-voci" }, righe.map(([nome, valore]) => coppia(nome, valore))),
      ),
    ),
  );
}
