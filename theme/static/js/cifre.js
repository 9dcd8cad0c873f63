// Figures as visitors write and read them; inside they are BigInt, and amounts are cents.

export const IGNOTO = "da verificare";
const MASSIMO = 9_999_999n;
const SETTIMANA = 168n * 60n;

const forma = new Intl.NumberFormat("it-IT", { useGrouping: "always" });
const data = new Intl.DateTimeFormat("it-IT", { dateStyle: "long", timeZone: "UTC" });

export function numero(valore) {
  return valore === null ? IGNOTO : forma.format(valore).replace("-", "−");
}

export function conta(valore, uno, molti) {
  return `${numero(valore)} ${valore === 1n ? uno : molti}`;
}

export function euro(centesimi) {
  if (centesimi === null) return IGNOTO;
  return `${numero(centesimi / 100n)},${(centesimi % 100n).toString().padStart(2, "0")} €`;
}

// «2022-01-01» → «1º gennaio 2022».
export function giorno(iso) {
  return data.format(new Date(`${iso}T00:00:00Z`)).replace(/^1 /, "1º ");
}

// Days from 1 January 1970.
export function numeroDelGiorno(iso) {
  return BigInt(Date.parse(`${iso}T00:00:00Z`) / 86_400_000);
}

const nessuno = { valore: null };
const sbagliato = (errore) => ({ errore });

const LETTORI = {
  intero(testo, massimo = MASSIMO) {
    if (!/^(\d+|\d{1,3}([. ]\d{3})+)$/.test(testo)) {
      return sbagliato("Scrivi un numero intero, per esempio 12.");
    }
    const valore = BigInt(testo.replace(/[. ]/g, ""));
    return valore > massimo
      ? sbagliato(`Il numero più grande che si può scrivere è ${numero(massimo)}.`)
      : { valore };
  },
  percento(testo) {
    return LETTORI.intero(testo.replace(/\s*%$/, ""), 100n);
  },
  orario(testo) {
    const parti = /^(\d{1,3})(?:[:.]([0-5]\d))?$/.exec(testo);
    if (!parti) return sbagliato("Scrivi ore e minuti così: 24:30.");
    const valore = BigInt(parti[1]) * 60n + BigInt(parti[2] ?? 0);
    return valore > SETTIMANA
      ? sbagliato("In una settimana ci sono 168 ore: scrivi meno ore.")
      : { valore };
  },
  euro(testo) {
    const pulito = testo.replace(/\s*€$/, "");
    const parti =
      /^(\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d{1,2}))?$/.exec(pulito) ??
      /^(\d+)\.(\d{1,2})$/.exec(pulito);
    if (!parti) return sbagliato("Scrivi un importo così: 1.500,00.");
    const intero = BigInt(parti[1].replaceAll(".", ""));
    if (intero > MASSIMO * 100n) return sbagliato("L’importo è troppo grande.");
    return { valore: intero * 100n + BigInt((parti[2] ?? "").padEnd(2, "0") || 0) };
  },
  giorno(testo) {
    const anno = Number(testo.slice(0, 4));
    return /^\d{4}-\d{2}-\d{2}$/.test(testo) && anno >= 1990 && anno <= 2100
      ? { valore: testo }
      : sbagliato("Scrivi una data tra il 1990 e il 2100.");
  },
  "giorno-mese"(testo) {
    const parti = /^(\d{1,2})[/.-](\d{1,2})$/.exec(testo);
    const quando = parti && new Date(Date.UTC(2024, parti[2] - 1, parti[1]));
    return quando && quando.getUTCDate() === Number(parti[1]) && Number(parti[2]) <= 12
      ? { valore: BigInt(parti[2]) * 100n + BigInt(parti[1]) }
      : sbagliato("Scrivi giorno e mese così: 7/12.");
  },
};

// Reads what stands in a field: {valore}, null where it is empty, or {errore}, what to write.
export function leggiCifra(tipo, testo) {
  const pulito = testo.trim();
  return pulito === "" ? nessuno : LETTORI[tipo](pulito);
}
