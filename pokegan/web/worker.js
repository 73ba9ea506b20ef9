// Paints, in a thread of its own, so that the hand is never kept waiting. Every message has an id, which its answer
// repeats: {id, answer} or {id, error}. A painting that a newer one has overtaken is answered with null: the latest
// stroke wins.
/* global MessageChannel, performance, postMessage */
import * as ort from './ort/ort.wasm.bundle.min.mjs'
import {dropoutMasks} from './chance.js'
import {cleanSketch, crop, findPalette, fitSquare, fitStrokes, offSquare, overWhite, regions, resize, round,
        tellColours} from './parts.js'
import {onPaper, uploadLines, usualBox} from './photo.js'

let model, session
let strokes = null // the last that were sent: the page sends them anew only when they have changed
let found = null // the last square, and its parts

// ------------------------------------------------------------------------------------------------------------ pieces

function findParts(sq) {
  if (!found || sq.data.some((o, i) => o !== found.sq.data[i])) found = {sq, labels: regions(sq)}
  return found.labels
}

let drawn = null // the last seed, and its masks

function findMasks(seed) {
  if (drawn?.seed !== seed) drawn = {seed, masks: dropoutMasks(model.masks, model.drop, seed)}
  return Object.fromEntries(drawn.masks.map((o, i) => [`mask${i}`, o]))
}

const grey = ({w, h, data}) => { // one byte a pixel as three
  const out = new Uint8Array(3*data.length)
  for (let i = 0; i < data.length; i++) out.fill(data[i], 3*i, 3*i + 3)
  return {w, h, data: out}
}

const fit = (ink, place) => fitSquare(cleanSketch(grey(ink)), model.size, place)

const opaque = ({w, h, data}) => { // three bytes a pixel as RGBA
  const out = new Uint8ClampedArray(4*w*h)
  for (let i = 0, k = 0; i < out.length; i += 4) {
    out[i] = data[k++]
    out[i + 1] = data[k++]
    out[i + 2] = data[k++]
    out[i + 3] = 255
  }
  return {w, h, data: out}
}

// The inputs of the network, by name
function inputs(sq, {palette, lam, seed}, box) {
  const wished = palette?.map(({rgb, weight}) => ({rgb, weight}))
  const mine = strokes && fitStrokes(strokes, box, model.size)
  const told = tellColours(sq, {...model, palette: wished, strokes: mine, seed, find: findParts})
  const x = new Float32Array(sq.data.length)
  for (let i = 0; i < x.length; i++) x[i] = sq.data[i]/127.5 - 1
  const values = {x, lam: new Float32Array([lam ?? model.at]), ...told, ...findMasks(seed)}
  return Object.fromEntries(session.inputMetadata.map(({name, shape}) => {
    const nothing = () => new Float32Array(shape.reduce((a, b) => a*b, 1)) // that is told
    return [name, new ort.Tensor('float32', values[name] ?? nothing(), shape)]
  }))
}

// The painting of a square: three numbers from -1 to 1 a pixel, plane by plane, as three bytes a pixel
function toPicture(numbers, side) {
  const n = side*side, data = new Uint8ClampedArray(3*n)
  for (let c = 0; c < 3; c++) for (let i = 0; i < n; i++) {
    data[3*i + c] = round(Math.fround((Math.fround(numbers[c*n + i]) + 1)*127.5))
  }
  return {w: side, h: side, data}
}

// -------------------------------------------------------------------------------------------------------------- jobs

const jobs = {
  // the model's card and file, and the runtime: ready when it has painted once
  async open({card, weights, runtime}) {
    model = card
    ort.env.wasm.numThreads = 1 // more need headers that a plain file server does not send
    ort.env.wasm.wasmBinary = runtime
    session = await ort.InferenceSession.create(weights, {executionProviders: ['wasm']})
    const blank = {w: model.size, h: model.size, data: new Uint8Array(model.size**2).fill(255)}
    await session.run(inputs(blank, {seed: 0}, [0, 0, model.size, model.size]))
  },

  // the colours of a drawing {w, h, data}, at its own size
  async paint({ink, place, ...wish}) {
    const start = performance.now(), {sq, box} = fit(ink, place)
    const {painting} = await session.run(inputs(sq, wish, box))
    const small = offSquare(toPicture(painting.data, model.size), box)
    const picture = opaque(resize(small, ink.w, ink.h, box[2] > ink.h ? 'area' : 'cubic'))
    return {...picture, ms: performance.now() - start}
  },

  // the drawing's parts, without the margins of its square
  async parts({ink}) {
    const {sq, box} = fit(ink), {w, h, data} = crop(findParts(sq), box)
    return {w, h, labels: Uint8Array.from(data)}
  },

  // the lines of a picture (RGBA), no side over `most`; corners are shares of the picture
  async clean({picture, kind, corners, threshold, most}) {
    const img = onPaper(picture), size = [img.w, img.h], toPixels = corners?.map(p => p.map((o, i) => o*size[i] - 0.5))
    const res = kind === 'picture' ? null : uploadLines(img, {kind, corners: toPixels, threshold, most})
    if (!res) {
      throw new Error('This does not look like a drawing, and the lines of a picture are found by Python alone '
                      + '(pokegan_edges): try a drawing, or a photo of one')
    }
    return {kind: 'drawing', ink: res.ink, place: usualBox(res.ink, 4096).map(o => o/4096),
            corners: res.corners && res.corners.map(p => p.map((o, i) => (o + 0.5)/size[i]))}
  },

  // the colours of a picture (RGBA)
  async palette({picture}) { return findPalette(overWhite(picture)) },
}

// ------------------------------------------------------------------------------------------------------------- queue

const waiting = []
let busy = false

const heard = () => new Promise(done => { // all messages that have arrived are in the queue
  const {port1, port2} = new MessageChannel()
  port1.onmessage = () => { port1.close(); done() }
  port2.postMessage(null)
})

async function work() {
  busy = true
  while (waiting.length) {
    await heard()
    const {id, job, ...wants} = waiting.shift()
    if ('strokes' in wants) strokes = wants.strokes
    if (job === 'paint' && waiting.some(o => o.job === 'paint')) { postMessage({id, answer: null}); continue }
    try { postMessage({id, answer: await jobs[job](wants)}) }
    catch (e) { postMessage({id, error: e.message}) }
  }
  busy = false
}

addEventListener('message', ({data}) => {
  waiting.push(data)
  if (!busy) work()
})
