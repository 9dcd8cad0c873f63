// The operators' dashboard: filters, map and list move together.

import { prepara as preparaConfronto } from "./confronto.js";
import { distanze } from "./distanze.js";
import { collega } from "./filtri.js";
import { disegnaPagine } from "./pagine.js";
import { conta, piega } from "./parole.js";

const PER_PAGINA = 25;

const modulo = document.getElementById("filtri");
const conteggio = document.getElementById("conteggio");
const elenco = document.getElementById("elenco");
const barra = document.getElementById("pagine");
const nessuno = document.getElementById("nessuno");

const sedi = [...document.getElementById("righe").rows].map((riga) => ({
  riga,
  provincia: riga.dataset.provincia,
  codice: riga.dataset.codice,
  comune: riga.dataset.comune,
  operatore: riga.dataset.operatore,
  gruppo: riga.dataset.gruppi.split(" "),
  accesso: riga.dataset.accessi.split(" "),
  servizio: riga.dataset.servizi.split(" "),
  lingua: riga.dataset.lingue.split(" "),
  apertura: riga.dataset.aperture.split(" "),
  conosciute: (riga.dataset.conosciute ?? "").split(" "),
  orari: riga.dataset.orari,
  attesa: riga.dataset.attesa,
  posto: riga.dataset.posto.split(" ").map(Number),
}));
// What the form calls each code, to say why a site is there.
const nomi = new Map(
  [...modulo.querySelectorAll("input[type=checkbox]")].map((casella) => [
    casella.value,
    casella.parentElement.textContent.trim(),
  ]),
);
const CRITERI = ["gruppo", "accesso", "servizio", "lingua", "apertura"];
const corpo = document.getElementById("righe");
const ordine = document.getElementById("ordine");
const IN_ORDINE_DI_NOME = ordine.textContent;
preparaConfronto(sedi, nomi);
const comuni = new Set(sedi.map((sede) => sede.comune));

// The list works even where the map cannot be drawn.
const carta = await caricaMappa();

// The map's styles come with the map: the first view does not wait for them.
function stile(nome) {
  return new Promise((fatto, errore) => {
    const foglio = document.createElement("link");
    foglio.rel = "stylesheet";
    foglio.href = new URL(`../terze/leaflet/${nome}.css`, import.meta.url);
    foglio.addEventListener("load", fatto);
    foglio.addEventListener("error", () => errore(new Error(foglio.href)));
    document.head.prepend(foglio);
  });
}

async function caricaMappa() {
  try {
    await Promise.all([stile("leaflet"), stile("markercluster")]);
    const [{ prepara }, disegno] = await Promise.all([
      import("./mappa.js"),
      import("../../operatori/mappa.js"),
    ]);
    return prepara(disegno);
  } catch (errore) {
    console.error(errore);
    return null;
  }
}

function corrisponde(sede, scelte, comune, intero) {
  if (scelte.provincia && sede.provincia !== scelte.provincia[0]) return false;
  if (comune && !(intero ? sede.comune === comune : sede.comune.includes(comune))) return false;
  return CRITERI.every(
    (nome) => !scelte[nome] || scelte[nome].every((codice) => sede[nome].includes(codice)),
  );
}

// Says, under each name, why the site is in the list: what was asked, and how far it is.
function motiva(sede, scelte, lontano) {
  const motivi = [];
  if (lontano) motivi.push(`è a circa ${Math.round(lontano.km)} km da ${lontano.da}, in linea d’aria`);
  else if (scelte.provincia || scelte.comune) motivi.push("è dove cerchi");
  for (const nome of CRITERI) {
    for (const codice of scelte[nome] ?? []) motivi.push((nomi.get(codice) ?? codice).toLowerCase());
  }
  for (const codice of scelte.gruppo ?? []) {
    if (sede.conosciute.includes(codice)) motivi.push("segue queste persone più di altri operatori");
  }
  let nota = sede.riga.querySelector(".perche");
  if (motivi.length === 0) return nota?.remove();
  if (!nota) {
    nota = document.createElement("p");
    nota.className = "perche";
    sede.riga.cells[0].append(nota);
  }
  nota.textContent = `Perché la vedi: ${motivi.join("; ")}.`;
}

let provinciaMostrata = null;
let da = null;

function applica(scelte, pagina) {
  const comune = piega(scelte.comune?.[0] ?? "");
  const trovate = sedi.filter((sede) => corrisponde(sede, scelte, comune, comuni.has(comune)));
  const vicine = da && scelte.da ? da : null;
  if (vicine) trovate.sort((una, altra) => vicine.km(una.posto) - vicine.km(altra.posto));
  ordine.textContent = vicine
    ? `Dalla più vicina a ${vicine.nome}, in linea d’aria. L’ordine non è una classifica.`
    : IN_ORDINE_DI_NOME;
  const quante = Math.max(1, Math.ceil(trovate.length / PER_PAGINA));
  const mostrata = Math.min(pagina, quante);
  const visibili = new Set(trovate.slice((mostrata - 1) * PER_PAGINA, mostrata * PER_PAGINA));
  for (const sede of sedi) sede.riga.hidden = !visibili.has(sede);
  for (const sede of visibili) {
    motiva(sede, scelte, vicine && { km: vicine.km(sede.posto), da: vicine.nome });
    corpo.append(sede.riga);
  }
  nessuno.hidden = trovate.length > 0;

  const enti = new Set(trovate.map((sede) => sede.operatore)).size;
  let testo = `${conta(trovate.length, "sede", "sedi")} di ${conta(enti, "operatore", "operatori")}`;
  if (quante > 1) testo += `, pagina ${mostrata} di ${quante}`;
  if (conteggio.textContent !== testo) conteggio.textContent = testo;
  disegnaPagine(barra, mostrata, quante, (n) => {
    filtri.vai(n);
    elenco.focus();
    elenco.scrollIntoView();
  });

  if (carta) {
    const perComune = new Map();
    for (const sede of trovate) perComune.set(sede.codice, (perComune.get(sede.codice) ?? 0) + 1);
    carta.mostra(perComune);
    const provincia = scelte.provincia?.[0] ?? "";
    if (provincia !== (provinciaMostrata ?? "")) {
      carta.inquadra(provincia, provinciaMostrata !== null);
    }
    provinciaMostrata = provincia;
  }
  return mostrata;
}

carta?.tela.addEventListener("comune", (evento) => {
  modulo.elements.comune.value = evento.detail.comune;
  filtri.vai(1);
  elenco.focus();
});

const filtri = collega(modulo, applica);
// Where comuni are is asked only once somebody says where they start from.
distanze(modulo.elements.da, (luogo) => {
  da = luogo;
  filtri.vai(1);
});
if (carta) carta.tela.dataset.pronta = "";
