// The rows of a data set, read from its Parquet file: one list of values for each column.

import { parquetRead } from "../terze/hyparquet/read.js";

// Numbers as numbers, days as «2025-12-31», lists as they are; what is missing is null.
function semplice(valore) {
  if (valore === undefined || valore === null) return null;
  if (typeof valore === "bigint") return Number(valore);
  if (valore instanceof Date) return valore.toISOString().slice(0, 10);
  return valore;
}

// Returns { colonne: { nome: [valori] }, righe } from the bytes of a Parquet file.
export async function leggiParquet(byte, nomi) {
  const colonne = Object.fromEntries(nomi.map((nome) => [nome, []]));
  await parquetRead({
    file: byte,
    columns: nomi,
    onChunk({ columnName, columnData, rowStart }) {
      const colonna = colonne[columnName];
      for (let i = 0; i < columnData.length; i += 1) colonna[rowStart + i] = semplice(columnData[i]);
    },
  });
  return { colonne, righe: Math.max(0, ...Object.values(colonne).map((valori) => valori.length)) };
}
