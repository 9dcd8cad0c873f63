// Keeps the page «Cerca lavoro» for when there is no network. Online everything comes from the
// network; what is kept is one whole edition of the page, renewed when any of its files changes.

const PREFISSO = "mirato-cerca-lavoro-";
const NOME = `${PREFISSO}__VERSIONE__`;
const FILE = __FILE__.map((nome) => new URL(nome, self.location.href).href);

self.addEventListener("install", (evento) => {
  // a file that the browser already holds is asked again only if it has changed
  const tutti = FILE.map((url) => new Request(url, { cache: "no-cache" }));
  evento.waitUntil(caches.open(NOME).then((scorta) => scorta.addAll(tutti)));
});

self.addEventListener("activate", (evento) => {
  evento.waitUntil(
    caches
      .keys()
      .then((nomi) => nomi.filter((nome) => nome.startsWith(PREFISSO) && nome !== NOME))
      .then((vecchi) => Promise.all(vecchi.map((nome) => caches.delete(nome)))),
  );
});

self.addEventListener("fetch", (evento) => {
  const url = new URL(evento.request.url);
  url.search = "";
  url.hash = "";
  if (evento.request.method !== "GET" || !FILE.includes(url.href)) return;
  evento.respondWith(
    fetch(evento.request).catch(async () => {
      const scorta = await caches.open(NOME);
      return (await scorta.match(url.href)) ?? Response.error();
    }),
  );
});
