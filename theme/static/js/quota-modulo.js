// The calculator's form: its fields become figures, and the part of the address after «#».

import { giorno, leggiCifra } from "./cifre.js";

const SEDE = "1";
const PROVINCE_AL_MASSIMO = 107;
const LUNGHEZZA_AL_MASSIMO = 40;
const CON_DISABILITA = new Set([
  "disabili",
  "centralinisti",
  "massofisioterapisti",
  "somministrati",
  "convenzioni",
]);
// Workers who are among the employees of the province.
const DIPENDENTI = new Set([
  "dipendenti",
  "intermittenti",
  "telelavoro",
  "disabili",
  "centralinisti",
  "massofisioterapisti",
]);
const MODULO = document.getElementById("calcolo");
const ALTRE = document.getElementById("altre-province");
const MODELLO_PROVINCIA = document.getElementById("modello-provincia").content;
const MODELLO_ORARIO = document.getElementById("modello-orario").content;

let orari = 0;
let province = 1;

// Gives a copy of a template in which each `segno` of ids, labels and descriptions is `valore`.
function copia(modello, segno, valore) {
  const pezzo = modello.cloneNode(true);
  for (const nome of ["id", "for", "aria-describedby"]) {
    for (const elemento of pezzo.querySelectorAll(`[${nome}]`)) {
      elemento.setAttribute(nome, elemento.getAttribute(nome).replaceAll(segno, valore));
    }
  }
  return pezzo.firstElementChild;
}

export function aggiungiProvincia() {
  province += 1;
  const scheda = copia(MODELLO_PROVINCIA, "pN-", `p${province}-`);
  scheda.dataset.provincia = province;
  ALTRE.append(scheda);
  return scheda;
}

export function aggiungiOrario(contenitore) {
  orari += 1;
  const riga = copia(MODELLO_ORARIO, "oN-", `o${orari}-`);
  contenitore.querySelector(".righe-orario").append(riga);
  mostraOltre(riga);
  return riga;
}

// Only a private employer's part-timers with disabilities may be counted whole.
export function mostraOltre(riga) {
  const gruppo = riga.querySelector("[data-orario=gruppo]").value;
  riga.querySelector(".riga-orario-oltre").hidden = !CON_DISABILITA.has(gruppo);
}

export function svuota() {
  ALTRE.replaceChildren();
  for (const riga of MODULO.querySelectorAll(".riga-orario")) riga.remove();
  MODULO.reset();
  for (const campo of MODULO.querySelectorAll("[data-nome]")) {
    if (campo.type !== "checkbox" && campo.tagName === "INPUT") campo.value = "";
  }
}

const contenitori = (numero) => [...MODULO.querySelectorAll(`[data-provincia="${numero}"]`)];
const numeri = () => [SEDE, ...[...ALTRE.children].map((scheda) => scheda.dataset.provincia)];
const dentro = (numero, selettore) =>
  contenitori(numero).flatMap((parte) => [...parte.querySelectorAll(selettore)]);
const dellAzienda = () =>
  [...MODULO.querySelectorAll("[data-nome]")].filter((c) => !c.closest("[data-provincia]"));
const scritto = (campo) => (campo.type === "checkbox" ? (campo.checked ? "1" : "") : campo.value);

function nomeProvincia(numero) {
  const [scelta] = dentro(numero, "select[data-nome=provincia]");
  return scelta.value ? scelta.selectedOptions[0].textContent : "";
}

export function etichetta(campo) {
  return (campo.labels?.[0]?.textContent ?? "").trim();
}

// Returns {stato, errori: [{campo, testo}], avvisi: [text], vuoto}.
export function leggi() {
  const errori = [];
  const avvisi = [];
  const cifra = (campo) => {
    if (campo.validity.badInput) {
      errori.push({ campo, testo: "Scrivi una data completa." });
      return null;
    }
    const { valore = null, errore } = leggiCifra(campo.dataset.tipo, campo.value);
    if (errore) errori.push({ campo, testo: errore });
    return valore;
  };
  const dati = {};
  for (const campo of dellAzienda()) {
    dati[campo.dataset.nome] = campo.type === "checkbox" ? campo.checked : cifra(campo);
  }
  const lette = numeri().map((numero) => leggiProvincia(numero, cifra, errori));
  if (lette.some(({ incompleti }) => incompleti)) {
    avvisi.push("Un orario ridotto non è ancora contato: scrivi quante persone e quante ore.");
  }
  const [sede, ...altre] = lette;
  const pronte = altre.filter(({ codice, dati: d }) => codice && d.lavoratori !== null);
  if (pronte.length < altre.length) {
    avvisi.push("Una provincia non è ancora contata: scegli quale e scrivi quanti dipendenti ha.");
  }
  const usate = [sede, ...pronte];
  const viste = new Map();
  for (const { codice, campo } of usate) {
    if (codice && viste.has(codice)) errori.push({ campo, testo: "Questa provincia c’è già." });
    if (codice) viste.set(codice, campo);
  }
  if (pronte.length > 0 && !sede.codice) {
    errori.push({ campo: sede.campo, testo: "Scegli la provincia: serve per dividere la quota." });
  }
  if (dati.giorno === null && !errori.some(({ campo }) => campo.dataset.nome === "giorno")) {
    const campo = document.getElementById("giorno");
    errori.push({ campo, testo: "Scrivi la data del calcolo." });
  }
  avvisi.push(...compensazioni(usate));
  return {
    stato: {
      giorno: dati.giorno,
      inizio: dati.inizio,
      pubblico: MODULO.elements.datore.value === "pubblico",
      dati,
      province: usate.map(({ codice, nome, dati: d, orari: o }) => ({
        codice,
        nome,
        dati: d,
        orari: o,
      })),
    },
    errori,
    avvisi,
    vuoto: usate.every(({ dati: d }) => d.lavoratori === null),
  };
}

function leggiProvincia(numero, cifra, errori) {
  const dati = {};
  const campi = {};
  for (const campo of dentro(numero, "input[data-nome]")) {
    campi[campo.dataset.nome] = campo;
    dati[campo.dataset.nome] = cifra(campo);
  }
  const campo = dentro(numero, "select[data-nome=provincia]")[0];
  const righe = dentro(numero, ".riga-orario").map((riga) => leggiOrario(riga, cifra, errori));
  const lette = righe.filter((riga) => typeof riga === "object");
  confronta(dati, campi, lette, errori);
  return {
    codice: campo.value,
    nome: nomeProvincia(numero),
    campo,
    dati,
    orari: lette,
    incompleti: righe.includes("incompleto"),
  };
}

// Returns the row, or a word where it does not count: it is empty, incomplete, or has an error.
function leggiOrario(riga, cifra, errori) {
  const campo = (nome) => riga.querySelector(`[data-orario=${nome}]`);
  const prima = errori.length;
  const gruppo = campo("gruppo").value;
  const oltre = CON_DISABILITA.has(gruppo) && campo("oltre").checked;
  const [numero, svolto, contratto] = ["numero", "svolto", "contratto"].map((n) => cifra(campo(n)));
  if (errori.length > prima) return "sbagliato";
  if (numero === null && svolto === null) return "vuoto";
  if (numero === null || svolto === null) return "incompleto";
  const sbaglia = (nome, testo) => errori.push({ campo: campo(nome), testo });
  if (!contratto) sbaglia("contratto", "Scrivi l’orario pieno, per esempio 40:00.");
  else if (gruppo === "intermittenti" ? svolto > contratto : svolto >= contratto) {
    sbaglia("svolto", "Le ore devono essere meno dell’orario pieno.");
  }
  return errori.length > prima ? "sbagliato" : { gruppo, numero, svolto, contratto, oltre };
}

function confronta(dati, campi, righe, errori) {
  const quante = (gruppi) =>
    righe
      .filter(({ gruppo }) => gruppi(gruppo))
      .reduce((totale, { numero }) => totale + numero, 0n);
  const di = (...nomi) => nomi.reduce((totale, nome) => totale + (dati[nome] ?? 0n), 0n);
  const disabili =
    di("disabili_tempo_pieno", "centralinisti_tempo_pieno", "massofisioterapisti_tempo_pieno") +
    quante((gruppo) => CON_DISABILITA.has(gruppo) && DIPENDENTI.has(gruppo));
  const altri =
    di("telelavoro_tempo_pieno") + quante((g) => DIPENDENTI.has(g) && !CON_DISABILITA.has(g));
  const esclusi = di("esclusi", "esclusi_solo_3");
  const scritti = [
    disabili + altri,
    esclusi,
    di("esclusi", "esclusi_solo_18"),
    di("categorie_protette"),
  ];
  const massimo = scritti.reduce((a, b) => (b > a ? b : a));
  if (dati.lavoratori !== null && massimo > dati.lavoratori) {
    errori.push({
      campo: campi.lavoratori,
      testo: `I dipendenti sono meno delle persone scritte negli altri campi, che sono ${massimo}.`,
    });
  }
  for (const [parte, tutto, nome] of [
    ["categorie_protette_2000", "categorie_protette", "delle persone di altre categorie protette"],
    ["riduzione_gruppo_disabili", "riduzione_disabili", "della riduzione"],
    ["eccedenza_gruppo_disabili", "eccedenza_disabili", "dell’eccedenza"],
    ["riduzione_gruppo_art18", "riduzione_art18", "della riduzione"],
    ["eccedenza_gruppo_art18", "eccedenza_art18", "dell’eccedenza"],
  ]) {
    if (di(parte) > di(tutto)) {
      errori.push({
        campo: campi[parte],
        testo: `Non può essere più ${nome}, che è ${di(tutto)}.`,
      });
    }
  }
}

// Outside a group, what one province gives another must take.
function compensazioni(province) {
  const somma = (nome) => province.reduce((totale, { dati }) => totale + (dati[nome] ?? 0n), 0n);
  return [
    ["disabili", "persone con disabilità"],
    ["art18", "altre categorie protette"],
  ]
    .filter(
      ([tipo]) =>
        somma(`eccedenza_${tipo}`) - somma(`eccedenza_gruppo_${tipo}`) !==
        somma(`riduzione_${tipo}`) - somma(`riduzione_gruppo_${tipo}`),
    )
    .map(
      ([, chi]) =>
        `Le compensazioni per ${chi} non tornano: fuori dal gruppo di imprese le eccedenze e le ` +
        "riduzioni devono essere uguali.",
    );
}

// What is written, as pairs of key and text: the contents of the address after «#».
export function voci(predefiniti) {
  const trovate = [];
  const aggiungi = (chiave, testo) => {
    if (testo !== (predefiniti[chiave] ?? "")) trovate.push([chiave, testo]);
  };
  for (const campo of dellAzienda()) aggiungi(campo.dataset.nome, scritto(campo));
  aggiungi("datore", MODULO.elements.datore.value);
  numeri().forEach((numero, i) => {
    const posto = i + 1;
    const campi = dentro(numero, "[data-nome]");
    const prima = trovate.length;
    for (const campo of campi) aggiungi(`${posto}.${campo.dataset.nome}`, scritto(campo));
    for (const riga of dentro(numero, ".riga-orario")) {
      const testo = (nome) => riga.querySelector(`[data-orario=${nome}]`).value.trim();
      const ore = (nome) => testo(nome).replace(":", ".");
      const oltre = riga.querySelector("[data-orario=oltre]").checked ? "*1" : "";
      trovate.push([
        `${posto}.orario`,
        `${testo("gruppo")}*${testo("numero")}*${ore("svolto")}*${ore("contratto")}${oltre}`,
      ]);
    }
    // an added province counts even while it is empty
    if (i > 0 && trovate.length === prima) trovate.push([`${posto}.provincia`, ""]);
  });
  return trovate;
}

// Fills the form from pairs; returns whether every pair was understood.
export function riempi(coppie) {
  svuota();
  let capite = true;
  for (const [chiave, intero] of coppie) {
    const testo = intero.slice(0, LUNGHEZZA_AL_MASSIMO);
    const [, posto, nome] = /^(?:([1-9]\d{0,2})\.)?([a-z0-9_]+)$/.exec(chiave) ?? [];
    if (nome === undefined || Number(posto ?? 1) > PROVINCE_AL_MASSIMO) capite = false;
    else if (posto === undefined) capite = riempiAzienda(nome, testo) && capite;
    else capite = riempiProvincia(Number(posto), nome, testo) && capite;
  }
  return capite;
}

function riempiAzienda(nome, testo) {
  if (nome === "datore") {
    MODULO.elements.datore.value = testo === "pubblico" ? "pubblico" : "privato";
    return testo === "pubblico" || testo === "privato";
  }
  return scrivi(
    dellAzienda().find((campo) => campo.dataset.nome === nome),
    testo,
  );
}

function riempiProvincia(posto, nome, testo) {
  while (numeri().length < posto) aggiungiProvincia();
  const numero = numeri()[posto - 1];
  if (nome !== "orario") {
    return scrivi(
      dentro(numero, "[data-nome]").find((c) => c.dataset.nome === nome),
      testo,
    );
  }
  const [gruppo, persone, svolto, contratto, oltre] = testo.split("*");
  const riga = aggiungiOrario(contenitori(numero).at(-1));
  const campo = (chi) => riga.querySelector(`[data-orario=${chi}]`);
  campo("gruppo").value = gruppo;
  const noto = campo("gruppo").value === gruppo;
  if (!noto) campo("gruppo").selectedIndex = 0;
  campo("numero").value = persone ?? "";
  campo("svolto").value = (svolto ?? "").replace(".", ":");
  campo("contratto").value = (contratto ?? "").replace(".", ":");
  campo("oltre").checked = oltre === "1";
  mostraOltre(riga);
  return noto;
}

function scrivi(campo, testo) {
  if (campo === undefined) return false;
  if (campo.type === "checkbox") {
    campo.checked = testo === "1";
    return testo === "1";
  }
  campo.value = testo;
  return campo.value === testo;
}

// Marks the parts that hold something, opens those that hold an error, and numbers the rows.
export function rifinisci() {
  for (const parte of MODULO.querySelectorAll(".precisazione")) {
    const pieni = [...parte.querySelectorAll("[data-nome]")].some(
      (campo) => campo.id !== "giorno" && scritto(campo) !== "",
    );
    const diverso =
      pieni ||
      parte.querySelector(".riga-orario") !== null ||
      (parte.id === "azienda" && MODULO.elements.datore.value === "pubblico");
    parte.querySelector(".compilato").hidden = !diverso;
  }
  for (const gruppo of MODULO.querySelectorAll(".righe-orario")) {
    [...gruppo.children].forEach((riga, i) => {
      riga.querySelector("legend").textContent = `Orario ridotto ${i + 1}`;
    });
  }
  const piu = ALTRE.children.length > 0;
  document.getElementById("titolo-p1").hidden = !piu;
  const sede = nomeProvincia(SEDE);
  document.getElementById("titolo-p1").textContent = `Sede legale${sede && `: ${sede}`}`;
  const quanti = document.querySelector("label[for=p1-lavoratori]");
  quanti.textContent = piu
    ? "Quanti dipendenti ha nella provincia della sede legale?"
    : "Quanti dipendenti ha?";
  for (const scheda of ALTRE.children) {
    scheda.querySelector("legend").textContent =
      nomeProvincia(scheda.dataset.provincia) || "Altra provincia";
  }
}

// What is written, with its labels, for paper: [title, [[label, text]…]]…
export function riepilogo() {
  const testo = (campo) =>
    campo.type === "checkbox" ? "sì" : campo.type === "date" ? giorno(campo.value) : campo.value;
  const righe = (campi) =>
    campi.filter((campo) => scritto(campo) !== "").map((campo) => [etichetta(campo), testo(campo)]);
  return [
    ["Azienda", [["Datore di lavoro", MODULO.elements.datore.value], ...righe(dellAzienda())]],
    ...numeri().map((numero, i) => [
      `${nomeProvincia(numero) || "Provincia non scelta"}${i === 0 ? ", sede legale" : ""}`,
      [
        ...righe(dentro(numero, "input[data-nome]")),
        ...dentro(numero, ".riga-orario").map(rigaScritta),
      ],
    ]),
  ];
}

function rigaScritta(riga) {
  const campo = (nome) => riga.querySelector(`[data-orario=${nome}]`);
  const oltre = campo("oltre").checked ? ", invalidità oltre il 50 per cento" : "";
  return [
    campo("gruppo").selectedOptions[0].textContent,
    `${campo("numero").value}: ${campo("svolto").value} ore su ${campo("contratto").value}${oltre}`,
  ];
}
