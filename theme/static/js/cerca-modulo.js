// The form of «Cerca lavoro»: its choices become a profile to search for, and a text to keep.

import { PAROLE, REGOLE } from "../../cerca-lavoro/incrocio.mjs";
import { crea } from "./elementi.js";
import { piega } from "./parole.js";

const STRADA_MASSIMA = 300;
const ORE_AL_GIORNO = 60;

const modulo = document.getElementById("cerca");
const parola = document.getElementById("parola");
const lavoro = document.getElementById("lavoro");
const trovati = document.getElementById("lavoro-aiuto");
const scelti = document.getElementById("scelti");
const blocco = document.getElementById("scelti-blocco");

let regione = null;
let cercati = [];
let scelte = [];
// by folded name: the comuni that bear it, with and without the province's sign
const comuni = new Map();

const campo = (nome) => modulo.elements[nome];
const nomeComune = (i) => {
  const [, sigla] = regione.comuni.province[regione.comuni.provincia[i]];
  return `${regione.comuni.nome[i]} (${sigla})`;
};

// Fills the lists of comuni and of occupations from the vacancies.
export function prepara(dati) {
  regione = dati;
  const { comuni: luoghi, professioni } = regione;
  const elenco = luoghi.nome.map((nome, i) => {
    for (const chiave of [piega(nome), piega(nomeComune(i))]) {
      comuni.set(chiave, [...(comuni.get(chiave) ?? []), i]);
    }
    return crea("option", { value: nomeComune(i) });
  });
  document.getElementById("comuni").replaceChildren(...elenco);
  cercati = professioni.nome.map((nome, quale) => piega([nome, ...professioni.mansioni[quale]].join(" ")));
  mostraLavori();
  mostraScelti();
}

// ---------------------------------------------------------------------------------------------
// Occupations

function mostraLavori() {
  const { professioni } = regione;
  const parole = piega(parola.value).split(/\s+/).filter(Boolean);
  const prima = lavoro.value;
  const quali = cercati
    .map((_, quale) => quale)
    .filter((quale) => parole.every((testo) => cercati[quale].includes(testo)))
    .sort((a, b) => professioni.nome[a].localeCompare(professioni.nome[b], "it"));
  const gruppi = new Map();
  for (const quale of quali) {
    const gruppo = Math.floor(professioni.codice[quale] / 10_000);
    if (!gruppi.has(gruppo)) gruppi.set(gruppo, []);
    gruppi
      .get(gruppo)
      .push(crea("option", { value: professioni.codice[quale] }, professioni.nome[quale]));
  }
  lavoro.replaceChildren(
    crea("option", { value: "" }, quali.length ? "Scegli" : "Nessun lavoro con questa parola"),
    ...[...gruppi]
      .sort(([a], [b]) => a - b)
      .map(([gruppo, voci]) => crea("optgroup", { label: PAROLE.gruppiProfessionali[gruppo] }, voci)),
  );
  if (quali.length === 1) lavoro.value = professioni.codice[quali[0]];
  else if ([...lavoro.options].some(({ value }) => value === prima)) lavoro.value = prima;
  const testo =
    parole.length === 0
      ? "Ci sono solo i lavori per cui oggi c’è un posto."
      : quali.length === 1
        ? "1 lavoro trovato."
        : `${quali.length} lavori trovati.`;
  if (trovati.textContent !== testo) trovati.textContent = testo;
}

const nomeLavoro = (codice) => regione.professioni.nome[regione.professioni.codice.indexOf(codice)];

function mostraScelti() {
  blocco.hidden = scelte.length === 0;
  scelti.replaceChildren(
    ...scelte.map((codice) => {
      const nome = nomeLavoro(codice);
      const togli = crea(
        "button",
        { type: "button", class: "btn btn-outline-primary btn-piccolo", "aria-label": `Togli: ${nome}` },
        "Togli",
      );
      togli.addEventListener("click", () => {
        scelte = scelte.filter((altro) => altro !== codice);
        mostraScelti();
        lavoro.focus();
      });
      return crea("li", {}, crea("span", {}, nome), " ", togli);
    }),
  );
}

// Adds the occupation that is chosen in the list; returns what keeps it out, or "".
export function aggiungiLavoro() {
  const codice = Number(lavoro.value);
  if (!codice) return "Scegli un lavoro dall’elenco.";
  if (!scelte.includes(codice)) {
    if (scelte.length === REGOLE.scelte) return `I lavori sono già ${REGOLE.scelte}: togline uno.`;
    scelte.push(codice);
  }
  lavoro.value = "";
  if (parola.value) {
    parola.value = "";
    mostraLavori();
  }
  mostraScelti();
  return "";
}

// ---------------------------------------------------------------------------------------------
// From the form to a profile

function leggiComune() {
  const testo = campo("comune").value.trim();
  if (!testo) return { errore: "Scrivi il comune in cui abiti." };
  const quali = comuni.get(piega(testo)) ?? [];
  if (quali.length === 1) return { valore: quali[0] };
  return {
    errore: quali.length
      ? `Ci sono più comuni con questo nome. Scrivi anche la provincia, per esempio «${nomeComune(quali[0])}».`
      : "Questo comune non è tra quelli della regione. Scrivi il nome intero, o sceglilo dall’elenco.",
  };
}

function leggiStrada() {
  const testo = campo("quanto").value.trim();
  const numero = /^\d{1,3}$/.test(testo) ? Number(testo) : 0;
  if (numero < 1 || numero > STRADA_MASSIMA) {
    return { errore: `Scrivi un numero da 1 a ${STRADA_MASSIMA}.` };
  }
  if (campo("misura").value === "km") return { valore: numero * 1000 };
  const allOra = REGOLE.kmOra[campo("mezzo").value] * 1000;
  return { valore: Math.floor((numero * allOra) / ORE_AL_GIORNO) };
}

const segnate = (nome) =>
  [...modulo.querySelectorAll(`input[name=${nome}]:checked`)].map(({ value }) => value);

/** Reads the form: {profilo, errori: [{campo, testo}]}; the profile is that of `cerca`. */
export function leggi() {
  if (scelte.length === 0 && lavoro.value) aggiungiLavoro();
  const errori = [];
  const prendi = (quale, { valore, errore }) => {
    if (errore) errori.push({ campo: quale, testo: errore });
    return valore;
  };
  if (scelte.length === 0) errori.push({ campo: lavoro, testo: "Scegli almeno un lavoro." });
  const comune = prendi(campo("comune"), leggiComune());
  const limite = prendi(campo("quanto"), leggiStrada());
  const vietate = segnate("no");
  if (campo("notte").value === "no") vietate.push("turni_notturni");
  const profilo = {
    professioni: [...scelte],
    comune,
    limite,
    mezzoProprio: campo("mezzo").value === "proprio",
    ore: Number(campo("ore").value),
    capacita: REGOLE.aree.map((area) => REGOLE.piena - Number(campo(`d-${area}`).value)),
    escluse: vietate.reduce((maschera, nome) => maschera | REGOLE.bit[nome], 0),
    lista: campo("lista").value,
    aiuto: Number(campo("aiuto").value),
    // who does not say loses no points (profiles.py)
    titolo: campo("titolo").value === "" ? REGOLE.titoloMassimo : Number(campo("titolo").value),
    gruppo: campo("gruppo").value === "" ? -1 : Number(campo("gruppo").value),
    accessi: segnate("accesso").reduce((maschera, posto) => maschera | (1 << Number(posto)), 0),
  };
  return { profilo, errori };
}

/** The search in a few words. */
export function riassunto(profilo) {
  const strada = `${campo("quanto").value.trim()} ${campo("misura").value === "km" ? "km" : "minuti di viaggio"}`;
  return `${profilo.professioni.map(nomeLavoro).join("; ")}. Da ${nomeComune(profilo.comune)}, fino a ${strada}.`;
}

// ---------------------------------------------------------------------------------------------
// Choices as a text, to keep or to share

const SINGOLI = ["comune", "mezzo", "quanto", "misura", "ore", "notte", "lista", "aiuto", "titolo", "gruppo"];
const campiAree = () => REGOLE.aree.map((area) => `d-${area}`);

/** What is chosen, as the part of an address after «#». */
export function scrivi() {
  const coppie = scelte.map((codice) => ["lavoro", codice]);
  for (const nome of [...SINGOLI, ...campiAree()]) {
    const valore = campo(nome).value.trim();
    if (valore !== predefiniti.get(nome)) coppie.push([nome, valore]);
  }
  for (const nome of ["no", "accesso"]) for (const valore of segnate(nome)) coppie.push([nome, valore]);
  return new URLSearchParams(coppie).toString();
}

/** Fills the form from such a text; returns whether all of it could be read. */
export function riempi(testo) {
  svuota();
  let letto = true;
  for (const [nome, valore] of new URLSearchParams(testo)) {
    letto = riempiUno(nome, valore) && letto;
  }
  mostraScelti();
  mostraCompilati();
  return letto;
}

function riempiUno(nome, valore) {
  if (nome === "lavoro") {
    const codice = Number(valore);
    if (!regione.professioni.codice.includes(codice) || scelte.includes(codice)) return false;
    if (scelte.length < REGOLE.scelte) scelte.push(codice);
    return true;
  }
  if (nome === "no" || nome === "accesso") {
    const spunta = [...modulo.querySelectorAll(`input[name=${nome}]`)].find(({ value }) => value === valore);
    if (spunta) spunta.checked = true;
    return Boolean(spunta);
  }
  if (![...SINGOLI, ...campiAree()].includes(nome) || valore.length > 80) return false;
  const posto = campo(nome);
  posto.value = valore;
  return posto.value === valore;
}

export function svuota() {
  modulo.reset();
  scelte = [];
  mostraLavori();
  mostraScelti();
  mostraCompilati();
}

// Says which of the closed parts hold something.
function mostraCompilati() {
  for (const parte of modulo.querySelectorAll("details.precisazione")) {
    const qualcosa =
      [...parte.querySelectorAll("select")].some(({ name, value }) => value !== predefiniti.get(name)) ||
      [...parte.querySelectorAll("input")].some(({ checked, defaultChecked }) => checked !== defaultChecked);
    parte.querySelector(".compilato").hidden = !qualcosa;
  }
}

modulo.reset();
const predefiniti = new Map([...SINGOLI, ...campiAree()].map((nome) => [nome, campo(nome).value]));
parola.addEventListener("input", mostraLavori);
modulo.addEventListener("change", mostraCompilati);
