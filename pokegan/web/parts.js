// What Python does between a drawing and the network, in JavaScript and by the same rules: cleaning lines, fitting a
// drawing into a square, finding its parts, and laying colours over them. Every function is called as the one that it
// follows in pokegan.pictures, pokegan.hands, pokegan.conditions and pokegan.painting, where the reasons stand.
//
// A plane is {w, h, data}, one value a pixel, row by row; colour has 3 or 4 bytes a pixel.
import {normal} from './chance.js'

const plane = (w, h, data) => ({w, h, data})

// f of every value, as an array of another type: many times faster than Type.from
export function map(Type, values, f) {
  const out = new Type(values.length)
  for (let i = 0; i < values.length; i++) out[i] = f(values[i], i)
  return out
}

// ------------------------------------------------------------------------------------------------ numbers and sizes

// Round as Python and NumPy do: halves to the even number
export function round(x) {
  const r = Math.round(x)
  return r - x === 0.5 && r % 2 ? r - 1 : r
}

export const clamp = (x, low, high) => Math.min(Math.max(x, low), high)

function percentile(values, share) {
  const sorted = Float64Array.from(values).sort(), at = (sorted.length - 1)*share/100
  const i = Math.floor(at), a = sorted[i], b = sorted[Math.min(i + 1, sorted.length - 1)]
  return a + (b - a)*(at - i)
}

const median = values => percentile(values, 50)

// Which pixels of a row become pixel i of a shorter one, and with which weight (OpenCV's INTER_AREA)
function areaWeights(from, to) {
  const scale = from/to
  return Array.from({length: to}, (_, i) => {
    const start = i*scale, end = Math.min(start + scale, from), taps = []
    for (let j = Math.floor(start + 1e-3); j < end - 1e-3; j++) {
      taps.push([j, Math.fround((Math.min(j + 1, end) - Math.max(j, start))/(end - start))])
    }
    return taps
  })
}

// The same for a longer row, by a cubic curve through four pixels (INTER_CUBIC)
function cubicWeights(from, to) {
  const a = -0.75, near = s => ((a + 2)*s - (a + 3))*s*s + 1, far = s => ((a*s - 5*a)*s + 8*a)*s - 4*a
  return Array.from({length: to}, (_, i) => {
    const x = (i + 0.5)*from/to - 0.5, j = Math.floor(x), t = x - j, weights = [far(t + 1), near(t), near(1 - t)]
    weights.push(1 - weights[0] - weights[1] - weights[2])
    return weights.map((v, k) => [clamp(j + k - 1, 0, from - 1), Math.fround(v)])
  })
}

// One byte a pixel at a larger size, by a line through two (INTER_LINEAR), in OpenCV's whole numbers
function enlarge(im, w, h) {
  const taps = (from, to) => Array.from({length: to}, (_, i) => {
    const x = (i + 0.5)*from/to - 0.5, j = Math.floor(x), t = j < 0 ? 0 : x - j
    return [clamp(j, 0, from - 1), clamp(j + 1, 0, from - 1), round((1 - t)*2048), round(t*2048)]
  })
  const across = taps(im.w, w), down = taps(im.h, h), out = new Uint8Array(w*h)
  const row = (y, [j, k, a, b]) => a*im.data[y*im.w + j] + b*im.data[y*im.w + k] >> 4
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    const [j, k, a, b] = down[y]
    out[y*w + x] = (a*row(j, across[x]) >> 16) + (b*row(k, across[x]) >> 16) + 2 >> 2
  }
  return plane(w, h, out)
}

// A plane of bytes at another size, each byte of a pixel by itself
export function resize(im, w, h, way) {
  if (im.w === w && im.h === h) return im
  const n = im.data.length/(im.w*im.h), out = new Uint8ClampedArray(w*h*n)
  if (way === 'nearest') {
    const place = (i, from, to) => Math.min(Math.floor(i*(1/(to/from))), from - 1) // as OpenCV divides
    const source = (from, to) => Int32Array.from({length: to}, (_, i) => place(i, from, to))
    const across = source(im.w, w), down = source(im.h, h)
    for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) for (let c = 0; c < n; c++) {
      out[(y*w + x)*n + c] = im.data[(down[y]*im.w + across[x])*n + c]
    }
    return plane(w, h, out)
  }
  const weights = way === 'area' ? areaWeights : cubicWeights, stride = w*n
  const across = weights(im.w, w), down = weights(im.h, h), rows = new Float32Array(im.h*stride)
  across.forEach((taps, x) => {
    for (const [j, v] of taps) for (let y = 0, to = x*n, from = j*n; y < im.h; y++, to += stride, from += im.w*n) {
      for (let c = 0; c < n; c++) rows[to + c] += Math.fround(v*im.data[from + c])
    }
  })
  const sums = new Float32Array(stride), twice = way === 'area' && im.w === 2*w && im.h === 2*h
  for (let y = 0; y < h; y++) {
    sums.fill(0)
    for (const [j, v] of down[y]) {
      for (let i = 0, from = j*stride; i < stride; i++, from++) sums[i] += Math.fround(v*rows[from])
    }
    out.set(twice ? sums.map(o => Math.floor(o + 0.5)) : sums, y*stride) // which rounds halves to even numbers
  }
  return plane(w, h, out)
}

// -------------------------------------------------------------------------------------------- from picture to square

// RGBA over white: {w, h, data} with three bytes a pixel
export function overWhite(im) {
  const out = new Uint8ClampedArray(im.w*im.h*3)
  for (let i = 0; i < im.w*im.h; i++) {
    const a = im.data[4*i + 3]/255
    for (let c = 0; c < 3; c++) out[3*i + c] = im.data[4*i + c]*a + 255*(1 - a)
  }
  return plane(im.w, im.h, out)
}

// The mean of the pixels of the most frequent colour
function paperColour(im) {
  const coarse = i => (im.data[i] >> 4)*256 + (im.data[i + 1] >> 4)*16 + (im.data[i + 2] >> 4)
  const count = new Int32Array(4096), sum = [0, 0, 0]
  for (let i = 0; i < im.data.length; i += 3) count[coarse(i)]++
  const most = count.indexOf(Math.max(...count))
  for (let i = 0; i < im.data.length; i += 3) {
    if (coarse(i) === most) for (let c = 0; c < 3; c++) sum[c] += im.data[i + c]
  }
  return sum.map(o => o/count[most])
}

// Black ink on white paper from ink of any colour on paper of any colour (three bytes a pixel)
export function cleanSketch(im, noise = 0.15) {
  const paper = paperColour(im), n = im.w*im.h, ink = new Float64Array(n), out = new Uint8Array(n)
  for (let c = 0; c < 3; c++) for (let i = 0; i < n; i++) {
    ink[i] = Math.max(ink[i], Math.abs(im.data[3*i + c] - paper[c]))
  }
  const lines = ink.filter(o => o > 24), top = lines.length ? percentile(lines, 90) : Infinity
  for (let i = 0; i < n; i++) out[i] = 255 - 255*clamp((ink[i]/top - noise)/(1 - 2*noise), 0, 1)
  return plane(im.w, im.h, out)
}

// The comparisons that bring the middle one of nine to the fifth place (Paeth 1990)
const swaps = [1, 2, 4, 5, 7, 8, 0, 1, 3, 4, 6, 7, 1, 2, 4, 5, 7, 8, 0, 3, 5, 8, 4, 7, 3, 6, 1, 4, 2, 5, 4, 7, 4, 2,
               6, 4, 4, 2]

// The middle one of the nine bytes around every byte, for three bytes a pixel
function medianBlur({w, h, data}) {
  const out = new Uint8Array(data.length), nine = new Uint8Array(9)
  for (let y = 0; y < h; y++) for (let i = 0; i < 3*w; i++) {
    const left = i < 3 ? 0 : -3, right = i < 3*w - 3 ? 3 : 0
    for (let k = 0; k < 3; k++) {
      const at = clamp(y + k - 1, 0, h - 1)*3*w + i
      nine[3*k] = data[at + left]
      nine[3*k + 1] = data[at]
      nine[3*k + 2] = data[at + right]
    }
    for (let k = 0; k < swaps.length; k += 2) {
      const low = swaps[k], high = swaps[k + 1], v = nine[low]
      if (v > nine[high]) { nine[low] = nine[high]; nine[high] = v }
    }
    out[y*3*w + i] = nine[4]
  }
  return plane(w, h, out)
}

// The mean of k values around each of n, mirrored at the ends; write(i, value) takes them in order
function runningMean(read, n, k, write) {
  const turn = 2*Math.max(1, n - 1), inside = i => (i % turn + turn) % turn
  const mirrored = i => read(inside(i) < n ? inside(i) : turn - inside(i))
  let sum = 0
  for (let j = -(k >> 1); j < k - (k >> 1); j++) sum += mirrored(j)
  for (let i = 0; i < n; i++) {
    write(i, sum/k)
    sum += mirrored(i + k - (k >> 1)) - mirrored(i - (k >> 1))
  }
}

// The largest of k values around each of n: those that a later and larger one has outdone are forgotten
function runningMax(read, n, k, write) {
  const at = new Int32Array(n), ahead = k - 1 - (k >> 1)
  let first = 0, end = 0
  for (let j = 0; j < n + ahead; j++) {
    if (j < n) {
      while (end > first && read(at[end - 1]) <= read(j)) end--
      at[end++] = j
    }
    if (at[first] < j - k + 1) first++
    if (j >= ahead) write(j - ahead, read(at[first]))
  }
}

// One of these along rows and then along columns, for three values a pixel
function around({w, h, data}, k, running) {
  const once = (src, n, step, starts) => {
    const out = new Float64Array(src.length)
    for (const start of starts) running(i => src[start + i*step], n, k, (i, value) => { out[start + i*step] = value })
    return out
  }
  const rows = Array.from({length: 3*h}, (_, i) => Math.floor(i/3)*3*w + i % 3)
  return plane(w, h, once(once(data, w, 3, rows), h, 3*w, [...Array(3*w).keys()]))
}

// Divide a photo of a sheet by the sheet (three bytes a pixel)
export function evenLight(im) {
  if (median(im.data) < 90) return im
  const k = Math.max(3, Math.floor(Math.max(im.w, im.h)/25))
  const paper = around(around(medianBlur(im), k, runningMax), k, runningMean).data
  return plane(im.w, im.h, map(Uint8Array, im.data, (o, i) => Math.min(o*255/Math.max(Math.round(paper[i]), 1), 255)))
}

// Is this made of lines, and not of areas?
export function looksDrawn({w, h, data}) {
  const dark = map(Uint8Array, data, o => o < 128 ? 1 : 0), n = dark.reduce((a, b) => a + b, 0)
  const reach = Math.max(5, round(Math.max(w, h)*0.03))/2*65536
  const inside = nearest(w, h, map(Uint8Array, dark, o => 1 - o)).far // what a disc fits into
  const thick = nearest(w, h, map(Uint8Array, inside, o => o > reach ? 1 : 0)).far.filter(o => o <= reach).length
  return n < 0.3*w*h && thick <= 0.3*n
}

// Make the lines of a drawing black again, if reducing it has left none that is
function darkenLines(im) {
  const least = im.data.reduce((a, b) => Math.min(a, b), 255)
  if (least === 0 || least >= 250) return im
  const top = percentile(im.data.filter(o => o < 250).map(o => 255 - o), 75)
  return plane(im.w, im.h, map(Uint8Array, im.data, o => 255 - Math.min((255 - o)*255/top, 255)))
}

// A picture where it lies in another, as far as it does
function lay({w, h, data}, under, top, left) {
  const n = data.length/(w*h), right = Math.min(w, under.w - left), skip = Math.max(0, -left)
  for (let y = Math.max(0, -top); y < Math.min(h, under.h - top); y++) {
    under.data.set(data.subarray((y*w + skip)*n, (y*w + right)*n), ((top + y)*under.w + left + skip)*n)
  }
  return under
}

// A drawing in a square of paper, in its middle or, if it is made smaller, at a place that is given as shares of the
// side: {sq, box: [top, left, height, width]}
export function fitSquare(im, side, place = null) {
  const given = place?.map((o, i) => i > 1 ? Math.max(1, round(o*side)) : round(o*side))
  const s = side/Math.max(im.w, im.h), w = Math.max(1, round(im.w*s)), h = Math.max(1, round(im.h*s))
  const box = given && given[2] < im.h ? given : [side - h >> 1, side - w >> 1, h, w], less = box[2] < im.h || s < 1
  const scaled = resize(im, box[3], box[2], less ? 'area' : 'cubic'), small = less ? darkenLines(scaled) : scaled
  const sq = plane(side, side, new Uint8Array(side*side).fill(255))
  return {sq: lay(plane(box[3], box[2], Uint8Array.from(small.data)), sq, box[0], box[1]), box}
}

// The painting where the drawing is, white where the square does not reach (three bytes a pixel)
export function offSquare(square, [top, left, h, w]) {
  return lay(square, plane(w, h, new Uint8ClampedArray(3*w*h).fill(255)), -top, -left)
}

// A part of a plane
export function crop(im, [top, left, h, w]) {
  const n = im.data.length/(im.w*im.h), out = new im.data.constructor(w*h*n)
  for (let y = 0; y < h; y++) {
    const from = ((top + y)*im.w + left)*n
    out.set(im.data.subarray(from, from + w*n), y*w*n)
  }
  return plane(w, h, out)
}

// ----------------------------------------------------------------------------------------------------------- distance

const straight = 65536, diagonal = 91750, knight = 143976 // OpenCV's 5×5 steps 1, 1.4 and 2.1969, in 1/65536 pixel

// Distance to the nearest target (in 1/65536 pixel), and which one it is: the target's number, row by row
function nearest(w, h, target) {
  const W = w + 4, far = new Int32Array(W*(h + 4)).fill(2**30), which = new Int32Array(W*(h + 4)).fill(-1)
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    const i = (y + 2)*W + x + 2
    if (target[y*w + x]) { far[i] = 0; which[i] = y*w + x }
  }
  const visit = (i, down, right) => { // from what lies before this pixel, in the direction of the pass
    let d = far[i], k = i
    const two = i - 2*down, one = i - down
    if (far[two - right] + knight < d) { d = far[two - right] + knight; k = two - right }
    if (far[two + right] + knight < d) { d = far[two + right] + knight; k = two + right }
    if (far[one - 2*right] + knight < d) { d = far[one - 2*right] + knight; k = one - 2*right }
    if (far[one - right] + diagonal < d) { d = far[one - right] + diagonal; k = one - right }
    if (far[one] + straight < d) { d = far[one] + straight; k = one }
    if (far[one + right] + diagonal < d) { d = far[one + right] + diagonal; k = one + right }
    if (far[one + 2*right] + knight < d) { d = far[one + 2*right] + knight; k = one + 2*right }
    if (far[i - right] + straight < d) { d = far[i - right] + straight; k = i - right }
    far[i] = d
    which[i] = which[k]
  }
  for (let y = 2; y < h + 2; y++) for (let x = 2; x < w + 2; x++) visit(y*W + x, W, 1)
  for (let y = h + 1; y > 1; y--) for (let x = w + 1; x > 1; x--) visit(y*W + x, -W, -1)
  return {far: crop(plane(W, h + 4, far), [2, 2, h, w]).data, which: crop(plane(W, h + 4, which), [2, 2, h, w]).data}
}

// Every pixel gets the label of the nearest pixel that has one (not below 0)
export function nearestLabel(labels, w, h) {
  const {which} = nearest(w, h, labels.map(o => o >= 0 ? 1 : 0))
  return labels.map((_, i) => labels[which[i]])
}

// -------------------------------------------------------------------------------------------------------------- parts

const regionSide = 256, maxParts = 64, growth = [[0.4, 12], [0.5, 18], [0.6, 26], [0.7, 36]]

// Where the ink is, at a size of our own: 1 or 0
function findInk(sketch) {
  const s = regionSide/Math.max(sketch.w, sketch.h)
  const w = Math.max(1, round(sketch.w*s)), h = Math.max(1, round(sketch.h*s))
  const scaled = s > 1 ? enlarge(sketch, w, h) : resize(sketch, w, h, 'area')
  return plane(w, h, map(Uint8Array, scaled.data, o => o < 160 ? 1 : 0))
}

// Distance to the nearest ink, pixels
function paperDistance(ink) {
  const m = Math.max(ink.w, ink.h) >> 2, w = ink.w + 2*m, h = ink.h + 2*m, wide = new Uint8Array(w*h)
  for (let y = 0; y < ink.h; y++) wide.set(ink.data.subarray(y*ink.w, (y + 1)*ink.w), (y + m)*w + m)
  return crop(plane(w, h, map(Float32Array, nearest(w, h, wide).far, o => o/65536)), [m, m, ink.h, ink.w])
}

// The hill that every pixel belongs to (-1 on ink), and the heights of the hills
function hills(dist) {
  const {w, h, data} = dist, n = w*h, level = data.map(o => round(o*8)), up = new Int32Array(n)
  for (let i = 0; i < n; i++) {
    let best = i
    const look = j => { if (level[j] > level[best] || level[j] === level[best] && j > best) best = j }
    if (i >= w) look(i - w)
    if (i % w > 0) look(i - 1)
    if (i % w < w - 1) look(i + 1)
    if (i < n - w) look(i + w)
    up[i] = best
  }
  const top = i => {
    while (up[i] !== i) i = up[i] = up[up[i]]
    return i
  }
  const heights = [], name = new Int32Array(n), number = new Int32Array(n)
  for (let i = 0; i < n; i++) if (up[i] === i && data[i] > 0) name[i] = heights.push(data[i]) - 1
  for (let i = 0; i < n; i++) number[i] = data[i] > 0 ? name[top(i)] : -1
  return {number, heights}
}

// The best way from hill to hill, the highest pass first: [hill, other hill, height]
function passes(number, {w, h, data}) {
  const best = new Map()
  const look = (i, j) => {
    const a = Math.min(number[i], number[j]), b = Math.max(number[i], number[j])
    if (a < 0 || a === b) return
    const key = a*2**24 + b, height = Math.floor(Math.min(data[i], data[j])*16 + 0.5)
    if (!(best.get(key) >= height)) best.set(key, height)
  }
  for (let i = 0; i < w*h; i++) {
    if (i % w < w - 1) look(i, i + 1)
    if (i < w*h - w) look(i, i + w)
  }
  const ways = [...best].sort((p, q) => q[1] - p[1] || p[0] - q[0])
  return ways.map(([key, height]) => [Math.floor(key/2**24), key % 2**24, height/16])
}

// Join hills unless a ball is trapped between them: for every hill one that it is joined with
function trap(heights, ways, paper, ratio, widest) {
  const group = heights.map((_, i) => i), room = [...heights]
  const find = i => {
    while (group[i] !== i) i = group[i] = group[group[i]]
    return i
  }
  for (const i of paper) group[i] = paper[0]
  room[paper[0]] = Infinity
  for (const [a, b, way] of ways) {
    const i = find(a), j = find(b), less = Math.min(room[i], room[j])
    if (i === j || 2*way - 1 <= widest && way < ratio*less && less - way > 1.5) continue
    group[j] = i
    room[i] = Math.max(room[i], room[j])
  }
  return group.map((_, i) => find(i))
}

// The hills of the paper around: along the sheet's edge, from the corners to the next line
function paperHills(number, w, h) {
  const edge = [], corners = [0, w - 1, w + h - 2, 2*w + h - 3]
  for (let x = 0; x < w; x++) edge.push(number[x])
  for (let y = 1; y < h; y++) edge.push(number[y*w + w - 1])
  for (let x = w - 2; x >= 0; x--) edge.push(number[(h - 1)*w + x])
  for (let y = h - 2; y > 0; y--) edge.push(number[y*w])
  const start = Math.max(0, edge.findIndex(o => o < 0)), turned = edge.map((_, i) => edge[(i + start) % edge.length])
  let lines = 0
  const run = turned.map(o => lines += o < 0 ? 1 : 0)
  const free = new Set(corners.map(i => run[(i - start + edge.length) % edge.length]))
  let found = turned.filter((o, i) => o >= 0 && free.has(run[i]))
  if (!found.length) {
    const near = nearestLabel(number, w, h)
    found = [near[0], near[w - 1], near[(h - 1)*w], near[h*w - 1]]
  }
  return [...new Set(found)].sort((a, b) => a - b)
}

// The corners of the rubber band around some points [x, y], in their order around it
export function convexHull(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const chain = list => {
    const out = []
    for (const p of list) {
      for (;;) {
        const [a, b] = out.slice(-2)
        if (!b || (b[0] - a[0])*(p[1] - a[1]) > (b[1] - a[1])*(p[0] - a[0])) break
        out.pop()
      }
      out.push(p)
    }
    return out.slice(0, -1)
  }
  return sorted.length < 2 ? sorted : [...chain(sorted), ...chain(sorted.reverse())]
}

// The first and the last pixel of every row, which suffice for a hull
function outermost(on, w, h) {
  const points = []
  for (let y = 0; y < h; y++) {
    const row = on.subarray(y*w, (y + 1)*w), first = row.indexOf(1)
    if (first >= 0) points.push([first, y], [row.lastIndexOf(1), y])
  }
  return points
}

// How much paper the rubber band around the ink encloses, pixels
function hullPaper(ink) {
  const hull = convexHull(outermost(ink.data, ink.w, ink.h))
  let n = 0
  for (let y = 0; y < ink.h; y++) {
    let left = Infinity, right = -Infinity
    hull.forEach(([x0, y0], i) => {
      const [x1, y1] = hull[(i + 1) % hull.length]
      if (y < Math.min(y0, y1) || y > Math.max(y0, y1)) return
      const x = y0 === y1 ? [x0, x1] : [x0 + (x1 - x0)*(y - y0)/(y1 - y0)]
      left = Math.min(left, ...x)
      right = Math.max(right, ...x)
    })
    for (let x = Math.round(left); x <= Math.round(right); x++) n += 1 - ink.data[y*ink.w + x]
  }
  return n
}

// Trap balls of growing size until the outline holds: 0 the paper around, -1 ink, else a number for every part
function growParts(ink) {
  const dist = paperDistance(ink), {number, heights} = hills(dist), ways = passes(number, dist)
  const paper = paperHills(number, ink.w, ink.h), enough = 0.5*hullPaper(ink)
  let parts
  for (const [ratio, widest] of growth) {
    const group = trap(heights, ways, paper, ratio, widest), outer = group[paper[0]]
    parts = number.map(o => o < 0 ? -1 : group[o] === outer ? 0 : group[o] + 1)
    if (parts.reduce((n, o) => n + (o > 0 ? 1 : 0), 0) >= enough) break
  }
  return parts
}

// Parts in order of their size; ink and specks go to their neighbours
function numberParts(parts, w, h) {
  const area = new Int32Array(parts.reduce((a, b) => Math.max(a, b), 0) + 1)
  const number = new Int32Array(area.length).fill(-1)
  for (const o of parts) if (o > 0) area[o]++
  const order = [...area.keys()].sort((a, b) => area[b] - area[a] || a - b).slice(0, maxParts - 1)
  number[0] = 0
  order.filter(o => area[o] > parts.length/1500).forEach((o, i) => { number[o] = i + 1 })
  return Uint8Array.from(nearestLabel(parts.map(o => o < 0 ? -1 : number[o]), w, h))
}

// The parts of a drawing between its lines, gaps closed: 0 the paper around, 1, 2, … the largest first
export function regions(sketch) {
  const ink = findInk(sketch), n = ink.data.reduce((a, b) => a + b, 0), empty = n === 0 || n === ink.data.length
  const labels = empty ? new Uint8Array(ink.w*ink.h) : numberParts(growParts(ink), ink.w, ink.h)
  return resize(plane(ink.w, ink.h, labels), sketch.w, sketch.h, 'nearest')
}

// ------------------------------------------------------------------------------------------------------------ strokes

// Pixels that hang together, each piece as a list of their places
function pieces(on, w, h, diagonally) {
  const W = w + 2, left = new Uint8Array(W*(h + 2)), found = [] // what is left, with a margin
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) left[(y + 1)*W + x + 1] = on[y*w + x]
  const near = [-W, -1, 1, W, ...diagonally ? [-W - 1, -W + 1, W - 1, W + 1] : []]
  for (let start = left.indexOf(1); start >= 0; start = left.indexOf(1, start)) {
    const piece = [start]
    left[start] = 0
    for (let k = 0; k < piece.length; k++) for (const o of near) {
      if (left[piece[k] + o]) { left[piece[k] + o] = 0; piece.push(piece[k] + o) }
    }
    found.push(piece.map(i => (Math.floor(i/W) - 1)*w + i % W - 1))
  }
  return found
}

const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

// The colours of strokes, without the shades at their edges, the most frequent first
function mainColours(px) {
  const shades = new Map(), found = []
  for (const rgb of px) {
    const key = (rgb[0] >> 4)*256 + (rgb[1] >> 4)*16 + (rgb[2] >> 4)
    if (!shades.has(key)) shades.set(key, [])
    shades.get(key).push(rgb)
  }
  for (const [, mine] of [...shades].sort((a, b) => b[1].length - a[1].length || a[0] - b[0])) {
    const rgb = [0, 1, 2].map(c => median(mine.map(o => o[c])))
    if (mine.length >= Math.max(4, 0.02*px.length) && found.every(o => apart(rgb, o) >= 48)) found.push(rgb)
  }
  return found
}

// Every stroke by itself, the smallest first: its places, and its colour
function splitStrokes({w, h, data}) {
  const colour = i => [data[4*i], data[4*i + 1], data[4*i + 2]], where = []
  for (let i = 0; i < w*h; i++) if (data[4*i + 3] >= 128) where.push(i)
  const colours = mainColours(where.map(colour)), layers = colours.map(() => new Uint8Array(w*h))
  if (!colours.length) return []
  for (const i of where) {
    const far = colours.map(o => apart(o, colour(i)))
    layers[far.indexOf(Math.min(...far))][i] = 1
  }
  const found = layers.flatMap((on, k) => pieces(on, w, h, true).map(px => ({px, rgb: colours[k].map(Math.floor)})))
  return found.filter(o => o.px.length >= 4).sort((a, b) => a.px.length - b.px.length)
}

// The parts that a stroke means
function coveredParts(px, labels, area) {
  const n = new Int32Array(area.length)
  for (const i of px) n[labels.data[i]]++
  const means = o => n[o] > 0 && (n[o] >= 0.25*px.length || n[o] >= area[o]/3)
  const parts = [...n.keys()].filter(o => o ? means(o) : n[0] >= 0.5*px.length)
  return parts.length ? parts : [n.indexOf(Math.max(...n))]
}

// The longer side of the smallest rectangle around a stroke, pixels
function strokeLength(px, w) {
  const hull = convexHull(px.map(i => [i % w, Math.floor(i/w)]))
  let best = {area: Infinity, length: 0}
  hull.forEach(([x0, y0], i) => {
    const [x1, y1] = hull[(i + 1) % hull.length], side = Math.hypot(x1 - x0, y1 - y0) || 1
    const extent = (dx, dy) => {
      const along = hull.map(([x, y]) => (x*dx + y*dy)/side)
      return Math.max(...along) - Math.min(...along)
    }
    const a = extent(x1 - x0, y1 - y0), b = extent(y0 - y1, x1 - x0)
    if (a*b < best.area) best = {area: a*b, length: Math.max(a, b)}
  })
  return best.length + 1
}

// A patch of paper about as wide as the stroke is long: its places
function spreadStroke(px, {w, h, data}) {
  const on = new Uint8Array(w*h)
  for (const i of px) on[i] = 1
  const reach = strokeLength(px, w)/2*65536, {far} = nearest(w, h, on)
  const paper = map(Uint8Array, data, (o, i) => o === 0 && far[i] <= reach ? 1 : 0)
  return pieces(paper, w, h, false).filter(o => o.some(i => on[i])).flat()
}

// What strokes wish for: labels, with a new one for every patch of paper, and a Map label → [r, g, b]
export function strokeWishes(strokes, labels) {
  const res = Int16Array.from(labels.data), wishes = new Map()
  let n = labels.data.reduce((a, b) => Math.max(a, b), 0)
  const area = new Int32Array(n + 1)
  for (const o of labels.data) area[o]++
  for (const {px, rgb} of splitStrokes(strokes)) {
    for (const part of coveredParts(px, labels, area)) {
      wishes.set(part || ++n, rgb)
      if (!part) for (const i of spreadStroke(px, labels)) res[i] = n
    }
  }
  return {labels: plane(labels.w, labels.h, res), wishes}
}

// Strokes where the drawing is in its square
export function fitStrokes(strokes, box, side) {
  const [top, left, h, w] = box, out = new Uint8Array(side*side*4)
  const on = Int32Array.from({length: strokes.w*strokes.h}, (_, i) => strokes.data[4*i + 3] >= 128 ? i : -1)
  let from = strokes
  if (strokes.h > h && on.some(o => o >= 0)) from = thicken(strokes, on, Math.ceil(strokes.h/h))
  const small = h < strokes.h ? resize(from, w, h, 'nearest') : spread(from, w, h)
  return lay(plane(w, h, small.data), plane(side, side, out), top, left)
}

// Strokes at a larger size: every pixel takes the one whose middle is nearest (OpenCV's warpAffine)
function spread(im, w, h) {
  const place = (i, from, to) => clamp(Math.round((i + 0.5)*from/to - 0.5), 0, from - 1), out = new Uint8Array(4*w*h)
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    const from = 4*(place(y, im.h, h)*im.w + place(x, im.w, w))
    out.set(im.data.subarray(from, from + 4), 4*(y*w + x))
  }
  return plane(w, h, out)
}

// Strokes a little wider, so that none is lost between the pixels that are taken
function thicken({w, h, data}, on, size) {
  const near = nearestLabel(on, w, h), out = new Uint8Array(data.length), back = size >> 1, ahead = size - 1 - back
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) {
    let found = false
    for (let v = Math.max(0, y - back); v <= Math.min(h - 1, y + ahead) && !found; v++) {
      for (let u = Math.max(0, x - back); u <= Math.min(w - 1, x + ahead) && !found; u++) found = on[v*w + u] >= 0
    }
    const i = y*w + x
    if (found) out.set(data.subarray(4*near[i], 4*near[i] + 4), 4*i)
  }
  return plane(w, h, out)
}

// ------------------------------------------------------------------------------------------------- colours by itself

// Size, place and neighbours of every part; entry 0 is the paper around
function measureParts({w, h, data}) {
  const n = data.reduce((a, b) => Math.max(a, b), 0) + 1, zeros = () => new Float64Array(n)
  const area = zeros(), x = zeros(), y = zeros(), beside = Array.from({length: n}, zeros)
  let first = w, last = -1
  const touch = (a, b) => { if (a !== b) { beside[a][b]++; beside[b][a]++ } }
  for (let i = 0; i < w*h; i++) {
    const o = data[i], column = i % w
    area[o]++
    x[o] += column
    y[o] += (i - column)/w
    if (o > 0) { first = Math.min(first, column); last = Math.max(last, column) }
    if (column < w - 1) touch(o, data[i + 1])
    if (i < w*h - w) touch(o, data[i + w])
  }
  const middle = last < 0 ? w/2 : (first + last)/2, inside = Math.max(w*h - area[0], 1)
  const some = area.map(o => Math.max(o, 1))
  return {beside, share: area.map(o => o/inside), x: x.map((o, i) => (o/some[i] - middle)/w),
          y: y.map((o, i) => o/some[i]/h)}
}

// Mirrored parts, and the spikes on one back, belong together: the first part that each is like
function alikeParts({share, x, y, beside}) {
  const like = [...share.keys()]
  const near = beside.map(o => [...o.keys()].filter(i => i > 0 && o[i]).join())
  for (let i = 2; i < like.length; i++) for (let j = 1; j < i; j++) {
    const mirrored = Math.abs(x[i] + x[j]) < 0.06 && Math.abs(x[i]) > 0.04 && Math.abs(y[i] - y[j]) < 0.08
    const row = share[j] < 0.05 && /^\d+$/.test(near[i]) && near[i] === near[j]
    if (Math.abs(share[i] - share[j]) < 0.4*share[j] && (mirrored || row)) {
      like[i] = like[j]
      break
    }
  }
  return like
}

// A colour in Lab (sRGB, D65)
export function lab(rgb) {
  const [r, g, b] = rgb.map(o => o/255).map(o => o <= 0.04045 ? o/12.92 : ((o + 0.055)/1.055)**2.4)
  const f = t => t > 0.008856 ? Math.cbrt(t) : 7.787*t + 16/116
  const x = f((0.412453*r + 0.357580*g + 0.180423*b)/0.950456)
  const y = f(0.212671*r + 0.715160*g + 0.072169*b), z = f((0.019334*r + 0.119193*g + 0.950227*b)/1.088754)
  return [116*y - 16, 500*(x - y), 200*(y - z)]
}

// A colour of Lab as r, g, b from 0 to 255
function fromLab([l, a, b]) {
  const y = (l + 16)/116, f = t => t > 0.206893 ? t**3 : (t - 16/116)/7.787
  const [X, Y, Z] = [0.950456*f(y + a/500), f(y), 1.088754*f(y - b/200)]
  const linear = [3.240479*X - 1.53715*Y - 0.498535*Z, -0.969256*X + 1.875991*Y + 0.041556*Z,
                  0.055648*X - 0.204043*Y + 1.057311*Z]
  return linear.map(o => clamp(round(255*(o <= 0.0031308 ? 12.92*o : 1.055*o**(1/2.4) - 0.055)), 0, 255))
}

// The colours of a picture's figure (three bytes a pixel): [{rgb, weight}], at most k, the largest share first.
// Python's chance picks where k-means begins, here each centre begins as far as can be from those before it
export function findPalette({w, h, data}, k = 5) {
  const all = [...Array(w*h).keys()], figure = all.filter(i => Math.min(data[3*i], data[3*i + 1], data[3*i + 2]) < 240)
  const px = figure.length >= 50 ? figure : all, some = px.filter((_, i) => i % Math.ceil(px.length/4096) === 0)
  const points = some.map(i => lab([...data.subarray(3*i, 3*i + 3)])), centres = [points[0]]
  const nearestCentre = o => centres.reduce((best, c, i) => apart(o, c) < apart(o, centres[best]) ? i : best, 0)
  while (centres.length < Math.min(k, points.length)) {
    const far = points.map(o => apart(o, centres[nearestCentre(o)]))
    centres.push(points[far.indexOf(Math.max(...far))])
  }
  let heaps
  for (let turn = 0; turn < 20; turn++) {
    heaps = centres.map(() => [])
    for (const o of points) heaps[nearestCentre(o)].push(o)
    heaps.forEach((heap, i) => {
      if (heap.length) centres[i] = [0, 1, 2].map(c => heap.reduce((sum, o) => sum + o[c], 0)/heap.length)
    })
  }
  const found = centres.map((o, i) => ({rgb: fromLab(o), weight: heaps[i].length/points.length}))
  return found.filter(o => o.weight > 0).sort((a, b) => b.weight - a.weight)
}

const hues = [10, 48, 78, 112, 165, 235, 309, 335] // where red, orange, … pink begin, degrees in Lab

// What kind of colour: 0 black, 1 grey, 2 white, or 3 to 10, one of eight hues
export function colourKind(rgb) {
  const [l, a, b] = lab(rgb), hue = (Math.atan2(b, a)*180/Math.PI + 360) % 360
  if (Math.hypot(a, b) < 14 || l < 18) return l < 30 ? 0 : l < 80 ? 1 : 2
  return 3 + (hues.filter(o => hue >= o).length + 7) % 8
}

// How well each colour of a palette suits a part
function colourMarks(part, p, palette, given, table) {
  const total = palette.reduce((n, o) => n + o.weight, 0), kinds = palette.map(o => colourKind(o.rgb))
  const marks = palette.map(({rgb, weight}) => {
    const most = Math.max(...rgb), least = Math.min(...rgb)
    return weight/total - (most < 80 && p.share[part] > 0.1 ? 1 : 0) + 0.5*(most - least)/255
  })
  for (const [j, i] of given) marks[i] -= p.share[j]
  const border = Math.max(p.beside[part].reduce((a, b) => a + b, 0), 1)
  for (const [j, i] of given) {
    const touch = p.beside[part][j]/border
    if (touch) marks[i] -= 2
    if (table) kinds.forEach((kind, k) => { marks[k] += 0.3*touch*table[kind][kinds[i]] })
  }
  return marks
}

// A palette [{rgb, weight}] laid over the parts of a drawing, the largest first: Map label → [r, g, b]
export function layPalette(labels, palette, seed, table) {
  const p = measureParts(labels), like = alikeParts(p), z = normal(seed), given = new Map()
  const whole = new Float64Array(like.length) // parts that are alike count together
  like.forEach((o, i) => { whole[o] += p.share[i] })
  const parts = like.map((_, i) => i).slice(1).sort((a, b) => whole[like[b]] - whole[like[a]] || a - b)
  for (const part of parts) {
    const marks = colourMarks(part, p, palette, given, table).map(o => o + 0.15*z())
    given.set(part, given.get(like[part]) ?? marks.indexOf(Math.max(...marks)))
  }
  return new Map([...given].map(([part, i]) => [part, palette[i].rgb]))
}

// A palette as the network is told it: twenty numbers
export function encodePalette(palette) {
  const code = new Float32Array(20), total = palette.reduce((n, o) => n + o.weight, 0)
  ;[...palette].sort((a, b) => b.weight - a.weight).forEach(({rgb, weight}, i) => {
    code.set([...rgb.map(c => c/127.5 - 1), weight/total], 4*i)
  })
  return code
}

// Wishes for parts of a drawing: four planes of numbers, nothing on ink
export function wishChannels(labels, colours, sketch) {
  const n = sketch.w*sketch.h, out = new Float32Array(4*n)
  const table = new Map([...colours].map(([part, rgb]) => [part, [...rgb.map(c => c/127.5 - 1), 1]]))
  for (let i = 0; i < n; i++) {
    const row = sketch.data[i] >= 128 && table.get(labels.data[i])
    if (row) for (let c = 0; c < 4; c++) out[c*n + i] = row[c]
  }
  return out
}

// What a generator is told about colours (pokegan.painting.tell_colours): {wishes}, {palette} or nothing of both
//   told      names of what it can be told: 'lam', 'palette', 'wishes'
//   palette   [{rgb, weight}], from the visitor or of the seed; null or empty: none
//   strokes   RGBA of the square's size, from fitStrokes, or null
//   find      regions, or a function that remembers what it has found
export function tellColours(sq, {told, table, palette, strokes, seed, find = regions}) {
  if (told.includes('wishes')) {
    let labels = find(sq), colours = new Map()
    if (palette?.length && labels.data.some(o => o > 0)) {
      colours = new Map([[0, [255, 255, 255]], ...layPalette(labels, palette, seed, table)])
    }
    if (strokes) {
      const mine = strokeWishes(strokes, labels)
      labels = mine.labels
      colours = new Map([...colours, ...mine.wishes])
    }
    if (colours.size) return {wishes: wishChannels(labels, colours, sq)}
  }
  return palette?.length && told.includes('palette') ? {palette: encodePalette(palette)} : {}
}
