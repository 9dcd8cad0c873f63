// The operators' dashboard: filters, map and list move together, over one file of columns.

import { carta as preparaCarta } from "./carta.js";
import { prepara as preparaConfronto } from "./confronto.js";
import { distanze } from "./distanze.js";
import { crea } from "./elementi.js";
import { collega } from "./filtri.js";
import { disegnaPagine } from "./pagine.js";
import { conta, frase, piega } from "./parole.js";

const PER_PAGINA = 25;
const CRITERI = ["gruppo", "accesso", "servizio", "lingua", "apertura"];
const GENERE = "disabilità ";

const modulo = document.getElementById("filtri");
const conteggio = document.getElementById("conteggio");
const elenco = document.getElementById("elenco");
const righe = document.getElementById("righe");
const barra = document.getElementById("pagine");
const nessuno = document.getElementById("nessuno");
const ordine = document.getElementById("ordine");
const IN_ORDINE_DI_NOME = ordine.textContent;

const dati = await caricaSedi();

// Without the whole list no filter can be right: the provinces' pages take over.
async function caricaSedi() {
  try {
    const risposta = await fetch(new URL("sedi.json", document.location));
    if (!risposta.ok) throw new Error(`sedi.json: ${risposta.status}`);
    return await risposta.json();
  } catch (errore) {
    modulo.hidden = true;
    conteggio.textContent =
      "L’elenco completo non si è caricato. Riprova, o scegli la tua provincia in cima alla pagina.";
    throw errore;
  }
}

// What the form calls each code.
const nomi = new Map(
  [...modulo.querySelectorAll("input[type=checkbox]")].map((casella) => [
    casella.value,
    casella.parentElement.textContent.trim(),
  ]),
);

function codici(numero, criterio) {
  return dati.codici[criterio].filter((_, posto) => numero & (1 << posto));
}

const colonne = dati.sedi;
const sedi = colonne.id.map((id, i) => {
  const [codice, comune, provincia, lat, lon] = dati.comuni[colonne.comune[i]];
  const [operatore, nome] = dati.operatori[colonne.operatore[i]];
  return {
    id,
    operatore,
    nome,
    nomeSede: colonne.nome[i],
    codice,
    comune: piega(comune),
    dove: dati.province[provincia][1] ? `${comune} (${dati.province[provincia][1]})` : comune,
    provincia: dati.province[provincia][0],
    posto: [lat, lon],
    indirizzo: colonne.indirizzo[i],
    orari: dati.orari[colonne.orari[i]] ?? "",
    attesa: colonne.attesa[i],
    conosciute: codici(colonne.conosciute[i], "gruppo"),
    ...Object.fromEntries(CRITERI.map((nome) => [nome, codici(colonne[nome][i], nome)])),
  };
});
const comuni = new Set(sedi.map((sede) => sede.comune));

function parole(quali) {
  return frase(quali.map((codice) => nomi.get(codice) ?? codice).join(", "));
}

// The kinds of disability as one list that says «disabilità» only once.
function esperienza(quali) {
  const testi = quali.map((codice) => nomi.get(codice) ?? codice);
  const delGenere = testi.filter((testo) => testo.startsWith(GENERE));
  const altri = testi.filter((testo) => !testo.startsWith(GENERE));
  const insieme = delGenere.map((testo) => testo.slice(GENERE.length)).join(", ");
  return frase([...(insieme ? [GENERE + insieme] : []), ...altri].join(", "));
}

const confronta = preparaConfronto(sedi, { parole, esperienza });

// The same row as the server's, with the box to compare it.
function disegnaRiga(sede) {
  const cella = (colonna, ...figli) => crea("td", { "data-colonna": colonna }, ...figli);
  const sotto = (testo) => (testo ? crea("p", { class: "sotto" }, testo) : "");
  return crea(
    "tr",
    {},
    crea(
      "th",
      { scope: "row" },
      crea(
        "a",
        { href: `${sede.operatore}/#${sede.id}`, "aria-label": `${sede.nome}, ${sede.nomeSede}` },
        sede.nome,
      ),
      sotto(sede.nomeSede),
      confronta(sede),
    ),
    cella("Dove", sede.dove, sotto(sede.indirizzo)),
    cella(
      "Esperienza e servizi",
      sede.gruppo.length ? crea("p", {}, esperienza(sede.gruppo)) : "",
      crea(
        "details",
        { class: "sotto" },
        crea("summary", {}, conta(sede.servizio.length, "servizio", "servizi")),
        parole(sede.servizio),
      ),
    ),
    cella(
      "Accessibilità",
      sede.accesso.length
        ? parole(sede.accesso)
        : crea("span", { class: "riservato" }, "non indicata"),
    ),
  );
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
  sede.riga.querySelector(".perche")?.remove();
  if (motivi.length === 0) return;
  sede.riga.cells[0].append(crea("p", { class: "perche" }, `Perché la vedi: ${motivi.join("; ")}.`));
}

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
  const visibili = trovate.slice((mostrata - 1) * PER_PAGINA, mostrata * PER_PAGINA);
  for (const sede of visibili) {
    sede.riga ??= disegnaRiga(sede);
    motiva(sede, scelte, vicine && { km: vicine.km(sede.posto), da: vicine.nome });
  }
  righe.replaceChildren(...visibili.map((sede) => sede.riga));
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

  const perComune = new Map();
  for (const sede of trovate) perComune.set(sede.codice, (perComune.get(sede.codice) ?? 0) + 1);
  carta.mostra(perComune, scelte.provincia?.[0] ?? "");
  return mostrata;
}

const carta = preparaCarta("../../operatori/mappa.js", (comune) => {
  modulo.elements.comune.value = comune;
  filtri.vai(1);
  elenco.focus();
});
const filtri = collega(modulo, applica);
// Where comuni are is asked only once somebody says where they start from.
distanze(modulo.elements.da, (luogo) => {
  da = luogo;
  filtri.vai(1);
});
modulo.dataset.pronto = "";
