// The vacancies: filters, map and list move together, over one file of columns.

import { carta as preparaCarta } from "./carta.js";
import { crea } from "./elementi.js";
import { collega } from "./filtri.js";
import { disegnaPagine } from "./pagine.js";
import { conta, numero, piega } from "./parole.js";

const PER_PAGINA = 25;
const BARRIERE = 1, NOTTE = 2, MEZZI = 4, ALTRE = 8, NUMERICA = 16;
const RISERVATO = -1;

const modulo = document.getElementById("filtri");
const conteggio = document.getElementById("conteggio");
const elenco = document.getElementById("elenco");
const righe = document.getElementById("righe");
const barra = document.getElementById("pagine");
const nessuno = document.getElementById("nessuno");
const fuoriMappa = document.getElementById("fuori-mappa");

const dati = await caricaPosti();

// Without the whole list no filter can be right: the provinces' pages take over.
async function caricaPosti() {
  try {
    const risposta = await fetch(new URL("posti.json", document.location));
    if (!risposta.ok) throw new Error(`posti.json: ${risposta.status}`);
    return await risposta.json();
  } catch (errore) {
    modulo.hidden = true;
    conteggio.textContent =
      "L’elenco completo non si è caricato. Riprova, o usa gli elenchi per provincia in fondo alla pagina.";
    throw errore;
  }
}

const offerte = dati.offerte;
const tutte = Array.from(offerte.posti, (_, i) => i);
const comuniPiegati = dati.comuni.map(([, nome]) => piega(nome));
const professioniPiegate = dati.professioni.map(([nome]) => piega(nome));
const mansioniPiegate = dati.mansioni.map(piega);

function posizione(tabella, codice) {
  return codice === undefined ? null : tabella.findIndex(([suo]) => suo === codice);
}

// Returns the positions of the vacancies that meet every choice.
function trova(scelte) {
  const provincia = posizione(dati.province, scelte.provincia?.[0]);
  const settore = posizione(dati.settori, scelte.settore?.[0]);
  const gruppo = scelte.gruppo?.[0];
  const comune = piega(scelte.comune?.[0] ?? "");
  const intero = comuniPiegati.includes(comune);
  const comuni = comuniPiegati.map((nome) => (intero ? nome === comune : nome.includes(comune)));
  const cerca = piega(scelte.cerca?.[0] ?? "");
  const professioni = professioniPiegate.map((nome) => nome.includes(cerca));
  const mansioni = mansioniPiegate.map((testo) => testo.includes(cerca));
  const chiesti = scelte.mezzi ? MEZZI : 0;
  const esclusi = (scelte.notte ? NOTTE : 0) | (scelte.barriere ? BARRIERE : 0);
  const lista = scelte.categoria?.[0];
  return tutte.filter((i) => {
    const segni = offerte.segni[i];
    if ((segni & chiesti) !== chiesti || (segni & esclusi) !== 0) return false;
    if (lista && (lista === "C") !== ((segni & ALTRE) !== 0)) return false;
    if (provincia !== null && offerte.provincia[i] !== provincia) return false;
    if (settore !== null && offerte.settore[i] !== settore) return false;
    if (gruppo && dati.professioni[offerte.professione[i]][1] !== gruppo) return false;
    if (comune && !comuni[offerte.comune[i]]) return false;
    return !cerca || professioni[offerte.professione[i]] || mansioni[offerte.mansione[i]] === true;
  });
}

function sotto(testo, classe = "sotto") {
  return crea("p", { class: classe }, testo);
}

function testoOStato(indice, testi, prima, stato) {
  if (indice >= 0) return sotto(prima + testi[indice]);
  return indice === RISERVATO && stato ? sotto(stato, "sotto riservato") : null;
}

function disegnaRiga(i) {
  const segni = offerte.segni[i];
  const si = (segno) => ((segni & segno) !== 0 ? "sì" : "no");
  const [, provincia, sigla] = dati.province[offerte.provincia[i]];
  const comune = offerte.comune[i];
  const settore = offerte.settore[i];
  const cella = (colonna, ...figli) =>
    crea("td", { "data-colonna": colonna }, ...figli);
  const posti = cella("Posti", numero(offerte.posti[i]));
  posti.className = "num";
  return crea(
    "tr",
    {},
    crea(
      "th",
      { scope: "row" },
      crea("span", {}, dati.professioni[offerte.professione[i]][0]),
      testoOStato(offerte.mansione[i], dati.mansioni, "", "compiti riservati"),
      testoOStato(
        offerte.capacita[i],
        dati.capacita,
        "Capacità e limiti: ",
        "capacità e limiti riservati",
      ),
      testoOStato(offerte.azienda[i], dati.aziende, "Azienda: ", ""),
    ),
    comune >= 0
      ? cella("Dove", `${dati.comuni[comune][1]}${sigla ? ` (${sigla})` : ""}`)
      : cella("Dove", provincia, sotto("comune riservato", "sotto riservato")),
    posti,
    settore >= 0
      ? cella("Settore", dati.settori[settore][1])
      : cella(
          "Settore",
          crea(
            "span",
            { class: "riservato" },
            settore === RISERVATO ? "riservato" : "non indicato",
          ),
        ),
    cella(
      "Condizioni",
      crea(
        "ul",
        { class: "condizioni" },
        crea("li", {}, `Turni di notte: ${si(NOTTE)}`),
        crea("li", {}, `Barriere: ${si(BARRIERE)}`),
        crea("li", {}, `Mezzi pubblici: ${si(MEZZI)}`),
      ),
    ),
    cella(
      "Riservato a",
      (segni & ALTRE) !== 0 ? "Altre categorie protette (art. 18)" : "Persone con disabilità",
      sotto(`Richiesta ${(segni & NUMERICA) !== 0 ? "numerica" : "nominativa"}`),
    ),
  );
}

function mostraMappa(trovate, scelte) {
  const perComune = new Map();
  for (const i of trovate) {
    if (offerte.comune[i] < 0) continue;
    const codice = dati.comuni[offerte.comune[i]][0];
    perComune.set(codice, (perComune.get(codice) ?? 0) + offerte.posti[i]);
  }
  carta.mostra(perComune, scelte.provincia?.[0] ?? "");
}

function applica(scelte, pagina) {
  const trovate = trova(scelte);
  const somma = (quali) => quali.reduce((totale, i) => totale + offerte.posti[i], 0);
  if (scelte.ordine?.[0] === "professione") {
    trovate.sort((a, b) => offerte.professione[a] - offerte.professione[b] || a - b);
  }
  const quante = Math.max(1, Math.ceil(trovate.length / PER_PAGINA));
  const mostrata = Math.min(pagina, quante);
  righe.replaceChildren(
    ...trovate.slice((mostrata - 1) * PER_PAGINA, mostrata * PER_PAGINA).map(disegnaRiga),
  );
  nessuno.hidden = trovate.length > 0;

  let testo = `${conta(somma(trovate), "posto", "posti")} in ${conta(trovate.length, "offerta", "offerte")}`;
  if (quante > 1) testo += `, pagina ${mostrata} di ${quante}`;
  if (conteggio.textContent !== testo) conteggio.textContent = testo;
  disegnaPagine(barra, mostrata, quante, (n) => {
    filtri.vai(n);
    elenco.focus();
    elenco.scrollIntoView();
  });

  const nascosti = somma(trovate.filter((i) => offerte.comune[i] < 0));
  fuoriMappa.hidden = nascosti === 0;
  fuoriMappa.textContent =
    nascosti === 1
      ? "1 posto non è sulla mappa, perché il comune è riservato: è nell’elenco."
      : `${conta(nascosti, "posto", "posti")} non sono sulla mappa, perché il comune è riservato: sono nell’elenco.`;
  mostraMappa(trovate, scelte);
  return mostrata;
}

const carta = preparaCarta("../../scoperture/mappa.js", (comune) => {
  modulo.elements.comune.value = comune;
  filtri.vai(1);
  elenco.focus();
});
const filtri = collega(modulo, applica);
modulo.dataset.pronto = "";
