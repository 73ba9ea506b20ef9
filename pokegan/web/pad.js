/* The pad: a sheet to draw on, its painting, and colours to wish for. One plain ES module for three homes:
   a notebook and Voilà (an anywidget: `export default` below) and a static page.

   const pad = createPad(element, host)

   Everything that a hand does lives here and is the same in all homes. What differs between them is the host:

     host.models    [{name, title, lam, at, can, palettes}, …], the first of which paints first
                      name      as `pokegan_paint --model` takes it; it goes into the names of saved files
                      title     what people call it
                      lam       [lowest, highest] that it can be told, or null for a model of one λ
                      at        the λ to begin with
                      can       {palette, strokes}: can it be told a palette, the colours of parts?
                      palettes  [[{hex: '#rrggbb', share}, …], …] to pick from: number seed % length is the palette
                                that `paint(…, seed=seed)` takes when nobody wishes for one (pick_palette's order)
     host.examples  [{name, url}, …] of drawings: any picture that the browser can show, dark lines on white
     host.key       name under which localStorage keeps the drawing, or null to keep nothing
     host.start     a drawing (see below) to begin with, false for an empty sheet, null for the kept one or an example
     host.foot      a sentence below it all, if there is one to say

   A drawing (`ink`) is {w, h, data}: w×h grey bytes, ink 0, paper 255. Pictures that come back are anything that
   drawImage takes. Functions may be slow; each rejects with an Error whose message is a sentence for people.

     host.paint({ink, place, strokes, palette, lam, seed, model}) → {picture, ms}, or null if something newer came between
                      place     null: the whole drawing in the middle of the square that is painted; or [top, left,
                                height, width] of the drawing in it, as shares of its side, which host.clean has given
                      strokes   null, or {w, h, data}: w×h RGBA bytes, opaque where a colour is wished; the same object
                                as long as nobody changes it
                      palette   [{hex, share}, …], one to five, or null for a model that cannot be told one
                      lam       a number, or null for a model of one λ
                      model     the name of one of host.models
                      picture   the colours of the drawing's whole extent, of any size: the margins that made the
                                drawing a square are cut away again. The pad enlarges it and lays the ink on top
                    The pad asks for one painting at a time and, when it is there, for the newest drawing's
     host.parts(ink) → {w, h, labels}: Uint8Array, 0 the paper around, 1, 2, … the parts, as `regions` finds them; at
                    any size. The pad finds the gaps between them itself
     host.palette(file) → [{hex, share}, …]: the colours of a picture (a File or Blob), as `find_palette`
     host.clean(file, {kind, corners, threshold}) → {ink, kind, corners, place}: the lines of a picture (a File or Blob)
                    at its own size, no side over MAX_SIDE
                      kind       'drawing', 'picture' or undefined for the host to look and say
                      corners    of the sheet of paper in a photo, [[x, y], …] clockwise from the top left, as shares of
                                 the picture; undefined for the host to look. The answer's are null where there is none
                      threshold  of what is a line: a share of the darkest lines' darkness, 0 to 1; undefined for the
                                 host to decide
                      place      where the drawing's figure is large and in the middle, as paint takes it

   What createPad returns:

     pad.load(ink)          puts a drawing on the sheet, as one step that can be undone
     pad.picture()          a canvas: the painting with the drawing's own ink on top, at the drawing's size
     pad.state()            {ink, place, strokes, palette, lam, seed, model}: what host.paint was asked last
     pad.setModels(models)  other models; the one that paints stays, if it is among them
     pad.say(text)          a quiet sentence below the sheet (a download's progress, for instance)
     pad.fail(text)         the banner; pad.heal() takes it away. A painting that succeeds does that too
     pad.repaint()          asks for a painting, such as when the host has become able to paint
     pad.destroy()          lets go of everything                                                              */

export const MAX_SIDE = 2048 // longest side of a sheet, pixels
const SIDE = 512 // side of an empty sheet, pixels
const MAX_COLOURS = 5 // of a palette
const STOPS = 60 // steps of the λ slider
const STEPS = 80 // that can be undone
const THRESHOLD = .4 // of a photo's lines, where nobody has moved the slider
export const REACH = 160 // darker than this is ink, where parts are looked for

// ---------------------------------------------------------------------------------------------------- small pieces

const SVG = 'http://www.w3.org/2000/svg'

function fill(e, attrs, kids) {
  for (const [k, v] of Object.entries(attrs)) {
    if (k.startsWith('on')) e.addEventListener(k.slice(2), v)
    else if (v === true) e.setAttribute(k, '')
    else if (v !== false && v !== null && v !== undefined) e.setAttribute(k, v)
  }
  e.append(...kids.filter(o => o !== null && o !== undefined))
  return e
}

const OWN_KEYS = {'data-lm-suppress-shortcuts': 'true'} // JupyterLab looks for it on what has the focus: there, B adds a cell

function make(tag, attrs = {}, ...kids) {
  const takesKeys = ['button', 'input', 'select', 'summary'].includes(tag) || 'tabindex' in attrs
  return fill(document.createElement(tag), {...takesKeys ? OWN_KEYS : {}, ...attrs}, kids)
}

const draw = (tag, attrs = {}, ...kids) => fill(document.createElementNS(SVG, tag), attrs, kids)

const ICONS = { // 24×24, drawn with strokes
  pen: 'M4 20l1-4L16.5 4.5a2.1 2.1 0 0 1 3 3L8 19l-4 1zM14 7l3 3',
  ink: 'M4 18c3-9 6-9 7-4s4 5 8-6M4 21h16',
  eraser: 'M9 20h11M5 15l9-10 6 6-8 9H8l-3-3z M10 10l6 6',
  brush: 'M20 4c-5 2-9 6-11 10l2 2c4-2 8-6 9-12zM9 14c-3 0-3 3-5 5 3 1 7 1 7-3',
  bucket: 'M5 10.500L11.500 4l8 8-6.500 6.500a2 2 0 0 1-2.800 0L5 13.300a2 2 0 0 1 0-2.800zM5 12h14.500M11.500 4L9 1.500M21.500 16c1.200 1.700 1.200 3.200 0 3.200s-1.200-1.500 0-3.200z',
  dropper: 'M4 20l1-4 8-8 3 3-8 8-4 1zM12 7l5 5M15 6l2-2a1.8 1.8 0 0 1 3 3l-2 2',
  undo: 'M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6',
  redo: 'M15 7l5 5-5 5M20 12H10a6 6 0 0 0-6 6',
  clear: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v6M14 11v6',
  example: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01',
  upload: 'M12 16V4M7 9l5-5 5 5M4 16v4h16v-4',
  save: 'M12 4v12M7 11l5 5 5-5M4 16v4h16v-4',
  side: 'M4 5h16v14H4zM12 5v14',
  over: 'M4 4h11v11H4zM9 9h11v11H9z',
  dice: 'M5 5h14v14H5zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  free: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 5.8-1',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  close: 'M6 6l12 12M18 6L6 18',
  corners: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5M8 9l9-1 1 8-9 1z',
  palette: 'M12 3a9 9 0 1 0 0 18c2 0 1.5-2 1-3s0-2.500 2-2.500h3c2 0 3-1.500 3-3.500a9 9 0 0 0-9-9zM8 10h.01M12 7h.01M16 10h.01M7.500 14h.01',
}
const icon = name => draw('svg', {viewBox: '0 0 24 24', class: 'pg-icon', 'aria-hidden': 'true'}, draw('path', {d: ICONS[name]}))

const button = (name, text, title, onclick, attrs = {}) =>
  make('button', {type: 'button', class: 'pg-button', title, 'aria-label': text ? null : title, onclick, ...attrs},
    name && icon(name), text && make('span', {}, text))

const group = (title, ...kids) => make('div', {class: 'pg-group', role: 'group', 'aria-label': title}, ...kids)

function canvasOf(w, h) {
  const c = make('canvas', {width: w, height: h})
  return [c, c.getContext('2d', {willReadFrequently: true})]
}

const blobOf = canvas => new Promise(done => canvas.toBlob(done, 'image/png'))
function followTheme(root, signal) { // dark or light as the system is; JupyterLab has a theme of its own
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const set = () => {
    const {jpThemeName: name, jpThemeLight: light, voila} = document.body.dataset
    root.dataset.theme = (name && !voila ? light === 'false' : dark.matches) ? 'dark' : 'light'
  }
  const watch = new MutationObserver(set)
  watch.observe(document.body, {attributes: true})
  dark.addEventListener('change', set, {signal})
  signal.addEventListener('abort', () => watch.disconnect())
  set()
}

function scrollerOf(e) { // what scrolls it: the page, or a notebook's panel
  for (let p = e.parentElement; p; p = p.parentElement)
    if (p.scrollHeight > p.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(p).overflowY)) return p
  return document.scrollingElement
}

const clamp = (v, lo, hi) => Math.min(hi, Math.max(lo, v))

// ---------------------------------------------------------------------------------------------------------- colours

export const rgbOf = hex => [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16))
export const hexOf = rgb => '#' + rgb.map(v => clamp(Math.round(v), 0, 255).toString(16).padStart(2, '0')).join('')

function oklab(hex) { // Ottosson 2020: distances in it are what an eye sees
  const [r, g, b] = rgbOf(hex).map(v => v > 10 ? ((v / 255 + .055) / 1.055) ** 2.4 : v / 3294.6)
  const l = Math.cbrt(.4122214708 * r + .5363325363 * g + .0514459929 * b)
  const m = Math.cbrt(.2119034982 * r + .6806995451 * g + .1073969566 * b)
  const s = Math.cbrt(.0883024619 * r + .2817188376 * g + .6299787005 * b)
  return [.2104542553 * l + .793617785 * m - .0040720468 * s, 1.9779984951 * l - 2.428592205 * m + .4505937099 * s,
    .0259040371 * l + .7827717662 * m - .808675766 * s]
}

function unlike(a, b) { // how different two palettes look: every colour's way to the nearest one of the other, weighed
  const far = (o, u) => Math.hypot(...o.lab.map((v, i) => v - u.lab[i]))
  const way = (p, q) => p.reduce((sum, o) => sum + o.share * Math.min(...q.map(u => far(o, u))), 0)
  return way(a, b) + way(b, a)
}

export function pickUnlike(palettes, n, from, random = Math.random) { // n palettes that look different, also from `from`
  const labs = palettes.map(p => p.map(o => ({share: o.share, lab: oklab(o.hex)})))
  const near = labs.map(p => from ? unlike(p, from.map(o => ({share: o.share, lab: oklab(o.hex)}))) : 1)
  const chosen = []
  while (chosen.length < Math.min(n, palettes.length)) {
    const marks = near.map((v, i) => chosen.includes(i) ? -1 : v * (.5 + random())) // else it would always be the same four
    const best = marks.indexOf(Math.max(...marks))
    chosen.push(best)
    labs.forEach((p, i) => { near[i] = Math.min(near[i], unlike(p, labs[best])) })
  }
  return chosen
}

const merged = palette => palette.reduce((found, o) => { // colours that look alike are one
  const same = found.find(u => Math.hypot(...oklab(u.hex).map((v, i) => v - oklab(o.hex)[i])) < .03)
  if (same) same.share += o.share
  else found.push({...o})
  return found
}, [])

const even = palette => { // shares that sum to 1
  const sum = palette.reduce((s, o) => s + o.share, 0)
  return palette.map(o => ({...o, share: o.share / sum}))
}

// ------------------------------------------------------------------------------------------------ a drawing's parts

const shrink = (mask, w, h, side) => { // every k-th label, so that the longer side is at most `side`
  const s = Math.min(1, side / Math.max(w, h)), sw = Math.max(1, Math.round(w * s)), sh = Math.max(1, Math.round(h * s))
  const out = new Uint8Array(sw * sh)
  for (let y = 0; y < sh; y++)
    for (let x = 0; x < sw; x++) out[y * sw + x] = mask[Math.floor((y + .5) * h / sh) * w + Math.floor((x + .5) * w / sw)]
  return {w: sw, h: sh, labels: out}
}

const inkAt = ({w, h, data}, sw, sh) => { // is there ink in each of sw×sh blocks?
  const ink = new Uint8Array(sw * sh)
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) if (data[y * w + x] < REACH) ink[Math.floor(y * sh / h) * sw + Math.floor(x * sw / w)] = 1
  return ink
}

/* Where two parts touch without ink between them, there is a gap in the line. Every border of that kind is one gap;
   it is closed by a line between the two pieces of ink at its ends. Coordinates are shares of the sheet. */
export function findGaps({w, h, labels}, ink, widest = 40) { // ink: w×h, 1 where there is ink
  const border = new Uint8Array(w * h)
  for (let p = 0; p < w * h; p++)
    for (const q of [p % w < w - 1 ? p + 1 : p, p + w < w * h ? p + w : p])
      if (labels[p] !== labels[q] && !ink[p] && !ink[q]) border[p] = border[q] = 1
  const gaps = []
  for (let start = 0; start < w * h; start++) {
    if (border[start] !== 1) continue
    const todo = [start], ends = new Set()
    border[start] = 2
    while (todo.length) {
      const p = todo.pop(), x = p % w, y = (p - x) / w
      for (let v = Math.max(0, y - 2); v <= Math.min(h - 1, y + 2); v++)
        for (let u = Math.max(0, x - 2); u <= Math.min(w - 1, x + 2); u++) {
          const q = v * w + u
          if (ink[q]) ends.add(q)
          else if (border[q] === 1) { border[q] = 2; todo.push(q) }
        }
    }
    const at = [...ends].map(p => [p % w, Math.floor(p / w)])
    let best = [0]
    for (const a of at) for (const b of at) {
      const d = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
      if (d > best[0]) best = [d, a, b]
    }
    if (best[0] >= 9 && best[0] <= widest ** 2) gaps.push(best.slice(1).map(([x, y]) => [(x + .5) / w, (y + .5) / h]))
  }
  return gaps
}

// ------------------------------------------------------------------------------------------------------- OpenRaster

const CRC = Uint32Array.from({length: 256}, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ n >>> 1 : n >>> 1
  return n >>> 0
})
const crc32 = bytes => ~bytes.reduce((c, b) => CRC[(c ^ b) & 255] ^ c >>> 8, ~0) >>> 0

export function zip(files) { // [[name, bytes], …] → a zip file's bytes, nothing compressed: PNGs are already
  const parts = [], heads = []
  let at = 0
  for (const [name, bytes] of files) {
    const title = new TextEncoder().encode(name)
    const facts = new DataView(new ArrayBuffer(26)) // what the local header and the directory have in common
    facts.setUint16(0, 20, true)
    facts.setUint16(8, 33, true) // 1 January 1980
    facts.setUint32(10, crc32(bytes), true)
    for (const o of [14, 18]) facts.setUint32(o, bytes.length, true)
    facts.setUint16(22, title.length, true)
    const entry = new DataView(new ArrayBuffer(46))
    entry.setUint32(0, 0x02014b50, true)
    entry.setUint16(4, 20, true)
    new Uint8Array(entry.buffer).set(new Uint8Array(facts.buffer), 6)
    entry.setUint32(42, at, true)
    heads.push(entry, title)
    parts.push(new Uint8Array([0x50, 0x4b, 3, 4]), facts, title, bytes)
    at += 30 + title.length + bytes.length
  }
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  for (const o of [8, 10]) end.setUint16(o, files.length, true)
  end.setUint32(12, heads.reduce((n, o) => n + (o.byteLength ?? o.length), 0), true)
  end.setUint32(16, at, true)
  return new Blob([...parts, ...heads, end])
}

async function openRaster(layers, whole) { // {ink, colour} and their sum, as canvases
  const {width: w, height: h} = whole, s = Math.min(1, 256 / Math.max(w, h))
  const [small, ctx] = canvasOf(Math.max(1, Math.round(w * s)), Math.max(1, Math.round(h * s)))
  ctx.drawImage(whole, 0, 0, small.width, small.height)
  const rows = Object.keys(layers).map(n => `    <layer name="${n}" src="data/${n}.png" x="0" y="0" opacity="1.0"`
    + ' visibility="visible" composite-op="svg:src-over"/>')
  const stack = ['<?xml version="1.0" encoding="UTF-8"?>', `<image version="0.0.3" w="${w}" h="${h}" xres="72" yres="72">`,
    '  <stack>', ...rows, '  </stack>', '</image>', ''].join('\n')
  const png = async canvas => new Uint8Array(await (await blobOf(canvas)).arrayBuffer())
  const text = t => new TextEncoder().encode(t)
  const files = [['mimetype', text('image/openraster')], ['stack.xml', text(stack)]]
  for (const [n, c] of Object.entries(layers)) files.push([`data/${n}.png`, await png(c)])
  return zip([...files, ['mergedimage.png', await png(whole)], ['Thumbnails/thumbnail.png', await png(small)]])
}

// ----------------------------------------------------------------------------------------- the sheet and its history

class Sheet { // an ink layer and a colour layer, whose every change can be taken back
  constructor() {
    for (const name of ['colour', 'ink']) [this[name], this[`${name}Ctx`]] = canvasOf(SIDE, SIDE)
    this.version = {ink: 0, colour: 0}
    this.kept = {}
    this.past = []
    this.future = []
    this.example = false // does an example lie here that nobody has touched?
    this.place = null // in the square that is painted, of an upload
  }

  get w() { return this.ink.width }
  get h() { return this.ink.height }
  get scale() { return Math.max(this.w, this.h) / SIDE } // of pens

  touch(name) { this.version[name]++ }

  cached(name, version, compute) {
    if (this.kept[name]?.version !== version) this.kept[name] = {version, value: compute()}
    return this.kept[name].value
  }

  drawing() { // the ink as grey bytes
    return this.cached('drawing', this.version.ink, () => {
      const px = this.inkCtx.getImageData(0, 0, this.w, this.h).data, data = new Uint8Array(this.w * this.h)
      for (let i = 0; i < data.length; i++) data[i] = 255 - px[4 * i + 3]
      return {w: this.w, h: this.h, data}
    })
  }

  strokes() { // the wished colours, null if there are none
    return this.cached('strokes', this.version.colour, () => {
      const data = this.colourCtx.getImageData(0, 0, this.w, this.h).data
      for (let i = 3; i < data.length; i += 4) if (data[i] >= 128) return {w: this.w, h: this.h, data}
      return null
    })
  }

  blank() { return this.cached('blank', this.version.ink, () => !this.drawing().data.some(v => v < 128)) }

  placed() { // an upload's figure keeps its place until somebody draws where the square does not reach
    return this.cached('placed', this.version.ink, () => {
      if (!this.place) return null
      const [top, left, height, width] = this.place, {w, h, data} = this.drawing()
      const from = (start, length, n) => clamp(Math.ceil(-start / length * n), 0, n) // the pixels that the square reaches
      const to = (start, length, n) => clamp(Math.floor((1 - start) / length * n), 0, n)
      const [x0, x1, y0, y1] = [from(left, width, w), to(left, width, w), from(top, height, h), to(top, height, h)]
      const dark = (a, b) => data.subarray(a, b).some(v => v < 128)
      if (dark(0, y0 * w) || dark(y1 * w, w * h)) return null
      for (let y = y0; y < y1; y++) if (dark(y * w, y * w + x0) || dark(y * w + x1, y * w + w)) return null
      return this.place
    })
  }

  all() {
    const of = name => this[`${name}Ctx`].getImageData(0, 0, this.w, this.h)
    return {w: this.w, h: this.h, ink: of('ink'), colour: of('colour'), example: this.example, place: this.place}
  }

  put({w, h, ink, colour, example = false, place = null}) {
    this.place = place
    for (const name of ['ink', 'colour']) {
      Object.assign(this[name], {width: w, height: h}) // which empties it
      if ({ink, colour}[name]) this[`${name}Ctx`].putImageData({ink, colour}[name], 0, 0)
      this.touch(name)
    }
    this.example = example
  }

  begin(name) { // what was there before a stroke
    const [copy, ctx] = canvasOf(this.w, this.h)
    ctx.drawImage(this[name], 0, 0)
    return {name, ctx, x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity, copy}
  }

  end({name, ctx, x0, y0, x1, y1}) { // remember what has changed
    const x = clamp(Math.floor(x0), 0, this.w), y = clamp(Math.floor(y0), 0, this.h)
    const w = clamp(Math.ceil(x1), 0, this.w) - x, h = clamp(Math.ceil(y1), 0, this.h) - y
    if (w > 0 && h > 0) this.remember({name, x, y, old: ctx.getImageData(x, y, w, h), now: this[`${name}Ctx`].getImageData(x, y, w, h)})
  }

  remember(step) {
    this.past.push(step)
    if (this.past.length > STEPS) this.past.shift()
    this.future = []
  }

  replace(sheet) { // another sheet, as one step
    const old = this.all()
    this.put(sheet)
    this.remember({old, now: this.all()})
  }

  step(from, to, side) {
    const s = from.pop()
    if (!s) return false
    to.push(s)
    if (!s.name) this.put(s[side])
    else {
      this[`${s.name}Ctx`].putImageData(s[side], s.x, s.y)
      this.touch(s.name)
    }
    return true
  }
  undo() { return this.step(this.past, this.future, 'old') }
  redo() { return this.step(this.future, this.past, 'now') }
}

function inkOf({w, h, data}) { // grey bytes as black of that opacity
  const px = new ImageData(w, h)
  for (let i = 0; i < w * h; i++) px.data[4 * i + 3] = 255 - data[i]
  return px
}

async function readExample(url) { // a picture as grey bytes, its longer side SIDE
  const img = new Image()
  img.src = url
  await img.decode()
  const s = SIDE / Math.max(img.naturalWidth, img.naturalHeight)
  const [c, ctx] = canvasOf(Math.round(img.naturalWidth * s), Math.round(img.naturalHeight * s))
  ctx.fillStyle = '#fff'
  ctx.fillRect(0, 0, c.width, c.height)
  ctx.imageSmoothingQuality = 'high'
  ctx.drawImage(img, 0, 0, c.width, c.height)
  const px = ctx.getImageData(0, 0, c.width, c.height).data
  return {w: c.width, h: c.height, data: Uint8Array.from({length: c.width * c.height}, (_, i) => px[4 * i])}
}

// -------------------------------------------------------------------------------------------------------- the pad

const TOOLS = { // which layer, key, width to begin with, what it is called
  pen: ['ink', 'p', 7, 'Pen'], eraser: ['ink', 'e', 28, 'Eraser'],
  brush: ['colour', 'b', 26, 'Colour brush'], bucket: ['colour', 'f', 0, 'Bucket: fill a part'],
  dropper: ['colour', 'i', 0, 'Eyedropper'], sponge: ['colour', 'r', 44, 'Rub out colour'],
}
const WORDS = ['very loose', 'loose', 'balanced', 'careful', 'very careful']
const FALLBACK = ['#e4572e', '#ffc914', '#2e86ab', '#76b041', '#7b4fa3'] // colours for a first swatch where no palette is
let active = null // the pad that gets keys and pasted pictures when nothing has the focus

class Pad {
  constructor(el, host) {
    Object.assign(this, {el, host, sheet: new Sheet(), tool: 'pen', seed: 0, palette: null, chosen: null, colour: FALLBACK[0]})
    Object.assign(this, {zoom: 1, pan: [0, 0], pointers: new Map(), queue: Promise.resolve(), era: 0, keepInk: true, shown: null})
    this.widths = Object.fromEntries(Object.entries(TOOLS).map(([k, v]) => [k, v[2]]))
    this.stop = new AbortController() // takes every listener away
    this.build()
    this.listen()
    this.setModels(host.models)
    this.choose('pen')
    this.begin()
  }

  // ------------------------------------------------------------------------------------------------- what it is made of

  build() {
    this.cropper = new Cropper(this)
    this.art = canvasOf(SIDE, SIDE)[0]
    this.onTop = canvasOf(SIDE, SIDE)[0]
    this.outline = make('canvas', {class: 'pg-outline'})
    this.marks = draw('svg', {class: 'pg-marks', 'aria-hidden': 'true'})
    this.ring = draw('circle', {class: 'pg-ring', r: 0})
    this.marks.append(this.ring)
    this.sheet.ink.className = 'pg-ink'
    this.sheet.colour.className = 'pg-wish'
    this.hint = make('div', {class: 'pg-hint'}, make('span'))
    this.stack = make('div', {class: 'pg-stack'}, this.sheet.colour, this.sheet.ink, this.outline, this.marks)
    this.paper = make('div', {class: 'pg-pane pg-paper', tabindex: 0, role: 'application',
      'aria-label': 'Drawing sheet. Arrow keys move the pen, Enter puts it down or lifts it'}, this.stack, this.hint)
    this.painting = make('div', {class: 'pg-pane pg-art', role: 'img', 'aria-label': 'The painting'},
      make('div', {class: 'pg-stack'}, this.art, this.onTop))
    this.stage = make('div', {class: 'pg-stage'}, this.paper, this.painting)
    this.text = make('span')
    this.banner = make('div', {class: 'pg-banner', role: 'alert', hidden: true}, this.text,
      button('close', '', 'Close this message', () => this.heal()))
    this.status = make('div', {class: 'pg-status', role: 'status'})
    this.body = make('div', {class: 'pg-body'}, make('div', {class: 'pg-bars'}, this.buildTools(), this.buildFile()),
      this.buildKind(), this.cropper.root, this.stage, this.buildColours(), this.buildSettings(), this.status, this.banner)
    this.root = make('div', {class: 'pokegan pg-pad'}, this.body)
    if (this.host.foot) this.body.append(make('p', {class: 'pg-foot'}, this.host.foot))
    this.el.append(this.root)
  }

  toolButton(name) {
    const [, key, , title] = TOOLS[name]
    return button(name === 'sponge' ? 'eraser' : name, '', `${title} (${key.toUpperCase()})`, () => this.choose(name), {'data-tool': name, 'aria-pressed': 'false'})
  }

  buildTools() { // what the hand needs
    this.width = make('input', {type: 'range', min: 2, max: 60, 'aria-label': 'Width', title: 'Width ([ and ])', class: 'pg-width',
      oninput: () => { this.widths[this.tool] = +this.width.value; this.moveRing() }})
    this.undoButton = button('undo', '', 'Undo (Ctrl-Z)', () => this.undo())
    this.redoButton = button('redo', '', 'Redo (Ctrl-Y)', () => this.redo())
    this.colourTools = group('Colour', ...['brush', 'bucket', 'dropper', 'sponge'].map(o => this.toolButton(o)))
    return make('div', {class: 'pg-tools pg-hand', role: 'toolbar', 'aria-label': 'Drawing'},
      group('Lines', this.toolButton('pen'), this.toolButton('eraser')), this.colourTools, this.width,
      group('Steps', this.undoButton, this.redoButton))
  }

  buildFile() { // what comes, what goes, how it is looked at
    this.file = make('input', {type: 'file', accept: 'image/*', hidden: true, onchange: () => this.take(this.file)})
    const upload = button('upload', 'Upload', 'Upload a drawing, a photo of one, or a picture', () => this.file.click())
    const clear = button('clear', 'Clear', 'Clear the sheet', () => this.clear())
    const example = button('example', 'Example', 'A drawing to begin with', () => this.example())
    this.sideButton = button('side', '', 'Drawing and painting side by side', () => this.arrange(false), {'aria-pressed': 'true'})
    this.overButton = button('over', '', 'Draw on the painting', () => this.arrange(true), {'aria-pressed': 'false'})
    this.inkButton = button('ink', '', 'The drawing’s own lines on top of the painting', () => this.toggleInk(), {'aria-pressed': 'true'})
    this.fitButton = button('fit', '', 'Whole sheet (0)', () => this.setZoom(1), {hidden: true})
    return make('div', {class: 'pg-tools pg-file pg-push', role: 'toolbar', 'aria-label': 'Drawing and view'},
      group('Sheet', clear, example, upload, this.file), this.fitButton, this.inkButton, group('View', this.sideButton, this.overButton),
      this.buildSave())
  }

  buildSave() {
    const kinds = {picture: 'Picture', colours: 'Colours alone, transparent', pair: 'Drawing and painting', layers: 'Layers (OpenRaster)'}
    const items = Object.entries(kinds).map(([k, text]) => button('', text, `Save: ${text}`, () => this.save(k), {'data-save': k}))
    this.menu = make('details', {class: 'pg-menu'}, make('summary', {class: 'pg-button pg-main', title: 'Save'}, icon('save'), make('span', {}, 'Save')),
      make('div', {class: 'pg-menu-items'}, ...items))
    return this.menu
  }

  buildKind() {
    const of = (kind, text) => button('', text, text, () => this.take(this.sent, kind), {'data-kind': kind, 'aria-pressed': 'false'})
    this.cropButton = button('corners', 'Corners and lines', 'Correct where the sheet lies in a photo, and what is a line',
      () => this.cropper.open(this.sent, this.cleaned))
    this.kind = make('div', {class: 'pg-row pg-kind', hidden: true}, make('span', {class: 'pg-soft'}, 'I took the upload for'),
      of('drawing', 'A drawing'), of('picture', 'A picture'), this.cropButton)
    return this.kind
  }

  buildColours() {
    this.swatches = make('div', {class: 'pg-swatches', role: 'group', 'aria-label': 'Palette'})
    this.picker = make('input', {type: 'color', 'aria-label': 'Colour', title: 'Colour', oninput: () => this.setColour(this.picker.value)})
    this.hex = make('input', {type: 'text', class: 'pg-hex', maxlength: 7, spellcheck: 'false', 'aria-label': 'Colour as a hex number',
      onchange: () => this.typeColour(), // which Enter alone does not cause in JupyterLab
      onkeydown: e => { if (e.key === 'Enter') this.typeColour() }})
    this.lockButton = button('free', '', 'Lock this colour: surprises keep it', () => this.lock(), {'aria-pressed': 'false'})
    this.lessButton = button('minus', '', 'Take this colour out of the palette', () => this.dropSwatch())
    this.moreButton = button('plus', '', 'Another colour for the palette', () => this.addSwatch())
    this.gapButton = button('', '', 'Close the gaps in the lines', () => this.closeGaps(this.gaps), {hidden: true})
    this.source = make('input', {type: 'file', accept: 'image/*', hidden: true, onchange: () => this.takePalette(this.source.files[0])})
    const from = button('palette', 'From a picture', 'Take the colours of a picture (or drop one here)', () => this.source.click())
    this.surprises = make('div', {class: 'pg-surprises', role: 'group', 'aria-label': 'Variations to choose from', hidden: true})
    this.paletteTools = make('div', {class: 'pg-group pg-palette'}, this.swatches, this.moreButton, make('span', {class: 'pg-gap'}), this.picker, this.hex,
      this.lockButton, this.lessButton, from, this.source)
    this.surpriseButton = button('dice', 'Surprise me', 'Four paintings to choose from', () => this.surprise(), {class: 'pg-button pg-main'})
    this.plain = make('span', {class: 'pg-soft'}, 'This model chooses its colours itself')
    this.colours = make('div', {class: 'pg-row pg-colours'}, this.paletteTools, this.plain, this.gapButton, make('span', {class: 'pg-push'}), this.surpriseButton)
    return make('div', {}, this.colours, this.surprises)
  }

  buildSettings() {
    this.lamBar = make('input', {type: 'range', min: 0, max: STOPS, 'aria-label': 'λ: from loose to careful', oninput: () => { this.nameLam(); this.repaint() }})
    this.lamText = make('output', {class: 'pg-lam-text'})
    this.lamRow = make('div', {class: 'pg-group pg-lam'}, make('span', {class: 'pg-soft'}, 'loose'), this.lamBar, make('span', {class: 'pg-soft'}, 'careful'), this.lamText)
    this.lamNote = make('span', {class: 'pg-soft'}, 'This model paints in one way only')
    this.model = make('select', {'aria-label': 'Model', onchange: () => this.useModel()})
    this.onlyModel = make('span', {class: 'pg-soft pg-model'})
    return make('div', {class: 'pg-row pg-settings'}, this.lamRow, this.lamNote, make('span', {class: 'pg-push'}), this.model, this.onlyModel)
  }

  // ------------------------------------------------------------------------------------------------------ what happens

  listen() {
    const signal = this.stop.signal, on = (target, kind, f, more = {}) => target.addEventListener(kind, f, {signal, ...more})
    on(this.paper, 'pointerdown', e => this.down(e))
    on(this.paper, 'pointermove', e => this.move(e))
    for (const kind of ['pointerup', 'pointercancel']) on(this.paper, kind, e => this.up(e))
    on(this.paper, 'pointerleave', () => this.hover(null))
    on(this.paper, 'contextmenu', e => e.preventDefault())
    on(this.paper, 'wheel', e => this.wheel(e), {passive: false})
    on(this.paper, 'keydown', e => this.steer(e))
    on(this.paper, 'blur', () => this.penUp())
    on(this.root, 'pointerdown', () => { active = this })
    on(this.root, 'focusin', () => { active = this })
    on(document, 'keydown', e => this.key(e))
    on(document, 'keyup', e => { if (e.key === ' ') this.space = false })
    on(document, 'paste', e => this.paste(e))
    on(document, 'pointerdown', e => { if (!this.menu.contains(e.target)) this.menu.open = false })
    on(this.root, 'dragover', e => e.preventDefault())
    on(this.root, 'drop', e => this.drop(e))
    followTheme(this.root, signal)
    this.wide = new ResizeObserver(() => this.fitWidth())
    this.wide.observe(this.root)
    active = this
  }

  fitWidth() { // a phone gets one sheet, not two; who has chosen a view keeps it
    const narrow = this.root.clientWidth < 640
    if (narrow !== this.narrow && this.chosenView === undefined) this.arrange(narrow, false)
    this.narrow = narrow
  }

  mine() { // is a key, or a pasted picture, meant for this pad?
    const at = document.activeElement
    return this.root.contains(at) || active === this && (!at || at === document.body)
  }

  key(e) {
    if (!this.mine() || e.defaultPrevented) return
    if (this.cropper.file) { // which has the keys, while it is open
      if (e.key === 'Escape') this.cropper.close()
      return
    }
    const typing = e.target.matches?.('input[type=text], textarea, select'), k = e.key.toLowerCase()
    const does = e.ctrlKey || e.metaKey ? {z: () => e.shiftKey ? this.redo() : this.undo(), y: () => this.redo()}
      : typing || e.altKey ? {}
        : {'[': () => this.changeWidth(-2), ']': () => this.changeWidth(2), '+': () => this.setZoom(this.zoom * 1.25),
          '-': () => this.setZoom(this.zoom / 1.25), 0: () => this.setZoom(1), escape: () => this.escape(),
          ...Object.fromEntries(Object.entries(TOOLS).map(([name, o]) => [o[1], () => this.choose(name)]))}
    if (typing && (e.ctrlKey || e.metaKey)) return
    if (e.key === ' ' && [document.body, this.paper].includes(document.activeElement)) { this.space = true; e.preventDefault() }
    if (!does[k]) return
    e.preventDefault()
    does[k]()
  }

  escape() {
    this.menu.open = false
    this.surprises.hidden = true
    this.heal()
  }

  // ---------------------------------------------------------------------------------------------------------- the hand

  at(e) { // where on the sheet, in its pixels
    const r = this.stack.getBoundingClientRect()
    return [(e.clientX - r.left) / r.width * this.sheet.w, (e.clientY - r.top) / r.height * this.sheet.h]
  }

  down(e) {
    if (e.pointerType === 'mouse' && e.button !== 0 && e.button !== 1) return
    this.paper.setPointerCapture(e.pointerId)
    this.paper.focus({preventScroll: true})
    e.preventDefault()
    this.calm()
    this.pointers.set(e.pointerId, [e.clientX, e.clientY])
    if (this.pointers.size === 2) { this.giveUp(); return }
    if (this.pointers.size > 2) return
    this.panning = this.space || e.button === 1
    if (!this.panning) this.press(this.at(e), e)
  }

  move(e) {
    const last = this.pointers.get(e.pointerId), events = e.getCoalescedEvents?.() ?? []
    if (!last) { this.hover(this.at(e)); return }
    const now = [e.clientX, e.clientY]
    if (this.pointers.size === 2) this.pinch(e.pointerId, now)
    else if (this.panning) this.panBy(now[0] - last[0], now[1] - last[1])
    else for (const o of events.length ? events : [e]) this.drag(this.at(o), o)
    this.pointers.set(e.pointerId, now)
    if (e.pointerType === 'mouse') this.hover(this.at(e))
  }

  up(e) {
    if (!this.pointers.delete(e.pointerId)) return
    this.panning = false
    if (e.type === 'pointercancel') this.giveUp()
    else this.lift()
  }

  press(at, e) { // the tool touches the sheet
    if (this.tool === 'bucket') this.pour(at)
    else if (this.tool === 'dropper') this.pick(at)
    else {
      if (this.sheet.example && this.tool === 'pen') {
        this.replaced = this.sheet.all()
        this.putSheet({w: SIDE, h: SIDE}, false)
        at = e?.clientX === undefined ? at : this.at(e)
      }
      this.sheet.example = false
      this.stroke = Object.assign(this.sheet.begin(TOOLS[this.tool][0]), {points: [at], tool: this.tool, id: this.era})
      this.lineTo(at, at, at, e)
    }
  }

  drag(at, e) {
    if (!this.stroke) return
    const p = this.stroke.points, last = p[p.length - 1]
    if (Math.hypot(at[0] - last[0], at[1] - last[1]) < this.sheet.scale) return // the hand trembles
    p.push(at)
    const mid = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
    if (p.length > 2) this.lineTo(mid(p[p.length - 3], last), last, mid(last, at), e)
    else this.lineTo(last, last, mid(last, at), e)
  }

  lineTo(from, bend, to, e) { // a quadratic Bézier curve whose control point is where the pointer was
    const s = this.stroke, ctx = this.sheet[`${s.name}Ctx`], rub = s.tool === 'eraser' || s.tool === 'sponge'
    const hard = e?.pointerType === 'pen' && e.pressure ? .35 + 1.3 * e.pressure : 1
    const width = this.widths[s.tool] * this.sheet.scale * (s.tool === 'pen' ? hard : 1)
    ctx.globalCompositeOperation = rub ? 'destination-out' : 'source-over'
    ctx.strokeStyle = s.name === 'ink' || rub ? '#000' : this.colour
    Object.assign(ctx, {lineWidth: width, lineCap: 'round', lineJoin: 'round'})
    ctx.beginPath()
    ctx.moveTo(...from)
    ctx.quadraticCurveTo(...bend, to[0] + (from === to ? .01 : 0), to[1])
    ctx.stroke()
    ctx.globalCompositeOperation = 'source-over'
    for (const [x, y] of [from, bend, to]) {
      s.x0 = Math.min(s.x0, x - width)
      s.y0 = Math.min(s.y0, y - width)
      s.x1 = Math.max(s.x1, x + width)
      s.y1 = Math.max(s.y1, y + width)
    }
    this.changed(s.name)
  }

  lift() { // the tool leaves the sheet
    const s = this.stroke
    if (!s) return
    this.stroke = null
    const p = s.points
    if (p.length > 1) {
      this.stroke = s
      this.lineTo([(p.at(-2)[0] + p.at(-1)[0]) / 2, (p.at(-2)[1] + p.at(-1)[1]) / 2], p.at(-1), p.at(-1))
      this.stroke = null
    }
    if (s.tool === 'brush') this.oneColour(s)
    if (this.replaced) this.sheet.remember({old: this.replaced, now: this.sheet.all()})
    else this.sheet.end(s)
    this.replaced = null
    this.stepsChanged()
  }

  oneColour(s) { // a part has one colour, the last: a stroke takes away what was wished there before
    const {w, h} = this.sheet, parts = this.known
    if (!parts || parts.version !== this.sheet.version.ink) return
    const part = (x, y) => parts.labels[Math.floor(y / h * parts.h) * parts.w + Math.floor(x / w * parts.w)]
    const count = {}
    for (const [x, y] of s.points) {
      const k = part(clamp(x, 0, w - 1), clamp(y, 0, h - 1))
      count[k] = (count[k] ?? 0) + 1
    }
    const meant = new Set(Object.keys(count).map(Number).filter(k => k > 0 && count[k] >= .25 * s.points.length))
    const old = s.ctx.getImageData(0, 0, w, h).data, now = this.sheet.colourCtx.getImageData(0, 0, w, h), px = now.data
    for (let i = 0; i < w * h; i++) {
      const o = 4 * i, same = px[o] === old[o] && px[o + 1] === old[o + 1] && px[o + 2] === old[o + 2]
      if (px[o + 3] && same && meant.has(part(i % w, Math.floor(i / w)))) px[o + 3] = 0
    }
    this.sheet.colourCtx.putImageData(now, 0, 0)
    Object.assign(s, {x0: 0, y0: 0, x1: w, y1: h})
    this.changed('colour')
  }

  giveUp() { // the stroke was no stroke: a second finger came
    const s = this.stroke
    this.stroke = null
    if (!s) return
    if (this.replaced) this.putSheet(this.replaced)
    else {
      const ctx = this.sheet[`${s.name}Ctx`]
      ctx.clearRect(0, 0, this.sheet.w, this.sheet.h)
      ctx.drawImage(s.copy, 0, 0)
      this.changed(s.name)
    }
    this.replaced = null
  }

  steer(e) { // the sheet has the keyboard: arrows move a pen
    const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[e.key]
    if (!way && e.key !== 'Enter') return
    e.preventDefault()
    this.spot ??= [this.sheet.w / 2, this.sheet.h / 2]
    if (way) {
      const far = (e.shiftKey ? 2 : 10) * this.sheet.scale
      this.spot = [clamp(this.spot[0] + way[0] * far, 0, this.sheet.w), clamp(this.spot[1] + way[1] * far, 0, this.sheet.h)]
      this.drag(this.spot)
    } else if (this.stroke) this.lift()
    else { this.calm(); this.press(this.spot) }
    this.hover(this.spot)
  }

  penUp() {
    this.lift()
    this.spot = null
    this.hover(null)
  }

  // -------------------------------------------------------------------------------------------------- zooming, panning

  setZoom(zoom, x = this.paper.clientWidth / 2, y = this.paper.clientHeight / 2) { // x, y: what stays where it is
    zoom = clamp(zoom, 1, 12)
    const k = zoom / this.zoom
    this.pan = [x - (x - this.pan[0]) * k, y - (y - this.pan[1]) * k]
    this.zoom = zoom
    this.panBy(0, 0)
  }

  panBy(dx, dy) {
    const [w, h] = [this.paper.clientWidth, this.paper.clientHeight]
    this.pan = [clamp(this.pan[0] + dx, w * (1 - this.zoom), 0), clamp(this.pan[1] + dy, h * (1 - this.zoom), 0)]
    for (const s of this.stage.querySelectorAll('.pg-stack'))
      s.style.transform = this.zoom === 1 ? '' : `translate(${100 * this.pan[0] / w}%, ${100 * this.pan[1] / h}%) scale(${this.zoom})`
    this.fitButton.hidden = this.zoom === 1
  }

  wheel(e) { // Ctrl and the wheel, or a pinch on a touchpad; the wheel alone scrolls the page unless the sheet is enlarged
    if (!e.ctrlKey && !e.metaKey && this.zoom === 1 && !this.paper.matches(':focus')) return
    e.preventDefault()
    const r = this.paper.getBoundingClientRect()
    this.setZoom(this.zoom * Math.exp(-e.deltaY / (e.ctrlKey ? 120 : 400)), e.clientX - r.left, e.clientY - r.top)
  }

  pinch(id, now) {
    const old = this.pointers.get(id), [other] = [...this.pointers].filter(([k]) => k !== id).map(([, v]) => v)
    const r = this.paper.getBoundingClientRect(), way = p => Math.hypot(p[0] - other[0], p[1] - other[1])
    if (this.zoom === 1 && Math.abs(way(now) - way(old)) < Math.abs(now[1] - old[1]) / 2) { // two fingers scroll
      scrollerOf(this.root).scrollBy(0, (old[1] - now[1]) / 2)
      return
    }
    this.setZoom(this.zoom * way(now) / Math.max(1, way(old)), (now[0] + other[0]) / 2 - r.left, (now[1] + other[1]) / 2 - r.top)
    this.panBy((now[0] - old[0]) / 2, (now[1] - old[1]) / 2)
  }

  // ------------------------------------------------------------------------------------------------ parts of the drawing

  async parts() { // of the newest drawing
    const ink = this.sheet.drawing(), version = this.sheet.version.ink
    if (this.found?.version !== version) this.found = {version, value: this.host.parts(ink)}
    const value = await this.found.value
    this.known = {version, ...value}
    return value
  }

  async partAt([x, y]) {
    const {w, h, labels} = await this.parts()
    const u = clamp(Math.floor(x / this.sheet.w * w), 0, w - 1), v = clamp(Math.floor(y / this.sheet.h * h), 0, h - 1)
    return labels[v * w + u]
  }

  async maskOf(wanted, hex) { // the parts that `wanted` says yes to, as a canvas of the parts' size, in one colour
    const {w, h, labels} = await this.parts()
    const [c, ctx] = canvasOf(w, h), px = ctx.createImageData(w, h), rgb = rgbOf(hex)
    for (let i = 0; i < w * h; i++) if (wanted(labels[i])) px.data.set([...rgb, 255], 4 * i)
    ctx.putImageData(px, 0, 0)
    return c
  }

  async pour(at) { // the bucket: a part in one colour, or a gap closed
    try {
      const near = this.gaps?.find(g => this.onGap(g, at))
      if (near) { this.closeGaps([near]); return }
      const part = await this.partAt(at), mask = await this.maskOf(o => o === part, this.colour)
      const ctx = this.sheet.colourCtx, step = this.sheet.begin('colour')
      ctx.imageSmoothingEnabled = false
      ctx.drawImage(mask, 0, 0, this.sheet.w, this.sheet.h)
      this.sheet.end(Object.assign(step, {x0: 0, y0: 0, x1: this.sheet.w, y1: this.sheet.h}))
      this.sheet.example = false
      this.changed('colour')
      this.stepsChanged()
    } catch (e) { this.fail(e.message) }
  }

  pick([x, y]) { // the eyedropper: a wished colour, else the painting's
    for (const c of [this.sheet.colour, this.art]) {
      const [, ctx] = canvasOf(1, 1)
      ctx.drawImage(c, Math.floor(x * c.width / this.sheet.w), Math.floor(y * c.height / this.sheet.h), 1, 1, 0, 0, 1, 1)
      const px = ctx.getImageData(0, 0, 1, 1).data
      if (px[3] < 128) continue
      this.chosen = null
      this.setColour(hexOf([...px.slice(0, 3)]))
      this.choose(this.lastColourTool ?? 'bucket')
      return
    }
  }

  async hover(at) { // the width of the line, or the part under the pointer
    this.where = at
    this.moveRing()
    const part = at && this.tool === 'bucket' && !this.sheet.blank() ? await this.partAt(at).catch(() => null) : null
    if (part === this.hovered && this.found?.version === this.hoveredVersion) return
    this.hovered = part
    this.hoveredVersion = this.found?.version
    if (part === null) { this.outline.getContext('2d').clearRect(0, 0, this.outline.width, this.outline.height); return }
    const {w, h, labels} = await this.parts()
    Object.assign(this.outline, {width: w, height: h})
    const ctx = this.outline.getContext('2d')
    ctx.fillStyle = getComputedStyle(this.root).getPropertyValue('--accent')
    for (let p = 0; p < w * h; p++) {
      if (labels[p] !== part) continue
      const x = p % w, edge = x === 0 || x === w - 1 || p < w || p >= w * (h - 1)
      if (edge || labels[p - 1] !== part || labels[p + 1] !== part || labels[p - w] !== part || labels[p + w] !== part)
        ctx.fillRect(x - w / 512, (p - x) / w - w / 512, 1 + w / 256, 1 + w / 256)
    }
  }

  moveRing() {
    const [x, y] = this.where ?? [0, 0]
    const r = this.where ? (this.widths[this.tool] || 5) * this.sheet.scale / 2 : 0
    for (const [k, v] of Object.entries({cx: x, cy: y, r})) this.ring.setAttribute(k, v)
  }

  async showGaps() { // while the bucket is in hand
    const version = this.sheet.version.ink
    let gaps = []
    if (['brush', 'bucket'].includes(this.tool) && !this.sheet.blank()) {
      try {
        const found = await this.parts(), small = shrink(found.labels, found.w, found.h, 256)
        if (this.tool === 'bucket') gaps = findGaps(small, inkAt(this.sheet.drawing(), small.w, small.h))
      } catch (e) { this.fail(e.message) }
    }
    if (version !== this.sheet.version.ink) return // a newer drawing asks by itself
    this.gaps = gaps.map(g => g.map(([x, y]) => [x * this.sheet.w, y * this.sheet.h]))
    this.marks.querySelectorAll('g').forEach(o => o.remove())
    for (const [a, b] of this.gaps) {
      const r = 9 * this.sheet.scale, [x, y] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
      this.marks.append(draw('g', {class: 'pg-leak'}, draw('circle', {cx: x, cy: y, r}),
        draw('line', {x1: a[0], y1: a[1], x2: b[0], y2: b[1]})))
    }
    this.gapButton.hidden = !this.gaps.length
    this.gapButton.replaceChildren(make('span', {}, this.gaps.length === 1 ? 'Close the gap' : `Close ${this.gaps.length} gaps`))
  }

  onGap([a, b], [x, y]) { return Math.hypot((a[0] + b[0]) / 2 - x, (a[1] + b[1]) / 2 - y) < 11 * this.sheet.scale }

  closeGaps(gaps) { // a line where there was none
    if (!gaps?.length) return
    this.stroke = Object.assign(this.sheet.begin('ink'), {points: [], tool: 'pen'})
    for (const [a, b] of gaps) this.lineTo(a, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], b)
    this.sheet.end(this.stroke)
    this.stroke = null
    this.sheet.example = false
    this.stepsChanged()
  }

  // --------------------------------------------------------------------------------------------------------- the sheet

  choose(tool) {
    if (this.toolsOff?.includes(tool)) return
    this.tool = tool
    if (['brush', 'bucket'].includes(tool)) this.lastColourTool = tool
    for (const b of this.root.querySelectorAll('[data-tool]')) b.setAttribute('aria-pressed', b.dataset.tool === tool)
    this.width.value = this.widths[tool]
    this.width.disabled = !this.widths[tool]
    this.paper.dataset.holds = tool
    this.stage.classList.toggle('pg-colouring', TOOLS[tool][0] === 'colour')
    this.hover(this.where)
    this.showGaps()
  }

  changeWidth(by) {
    if (!this.widths[this.tool]) return
    this.width.value = this.widths[this.tool] + by
    this.widths[this.tool] = +this.width.value
    this.moveRing()
  }

  changed(layer) { // pixels have changed: show them, have them painted
    this.sheet.touch(layer)
    if (layer === 'ink') this.copyInk()
    this.showHint()
    this.repaint()
  }

  showHint() {
    const empty = this.sheet.blank()
    this.hint.firstChild.textContent = empty ? 'Draw here' : 'An example: draw, and it makes room'
    this.hint.hidden = !empty && !this.sheet.example
    this.stage.classList.toggle('pg-empty', empty)
  }

  copyInk() {
    const c = this.onTop, {w, h} = this.sheet
    if (c.width !== w || c.height !== h) Object.assign(c, {width: w, height: h})
    const ctx = c.getContext('2d')
    ctx.clearRect(0, 0, w, h)
    ctx.drawImage(this.sheet.ink, 0, 0)
  }

  stepsChanged() { // after a step: buttons, parts, what is kept
    this.undoButton.disabled = !this.sheet.past.length
    this.redoButton.disabled = !this.sheet.future.length
    this.showHint()
    this.painting.setAttribute('aria-label', this.sheet.blank() ? 'The painting: empty, as the sheet is' : 'The painting of your drawing')
    this.showGaps()
    this.keepLater()
  }

  sheetChanged() { // another sheet lies there, perhaps of another size
    this.era++
    const {w, h} = this.sheet
    this.marks.setAttribute('viewBox', `0 0 ${w} ${h}`)
    this.stage.style.setProperty('--w', w)
    this.stage.style.setProperty('--h', h)
    this.hovered = undefined
    this.outline.getContext('2d').clearRect(0, 0, this.outline.width, this.outline.height)
    this.setZoom(1)
    this.copyInk()
    if (this.art.width !== w || this.art.height !== h) this.wipe()
    this.stepsChanged()
    this.repaint()
  }

  putSheet(sheet, remember = false) {
    if (remember) this.sheet.replace(sheet)
    else this.sheet.put(sheet)
    this.sheetChanged()
  }

  load({w, h, data}, {example = false, place = null} = {}) {
    const fresh = this.sheet.blank() && !this.sheet.past.length && !this.sheet.future.length
    this.putSheet({w, h, ink: inkOf({w, h, data}), example, place}, !fresh)
  }

  undo() {
    this.calm()
    this.lift()
    if (this.sheet.undo()) this.sheetChanged()
  }

  redo() {
    this.calm()
    if (this.sheet.redo()) this.sheetChanged()
  }

  clear() {
    this.calm()
    this.kind.hidden = true
    if (!this.sheet.blank() || this.sheet.strokes()) this.putSheet({w: SIDE, h: SIDE}, true)
  }

  async example() {
    this.calm()
    this.kind.hidden = true
    const others = this.host.examples.filter(o => o.name !== this.lastExample)
    if (!others.length) return
    const {name, url} = others[Math.floor(Math.random() * others.length)]
    try {
      const ink = await readExample(url)
      this.lastExample = name
      this.load(ink, {example: true})
    } catch { this.fail(`The example ${name} could not be loaded`) }
  }

  arrange(over, chosen = true) {
    if (chosen) this.chosenView = over
    this.stage.classList.toggle('pg-over', over)
    this.sideButton.setAttribute('aria-pressed', !over)
    this.overButton.setAttribute('aria-pressed', over)
    this.setZoom(1)
  }

  toggleInk() {
    this.keepInk = !this.keepInk
    this.inkButton.setAttribute('aria-pressed', this.keepInk)
    this.stage.classList.toggle('pg-no-ink', !this.keepInk)
  }

  // --------------------------------------------------------------------------------------------------------- painting

  state() {
    const can = this.now.can ?? {}
    return {ink: this.sheet.drawing(), place: this.sheet.placed(), strokes: can.strokes ? this.sheet.strokes() : null,
      palette: can.palette || can.strokes ? this.wished() : null, lam: this.lam(), seed: this.seed, model: this.now.name}
  }

  ask(request) { // one at a time
    const answer = this.queue.then(() => this.host.paint(request))
    this.queue = answer.catch(() => {})
    return answer
  }

  async repaint() {
    this.wanted = true
    if (this.busy || !this.now) return
    this.root.toggleAttribute('data-busy', this.busy = true)
    while (this.wanted && !this.gone) {
      this.wanted = false
      const era = this.era
      if (this.sheet.blank()) { this.wipe(); this.shown = null; this.say('An empty sheet. Draw something'); continue }
      const request = this.state(), slow = setTimeout(() => this.stage.classList.add('pg-busy'), 700)
      try {
        const res = await this.ask(request)
        if (res && era === this.era) this.show(res, request)
      } catch (e) {
        if (era === this.era) this.fail(e.message, true)
      }
      clearTimeout(slow)
      this.stage.classList.remove('pg-busy')
    }
    this.root.toggleAttribute('data-busy', this.busy = false)
  }

  wipe() {
    Object.assign(this.art, {width: this.sheet.w, height: this.sheet.h})
    const ctx = this.art.getContext('2d')
    ctx.fillStyle = '#fff'
    ctx.fillRect(0, 0, this.art.width, this.art.height)
  }

  show({picture, ms}, request) {
    this.shown = request
    Object.assign(this.art, {width: this.sheet.w, height: this.sheet.h})
    const ctx = this.art.getContext('2d')
    ctx.imageSmoothingQuality = 'high'
    ctx.drawImage(picture, 0, 0, this.art.width, this.art.height)
    this.root.dataset.painted = (+this.root.dataset.painted || 0) + 1
    if (this.failed) this.heal()
    const size = `${this.sheet.w} × ${this.sheet.h} pixels`
    this.say(`Painted in ${Math.round(ms)} ms by ${this.now.title}, ${size}, seed ${request.seed}`)
  }

  picture() { // the painting with the ink on top, at the drawing's size
    const [c, ctx] = canvasOf(this.sheet.w, this.sheet.h)
    ctx.drawImage(this.art, 0, 0)
    if (this.keepInk) ctx.drawImage(this.sheet.ink, 0, 0)
    return c
  }

  // ----------------------------------------------------------------------------------------------------------- models

  setModels(models) {
    const old = this.now?.name ?? this.host.model
    this.models = models
    this.model.replaceChildren(...models.map(m => make('option', {value: m.name}, m.title)))
    this.model.value = (models.find(m => m.name === old) ?? models[0])?.name ?? ''
    this.model.hidden = models.length < 2 // nothing to choose
    this.onlyModel.hidden = !this.model.hidden
    this.onlyModel.textContent = models[0]?.title ?? ''
    this.useModel()
  }

  useModel() {
    const m = this.now = this.models.find(o => o.name === this.model.value)
    if (!m) return
    this.era++
    const can = m.can ?? {}
    this.lamRow.hidden = !m.lam
    this.lamNote.hidden = !!m.lam
    if (m.lam) this.setLam(this.wantedLam ?? m.at)
    this.colourTools.hidden = !can.strokes
    this.paletteTools.hidden = !(can.palette || can.strokes)
    this.plain.hidden = !this.paletteTools.hidden
    this.toolsOff = can.strokes ? [] : ['brush', 'bucket', 'dropper', 'sponge']
    if (this.toolsOff.includes(this.tool)) this.choose('pen')
    this.surprises.hidden = true
    this.showPalette()
    this.repaint()
    this.keepLater()
  }

  lam() {
    if (!this.now?.lam) return null
    const [lo, hi] = this.now.lam
    return Number((lo * (hi / lo) ** (this.lamBar.value / STOPS)).toPrecision(3))
  }

  setLam(lam) {
    const [lo, hi] = this.now.lam
    this.lamBar.value = Math.round(STOPS * clamp(Math.log((lam ?? 100) / lo) / Math.log(hi / lo), 0, 1))
    this.nameLam()
  }

  nameLam() {
    const word = WORDS[Math.min(WORDS.length - 1, Math.floor(this.lamBar.value / (STOPS + 1) * WORDS.length))]
    this.lamText.textContent = `λ = ${this.lam()}`
    this.lamBar.setAttribute('aria-valuetext', `${word}, λ = ${this.lam()}`)
    this.wantedLam = this.lam()
    this.keepLater()
  }

  // ---------------------------------------------------------------------------------------------------------- palette

  wished() { // the palette to paint with: somebody's, else the seed's
    const all = this.now?.palettes ?? []
    return this.palette ?? (all.length ? all[this.seed % all.length] : null)
  }

  own() { // a palette of one's own, to be changed
    this.palette ??= (this.wished() ?? []).map(o => ({...o}))
    return this.palette
  }

  paletteChanged() {
    this.showPalette()
    this.repaint()
    this.keepLater()
  }

  showPalette() {
    const p = this.wished() ?? []
    if (this.chosen !== null && this.chosen >= p.length) this.chosen = null
    const kids = p.flatMap((o, i) => {
      const swatch = make('button', {type: 'button', class: 'pg-swatch', style: `--c:${o.hex}; flex-grow:${o.share}`, title: o.hex,
        'aria-label': `Colour ${i + 1}: ${o.hex}, ${Math.round(100 * o.share)}%${o.locked ? ', locked' : ''}`,
        'aria-pressed': this.chosen === i, onclick: () => this.chooseSwatch(i)}, o.locked ? icon('lock') : null)
      return i + 1 < p.length ? [swatch, this.handle(p, i)] : [swatch]
    })
    const had = [...this.swatches.children].indexOf(document.activeElement)
    this.swatches.replaceChildren(...kids)
    if (had >= 0) this.swatches.children[Math.min(had, kids.length - 1)]?.focus()
    const locked = this.chosen !== null && !!p[this.chosen].locked
    this.lockButton.replaceChildren(icon(locked ? 'lock' : 'free'))
    this.lockButton.setAttribute('aria-pressed', locked)
    this.lockButton.disabled = this.lessButton.disabled = this.chosen === null
    this.moreButton.disabled = p.length >= MAX_COLOURS
    this.picker.value = this.hex.value = this.colour
    this.root.style.setProperty('--paint', this.colour)
  }

  handle(palette, i) { // between two swatches: drag it, or move it with the arrow keys
    const share = Math.round(100 * palette[i].share)
    const h = make('span', {class: 'pg-handle', role: 'slider', tabindex: 0, 'aria-label': `Share of colour ${i + 1}`,
      'aria-valuemin': 1, 'aria-valuemax': 99, 'aria-valuenow': share, 'aria-valuetext': `${share}%`})
    h.addEventListener('keydown', e => {
      const by = {ArrowLeft: -.04, ArrowDown: -.04, ArrowRight: .04, ArrowUp: .04}[e.key]
      if (by) { e.preventDefault(); this.share(i, by) }
    })
    h.addEventListener('pointerdown', e => {
      e.preventDefault()
      const width = this.swatches.clientWidth, stop = new AbortController()
      let x = e.clientX
      window.addEventListener('pointermove', o => { this.share(i, (o.clientX - x) / width); x = o.clientX }, {signal: stop.signal})
      for (const kind of ['pointerup', 'pointercancel']) window.addEventListener(kind, () => stop.abort(), {signal: stop.signal})
    })
    return h
  }

  share(i, by) {
    const p = this.palette = even(this.own()), least = .03
    by = clamp(by, least - p[i].share, p[i + 1].share - least)
    p[i].share += by
    p[i + 1].share -= by
    this.paletteChanged()
  }

  chooseSwatch(i) {
    this.chosen = this.chosen === i ? null : i
    this.colour = this.wished()[i].hex
    this.showPalette()
  }

  setColour(hex) {
    this.colour = hex
    if (this.chosen !== null) { this.own()[this.chosen].hex = hex; this.paletteChanged() }
    else this.showPalette()
  }

  typeColour() {
    const m = /^#?([\da-f]{6}|[\da-f]{3})$/i.exec(this.hex.value.trim())
    const hex = m && '#' + (m[1].length === 3 ? [...m[1]].map(c => c + c).join('') : m[1]).toLowerCase()
    if (!m) this.fail(`${this.hex.value} is not a colour: write a hex number such as #e4572e`)
    else if (hex !== this.colour) this.setColour(hex) // it is heard twice: new swatches would take the focus from old ones
    this.hex.value = this.colour
  }

  lock() {
    if (this.chosen === null) return
    const o = this.own()[this.chosen]
    o.locked = !o.locked
    this.showPalette()
    this.keepLater()
  }

  addSwatch() {
    const p = this.own()
    if (p.length >= MAX_COLOURS) return
    p.push({hex: FALLBACK.find(c => !p.some(o => o.hex === c)), share: p.length ? 1 / p.length : 1})
    this.palette = even(p)
    this.chosen = this.palette.length - 1
    this.colour = this.palette[this.chosen].hex
    this.paletteChanged()
  }

  dropSwatch() {
    if (this.chosen === null) return
    const p = this.own().filter((_, i) => i !== this.chosen)
    this.palette = p.length ? even(p) : null
    this.chosen = null
    this.paletteChanged()
  }

  async takePalette(file) {
    if (!file) return
    this.calm()
    this.source.value = ''
    try {
      const found = merged(even(await this.host.palette(file))), locked = this.own().filter(o => o.locked)
      this.palette = even([...locked, ...found].slice(0, MAX_COLOURS))
      this.chosen = null
      this.paletteChanged()
    } catch (e) { this.fail(e.message) }
  }

  variation(i) { // seed and palette of the i-th of the model's palettes, locked colours kept
    const all = this.now.palettes, seed = i + all.length * Math.floor(Math.random() * 10)
    const locked = (this.palette ?? []).filter(o => o.locked)
    return {seed, palette: locked.length ? even([...locked, ...all[i]].slice(0, MAX_COLOURS)) : null}
  }

  async surprise() { // four paintings that look different, to choose from
    this.calm()
    if (this.sheet.blank()) { this.fail('The sheet is empty: draw something first, or take an example'); return }
    const all = this.state().palette && this.now.palettes || [], was = this.seed
    const found = all.length > 1 ? pickUnlike(all, 4, this.wished()).map(i => this.variation(i))
      : [1, 2, 3, 4].map(i => ({seed: was + i, palette: this.palette}))
    const tiles = found.map((o, i) => this.tile(o, i, all))
    this.surprises.replaceChildren(...tiles.map(t => t.button), button('close', '', 'None of these', () => { this.surprises.hidden = true }))
    this.surprises.hidden = false
    const era = this.era
    try {
      for (const t of tiles) {
        const request = {...this.state(), seed: t.seed, ...all.length ? {palette: t.palette ?? all[t.seed % all.length]} : {}}
        const res = await this.ask(request)
        if (era !== this.era || this.surprises.hidden) break
        if (res) t.draw(res.picture)
      }
    } catch (e) { this.fail(e.message) }
    if (era !== this.era) this.surprises.hidden = true
  }

  tile({seed, palette}, i, all) {
    const {w, h} = this.sheet, s = 160 / Math.max(w, h), [c, ctx] = canvasOf(Math.round(w * s), Math.round(h * s))
    const colours = (palette ?? (all.length ? all[seed % all.length] : [])).map(o => o.hex)
    const dots = make('span', {class: 'pg-dots'}, ...colours.map(o => make('i', {style: `background:${o}`})))
    const take = () => {
      Object.assign(this, {seed, palette, chosen: null})
      this.surprises.hidden = true
      this.paletteChanged()
      this.surpriseButton.focus()
    }
    const b = make('button', {type: 'button', class: 'pg-tile', 'aria-label': `Variation ${i + 1}: ${colours.join(', ') || `seed ${seed}`}`, onclick: take}, c, dots)
    const show = picture => {
      ctx.imageSmoothingQuality = 'high'
      ctx.drawImage(picture, 0, 0, c.width, c.height)
      ctx.drawImage(this.sheet.ink, 0, 0, c.width, c.height)
      b.classList.add('pg-done')
    }
    return {seed, palette, button: b, draw: show}
  }

  // ------------------------------------------------------------------------------------------- what comes and what goes

  async take(file, kind) { // a picture becomes the drawing; kind is known when somebody corrects it
    file = file?.files ? file.files[0] : file
    if (!file) return
    this.file.value = ''
    this.calm()
    this.cropper.close()
    this.say('Looking at your picture …')
    try {
      const res = await this.host.clean(file, {kind})
      Object.assign(this, {sent: file, cleaned: res})
      this.load(res.ink, res)
      this.kind.hidden = false
      this.cropButton.hidden = res.kind !== 'drawing'
      for (const b of this.kind.querySelectorAll('button')) b.setAttribute('aria-pressed', b.dataset.kind === res.kind)
    } catch (e) {
      this.say('')
      this.fail(e.message)
    }
  }

  drop(e) {
    const file = e.dataTransfer?.files[0]
    e.preventDefault()
    if (!file) return
    if (e.target.closest?.('.pg-colours') && !this.paletteTools.hidden) this.takePalette(file)
    else this.take(file)
  }

  paste(e) {
    const file = [...e.clipboardData?.files ?? []].find(f => f.type.startsWith('image/'))
    if (file && this.mine()) { e.preventDefault(); this.take(file) }
  }

  async save(kind) {
    this.calm()
    this.menu.open = false
    try {
      const what = {picture: () => blobOf(this.picture()), colours: async () => blobOf(await this.cutOut()),
        pair: () => blobOf(this.pair()), layers: async () => openRaster({ink: this.sheet.ink, colour: this.art}, this.picture())}
      const blob = await what[kind](), url = URL.createObjectURL(blob)
      make('a', {href: url, download: this.fileName(kind)}).click()
      setTimeout(() => URL.revokeObjectURL(url), 60000)
    } catch (e) { this.fail(e.message) }
  }

  fileName(kind) {
    const {model, lam, seed} = this.shown ?? this.state()
    const words = ['pokegan', model.replace(/[^\w.-]+/g, '-'), lam === null ? '' : `lam${lam}`, `seed${seed}`, {colours: 'colours', pair: 'pair'}[kind]]
    return words.filter(Boolean).join('-') + (kind === 'layers' ? '.ora' : '.png')
  }

  async cutOut() { // the colours, and nothing where the paper is
    const {w, h} = this.sheet, [c, ctx] = canvasOf(w, h), mask = await this.maskOf(o => o > 0, '#000000')
    ctx.filter = `blur(${Math.max(1, Math.max(w, h) / 256)}px)`
    ctx.drawImage(mask, 0, 0, w, h)
    ctx.filter = 'none'
    ctx.globalCompositeOperation = 'source-in'
    ctx.drawImage(this.art, 0, 0)
    return c
  }

  pair() { // drawing and painting, side by side
    const {w, h} = this.sheet, [c, ctx] = canvasOf(2 * w, h)
    ctx.fillStyle = '#fff'
    ctx.fillRect(0, 0, 2 * w, h)
    ctx.drawImage(this.sheet.ink, 0, 0)
    ctx.drawImage(this.picture(), w, 0)
    return c
  }

  // ---------------------------------------------------------------------------------------------- what the browser keeps

  get place() { return this.host.key && `pokegan:${location.pathname}:${this.host.key}` }

  keepLater() {
    clearTimeout(this.keeping)
    if (this.place && this.begun) this.keeping = setTimeout(() => this.keep(), 500)
  }

  keep() {
    clearTimeout(this.keeping)
    if (!this.place || !this.begun) return
    const {w, h, example, place} = this.sheet, {palette, seed, wantedLam: lam} = this
    const kept = {w, h, example, place, palette, seed, lam, model: this.now?.name, ink: this.sheet.ink.toDataURL(),
      colour: this.sheet.strokes() && this.sheet.colour.toDataURL()}
    try { localStorage.setItem(this.place, JSON.stringify(kept)) }
    catch { /* no room, or not allowed: then it is not kept */ }
  }

  async restore() { // what was kept, if anything was
    try {
      const kept = JSON.parse(localStorage.getItem(this.place))
      if (!kept) return false
      const pixels = async url => {
        const img = new Image(), [, ctx] = canvasOf(kept.w, kept.h)
        img.src = url
        await img.decode()
        ctx.drawImage(img, 0, 0)
        return ctx.getImageData(0, 0, kept.w, kept.h)
      }
      const ink = await pixels(kept.ink), colour = kept.colour ? await pixels(kept.colour) : null
      Object.assign(this, {palette: kept.palette ?? null, seed: kept.seed ?? 0, wantedLam: kept.lam})
      if (this.models.some(m => m.name === kept.model)) this.model.value = kept.model
      this.useModel()
      this.putSheet({w: kept.w, h: kept.h, ink, colour, example: kept.example, place: kept.place})
      return true
    } catch { return false }
  }

  async begin() { // the sheet that somebody finds
    const {start} = this.host
    this.sheetChanged()
    if (start) this.load(start)
    else if (start !== false && !(this.place && await this.restore())) await this.example()
    this.sheet.past = []
    this.begun = true
    this.stepsChanged()
    addEventListener('pagehide', () => this.keep(), {signal: this.stop.signal})
  }

  // --------------------------------------------------------------------------------------------------- what it says

  say(text) { this.status.textContent = text }

  fail(text, painting = false) { // one banner for everything that went wrong
    this.text.textContent = text || 'Something went wrong'
    this.banner.hidden = false
    this.failed = painting
    if (painting) this.say('')
    clearTimeout(this.fading)
    if (!painting) this.fading = setTimeout(() => this.heal(), 15000)
  }

  heal() {
    this.banner.hidden = true
    this.failed = false
  }

  calm() { if (!this.failed) this.heal() } // somebody goes on: what went wrong before is past

  destroy() {
    this.keep()
    this.gone = true
    this.stop.abort()
    this.wide.disconnect()
    clearTimeout(this.fading)
    if (active === this) active = null
    this.root.remove()
  }
}

// ------------------------------------------------------------------------------------ what was found in a photo, corrected

const CORNERS = ['Top left', 'Top right', 'Bottom right', 'Bottom left']
const WHOLE = [[0, 0], [1, 0], [1, 1], [0, 1]]

// Can a sheet lie like this: four corners, gone around clockwise, no side too short?
const isSheet = q => q.every(([x, y], i) => {
  const [a, b] = q[(i + 1) % 4], [c, d] = q[(i + 2) % 4]
  return (a - x) * (d - b) - (b - y) * (c - a) > .002 && Math.hypot(a - x, b - y) > .05
})

class Cropper { // a photo with a handle on each corner of its sheet, a slider, and the lines that follow from both
  constructor(pad) {
    Object.assign(this, {pad, file: null})
    ;[this.photo, this.photoCtx] = canvasOf(1, 1)
    ;[this.lines, this.linesCtx] = canvasOf(1, 1)
    fill(this.lines, {class: 'pg-lines', role: 'img', 'aria-label': 'The lines that are found'}, [])
    this.shade = draw('path', {class: 'pg-shade', 'fill-rule': 'evenodd'})
    this.edge = draw('path', {class: 'pg-edge'})
    this.handles = CORNERS.map((name, i) => this.handle(i))
    this.frame = make('div', {class: 'pg-photo'}, this.photo,
      draw('svg', {viewBox: '0 0 1 1', preserveAspectRatio: 'none', 'aria-hidden': 'true'}, this.shade, this.edge), ...this.handles)
    this.bar = make('input', {type: 'range', min: 10, max: 70, step: 2, 'aria-label': 'How dark a line must be',
      oninput: () => { this.threshold = this.bar.value / 100; this.look() }})
    this.status = make('div', {class: 'pg-soft pg-found', role: 'status'})
    this.useButton = button('', 'Use', 'Take these lines for the drawing', () => this.use(), {class: 'pg-button pg-main'})
    this.root = make('section', {class: 'pg-crop', hidden: true, 'aria-label': 'Correct what was found in the photo'},
      make('p', {class: 'pg-soft'}, 'Drag the corners to those of the sheet of paper. The other picture shows what will be drawn.'),
      make('div', {class: 'pg-two'}, this.frame, make('div', {class: 'pg-result'}, this.lines)),
      make('div', {class: 'pg-row pg-settings'},
        make('div', {class: 'pg-group pg-darkness'}, make('span', {class: 'pg-soft'}, 'faint lines too'), this.bar,
          make('span', {class: 'pg-soft'}, 'dark lines only')), make('span', {class: 'pg-push'}),
        group('Corners', button('', 'Reset', 'As they were found, corners and lines', () => this.reset()),
          button('', 'Whole picture', 'There is no sheet: the whole picture counts', () => this.move(WHOLE))),
        button('close', '', 'Leave the drawing as it was (Esc)', () => this.close()), this.useButton),
      this.status)
  }

  handle(i) { // drag it, or move it with the arrow keys
    const h = make('button', {type: 'button', class: 'pg-corner', 'aria-label': `${CORNERS[i]} corner of the sheet`})
    h.addEventListener('keydown', e => {
      const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[e.key]
      if (!way) return
      e.preventDefault()
      const far = e.shiftKey ? .002 : .01
      this.moveCorner(i, this.corners[i].map((o, k) => o + far * way[k]))
    })
    h.addEventListener('pointerdown', e => {
      if (e.button) return
      h.setPointerCapture(e.pointerId)
      const b = h.getBoundingClientRect(), grip = [b.left + b.width / 2 - e.clientX, b.top + b.height / 2 - e.clientY]
      this.grip = {i, at: o => {
        const r = this.frame.getBoundingClientRect()
        return [(o.clientX + grip[0] - r.left) / r.width, (o.clientY + grip[1] - r.top) / r.height]
      }}
    })
    h.addEventListener('pointermove', e => { if (this.grip?.i === i) this.moveCorner(i, this.grip.at(e)) })
    for (const kind of ['pointerup', 'pointercancel']) h.addEventListener(kind, () => { this.grip = null })
    return h
  }

  async open(file, first) { // first: what the host has found by itself
    let bitmap
    try { bitmap = await createImageBitmap(file) }
    catch { this.pad.fail('This browser cannot show the picture: save it as PNG or JPEG'); return }
    const s = Math.min(1, 1024 / Math.max(bitmap.width, bitmap.height))
    const [w, h] = [bitmap.width, bitmap.height].map(o => Math.max(1, Math.round(o * s)))
    Object.assign(this.photo, {width: w, height: h})
    this.photoCtx.imageSmoothingQuality = 'high'
    this.photoCtx.drawImage(bitmap, 0, 0, w, h)
    bitmap.close()
    for (const [k, v] of [['--w', w], ['--h', h]]) this.root.style.setProperty(k, v)
    if (first !== this.first) Object.assign(this, {first, res: first, given: null, threshold: null}) // else go on
    this.file = file
    this.pad.root.classList.add('pg-cropping')
    this.root.hidden = false
    this.show()
    this.preview(this.res ?? first)
    this.handles[0].focus()
  }

  close() {
    if (!this.file) return
    this.file = this.grip = null
    this.root.hidden = true
    this.pad.root.classList.remove('pg-cropping')
    this.pad.fitWidth()
    this.pad.cropButton.focus()
  }

  get corners() { return this.given ?? this.first.corners ?? WHOLE }

  moveCorner(i, at) {
    this.move(this.corners.map((o, k) => (k === i ? at : o).map(v => clamp(v, 0, 1))))
  }

  move(corners) {
    if (!isSheet(corners)) return
    this.given = corners
    this.show()
    this.look()
  }

  reset() {
    this.given = this.threshold = null
    this.show()
    this.look()
  }

  show() {
    const shown = this.corners.map(p => p.map(v => clamp(v, 0, 1))), path = `M${shown.map(p => p.join(' ')).join('L')}Z`
    this.shade.setAttribute('d', `M0 0H1V1H0Z${path}`)
    this.edge.setAttribute('d', path)
    this.handles.forEach((h, i) => {
      const [x, y] = shown[i].map(v => Math.round(100 * v))
      Object.assign(h.style, {left: `${100 * shown[i][0]}%`, top: `${100 * shown[i][1]}%`})
      h.setAttribute('aria-label', `${CORNERS[i]} corner of the sheet: ${x}% from the left, ${y}% from the top. Arrow keys move it`)
    })
    this.bar.value = 100 * (this.threshold ?? THRESHOLD)
  }

  look() { // one at a time, and then once more with what is wanted by then
    this.wanted = true
    this.looking ??= this.lookOn().finally(() => { this.looking = null })
  }

  async lookOn() {
    this.lines.classList.add('pg-old')
    this.status.textContent = 'Looking …'
    while (this.wanted && this.file) {
      this.wanted = false
      const {file, given, threshold, corners} = this
      try {
        const wants = {kind: 'drawing', corners, threshold: threshold ?? undefined}
        const res = given || threshold ? await this.pad.host.clean(file, wants) : this.first
        if (file === this.file) this.preview(res)
      } catch (e) {
        this.res = null
        this.linesCtx.clearRect(0, 0, this.lines.width, this.lines.height)
        this.status.textContent = e.message
      }
    }
    this.lines.classList.remove('pg-old')
    this.useButton.disabled = !this.res
  }

  preview(res) {
    const {w, h} = res.ink, [full, ctx] = canvasOf(w, h), s = Math.min(1, 700 / Math.max(w, h))
    this.res = res
    this.status.textContent = ''
    ctx.putImageData(inkOf(res.ink), 0, 0)
    Object.assign(this.lines, {width: Math.max(1, Math.round(w * s)), height: Math.max(1, Math.round(h * s))})
    this.linesCtx.imageSmoothingQuality = 'high'
    this.linesCtx.drawImage(full, 0, 0, this.lines.width, this.lines.height)
  }

  async use() {
    await this.looking
    if (!this.res || !this.file) return
    this.pad.load(this.res.ink, this.res)
    this.close()
  }
}

export function createPad(el, host) {
  const pad = new Pad(el, host)
  const offer = name => [name, (...args) => pad[name](...args)]
  return Object.fromEntries(['load', 'picture', 'state', 'setModels', 'say', 'fail', 'heal', 'repaint', 'destroy'].map(offer))
}

// ----------------------------------------------------------------------------------- in a notebook: Python is the host

const PATIENCE = {first: 60000, later: 8000} // ms without an answer, after which somebody is told: a model has to be loaded first
const SILENCE = 'Python does not answer: it is busy, or its kernel has ended. Your drawing is kept in this browser; '
  + 'wait, or reload the page'

function askPython(model, awake) { // (message, [bytes, …]) → a promise of Python's answer; awake: it answers after all
  const waiting = new Map(), late = new Set(), name = Math.random().toString(36).slice(2)
  let n = 0, patience = PATIENCE.first
  model.on('msg:custom', (answer, buffers) => {
    patience = PATIENCE.later
    if (late.delete(answer.id)) awake()
    const job = waiting.get(answer.id)
    if (!job) return
    waiting.delete(answer.id)
    clearTimeout(job.timer)
    if (answer.error) job.reject(new Error(answer.error))
    else job.resolve([answer, buffers])
  })
  return (message, buffers = []) => new Promise((resolve, reject) => {
    const id = `${name}-${n++}`
    const timer = setTimeout(() => {
      waiting.delete(id)
      late.add(id)
      reject(new Error(SILENCE))
    }, patience)
    waiting.set(id, {resolve, reject, timer})
    try { model.send({...message, id}, undefined, buffers) }
    catch { // the kernel is gone, and the page knows it
      waiting.delete(id)
      clearTimeout(timer)
      reject(new Error(SILENCE))
    }
  })
}

const bytesOf = view => new Uint8Array(view.buffer, view.byteOffset, view.byteLength)

function pythonHost(model, awake) {
  const ask = askPython(model, awake), bytesIn = async f => new Uint8Array(await f.arrayBuffer())
  let strokes // those that Python knows
  return {
    ...Object.fromEntries(['models', 'model', 'examples', 'key', 'foot'].map(k => [k, model.get(k)])),
    start: (s => s && s.data ? {...s, data: bytesOf(s.data)} : s)(model.get('start')),
    async paint({ink, strokes: now, ...rest}) {
      const news = now !== null && now !== strokes
      strokes = now
      const buffers = news ? [ink.data, new Uint8Array(now.data.buffer)] : [ink.data]
      const [answer, [png]] = await ask({do: 'paint', w: ink.w, h: ink.h, strokes: now === null ? 'none' : news ? 'new' : 'same', ...rest}, buffers)
      return png ? {picture: await createImageBitmap(new Blob([png])), ms: answer.ms} : null
    },
    async parts({w, h, data}) {
      const [answer, [labels]] = await ask({do: 'parts', w, h}, [data])
      return {w: answer.w, h: answer.h, labels: bytesOf(labels)}
    },
    async palette(file) { return (await ask({do: 'palette', name: file.name ?? 'picture'}, [await bytesIn(file)]))[0].palette },
    async clean(file, {kind = null, corners = null, threshold = null}) {
      const wants = {do: 'clean', name: file.name ?? 'picture', kind, corners, threshold}
      const [{w, h, ...found}, [data]] = await ask(wants, [await bytesIn(file)])
      return {ink: {w, h, data: bytesOf(data)}, ...found}
    },
  }
}

// --------------------------------------------------------------------- the λ explorer and the tabs: Python's own widgets

function curve({name, lams, values, now, real}) { // a number and its curve over λ, which is logarithmic
  const at = lams.map(o => Math.log10(Math.max(o ?? 0, .1))), aims = real === null ? [] : [real]
  const [x0, x1, y0, y1] = [at[0], at.at(-1), Math.min(...values, ...aims), Math.max(...values, ...aims)]
  const px = v => (6 + 228 * (v - x0) / (x1 - x0 || 1)).toFixed(1), py = v => (62 - 54 * (v - y0) / (y1 - y0 || 1)).toFixed(1)
  return make('div', {class: 'pg-number'}, make('span', {class: 'pg-soft'}, name), make('br'), make('b', {}, values[now].toFixed(3)),
    make('span', {class: 'pg-soft'}, aims.map(v => ` · real picture ${v.toFixed(3)}`).join('')),
    draw('svg', {viewBox: '0 0 240 70', role: 'img', 'aria-label': `${name} over λ`},
      ...aims.map(v => draw('line', {class: 'pg-aim', x1: 6, x2: 234, y1: py(v), y2: py(v)})),
      draw('polyline', {class: 'pg-curve', points: at.map((x, i) => `${px(x)},${py(values[i])}`).join(' ')}),
      draw('circle', {class: 'pg-here', cx: px(at[now]), cy: py(values[now]), r: 5})))
}

function table({caption, head, rows}) {
  const row = (tag, first, ...rest) => make('tr', {}, make('th', {}, first), ...rest.map(o => make(tag, {}, typeof o === 'number' ? o.toFixed(3) : o)))
  return make('table', {class: 'pg-table'}, make('caption', {}, caption), row('th', ...head), ...rows.map(r => row('td', ...r)))
}

function createExplorer(el, model) {
  const get = k => model.get(k), set = (k, v) => { model.set(k, v); model.save_changes() }, stop = new AbortController()
  const urls = new Map()
  const show = (img, bytes) => {
    img.hidden = !bytes
    if (!bytes) return
    URL.revokeObjectURL(urls.get(img))
    urls.set(img, URL.createObjectURL(new Blob([bytes])))
    img.src = urls.get(img)
  }
  const lamOf = i => get('lams')[i] === null ? '?' : `λ = ${+get('lams')[i].toPrecision(3)}`
  const which = make('select', {'aria-label': 'Drawing', onchange: () => set('which', which.selectedIndex)})
  const figures = ['drawing', 'painting', 'real'].map(k => [k, make('img', {alt: `The ${k === 'real' ? 'real picture' : k}`}), make('figcaption')])
  const bar = make('input', {type: 'range', min: 0, 'aria-label': 'λ: from loose to careful', oninput: () => set('index', +bar.value)})
  const text = make('output', {class: 'pg-lam-text'}), note = make('span', {class: 'pg-soft'})
  let timer
  const step = () => set('index', (get('index') + 1) % get('lams').length)
  const play = button('', 'Play', 'Move λ by itself', () => {
    if (timer) timer = clearInterval(timer)
    else timer = setInterval(step, 250)
    shown()
  }, {'aria-pressed': 'false'})
  const again = button('dice', 'Another one', 'The same drawing at another seed', () => set('seed', get('seed') + 1), {class: 'pg-button pg-main'})
  const strip = make('div', {class: 'pg-strip', role: 'group', 'aria-label': 'Paintings from the lowest to the highest λ'})
  const ends = make('div', {class: 'pg-ends'}, make('span', {}, make('b', {}, 'loose'), ', low λ: what the critic believes counts more'),
    make('span', {}, make('b', {}, 'careful'), ', high λ: the distance from the real picture counts more'))
  const numbers = make('div', {class: 'pg-numbers'}), below = make('div'), banner = make('div', {class: 'pg-banner', role: 'alert'})
  const root = make('div', {class: 'pokegan'}, make('div', {class: 'pg-body'}, make('div', {class: 'pg-row'}, which),
    make('div', {class: 'pg-three'}, ...figures.map(([, img, caption]) => make('figure', {class: 'pg-figure'}, img, caption))),
    make('div', {class: 'pg-row pg-settings'}, play, make('div', {class: 'pg-group pg-lam'}, bar, text), note, make('span', {class: 'pg-push'}), again),
    strip, ends, numbers, below, banner))

  function built() { // what depends on the models and the drawings
    which.replaceChildren(...get('names').map(o => make('option', {}, o)))
    bar.max = Math.max(1, get('lams').length - 1)
    bar.disabled = play.disabled = get('lams').length < 2
    note.textContent = get('note')
    strip.style.setProperty('--n', Math.max(3, get('stops').length))
    strip.replaceChildren(...get('stops').map(i => make('button', {type: 'button', class: 'pg-cell', 'aria-label': `Go to ${lamOf(i)}`,
      onclick: () => set('index', i)}, make('img', {alt: ''}), lamOf(i))))
    ends.hidden = get('stops').length < 2
    below.replaceChildren(...get('table').rows ? [table(get('table'))] : [])
    shown()
  }

  function shown() { // where the slider is
    which.selectedIndex = get('which')
    bar.value = get('index')
    text.textContent = lamOf(get('index'))
    play.setAttribute('aria-pressed', !!timer);
    [...strip.children].forEach((c, k) => c.setAttribute('aria-pressed', get('stops')[k] === get('index')))
  }

  function painted() {
    const pictures = get('pictures')
    for (const [k, img, caption] of figures) {
      show(img, pictures[k])
      img.parentNode.hidden = !pictures[k]
      caption.textContent = pictures.captions?.[k] ?? ''
    }
    get('strip').forEach((bytes, k) => strip.children[k] && show(strip.children[k].firstChild, bytes))
    numbers.replaceChildren(...get('numbers').map(curve))
    banner.hidden = !get('error')
    banner.textContent = get('error')
  }

  const on = {built: ['names', 'lams', 'stops', 'note', 'table'], shown: ['which', 'index'], painted: ['pictures', 'strip', 'numbers', 'error']}
  const react = {built, shown, painted}
  for (const [f, keys] of Object.entries(on)) for (const k of keys) model.on(`change:${k}`, react[f])
  followTheme(root, stop.signal)
  built()
  painted()
  el.append(root)
  return () => {
    clearInterval(timer)
    stop.abort()
    for (const [f, keys] of Object.entries(on)) for (const k of keys) model.off(`change:${k}`, react[f])
    urls.forEach(o => URL.revokeObjectURL(o))
  }
}

function createTabs(el, model) {
  const stop = new AbortController()
  const choose = i => { model.set('index', i); model.save_changes() }
  const tabs = model.get('names').map((name, i) => make('button', {type: 'button', class: 'pg-button', 'aria-pressed': 'false', onclick: () => choose(i)}, make('span', {}, name)))
  const show = () => tabs.forEach((t, i) => t.setAttribute('aria-pressed', i === model.get('index')))
  const root = make('div', {class: 'pokegan'}, make('header', {class: 'pg-head'}, make('div', {}, make('h1', {}, model.get('title')),
    make('p', {class: 'pg-soft'}, model.get('blurb'))), group('Page', ...tabs)))
  model.on('change:index', show)
  show()
  followTheme(root, stop.signal)
  el.append(root)
  return () => { stop.abort(); model.off('change:index', show) }
}

const WIDGETS = {explorer: createExplorer, head: createTabs}

export default {
  render({model, el}) {
    const create = WIDGETS[model.get('kind')]
    if (create) return create(el, model)
    const pad = createPad(el, pythonHost(model, () => pad.repaint()))
    return () => pad.destroy()
  },
}
