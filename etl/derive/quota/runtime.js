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
 * Returns an object with `cifre` (of the whole), `righe` ({etichetta: cifre}), `motivi`
 * ([{regola, articolo, dove, dati, esito, frase}]) and `valore(nome, etichetta)` for one figure.
 * A figure is null where the law's number is not known.
 */
export function esegui(nome, azienda, law) {
  const program = PROGRAMMI[nome];
  if (!program) throw new RangeError(nome);
  const table = layOut(program, azienda);
  for (const step of program.passi) STEPS[step.tipo](program, step, table, law);
  const figures = (depth, place) =>
    Object.fromEntries(
      [...table.values]
        .filter(([name]) => program.livello[name] === depth)
        .map(([name, column]) => [name, column[place]]),
    );
  // worked out only when someone looks
  return {
    get cifre() {
      return figures(0, 0);
    },
    get righe() {
      const labels = table.labels[1] ?? [];
      return Object.fromEntries(labels.map((label, place) => [label, figures(1, place)]));
    },
    get motivi() {
      return reasons(program, table, law);
    },
    valore(name, label) {
      return table.values.get(name)[label === undefined ? 0 : table.labels[1].indexOf(label)];
    },
  };
}

// Labels, parents and row counts stand by depth: 0 the whole, 1 its rows, and so on.
function layOut(program, whole) {
  const table = { labels: [], parents: [[]], values: new Map() };
  let rows = [whole];
  program.livelli.forEach((_, depth) => {
    table.labels.push(rows.map((row) => row.etichetta ?? ""));
    for (const row of rows)
      for (const name in row.dati)
        if (program.livello[name] !== depth || !program.predefiniti.has(name))
          throw new RangeError(`${program.nome}: dato sconosciuto: ${name}`);
    for (const [name, preset] of program.predefiniti) {
      if (program.livello[name] !== depth) continue;
      table.values.set(
        name,
        rows.map((row) => {
          const value = row.dati?.[name] ?? preset;
          if (value === null) throw new RangeError(`${program.nome}: manca «${name}»`);
          return value;
        }),
      );
    }
    if (depth + 1 < program.livelli.length) {
      table.parents.push(rows.flatMap((row, i) => (row.righe ?? []).map(() => i)));
      rows = rows.flatMap((row) => row.righe ?? []);
    }
  });
  return table;
}

// How to find each name from a row `depth` levels down: `up` levels above, or -1 for a number of
// the law. Kept with the list of names, which is the program's own.
const ROUTES = new WeakMap();
function routes(program, names, depth) {
  let found = ROUTES.get(names);
  if (found === undefined) {
    found = names.map((name) => (name in program.livello ? depth - program.livello[name] : -1));
    ROUTES.set(names, found);
  }
  return found;
}

// Gives a function from a row's place to the values of `names` there.
function reader(program, table, law, names, depth) {
  const up = routes(program, names, depth);
  const columns = names.map((name, i) => (up[i] < 0 ? law[name].valore : table.values.get(name)));
  return (place) => {
    const values = new Array(names.length);
    for (let i = 0; i < names.length; i += 1) {
      if (up[i] < 0) values[i] = columns[i];
      else {
        let row = place;
        for (let level = depth; level > depth - up[i]; level -= 1) row = table.parents[level][row];
        values[i] = columns[i][row];
      }
    }
    return values;
  };
}

const STEPS = {
  regola(program, step, table, law) {
    const depth = program.livello[step.nome];
    const size = table.labels[depth].length;
    const read = size > 0 && reader(program, table, law, step.argomenti, depth);
    const column = [];
    for (let place = 0; place < size; place += 1) {
      const values = read(place);
      column.push(values.includes(null) ? null : step.funzione(...values));
    }
    table.values.set(step.nome, column);
  },
  scelta(program, step, table) {
    const [when, then, otherwise] = step.serve.map((name) => table.values.get(name));
    table.values.set(
      step.nome,
      when.map((value, place) =>
        value === null ? null : value === 1n ? then[place] : otherwise[place],
      ),
    );
  },
  raccolta(program, step, table) {
    const depth = program.livello[step.nome];
    const column = table.labels[depth].map(() => (step.come === "total" ? 0n : 1n));
    const values = table.values.get(step.serve[0]);
    table.parents[depth + 1].forEach((parent, place) => {
      const value = values[place];
      if (column[parent] === null || value === null) column[parent] = null;
      else if (step.come === "total") column[parent] += value;
      else column[parent] = lcm(column[parent], value);
    });
    table.values.set(step.nome, column);
  },
  riparto(program, step, table) {
    const parents = table.parents[program.livello[step.nome]];
    const [amounts, capacity, first] = step.serve.map((name) => table.values.get(name));
    const column = parents.map(() => 0n);
    amounts.forEach((amount, parent) => {
      if (amount === 0n) return;
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
  },
};

function reasons(program, table, law) {
  const found = [];
  for (const step of program.passi) {
    const depth = program.livello[step.nome];
    const names = step.serve.filter(
      (name) => !(name in program.livello) || program.livello[name] <= depth,
    );
    const read = reader(program, table, law, names, depth);
    const sentence = program.frasi[step.nome];
    const say = sentence && reader(program, table, law, sentence.argomenti, depth);
    table.labels[depth].forEach((label, place) => {
      const values = read(place);
      const result = table.values.get(step.nome)[place];
      let text = "";
      if (sentence !== undefined && result === null) text = notKnown(program, table, law, step.nome);
      else if (sentence !== undefined) {
        const said = say(place);
        if (!said.includes(null)) text = sentence.funzione(...said);
      }
      found.push({
        regola: step.nome,
        articolo: step.articolo ?? "",
        dove: label,
        dati: Object.fromEntries(
          names.map((name, i) => [name, Array.isArray(values[i]) ? null : values[i]]),
        ),
        esito: result,
        frase: text,
      });
    });
  }
  return found;
}

// The numbers of the law for want of which a figure is not known.
function missing(program, table, law, name, found) {
  const step = program.passi.find((item) => item.nome === name);
  for (const need of step?.serve ?? []) {
    if (!(need in program.livello)) {
      if (law[need].valore === null) found.add(need);
    } else if (table.values.get(need).includes(null)) missing(program, table, law, need, found);
  }
  return found;
}

function notKnown(program, table, law, name) {
  const names = [...missing(program, table, law, name, new Set())].sort();
  for (const item of names)
    if (law[item].scaduto !== null)
      return scaduto(law[item].titolo, ...law[item].scaduto.split("-").map(BigInt));
  return names.length ? mancante(law[names[0]].titolo) : "";
}
