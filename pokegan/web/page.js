// The page without a server: the pad, with painters in threads beside it.
/* global fetch, navigator, OffscreenCanvas, performance, Worker */
import {createPad, hexOf, rgbOf, MAX_SIDE} from './pad.js'

const element = id => document.getElementById(id)

// ------------------------------------------------------------------------------------------------------------ painter

class Painter { // a thread that paints, cleans lines and finds parts
  constructor() {
    this.worker = new Worker('worker.js', {type: 'module'})
    this.waiting = new Map() // what it has been asked: id → {resolve, reject}
    this.count = 0
    this.ready = false
    this.strokes = null // those that it has: they are sent anew only when they have changed
    this.worker.addEventListener('message', ({data: {id, answer, error}}) => {
      const {resolve, reject} = this.waiting.get(id)
      this.waiting.delete(id)
      if (error) reject(new Error(error))
      else resolve(answer)
    })
    this.worker.addEventListener('error', () => { // it could not even start
      const why = new Error('The painter has stopped: reload the page; the drawing is kept')
      for (const {reject} of this.waiting.values()) reject(why)
      this.waiting.clear()
    })
  }

  get idle() { return this.ready && this.waiting.size === 0 }

  ask(job, wants = {}, given = []) {
    const id = this.count++, answer = new Promise((resolve, reject) => this.waiting.set(id, {resolve, reject}))
    this.worker.postMessage({id, job, ...wants}, given)
    return answer
  }

  async open(card, weights, runtime, given = []) {
    await this.ask('open', {card, weights, runtime}, given)
    this.ready = true
  }

  paint({strokes, ...wants}) {
    const changed = strokes === this.strokes ? {} : {strokes}
    this.strokes = strokes
    return this.ask('paint', {...wants, ...changed})
  }
}

// A painter finishes what it has begun. If the pen is lifted meanwhile, a second one paints the whole stroke at once,
// where there is a processor for it, and nobody waits for the first one any more
const painters = [new Painter()]
const idle = () => painters.find(o => o.idle)
const painter = () => idle() ?? painters[0]
const hasRoom = navigator.hardwareConcurrency > 1 && (navigator.deviceMemory ?? 8) >= 4

// ----------------------------------------------------------------------------------------------------------- download

// Fetch large files, and say how far it has come; sizes are known, for a server may send them packed
async function fetchAll(files, progress) {
  const total = Object.values(files).reduce((n, o) => n + o.bytes, 0)
  let here = 0
  return Object.fromEntries(await Promise.all(Object.entries(files).map(async ([name, {url, bytes}]) => {
    const answer = await fetch(url)
    if (!answer.ok) throw new Error(`${url} could not be fetched (${answer.status})`)
    const out = new Uint8Array(bytes), reader = answer.body.getReader()
    let at = 0
    for (;;) {
      const {done, value} = await reader.read()
      if (done) break
      out.set(value, at)
      at += value.length
      here += value.length
      progress(here, total)
    }
    if (at !== bytes) throw new Error(`${url} has ${at} bytes instead of ${bytes}`)
    return [name, out]
  })))
}

function showProgress(here, total) {
  const [done, all] = [here, total].map(o => Math.round(o/1e6))
  element('progress').value = here/total
  element('progress-text').textContent = `Fetching the painter: ${done} of ${all} MB, once`
}

// Wait for the service worker, through which the large files are kept for the next visit; there is none without https
async function offline() {
  if (!('serviceWorker' in navigator)) return
  const patience = new Promise(done => setTimeout(done, 3000))
  const ready = navigator.serviceWorker.register('sw.js').then(() => navigator.serviceWorker.ready).then(() => {
    if (navigator.serviceWorker.controller) return null
    return new Promise(done => navigator.serviceWorker.addEventListener('controllerchange', done, {once: true}))
  })
  await Promise.race([ready.catch(() => {}), patience])
}

// ----------------------------------------------------------------------------------------------------------- pictures

// A file's pixels (RGBA), no side over MAX_SIDE
async function readPicture(file) {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error(`${file.name || 'The picture'} is not a picture that this browser can read: save it as PNG or JPEG`)
  })
  const s = Math.min(1, MAX_SIDE/Math.max(bitmap.width, bitmap.height))
  const w = Math.max(1, Math.round(bitmap.width*s)), h = Math.max(1, Math.round(bitmap.height*s))
  const pen = new OffscreenCanvas(w, h).getContext('2d')
  pen.imageSmoothingQuality = 'high'
  pen.drawImage(bitmap, 0, 0, w, h)
  return {w, h, data: pen.getImageData(0, 0, w, h).data}
}

function toCanvas({w, h, data}) {
  const canvas = new OffscreenCanvas(w, h)
  canvas.getContext('2d').putImageData(new ImageData(data, w, h), 0, 0)
  return canvas
}

// --------------------------------------------------------------------------------------------------------------- host

const swatches = palette => palette.map(({rgb, weight}) => ({hex: hexOf(rgb), share: weight}))
const colours = palette => palette && palette.map(({hex, share}) => ({rgb: rgbOf(hex), weight: share}))

// What pad.js asks of its home
function makeHost(card, ready) {
  const host = {
    models: [{name: card.name, title: card.title, lam: card.lam, at: card.at, palettes: card.palettes.map(swatches),
              can: {palette: card.told.includes('palette'), strokes: card.told.includes('wishes')}}],
    examples: card.examples.map(name => ({name, url: `examples/${name}.png`})),
    key: 'pokegan',
    start: null,
    now: null, // the painting that the pad waits for: what was asked, and how to stop waiting

    async paint({ink, place, strokes, palette, lam, seed}) {
      await ready
      const mine = host.now = {ink, strokes}
      const overtaken = new Promise(resolve => { mine.overtake = () => resolve(null) })
      const painting = painter().paint({ink, place, strokes, palette: colours(palette), lam, seed})
      const answer = await Promise.race([painting, overtaken])
      if (host.now === mine) host.now = null
      return answer && {picture: toCanvas(answer), ms: answer.ms}
    },
    async parts(ink) {
      await ready
      return painter().ask('parts', {ink})
    },
    async palette(file) { return swatches(await painter().ask('palette', {picture: await readPicture(file)})) },
    async clean(file, wants = {}) {
      return painter().ask('clean', {picture: await readPicture(file), most: MAX_SIDE, ...wants})
    },
  }
  return host
}

// The pen is lifted: a painting of half the stroke is out of date, if somebody has time to paint the whole
function penLifted(pad, host) {
  if (!host.now || !idle()) return
  const {ink, strokes} = pad.state()
  if (ink !== host.now.ink || strokes !== host.now.strokes) host.now.overtake()
}

// -------------------------------------------------------------------------------------------------------------- begin

async function openPainter(card) {
  await offline()
  const {weights, runtime} = await fetchAll(card.files, showProgress).catch(e => {
    throw new Error(`The painter could not be fetched (${e.message}): reload the page; the drawing is kept`)
  })
  element('progress-text').textContent = 'Waking the painter'
  await painters[0].open(card, weights, runtime)
  if (hasRoom) setTimeout(() => openSecond(card, weights, runtime), 1500) // the first painting comes first
}

function openSecond(card, weights, runtime) {
  const second = new Painter()
  painters.push(second)
  second.open(card, weights, runtime, [weights.buffer, runtime.buffer]).catch(() => painters.pop()) // one will do
}

async function main() {
  const card = await (await fetch('model.json')).json()
  const ready = openPainter(card), host = makeHost(card, ready), pad = createPad(element('pad'), host)
  Object.assign(globalThis, {pad, host}) // for whoever opens the browser's console
  addEventListener('pointerup', () => penLifted(pad, host))
  await ready.catch(e => pad.fail(e.message))
  element('loading').hidden = true
  document.documentElement.dataset.ready = String(Math.round(performance.now()))
}

main()
