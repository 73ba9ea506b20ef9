// Keeps the page for the next visit, with or without a network. files.js, which pokegan_page writes, names its files
// and says which edition this is: with another edition the browser finds this script changed, fetches the new files
// beside the old, and uses them once no old page is open.
/* global caches, fetch, importScripts, Request, self */
importScripts('files.js') // files: {edition, small: […], large: […]}

const edition = `pokegan-${self.files.edition}`

addEventListener('install', event => { // the large files are kept when the page fetches them, which shows its progress
  const small = self.files.small.map(o => new Request(o, {cache: 'no-cache'}))
  event.waitUntil(caches.open(edition).then(cache => cache.addAll(small)))
})

addEventListener('activate', event => {
  const old = caches.keys().then(all => all.filter(o => o.startsWith('pokegan-') && o !== edition))
  event.waitUntil(old.then(all => Promise.all(all.map(o => caches.delete(o)))).then(() => self.clients.claim()))
})

const known = new Set([...self.files.small, ...self.files.large].map(o => new URL(o, self.registration.scope).href))

async function answer(request, url) {
  const cache = await caches.open(edition), kept = await cache.match(url)
  if (kept) return kept
  const fresh = await fetch(request)
  if (fresh.ok && known.has(url)) {
    const copy = fresh.clone()
    cache.put(url, copy).catch(() => {}) // a full disk costs only the next visit's speed
  }
  return fresh
}

addEventListener('fetch', event => {
  const url = new URL(event.request.url)
  url.search = url.hash = ''
  if (url.href === self.registration.scope) url.pathname += 'index.html'
  if (event.request.method === 'GET' && known.has(url.href)) event.respondWith(answer(event.request, url.href))
})
