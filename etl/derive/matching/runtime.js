// Finds, scores and explains vacancies exactly as pairs.py and explanation.py do, and sites as
// sites.py does. What stands above was made by to_js.py: REGOLE, PAROLE and the rules of a pair.

const fdiv = (a, b) => Math.floor(a / b);
const minimum = Math.min;
const maximum = Math.max;

// The flags of a vacancy, and how a column writes what is not there (columns.py).
const BARRIERE = 1, NOTTE = 2, SENZA_MEZZI = 4, ALTRE = 8, NUMERICA = 16;
const NON_DETTO = 0, RISERVATO = 1, PRIMO = 2;
const TESTO_RISERVATO = 0;
const AREE = REGOLE.aree.length;
const BIT = REGOLE.bit;
const [ORARIO, SOSTEGNO, ADATTAMENTO] = REGOLE.aperture.map((_, posto) => 1 << posto);
const [PATENTE, TEMPO_PIENO] = REGOLE.abilita.map((_, posto) => 1 << posto);

// A place in a list of results: distance, score and row in one exact number, sorted as such.
const RIGHE = 2 ** 19;
const PUNTI = 2 ** 14;

const VALORE = new Uint8Array(128);
[...REGOLE.cifreNumero].forEach((cifra, valore) => {
  VALORE[cifra.charCodeAt(0)] = valore;
});

// A column written in base 62, one text a digit, the highest first.
function colonna(cifre) {
  const valori = new Int32Array(cifre[0].length);
  for (const testo of cifre) {
    for (let i = 0; i < valori.length; i += 1) {
      valori[i] = valori[i] * 62 + VALORE[testo.charCodeAt(i)];
    }
  }
  return valori;
}

/** Makes the columns ready to be searched. */
export function apri(dati) {
  const comuni = {
    nome: dati.comuni.nome,
    provincia: colonna(dati.comuni.provincia),
    province: dati.comuni.province,
    punti: apriPunti(dati.comuni),
  };
  const offerte = apriOfferte(dati);
  const sedi = Object.fromEntries(
    ["operatore", "comune", "gruppi", "accessi"].map((nome) => [nome, colonna(dati.sedi[nome])]),
  );
  const quanti = comuni.nome.length;
  return {
    comuni,
    offerte,
    letture: offerte.letture,
    professioni: dati.professioni,
    frasi: dati.frasi,
    nonCapite: new Set(dati.frasi.non_capita),
    settori: dati.settori,
    aziende: dati.aziende,
    sedi: { ...sedi, operatori: dati.sedi.operatori, telefono: dati.sedi.telefono },
    // by comune, then by province: that of its nearest comune
    distanze: new Int32Array(quanti + comuni.province.length),
  };
}

// Points on the sphere in whole centimetres; x is written as what it lacks from y and z.
function apriPunti({ punti, angolo }) {
  const [correzione, y, z] = punti.map((asse, posto) =>
    Float64Array.from(colonna(asse), (passo) => angolo[posto] + passo),
  );
  const quadro = REGOLE.raggio * REGOLE.raggio;
  const x = correzione.map(
    (resto, i) => Math.floor(Math.sqrt(quadro - y[i] * y[i] - z[i] * z[i])) + resto,
  );
  return [x, y, z];
}

function apriOfferte(dati) {
  const { professioni, offerte } = dati;
  const segni = colonna(offerte.segni);
  const quante = segni.length;
  const { testo, testi } = apriTesti(offerte.frasi.map(colonna), quante);
  const letture = apriLetture(dati.frasi, testi);
  const condizioni = new Int32Array(quante);
  for (let i = 0; i < quante; i += 1) {
    condizioni[i] =
      letture.condizioni[letture.di[testo[i]]] |
      (segni[i] & NOTTE ? BIT.turni_notturni : 0) |
      (segni[i] & BARRIERE ? BIT.barriere : 0) |
      (segni[i] & SENZA_MEZZI ? BIT.senza_mezzi_pubblici : 0) |
      (segni[i] & ALTRE ? BIT.riservato_C : BIT.riservato_D);
  }
  const professione = new Int32Array(quante);
  const inizio = [0];
  professioni.offerte.forEach((righe, quale) => {
    professione.fill(quale, inizio[quale], inizio[quale] + righe);
    inizio.push(inizio[quale] + righe);
  });
  const azienda = new Int32Array(quante).fill(-1);
  const [passi, nomi] = offerte.azienda.map(colonna);
  let riga = 0;
  passi.forEach((passo, i) => {
    riga += passo;
    azienda[riga] = nomi[i];
  });
  return {
    quante,
    professione,
    inizio,
    testo,
    testi,
    lettura: testo.map((quale) => letture.di[quale]),
    letture,
    condizioni,
    segni,
    azienda,
    mansione: colonna(offerte.mansione),
    comune: colonna(offerte.comune),
    posti: colonna(offerte.posti),
    settore: colonna(offerte.settore),
  };
}

// The different texts, as lists of sentences, and which one each vacancy has.
function apriTesti(frasi, quante) {
  const testo = new Int32Array(quante);
  const testi = [];
  const noti = new Map();
  for (let i = 0; i < quante; i += 1) {
    // most vacancies have the text of the one before
    if (i > 0 && frasi.every((posto) => posto[i] === posto[i - 1])) {
      testo[i] = testo[i - 1];
      continue;
    }
    const quali = [];
    for (const posto of frasi) {
      if (posto[i] === 0) break;
      quali.push(posto[i] - 1);
    }
    const chiave = quali.join();
    if (!noti.has(chiave)) {
      noti.set(chiave, testi.length);
      testi.push(quali);
    }
    testo[i] = noti.get(chiave);
  }
  return { testo, testi };
}

// What texts ask, each different reading once: what their sentences ask together (vacancies.py).
function apriLetture(frasi, testi) {
  const gradi = (testo) => Array.from(testo, Number);
  const chiede = frasi.chiede.map(gradi), tassativo = frasi.tassativo.map(gradi);
  const note = new Map();
  const letture = { di: [], chiede: [], minimo: [], somma: [], condizioni: [], abilita: [], aperture: [] };
  for (const quali of testi) {
    const chiesti = new Array(AREE).fill(0), stretti = new Array(AREE).fill(0);
    let condizioni = 0, abilita = 0, aperture = 0;
    for (const quale of quali) {
      for (let area = 0; area < AREE; area += 1) {
        chiesti[area] = maximum(chiesti[area], chiede[quale][area]);
        stretti[area] = maximum(stretti[area], tassativo[quale][area]);
      }
      condizioni |= frasi.condizioni[quale];
      abilita |= frasi.abilita[quale];
      aperture |= frasi.aperture[quale];
    }
    const chiave = [...chiesti, ...stretti, condizioni, abilita, aperture].join();
    let numero = note.get(chiave);
    if (numero === undefined) {
      numero = letture.somma.length;
      note.set(chiave, numero);
      const tollerati = REGOLE.tollerati + (aperture & ADATTAMENTO ? 1 : 0);
      letture.chiede.push(chiesti);
      letture.minimo.push(
        chiesti.map((grado, area) => (grado ? least_capacity(grado, tollerati, stretti[area]) : 0)),
      );
      letture.somma.push(chiesti.reduce((somma, grado) => somma + grado, 0));
      letture.condizioni.push(condizioni);
      letture.abilita.push(abilita);
      letture.aperture.push(aperture);
    }
    letture.di.push(numero);
  }
  return letture;
}

// How far every comune is from one, and each province's nearest comune, in whole metres.
function misura(regione, comune) {
  const { comuni, distanze } = regione;
  const [x, y, z] = comuni.punti;
  const quanti = comuni.nome.length;
  distanze.fill(2 ** 30, quanti);
  for (let i = 0; i < quanti; i += 1) {
    const dx = x[i] - x[comune], dy = y[i] - y[comune], dz = z[i] - z[comune];
    const metri = arc(Math.floor(Math.sqrt(dx * dx + dy * dy + dz * dz)), REGOLE.divisore);
    distanze[i] = metri;
    const provincia = quanti + comuni.provincia[i];
    if (metri < distanze[provincia]) distanze[provincia] = metri;
  }
}

// What a profile excludes and is able to do, as the build packs it (profiles.py).
function escluse(profilo) {
  let maschera = profilo.escluse;
  if (!profilo.mezzoProprio) maschera |= BIT.senza_mezzi_pubblici;
  return maschera | (profilo.lista === "C" ? BIT.riservato_D : BIT.riservato_C);
}

function capace(profilo) {
  return (profilo.mezzoProprio ? PATENTE : 0) | (profilo.ore >= REGOLE.settimana ? TEMPO_PIENO : 0);
}

// How many leading digits two codes share.
function comuniCifre(una, altra) {
  let cifre = 5;
  while (una !== altra) {
    una = fdiv(una, 10);
    altra = fdiv(altra, 10);
    cifre -= 1;
  }
  return cifre;
}

// Of the occupations sought, the one that gives most for this one; null where none is near.
function cercata(profilo, codice) {
  let scelta = null;
  profilo.professioni.forEach((voluta, posto) => {
    const cifre = comuniCifre(voluta, codice);
    if (cifre < REGOLE.cifre) return;
    const affinita = REGOLE.affinita[cifre], preferenza = REGOLE.preferenza[posto];
    const valore = REGOLE.pesi[0] * affinita + REGOLE.pesi[5] * preferenza;
    if (scelta === null || valore > scelta.valore) scelta = { valore, affinita, preferenza, posto };
  });
  return scelta;
}

function manca(profilo, letture, quale) {
  let somma = 0;
  for (let area = 0; area < AREE; area += 1) {
    somma += maximum(letture.chiede[quale][area] - profilo.capacita[area], 0);
  }
  return somma;
}

function quantiBit(maschera) {
  let quanti = 0;
  for (let resto = maschera; resto; resto &= resto - 1) quanti += 1;
  return quanti;
}

/**
 * Searches for a profile: {professioni: [codes of five digits, at most REGOLE.scelte], comune,
 * limite (metres), mezzoProprio, ore, capacita: [0–4 by area], escluse: mask, lista: "D" or "C",
 * aiuto: 1–4, titolo: 0–5, gruppo: place or −1, accessi: mask}.
 *
 * Gives, of the vacancies of the occupations sought: `adatte`, those that suit, [{riga, distanza,
 * punteggio}] by distance, score and row; `forse`, those of which only the province is known and
 * that suit from its nearest comune, [{riga, distanza}]; `escluse`, the others, [{riga, distanza,
 * ostacoli}] by obstacles and distance; `unOstacolo`, by the name of what alone stands in the
 * way, how many vacancies. Of the sites: `sedi` and `sediEscluse`, alike. A distance is in whole
 * metres; for a vacancy without a comune it is that of the province's nearest comune.
 */
export function cerca(regione, profilo) {
  const { offerte, letture, professioni, comuni } = regione;
  misura(regione, profilo.comune);
  const { distanze } = regione;
  const no = escluse(profilo), si = capace(profilo);
  const { pesi, settimana } = REGOLE;
  const quanti = comuni.nome.length;
  const quante = letture.somma.length;

  // what a text asks is worked out once for all the vacancies that have it
  const ostacoli = new Uint8Array(quante);
  const base = new Int32Array(quante);
  for (let quale = 0; quale < quante; quale += 1) {
    let lacune = quantiBit(letture.abilita[quale] & ~si);
    const minimo = letture.minimo[quale];
    for (let area = 0; area < AREE; area += 1) if (minimo[area] > profilo.capacita[area]) lacune += 1;
    ostacoli[quale] = lacune;
    const aperture = letture.aperture[quale];
    base[quale] =
      pesi[1] * ability(letture.somma[quale], manca(profilo, letture, quale)) +
      pesi[3] * timeliness(aperture & ORARIO, profilo.ore, settimana) +
      pesi[4] * support(aperture & SOSTEGNO, profilo.aiuto);
  }
  const prossimita = new Int32Array(distanze.length);
  for (let i = 0; i < distanze.length; i += 1) {
    if (distanze[i] <= profilo.limite) prossimita[i] = pesi[2] * closeness(distanze[i], profilo.limite);
  }

  const adatte = [], forse = [], altre = [], soli = [];
  professioni.codice.forEach((codice, quale) => {
    const scelta = cercata(profilo, codice);
    if (scelta === null) return;
    const fissi =
      scelta.valore + pesi[6] * schooled(REGOLE.studi[fdiv(codice, 10_000)], profilo.titolo);
    for (let i = offerte.inizio[quale]; i < offerte.inizio[quale + 1]; i += 1) {
      const luogo = offerte.comune[i], testo = offerte.lettura[i];
      const distanza = distanze[luogo];
      const vietate = offerte.condizioni[i] & no;
      const quanti_ostacoli =
        ostacoli[testo] + (vietate ? quantiBit(vietate) : 0) + (distanza > profilo.limite ? 1 : 0);
      if (quanti_ostacoli > 0) {
        altre.push((quanti_ostacoli * RIGHE + distanza) * RIGHE + i);
        if (quanti_ostacoli === 1) soli.push(i);
      } else if (luogo >= quanti) {
        forse.push(distanza * RIGHE + i);
      } else {
        const punteggio = fissi + base[testo] + prossimita[luogo];
        adatte.push((distanza * PUNTI + (10_000 - punteggio)) * RIGHE + i);
      }
    }
  });
  return {
    adatte: inOrdine(adatte, (resto) => ({
      distanza: fdiv(resto, PUNTI),
      punteggio: 10_000 - (resto % PUNTI),
    })),
    forse: inOrdine(forse, (distanza) => ({ distanza })),
    escluse: inOrdine(altre, (resto) => ({
      ostacoli: fdiv(resto, RIGHE),
      distanza: resto % RIGHE,
    })),
    unOstacolo: unico(regione, profilo, soli, no, si),
    ...cercaSedi(regione, profilo),
  };
}

// Sorts places and gives them one by one, each made only when somebody looks.
function inOrdine(posti, leggi) {
  const ordinati = Float64Array.from(posti).sort();
  return {
    length: ordinati.length,
    riga: (n) => ordinati[n] % RIGHE,
    prendi(da, fino) {
      return Array.from(ordinati.subarray(da, fino), (posto) => ({
        riga: posto % RIGHE,
        ...leggi(fdiv(posto, RIGHE)),
      }));
    },
  };
}

// What alone keeps vacancies apart, and how many: [[name, vacancies]], most first.
function unico(regione, profilo, righe, no, si) {
  const { offerte, letture } = regione;
  const conti = new Map();
  for (const i of righe) {
    const vietata = offerte.condizioni[i] & no;
    const testo = offerte.lettura[i];
    let nome;
    if (vietata) nome = nomeDi(vietata);
    else if (letture.abilita[testo] & ~si) {
      nome = letture.abilita[testo] & ~si & PATENTE ? "patente" : "tempo_pieno";
    } else {
      const area = letture.minimo[testo].findIndex((grado, n) => grado > profilo.capacita[n]);
      nome = area < 0 ? "lontano" : REGOLE.aree[area];
    }
    conti.set(nome, (conti.get(nome) ?? 0) + 1);
  }
  return [...conti].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function nomeDi(bit) {
  return Object.keys(BIT).find((nome) => BIT[nome] === bit);
}

function cercaSedi(regione, profilo) {
  const { sedi, distanze } = regione;
  const buone = [], altre = [];
  for (let i = 0; i < sedi.comune.length; i += 1) {
    const distanza = distanze[sedi.comune[i]];
    const ostacoli =
      (distanza > profilo.limite ? 1 : 0) +
      (profilo.gruppo >= 0 && !(sedi.gruppi[i] & (1 << profilo.gruppo)) ? 1 : 0) +
      quantiBit(profilo.accessi & ~sedi.accessi[i]);
    if (ostacoli === 0) buone.push(distanza * RIGHE + i);
    else altre.push((ostacoli * RIGHE + distanza) * RIGHE + i);
  }
  return {
    sedi: inOrdine(buone, (distanza) => ({ distanza })),
    sediEscluse: inOrdine(altre, (resto) => ({
      ostacoli: fdiv(resto, RIGHE),
      distanza: resto % RIGHE,
    })),
  };
}

// ---------------------------------------------------------------------------------------------
// Reasons

/** Whole metres as kilometres with one decimal. */
export function chilometri(distanza) {
  const decimi = fdiv(distanza + 50, 100);
  return `${fdiv(decimi, 10)},${decimi % 10} km`;
}

function frase(nome, parole = {}) {
  return PAROLE.frasi[nome].replace(/\{(\w+)\}/g, (_, parola) => parole[parola]);
}

const conBit = (nomi, maschera) => nomi.filter((_, posto) => maschera & (1 << posto));

function vicino(distanza) {
  if (distanza === 0) return frase("vicinanza_qui");
  return frase("vicinanza", { distanza: chilometri(distanza) });
}

function lontano(distanza, limite) {
  if (distanza <= limite) return [];
  return [frase("lontano", { distanza: chilometri(distanza), limite: chilometri(limite) })];
}

/**
 * Why a vacancy suits a profile or not: {possibile, ostacoli: [text], punti: [[component, points,
 * most, text]], punteggio, distanza, certa}. Without a comune (`certa` false) nearness gives no
 * points and there is no score.
 */
export function spiega(regione, profilo, i) {
  const { offerte, letture, professioni, comuni } = regione;
  misura(regione, profilo.comune);
  const distanza = regione.distanze[offerte.comune[i]];
  const certa = offerte.comune[i] < comuni.nome.length;
  const testo = offerte.lettura[i];
  const codice = professioni.codice[offerte.professione[i]];
  const scelta = cercata(profilo, codice);
  const vietate = offerte.condizioni[i] & escluse(profilo);
  const mancanti = letture.abilita[testo] & ~capace(profilo);
  const ostacoli = [
    ...conBit(PAROLE.condizioni, vietate).map((condizione) => frase("condizione", { condizione })),
    ...REGOLE.implicite.filter((nome) => vietate & BIT[nome]).map((nome) => frase(nome)),
    ...lacune(profilo, letture.minimo[testo]),
    ...conBit(REGOLE.abilita, mancanti).map((nome) => frase(nome, { ore: REGOLE.settimana })),
    ...lontano(distanza, profilo.limite),
    ...(scelta === null ? [frase("professione_diversa")] : []),
  ];
  if (ostacoli.length > 0) {
    return { possibile: false, ostacoli, punti: [], punteggio: null, distanza, certa };
  }
  const aperture = letture.aperture[testo];
  const studi = schooled(REGOLE.studi[fdiv(codice, 10_000)], profilo.titolo);
  const parti = {
    professione: [
      scelta.affinita,
      frase(scelta.affinita === 100 ? "professione_uguale" : "professione_vicina"),
    ],
    capacita: capacita(profilo, letture, testo, riservato(offerte, i)),
    vicinanza: [
      closeness(distanza, profilo.limite),
      vicino(distanza),
    ],
    orario: [
      timeliness(aperture & ORARIO, profilo.ore, REGOLE.settimana),
      aperture & ORARIO
        ? frase("orario_adattabile")
        : profilo.ore >= REGOLE.settimana
          ? frase("orario_pieno")
          : frase("orario_parziale", { ore: profilo.ore }),
    ],
    sostegno: [
      support(aperture & SOSTEGNO, profilo.aiuto),
      aperture & SOSTEGNO
        ? frase("sostegno_previsto")
        : profilo.aiuto === 1
          ? frase("sostegno_poco")
          : frase("sostegno_fascia", { fascia: profilo.aiuto }),
    ],
    preferenza: [scelta.preferenza, frase("preferenza", { scelta: scelta.posto + 1 })],
    formazione: [studi, frase(studi === 100 ? "titolo_adatto" : "titolo_basso")],
  };
  const punti = REGOLE.componenti
    .filter((nome) => certa || nome !== "vicinanza")
    .map((nome) => {
      const peso = REGOLE.pesi[REGOLE.componenti.indexOf(nome)];
      return [nome, peso * parti[nome][0], 100 * peso, parti[nome][1]];
    });
  const punteggio = certa ? punti.reduce((somma, [, dati]) => somma + dati, 0) : null;
  return { possibile: true, ostacoli, punti, punteggio, distanza, certa };
}

function lacune(profilo, minimo) {
  const { massimo, tua } = PAROLE.gradi;
  return minimo.flatMap((grado, area) => {
    const ha = profilo.capacita[area];
    if (grado <= ha) return [];
    return frase("capacita_manca", {
      area: PAROLE.aree[area],
      minimo: grado,
      piena: REGOLE.piena,
      ha,
      massimo: massimo[REGOLE.piena - grado],
      tua: tua[REGOLE.piena - ha],
    });
  });
}

// Whether the text of a vacancy is withheld: then it is read as one that asks nothing.
function riservato(offerte, i) {
  return offerte.testi[offerte.testo[i]].includes(TESTO_RISERVATO);
}

function capacita(profilo, letture, testo, nascosto) {
  const somma = letture.somma[testo];
  const corta = manca(profilo, letture, testo);
  const voto = ability(somma, corta);
  if (somma === 0) return [voto, frase(nascosto ? "capacita_riservate" : "capacita_nessuna")];
  if (corta === 0) return [voto, frase("capacita_tutte")];
  const aree = PAROLE.aree.filter((_, n) => letture.chiede[testo][n] > profilo.capacita[n]);
  return [voto, frase("capacita_adattamento", { aree: aree.join(", ") })];
}

/** Why an operator's site suits a profile or not: {possibile, ostacoli, ragioni, distanza}. */
export function spiegaSede(regione, profilo, i) {
  const { sedi } = regione;
  misura(regione, profilo.comune);
  const distanza = regione.distanze[sedi.comune[i]];
  const ostacoli = lontano(distanza, profilo.limite);
  const ragioni = [vicino(distanza)];
  if (profilo.gruppo >= 0) {
    const gruppo = PAROLE.gruppi[profilo.gruppo];
    if (sedi.gruppi[i] & (1 << profilo.gruppo)) ragioni.push(frase("esperienza", { gruppo }));
    else ostacoli.push(frase("esperienza_manca", { gruppo }));
  }
  for (const accesso of conBit(PAROLE.accessi, profilo.accessi & ~sedi.accessi[i])) {
    ostacoli.push(frase("accesso_manca", { accesso }));
  }
  const ci = conBit(PAROLE.accessi, profilo.accessi & sedi.accessi[i]);
  if (ci.length > 0) ragioni.push(frase("accesso", { accessi: ci.join(", ") }));
  return { possibile: ostacoli.length === 0, ostacoli, ragioni, distanza };
}

// ---------------------------------------------------------------------------------------------
// What the page shows of a vacancy and of a site

/** A vacancy's own facts; a text that is withheld is null, one that is not stated is "". */
export function offerta(regione, i) {
  const { offerte, professioni, comuni, frasi } = regione;
  const luogo = offerte.comune[i];
  const certa = luogo < comuni.nome.length;
  const provincia = certa ? comuni.provincia[luogo] : luogo - comuni.nome.length;
  const quali = offerte.testi[offerte.testo[i]];
  const segni = offerte.segni[i];
  const testo = (valore, elenco) =>
    valore === RISERVATO ? null : valore === NON_DETTO ? "" : elenco[valore - PRIMO];
  const professione = offerte.professione[i];
  return {
    professione: professioni.nome[professione],
    mansione: testo(offerte.mansione[i], professioni.mansioni[professione]),
    richieste: riservato(offerte, i) ? null : quali.map((n) => frasi.testo[n]),
    nonCapite: quali.filter((n) => regione.nonCapite.has(n)).map((n) => frasi.testo[n]),
    comune: certa ? comuni.nome[luogo] : null,
    sigla: comuni.province[provincia][1],
    provincia: comuni.province[provincia][0],
    posti: offerte.posti[i],
    settore: testo(offerte.settore[i], regione.settori),
    azienda: offerte.azienda[i] < 0 ? null : regione.aziende[offerte.azienda[i]],
    numerica: (segni & NUMERICA) !== 0,
    altre: (segni & ALTRE) !== 0,
  };
}

/** A site's own facts. */
export function sede(regione, i) {
  const { sedi, comuni } = regione;
  const comune = sedi.comune[i];
  const [id, nome] = sedi.operatori[sedi.operatore[i]];
  return {
    id,
    nome,
    comune: comuni.nome[comune],
    sigla: comuni.province[comuni.provincia[comune]][1],
    provincia: comuni.province[comuni.provincia[comune]][0],
    gruppi: conBit(PAROLE.gruppi, sedi.gruppi[i]),
    accessi: conBit(PAROLE.accessi, sedi.accessi[i]),
    telefono: sedi.telefono[i],
  };
}
