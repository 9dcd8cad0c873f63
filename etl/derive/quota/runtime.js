// Works out programs of rules exactly as scalar.py does, on BigInt. Appended to by to_js.py.

const fdiv = (a, b) => {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
};
const fmod = (a, b) => a - b * fdiv(a, b);
const minimum = (...values) => values.reduce((a, b) => (b < a ? b : a));
const maximum = (...values) => values.reduce((a, b) => (b > a ? b : a));
const absolute = (value) => (value < 0n ? -value : value);
const gcd = (a, b) => (b === 0n ? a : gcd(b, a % b));
const lcm = (a, b) => absolute(a * b) / gcd(absolute(a), absolute(b));

// The words of words.py.
const MONTHS = [
  "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno",
  "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre",
];
const numero = (value) =>
  (value < 0n ? "−" : "") + absolute(value).toString().replace(/\B(?=(\d{3})+$)/g, ".");
const euro = (cents) =>
  (cents < 0n ? "−" : "") +
  numero(absolute(cents) / 100n) +
  "," +
  (absolute(cents) % 100n).toString().padStart(2, "0") +
  " €";
const decimale = (numerator, denominator) => {
  const scaled = absolute(numerator) * 100n;
  const whole = scaled / denominator / 100n;
  const digits = ((scaled / denominator) % 100n).toString().padStart(2, "0").replace(/0+$/, "");
  const text = (numerator < 0n ? "−" : "") + numero(whole) + (digits ? "," + digits : "");
  return scaled % denominator === 0n ? text : "circa " + text;
};
const conta = (value, one, many) => numero(value) + " " + (value === 1n ? one : many);
const data = (year, month, day) =>
  day.toString() + (day === 1n ? "º" : "") + " " + MONTHS[Number(month) - 1] + " " + year.toString();
const mancante = (title) => `Da verificare: non è noto «${title}».`;
const scaduto = (title, year, month, day) =>
  `Regola non più valida salvo proroga: «${title}» valeva fino al ${data(year, month, day)}.`;

/** The law in force on a day (`AAAA-MM-GG`): name → {titolo, unita, valore, …}. */
export function legge(giorno) {
  const law = {};
  for (const [name, history] of Object.entries(LEGGE)) {
    const entry = history.valori.find(
      (item) => (item.dal === null || item.dal <= giorno) && (item.al === null || giorno <= item.al),
    );
    const ended = history.valori.map((item) => item.al).filter((al) => al !== null && al < giorno);
    law[name] = {
      nome: name,
      titolo: history.titolo,
      unita: history.unita,
      valore: entry ? entry.valore : null,
      dal: entry ? entry.dal : null,
      al: entry ? entry.al : null,
      fonte: entry ? entry.fonte : null,
      nota: entry ? entry.nota : null,
      verificato: entry ? entry.verificato : false,
      scaduto: entry || ended.length === 0 ? null : ended.sort().at(-1),
    };
  }
  return law;
}

/** The same law with some values replaced (BigInt, text, or null), marked as not verified. */
export function conValori(law, values) {
  const changed = { ...law };
  for (const [name, value] of Object.entries(values)) {
    if (!(name in law)) throw new RangeError(name);
    changed[name] = { ...law[name], valore: value, verificato: false, scaduto: null };
  }
  return changed;
}

/**
 * Works out one program for one company.
 * `azienda` is {dati: {nome: BigInt}, righe: [{etichetta, dati, righe}]}, rows in ISTAT order.
 * Returns {cifre, righe: {etichetta: cifre}, motivi: [{regola, articolo, dove, dati, esito, frase}]}.
 * A figure is null where the law's number is not known.
 */
export function esegui(nome, azienda, law) {
  const program = PROGRAMMI[nome];
  if (!program) throw new RangeError(nome);
  const table = layOut(program, azienda);
  for (const step of program.passi) STEPS[step.tipo](program, step, table, law);
  const ofLevel = (level, place) =>
    Object.fromEntries(
      [...table.values]
        .filter(([name]) => program.livello[name] === level)
        .map(([name, column]) => [name, column[place]]),
    );
  const [top, second] = program.livelli;
  return {
    cifre: ofLevel(top, 0),
    righe:
      second === undefined
        ? {}
        : Object.fromEntries(
            table.labels[second].map((label, place) => [label, ofLevel(second, place)]),
          ),
    // worked out only when someone looks
    get motivi() {
      return reasons(program, table, law);
    },
  };
}

function layOut(program, whole) {
  const table = { labels: {}, parents: {}, values: new Map(), unknown: new Map() };
  let rows = [whole];
  program.livelli.forEach((level, depth) => {
    table.labels[level] = rows.map((row) => row.etichetta ?? "");
    const inputs = program.dati.filter((item) => item.livello === level);
    const names = new Set(inputs.map((item) => item.nome));
    for (const row of rows)
      for (const name of Object.keys(row.dati ?? {}))
        if (!names.has(name)) throw new RangeError(`${program.nome}: dato sconosciuto: ${name}`);
    for (const item of inputs)
      table.values.set(
        item.nome,
        rows.map((row) => {
          const value = row.dati?.[item.nome] ?? item.predefinito;
          if (value === null) throw new RangeError(`${program.nome}: manca «${item.nome}»`);
          return value;
        }),
      );
    const below = program.livelli[depth + 1];
    if (below !== undefined) {
      table.parents[below] = rows.flatMap((row, i) => (row.righe ?? []).map(() => i));
      rows = rows.flatMap((row) => row.righe ?? []);
    }
  });
  return table;
}

function at(program, table, name, level, place) {
  const upper = program.livello[name];
  let depth = program.livelli.indexOf(level);
  while (program.livelli[depth] !== upper) {
    place = table.parents[program.livelli[depth]][place];
    depth -= 1;
  }
  return table.values.get(name)[place];
}

const union = (table, names) => new Set(names.flatMap((name) => [...(table.unknown.get(name) ?? [])]));

const STEPS = {
  regola(program, step, table, law) {
    const own = step.legge.filter((name) => law[name].valore === null);
    table.unknown.set(step.nome, new Set([...union(table, step.argomenti), ...own]));
    table.values.set(
      step.nome,
      table.labels[step.livello].map((_, place) => {
        const values = valuesOf(program, table, law, step.argomenti, step.livello, place);
        return values.includes(null) ? null : step.funzione(...values);
      }),
    );
  },
  scelta(program, step, table) {
    const unknown = new Set();
    const column = table.labels[step.livello].map((_, place) => {
      const when = at(program, table, step.quando, step.livello, place);
      const taken = when === null ? null : when === 1n ? step.allora : step.altrimenti;
      const value = taken === null ? null : at(program, table, taken, step.livello, place);
      if (value === null)
        for (const name of table.unknown.get(taken ?? step.quando) ?? []) unknown.add(name);
      return value;
    });
    table.values.set(step.nome, column);
    table.unknown.set(step.nome, unknown);
  },
  raccolta(program, step, table) {
    const column = table.labels[step.livello].map(() => (step.come === "total" ? 0n : 1n));
    table.parents[program.livello[step.di]].forEach((parent, place) => {
      const value = table.values.get(step.di)[place];
      if (column[parent] === null || value === null) column[parent] = null;
      else if (step.come === "total") column[parent] += value;
      else column[parent] = lcm(column[parent], value);
    });
    table.values.set(step.nome, column);
    table.unknown.set(step.nome, union(table, [step.di]));
  },
  riparto(program, step, table) {
    const parents = table.parents[step.livello];
    const capacity = table.values.get(step.capienza);
    const first = table.values.get(step.prima);
    const column = parents.map(() => 0n);
    table.values.get(step.quanto).forEach((amount, parent) => {
      const rows = [...parents.keys()].filter((place) => parents[place] === parent);
      if (amount === null || rows.some((row) => capacity[row] === null || first[row] === null)) {
        for (const row of rows) column[row] = null;
        return;
      }
      let left = amount;
      rows.sort((a, b) => (first[a] > first[b] ? -1 : first[a] < first[b] ? 1 : a - b));
      for (const row of rows) {
        column[row] = minimum(maximum(0n, left), capacity[row]);
        left -= column[row];
      }
    });
    table.values.set(step.nome, column);
    table.unknown.set(step.nome, union(table, [step.quanto, step.capienza, step.prima]));
  },
};

function valuesOf(program, table, law, names, level, place) {
  return names.map((name) =>
    table.values.has(name) ? at(program, table, name, level, place) : law[name].valore,
  );
}

function reasons(program, table, law) {
  const found = [];
  for (const step of program.passi) {
    const depth = program.livelli.indexOf(step.livello);
    table.labels[step.livello].forEach((label, place) => {
      const inputs = {};
      for (const name of step.serve) {
        if (!table.values.has(name)) {
          const value = law[name].valore;
          inputs[name] = Array.isArray(value) ? null : value;
        } else if (program.livelli.indexOf(program.livello[name]) <= depth) {
          inputs[name] = at(program, table, name, step.livello, place);
        }
      }
      const result = table.values.get(step.nome)[place];
      const sentence = program.frasi[step.nome];
      let text = "";
      if (sentence !== undefined) {
        const values = valuesOf(program, table, law, sentence.argomenti, step.livello, place);
        if (result === null) text = notKnown(table.unknown.get(step.nome), law);
        else if (!values.includes(null)) text = sentence.funzione(...values);
      }
      found.push({
        regola: step.nome,
        articolo: step.articolo ?? "",
        dove: label,
        dati: inputs,
        esito: result,
        frase: text,
      });
    });
  }
  return found;
}

function notKnown(names, law) {
  const sorted = [...(names ?? [])].sort();
  for (const name of sorted)
    if (law[name].scaduto !== null)
      return scaduto(law[name].titolo, ...law[name].scaduto.split("-").map(BigInt));
  return sorted.length ? mancante(law[sorted[0]].titolo) : "";
}
