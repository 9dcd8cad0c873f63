// Filter, sort, group and write the rows of a data set. Nothing here touches the page.
//
// A value that is withheld, one that was not collected and one that is missing are three different
// things, and none of them is zero: they are counted apart, and every group says how many it has.

export const RISERVATO = "riservato";
export const NON_RILEVATO = "non_rilevato";
const PUBBLICATO = "pubblicato";
const VUOTO = "vuoto";

// What stands in a cell: "pubblicato" where there is a value, else why there is none.
export function stato(dati, campi, nome, riga) {
  const valore = dati.colonne[nome][riga];
  if (valore !== null && !(Array.isArray(valore) && valore.length === 0)) return PUBBLICATO;
  const colonna = campi.get(nome).stato;
  const detto = colonna ? dati.colonne[colonna][riga] : null;
  return detto === RISERVATO || detto === NON_RILEVATO ? detto : VUOTO;
}

// Lower case, no accents.
function piega(testo) {
  return testo.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

const PROVE = {
  e: (cercato) => (valore) => String(valore) === cercato,
  non: (cercato) => (valore) => String(valore) !== cercato,
  contiene(cercato) {
    const parole = piega(cercato);
    return (valore) =>
      Array.isArray(valore) ? valore.includes(cercato) : piega(String(valore)).includes(parole);
  },
  da: (cercato) => (valore) => valore >= cercato,
  a: (cercato) => (valore) => valore <= cercato,
};

// The operators that make sense for a field, in the order in which they are offered.
export function operatori(campo) {
  if (campo.tipo === "elenco") return ["contiene"];
  if (campo.codici || campo.tipo === "logico") return ["e", "non"];
  if (["intero", "decimale", "data"].includes(campo.tipo)) return ["da", "a", "e"];
  return ["contiene", "e", "non"];
}

function prova(campo, { operatore, valore }) {
  const numerico = campo.tipo === "intero" || campo.tipo === "decimale";
  const confronto = operatore === "da" || operatore === "a";
  const cercato = numerico && confronto ? Number(valore) : valore;
  return PROVE[operatore](numerico && operatore === "e" ? String(Number(valore)) : cercato);
}

// Returns { trovate, incerte }: the rows that pass every filter, and for each field how many rows
// cannot be compared because their value is withheld or missing, though they pass the others.
export function filtra(dati, campi, filtri) {
  const prove = filtri.map((filtro) => ({
    nome: filtro.campo,
    passa: prova(campi.get(filtro.campo), filtro),
  }));
  const trovate = [];
  const incerte = new Map();
  for (let riga = 0; riga < dati.righe; riga += 1) {
    const dubbi = [];
    const esclusa = prove.some(({ nome, passa }) => {
      if (stato(dati, campi, nome, riga) !== PUBBLICATO) {
        dubbi.push(nome);
        return false;
      }
      return !passa(dati.colonne[nome][riga]);
    });
    if (esclusa) continue;
    if (dubbi.length === 0) trovate.push(riga);
    else for (const nome of new Set(dubbi)) incerte.set(nome, (incerte.get(nome) ?? 0) + 1);
  }
  return { trovate, incerte };
}

const confrontaTesti = new Intl.Collator("it").compare;

function confronta(uno, altro) {
  if (typeof uno === "number" && typeof altro === "number") return uno - altro;
  return confrontaTesti(String(uno), String(altro));
}

// Sorts rows by a field; those without a value come last in either direction.
export function ordina(dati, campi, righe, { campo, giu }) {
  const valori = dati.colonne[campo];
  const verso = giu ? -1 : 1;
  const detto = (riga) => stato(dati, campi, campo, riga) === PUBBLICATO;
  return [...righe].sort((a, b) => {
    const [primo, secondo] = [detto(a), detto(b)];
    if (primo !== secondo) return primo ? -1 : 1;
    return (primo ? verso * confronta(valori[a], valori[b]) : 0) || a - b;
  });
}

export const CALCOLI = ["righe", "somma", "media", "minimo", "massimo"];

const FUNZIONI = {
  somma: (valori) => valori.reduce((totale, valore) => totale + valore, 0),
  media: (valori) => valori.reduce((totale, valore) => totale + valore, 0) / valori.length,
  minimo: (valori) => valori.reduce((primo, valore) => (valore < primo ? valore : primo)),
  massimo: (valori) => valori.reduce((primo, valore) => (valore > primo ? valore : primo)),
};

// Sums of decimals, free of the dust that binary numbers leave.
function pulito(numero) {
  return Math.round(numero * 1e6) / 1e6;
}

// Returns one group for each value of the field: { chiave, stato, righe, valore, esclusi }.
//
// `valore` is worked out on the published values alone and is null where there is none; `esclusi`
// counts the others by state. A row with a list is in the group of each of its codes.
export function raggruppa(dati, campi, righe, { campo, calcolo, misura }) {
  const gruppi = new Map();
  for (const riga of righe) {
    const valore = dati.colonne[campo][riga];
    const detto = stato(dati, campi, campo, riga);
    const chiavi = detto !== PUBBLICATO ? [null] : Array.isArray(valore) ? new Set(valore) : [valore];
    for (const chiave of chiavi) {
      const segno = chiave === null ? `\u0000${detto}` : String(chiave);
      if (!gruppi.has(segno)) gruppi.set(segno, { chiave, stato: detto, righe: [] });
      gruppi.get(segno).righe.push(riga);
    }
  }
  return [...gruppi.values()].map((gruppo) => ({
    chiave: gruppo.chiave,
    stato: gruppo.stato,
    righe: gruppo.righe.length,
    ...(calcolo === "righe"
      ? { valore: gruppo.righe.length, esclusi: {} }
      : calcola(dati, campi, gruppo.righe, calcolo, misura)),
  }));
}

function calcola(dati, campi, righe, calcolo, misura) {
  const valori = [];
  const esclusi = {};
  for (const riga of righe) {
    const detto = stato(dati, campi, misura, riga);
    if (detto === PUBBLICATO) valori.push(dati.colonne[misura][riga]);
    else esclusi[detto] = (esclusi[detto] ?? 0) + 1;
  }
  return { valore: valori.length === 0 ? null : pulito(FUNZIONI[calcolo](valori)), esclusi };
}

// Orders groups: by their value ("valore", greatest first) or by their key.
export function ordinaGruppi(gruppi, per) {
  const chiave = (a, b) =>
    (a.chiave === null) - (b.chiave === null) || confronta(a.chiave ?? a.stato, b.chiave ?? b.stato);
  if (per !== "valore") return [...gruppi].sort(chiave);
  return [...gruppi].sort(
    (a, b) =>
      (a.valore === null) - (b.valore === null) || (b.valore ?? 0) - (a.valore ?? 0) || chiave(a, b),
  );
}

const PAROLE = {
  [RISERVATO]: ["riservato", "riservati"],
  [NON_RILEVATO]: ["non rilevato", "non rilevati"],
  [VUOTO]: ["vuoto", "vuoti"],
};

// «3 riservati e 1 vuoto»; an empty text where nothing was left out.
export function diciEsclusi(esclusi) {
  const parti = Object.keys(PAROLE)
    .filter((nome) => esclusi[nome])
    .map((nome) => `${esclusi[nome]} ${PAROLE[nome][esclusi[nome] === 1 ? 0 : 1]}`);
  return parti.join(", ").replace(/, ([^,]*)$/, " e $1");
}

// Why a cell, or a group, has no value: «riservato», «non rilevato», «–».
export function diciStato(detto) {
  return detto === VUOTO ? "–" : PAROLE[detto][0];
}

// A group without a value says why: it is withheld as soon as one of its values is.
export function statoDelGruppo({ esclusi }) {
  return [RISERVATO, NON_RILEVATO, VUOTO].find((nome) => esclusi[nome]) ?? VUOTO;
}

const FORMULA = /^[=+\-@\t\r]/;

function cella(valore) {
  if (valore === null || valore === undefined) return "";
  if (typeof valore === "number" || typeof valore === "boolean") return String(valore);
  let testo = Array.isArray(valore) ? valore.join("|") : String(valore);
  if (FORMULA.test(testo)) testo = `'${testo}`;
  return /[",\r\n]/.test(testo) ? `"${testo.replaceAll('"', '""')}"` : testo;
}

// CSV as the portal writes it: comma, CRLF, and no text that a spreadsheet takes for a formula.
export function csv(intestazione, righe) {
  return [intestazione, ...righe].map((riga) => `${riga.map(cella).join(",")}\r\n`).join("");
}

export function righeCsv(dati, nomi, righe) {
  return csv(
    nomi,
    righe.map((riga) => nomi.map((nome) => dati.colonne[nome][riga])),
  );
}

export function gruppiCsv(gruppi, { campo, calcolo, misura }) {
  const conta = calcolo === "righe";
  const nome = conta ? [] : [`${calcolo}_${misura}`, RISERVATO, NON_RILEVATO, VUOTO];
  return csv(
    [campo, `${campo}_stato`, "righe", ...nome],
    gruppi.map((gruppo) => [
      gruppo.chiave,
      gruppo.stato,
      gruppo.righe,
      ...(conta
        ? []
        : [
            gruppo.valore,
            ...[RISERVATO, NON_RILEVATO, VUOTO].map((detto) => gruppo.esclusi[detto] ?? 0),
          ]),
    ]),
  );
}

// --- The view as a link ---------------------------------------------------------------------

// What stands after # in the address; fields, operators and calculations that do not exist are
// left out, so that an old link still opens.
export function leggiVista(testo, campi, predefinite) {
  const parametri = new URLSearchParams(testo);
  const filtri = [];
  for (const scritto of parametri.getAll("filtro")) {
    const [campo, operatore, ...resto] = scritto.split(":");
    const valore = resto.join(":");
    if (campi.has(campo) && operatori(campi.get(campo)).includes(operatore) && valore !== "") {
      filtri.push({ campo, operatore, valore });
    }
  }
  const [campoOrdine, verso] = (parametri.get("ordine") ?? "").split(":");
  const [calcolo, misura] = (parametri.get("calcolo") ?? "").split(":");
  const numerica = ["intero", "decimale"].includes(campi.get(misura)?.tipo);
  const gruppo = parametri.get("gruppo") ?? "";
  const colonne = (parametri.get("colonne") ?? "").split(",").filter((nome) => campi.has(nome));
  return {
    filtri,
    ordine: campi.has(campoOrdine) ? { campo: campoOrdine, giu: verso === "giu" } : null,
    gruppo: campi.has(gruppo) ? gruppo : "",
    calcolo: CALCOLI.includes(calcolo) && (calcolo === "righe" || numerica) ? calcolo : "righe",
    misura: CALCOLI.includes(calcolo) && calcolo !== "righe" && numerica ? misura : "",
    perValore: parametri.get("gruppi") === "valore",
    colonne: colonne.length > 0 ? colonne : predefinite,
    pagina: Math.max(1, Number.parseInt(parametri.get("pagina"), 10) || 1),
  };
}

export function scriviVista(vista, predefinite) {
  const parametri = new URLSearchParams();
  for (const { campo, operatore, valore } of vista.filtri) {
    if (valore !== "") parametri.append("filtro", `${campo}:${operatore}:${valore}`);
  }
  if (vista.ordine) parametri.set("ordine", `${vista.ordine.campo}:${vista.ordine.giu ? "giu" : "su"}`);
  if (vista.gruppo) {
    parametri.set("gruppo", vista.gruppo);
    if (vista.calcolo !== "righe") parametri.set("calcolo", `${vista.calcolo}:${vista.misura}`);
    if (vista.perValore) parametri.set("gruppi", "valore");
  }
  if (vista.colonne.join() !== predefinite.join()) parametri.set("colonne", vista.colonne.join());
  if (vista.pagina > 1) parametri.set("pagina", vista.pagina);
  return parametri.toString();
}
