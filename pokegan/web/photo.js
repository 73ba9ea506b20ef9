// From the photo of a drawing to its lines, in JavaScript. Every function is called as the one that it follows in
// pokegan.hands and pokegan.demo, where the reasons stand. It is no exact copy: corners come from pixels instead of a
// walk around them, medians from a histogram. tests/page.py compares what both find.
//
// A plane is {w, h, data}, one value a pixel, row by row; a photo has three bytes a pixel.
import {clamp, cleanSketch, crop, evenLight, looksDrawn, map, resize, round} from './parts.js'

const plane = (w, h, data) => ({w, h, data})

// ------------------------------------------------------------------------------------------------------ neighbourhoods

// In place, the largest of k bytes that lie `step` apart, beginning with each: of two, of four, … at a time
function largest(bytes, k, step) {
  for (let m = 1; m < k;) {
    const next = Math.min(m, k - m), far = next*step
    for (let i = 0; i < bytes.length - far; i++) if (bytes[i + far] > bytes[i]) bytes[i] = bytes[i + far]
    m += next
  }
}

// The largest byte in a window around every one, each byte of a pixel by itself; with `flip` 255 the smallest
export function dilate({w, h, data}, kw, kh = kw, flip = 0) {
  const n = data.length/(w*h), row = new Uint8Array((w + kw - 1)*n), all = new Uint8Array((h + kh - 1)*w*n)
  for (let y = 0; y < h; y++) {
    row.fill(0)
    for (let i = 0, to = (kw >> 1)*n, from = y*w*n; i < w*n; i++) row[to++] = data[from++] ^ flip
    largest(row, kw, n)
    all.set(row.subarray(0, w*n), (y + (kh >> 1))*w*n)
  }
  largest(all, kh, w*n)
  const out = all.subarray(0, h*w*n)
  if (flip) for (let i = 0; i < out.length; i++) out[i] ^= flip
  return plane(w, h, out)
}

const invert = ({w, h, data}) => plane(w, h, map(Uint8Array, data, o => 255 - o))
const erode = (im, kw, kh = kw) => dilate(im, kw, kh, 255)
const open = (im, kw, kh = kw) => dilate(erode(im, kw, kh), kw, kh)
const close = (im, kw, kh = kw) => erode(dilate(im, kw, kh), kw, kh)

// Bytes, blurred by a bell curve; the picture is mirrored at its frame
function gaussianBlur({w, h, data}, sigma) {
  const n = data.length/(w*h), r = round(6*sigma + 1) >> 1
  const bell = Float32Array.from({length: 2*r + 1}, (_, i) => Math.exp(-((i - r)**2)/(2*sigma**2)))
  const sum = bell.reduce((a, b) => a + b, 0), weights = bell.map(o => o/sum)
  const along = (src, length, step, starts, Type) => {
    const out = new Type(src.length), inside = i => i < 0 ? -i : i >= length ? 2*length - 2 - i : i
    const near = Array.from({length}, (_, i) => Int32Array.from(weights, (_w, k) => clamp(inside(i + k - r), 0, length - 1)*step))
    for (const start of starts) for (let i = 0; i < length; i++) {
      let v = 0
      const taps = near[i]
      for (let k = 0; k < taps.length; k++) v += weights[k]*src[start + taps[k]]
      out[start + i*step] = v
    }
    return out
  }
  const rows = Int32Array.from({length: h*n}, (_, i) => Math.floor(i/n)*w*n + i % n)
  const across = along(data, w, n, rows, Float32Array)
  return plane(w, h, Uint8Array.from(along(across, h, w*n, Int32Array.from({length: w*n}, (_, i) => i), Uint8ClampedArray)))
}

// The middle one of the 25 bytes around every byte: along a row, five bytes come and five go (Huang 1979)
function medianBlur({w, h, data}) {
  const out = new Uint8Array(w*h), count = new Int32Array(256)
  for (let y = 0; y < h; y++) {
    const rows = [-2, -1, 0, 1, 2].map(o => clamp(y + o, 0, h - 1)*w)
    let middle = 0, below = 0 // how many of the 25 are less than it
    const change = (x, by) => {
      for (const row of rows) {
        const v = data[row + clamp(x, 0, w - 1)]
        count[v] += by
        if (v < middle) below += by
      }
    }
    count.fill(0)
    for (let x = -3; x < 2; x++) change(x, 1)
    for (let x = 0; x < w; x++) {
      change(x - 3, -1)
      change(x + 2, 1)
      while (below > 12) below -= count[--middle]
      while (below + count[middle] <= 12) below += count[middle++]
      out[y*w + x] = middle
    }
  }
  return plane(w, h, out)
}

// Pieces of ink that hang together, also by corners: the number of each pixel's piece, 0 on paper, and for each piece
// {area, left, top, right, bottom, middle}, where middle is its mean row
export function findPieces({w, h, data}) {
  const W = w + 2, label = new Int32Array(W*(h + 1)), piece = new Int32Array(w*h), parent = [0]
  const root = i => { while (parent[i] !== i) i = parent[i] = parent[parent[i]]; return i }
  for (let y = 0, i = 0; y < h; y++) for (let x = 0; x < w; x++, i++) {
    if (!data[i]) continue
    const at = (y + 1)*W + x + 1, [a, b, c, d] = [label[at - W - 1], label[at - W], label[at - W + 1], label[at - 1]]
    const mine = a || b || c || d || parent.push(parent.length) - 1
    for (const o of [b, c, d]) {
      if (!o || o === mine) continue
      const [r, q] = [root(o), root(mine)]
      parent[Math.max(r, q)] = Math.min(r, q)
    }
    label[at] = piece[i] = mine
  }
  const number = new Int32Array(parent.length), stats = [null]
  for (let y = 0, i = 0; y < h; y++) for (let x = 0; x < w; x++, i++) {
    if (!piece[i]) continue
    const r = root(piece[i])
    if (!number[r]) {
      number[r] = stats.length
      stats.push({area: 0, left: w, top: h, right: 0, bottom: 0, middle: 0})
    }
    const s = stats[piece[i] = number[r]]
    s.area++
    s.middle += y
    if (x < s.left) s.left = x
    if (x >= s.right) s.right = x + 1
    if (y < s.top) s.top = y
    if (y >= s.bottom) s.bottom = y + 1
  }
  for (const s of stats.slice(1)) s.middle /= s.area
  return {piece, stats}
}

// The value below which a share of some numbers from 0 to 1 lies
function quantile(values, share) {
  const bins = 1 << 16, count = new Int32Array(bins + 1)
  for (let i = 0; i < values.length; i++) count[values[i]*bins | 0]++
  let i = 0
  for (let before = count[0]; before <= share*(values.length - 1); before += count[++i]);
  return (i + 0.5)/bins
}

const median = ({data}) => quantile(map(Float32Array, data, o => o/256), 0.5)*256 // of bytes

// ---------------------------------------------------------------------------------------------------- the sheet's corners

const polygonArea = q => Math.abs(q.reduce((sum, [x, y], i) => {
  const [u, v] = q[(i + 1) % q.length]
  return sum + x*v - y*u
}, 0))/2

// Points around others, in order (Andrew's monotone chain); `points` go row by row
function convexHull(points) {
  const turn = (o, a, b) => (a[0] - o[0])*(b[1] - o[1]) - (a[1] - o[1])*(b[0] - o[0])
  const half = all => all.reduce((chain, p) => {
    while (chain.length > 1 && turn(chain.at(-2), chain.at(-1), p) >= 0) chain.pop()
    chain.push(p)
    return chain
  }, []).slice(0, -1)
  return [...half(points), ...half([...points].reverse())]
}

const apartFrom = ([x, y], [a, b], [c, d]) => // from a line through two points
  Math.abs((c - a)*(y - b) - (d - b)*(x - a))/Math.max(Math.hypot(c - a, d - b), 1e-9)

// A closed line with fewer points, none of those left out farther away than `tol` (Douglas and Peucker 1973)
function simplify(points, tol) {
  const n = points.length, way = (i, k) => Math.hypot(points[k][0] - points[i][0], points[k][1] - points[i][1])
  const far = i => points.reduce((best, _, k) => way(i, k) > way(i, best) ? k : best, i)
  const a = far(far(0)), b = far(a)
  const between = (i, k) => { // the points after i, up to k
    let best = -1, most = tol
    for (let j = (i + 1) % n; j !== k; j = (j + 1) % n) {
      const d = apartFrom(points[j], points[i], points[k])
      if (d > most) { most = d; best = j }
    }
    return best < 0 ? [points[k]] : [...between(i, best), ...between(best, k)]
  }
  const q = [...between(a, b), ...between(b, a)]
  return q.filter((p, i) => q.length < 4 || apartFrom(p, q.at(i - 1), q[(i + 1) % q.length]) > tol*Math.SQRT1_2)
}

// The line through points that a few do not move: [a, b, c] of ax + by = c
function fitLine(points) {
  let weights = points.map(() => 1), line
  for (let turn = 0; turn < 12; turn++) {
    const mean = f => points.reduce((sum, p, i) => sum + weights[i]*f(p), 0)/weights.reduce((s, o) => s + o, 0)
    const [x, y] = [mean(p => p[0]), mean(p => p[1])]
    const [xx, yy] = [mean(p => (p[0] - x)**2), mean(p => (p[1] - y)**2)]
    const angle = Math.atan2(2*mean(p => (p[0] - x)*(p[1] - y)), xx - yy)/2, [dx, dy] = [Math.cos(angle), Math.sin(angle)]
    line = [dy, -dx, dy*x - dx*y]
    weights = points.map(p => 1.345/Math.max(1.345, Math.abs(line[0]*p[0] + line[1]*p[1] - line[2]))) // Huber's
  }
  return line
}

// The corners of a quadrilateral from its sides; null if they do not meet
function straightCorners(hull, q) {
  const edge = hull.flatMap((o, i) => {
    const e = hull[(i + 1) % hull.length], n = Math.max(2, Math.floor(Math.hypot(e[0] - o[0], e[1] - o[1])))
    return Array.from({length: n}, (_, k) => [o[0] + (e[0] - o[0])*k/(n - 1), o[1] + (e[1] - o[1])*k/(n - 1)])
  })
  const sides = q.map((a, i) => {
    const b = q[(i + 1) % 4], [dx, dy] = [b[0] - a[0], b[1] - a[1]], length = Math.hypot(dx, dy)
    const near = edge.filter(p => {
      const along = ((p[0] - a[0])*dx + (p[1] - a[1])*dy)/Math.max(length**2, 1)
      return apartFrom(p, a, b) < 0.04*length + 2 && along > 0.08 && along < 0.92
    })
    return near.length < 2 ? null : fitLine(near)
  })
  if (sides.includes(null)) return null
  const corners = sides.map(([c, d, f], i) => {
    const [a, b, e] = sides.at(i - 1), det = a*d - b*c
    return Math.abs(det) < 0.2 ? null : [(e*d - b*f)/det, (a*f - e*c)/det]
  })
  return corners.includes(null) ? null : corners
}

// The four corners of an area, given the first and last pixel of each of its rows; null if it has not four
function quadrilateral(ends, inside) {
  const hull = convexHull(ends)
  const around = hull.reduce((sum, [x, y], i) => {
    const [u, v] = hull[(i + 1) % hull.length]
    return sum + Math.hypot(u - x, v - y)
  }, 0)
  let q
  for (const tol of [0.01, 0.02, 0.03, 0.05]) {
    q = simplify(hull, tol*around)
    if (q.length <= 4) break
  }
  const whole = polygonArea(hull), share = polygonArea(q)/whole
  if (q.length !== 4 || inside < 0.9*whole || share <= 0.88 || share >= 1.12) return null
  return straightCorners(hull, q)
}

// Everything that paper of value 0 encloses, and it itself
function fillHoles({w, h, data}) {
  const out = new Uint8Array(w*h).fill(1), todo = new Int32Array(w*h)
  let n = 0
  const visit = i => { if (out[i] && !data[i]) { out[i] = 0; todo[n++] = i } }
  for (let x = 0; x < w; x++) { visit(x); visit((h - 1)*w + x) }
  for (let y = 0; y < h; y++) { visit(y*w); visit(y*w + w - 1) }
  while (n) {
    const i = todo[--n], x = i % w
    if (x > 0) visit(i - 1)
    if (x < w - 1) visit(i + 1)
    if (i >= w) visit(i - w)
    if (i < w*h - w) visit(i + w)
  }
  return plane(w, h, out)
}

// Everything with four corners that is brighter than what is around it, at some threshold: [{q, area}, …]
function brightQuadrilaterals(v, least = 0.12) {
  const size = v.w*v.h, low = v.data.reduce((a, b) => Math.min(a, b), 255), high = v.data.reduce((a, b) => Math.max(a, b), 0)
  const found = [], W = v.w + 2, H = v.h + 2
  const levels = new Set(Array.from({length: 47}, (_, i) => Math.floor(low + i*(high - low)/47)))
  for (const t of levels) {
    const mask = new Uint8Array(W*H)
    let n = 0
    for (let y = 0; y < v.h; y++) for (let x = 0; x < v.w; x++) {
      if (v.data[y*v.w + x] > t) { mask[(y + 1)*W + x + 1] = 1; n++ }
    }
    if (n <= least*size/2) continue // even with its holes filled
    const bright = open(plane(W, H, mask), 5), {piece, stats} = findPieces(fillHoles(bright))
    for (let k = 1; k < stats.length; k++) {
      const {area: pixels, left, top, right, bottom} = stats[k], ends = []
      if (pixels <= least*size) continue
      let border = 0, filled = 0 // pixels of the contour, which runs through their middles, and bright ones
      for (let y = top; y < bottom; y++) {
        let first = -1, last = -1
        for (let x = left, i = y*W + left; x < right; x++, i++) {
          if (piece[i] !== k) continue
          if (first < 0) first = x
          last = x
          filled += bright.data[i]
          if (piece[i - 1] !== k || piece[i + 1] !== k || piece[i - W] !== k || piece[i + W] !== k) border++
        }
        ends.push([first, y], [last, y])
      }
      const area = pixels - border/2 - 1 // Pick's theorem
      if (area <= least*size || area >= 0.97*size || filled <= pixels/2) continue // or a frame
      const q = quadrilateral(ends, area)
      if (q) found.push({q: q.map(([x, y]) => [x - 1, y - 1]), area})
    }
  }
  return found
}

// The corners in the order in which one reads a sheet: clockwise from the top left
function sortedCorners(q) {
  const most = f => q.reduce((best, p) => f(p) > f(best) ? p : best)
  return [most(([x, y]) => -x - y), most(([x, y]) => x - y), most(([x, y]) => x + y), most(([x, y]) => y - x)]
}

// How strong the edge is along the weakest quarter of a quadrilateral; 0 if more than two corners lie on the frame
function edgeStrength({w, h, data}, q) {
  if (q.filter(([x, y]) => x < 3 || y < 3 || x > w - 4 || y > h - 4).length > 2) return 0
  const on = new Set()
  q.map(p => p.map(round)).forEach(([x, y], i, all) => {
    const [u, v] = all[(i + 1) % 4], n = Math.max(Math.abs(u - x), Math.abs(v - y), 1)
    for (let k = 0; k <= n; k++) {
      const [a, b] = [round(x + (u - x)*k/n), round(y + (v - y)*k/n)]
      if (a >= 0 && b >= 0 && a < w && b < h) on.add(b*w + a)
    }
  })
  const values = Uint8Array.from(on, i => data[i]).sort()
  return values.length ? values[Math.floor((values.length - 1)/4)] : 0
}

// The corners of the sheet of paper in a photo, clockwise from the top left; null where there is no sheet
export function findSheet(photo) {
  const s = Math.min(1, 400/Math.max(photo.w, photo.h))
  if (s*Math.min(photo.w, photo.h) < 16) return null // a strip is no photo
  const small = resize(photo, round(photo.w*s), round(photo.h*s), 'area'), {w, h, data} = small
  const of = f => plane(w, h, Uint8Array.from({length: w*h}, (_, i) => f(data[3*i], data[3*i + 1], data[3*i + 2])))
  const grey = (r, g, b) => { // the darkest of the three, less for colour
    const least = Math.min(r, g, b)
    return Math.floor(least*least/Math.max(r, g, b, 1))
  }
  let best = null, most = 0
  for (const f of [Math.min, grey]) {
    const v = close(medianBlur(of(f)), Math.max(3, Math.floor(Math.max(w, h)/25)) | 1) // lines go
    const high = dilate(v, 5).data, low = erode(v, 5).data, edge = plane(w, h, high.map((o, i) => o - low[i]))
    for (const {q, area} of brightQuadrilaterals(v)) {
      const sharp = edgeStrength(edge, q), mark = area*Math.sqrt(sharp)
      if (sharp > 6 && mark > most) { best = q; most = mark }
    }
  }
  return best && sortedCorners(best.map(([x, y]) => [(x + 0.5)/s - 0.5, (y + 0.5)/s - 0.5]))
}

// ------------------------------------------------------------------------------------------------- the sheet from above

// Are these four corners in the order in which one goes around a sheet?
const isConvex = q => q.every(([x, y], i) => {
  const [a, b] = q[(i + 1) % 4], [c, d] = q[(i + 2) % 4]
  return (a - x)*(d - b) - (b - y)*(c - a) > 0
})

// Where a point of the unit square lies in a quadrilateral (Heckbert 1989, section 2.2.3)
function squareToCorners([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2], [dx3, dy3] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3]
  const det = dx1*dy2 - dx2*dy1, g = (dx3*dy2 - dx2*dy3)/det, k = (dx1*dy3 - dx3*dy1)/det
  const across = [x1 - x0 + g*x1, x3 - x0 + k*x3, x0], down = [y1 - y0 + g*y1, y3 - y0 + k*y3, y0]
  return (u, v) => [across, down].map(([a, b, c]) => (a*u + b*v + c)/(g*u + k*v + 1))
}

// The sheet of a photo, seen from above
export function straighten(photo, corners) {
  if (polygonArea(corners) < 100 || !isConvex(corners)) {
    throw new Error('These are not the corners of a sheet: give four, clockwise from the top left')
  }
  const side = i => Math.hypot(...corners[i].map((o, k) => o - corners[(i + 1) % 4][k]))
  const w = round((side(0) + side(2))/2) + 1, h = round((side(1) + side(3))/2) + 1
  const place = squareToCorners(corners), out = new Uint8Array(3*w*h), {data} = photo
  for (let y = 0, i = 0; y < h; y++) for (let x = 0; x < w; x++, i += 3) {
    const [px, py] = place(x/(w - 1), y/(h - 1)), u = clamp(px, 0, photo.w - 1), v = clamp(py, 0, photo.h - 1)
    const left = Math.floor(u), top = Math.floor(v), right = Math.min(left + 1, photo.w - 1)
    const low = Math.min(top + 1, photo.h - 1), a = u - left, b = v - top
    for (let c = 0; c < 3; c++) {
      const at = (row, column) => data[3*(row*photo.w + column) + c]
      out[i + c] = round((at(top, left)*(1 - a) + at(top, right)*a)*(1 - b) + (at(low, left)*(1 - a) + at(low, right)*a)*b)
    }
  }
  return plane(w, h, out)
}

// -------------------------------------------------------------------------------------------------------------- its lines

// How much darker than the paper around it every pixel is: 0 paper, 1 as black as can be
function lineContrast(photo) {
  const n = Math.max(photo.w, photo.h), soft = gaussianBlur(photo, Math.max(0.8, n/1000)).data
  const paper = close(plane(photo.w, photo.h, soft), Math.max(9, Math.floor(n/20)) | 1).data // wider than a pupil
  const out = new Float32Array(photo.w*photo.h)
  for (let i = 0; i < soft.length; i++) {
    const k = i/3 | 0, v = 1 - soft[i]/Math.max(paper[i], 1)
    if (v > out[k]) out[k] = v
  }
  return plane(photo.w, photo.h, out)
}

// The contrast that makes a line; Infinity where there is nothing but paper
function lineThreshold({data}, share) {
  const middle = quantile(data, 0.5), grain = 1.4826*quantile(data.map(o => Math.abs(o - middle)), 0.5)
  const strong = data.filter(o => o > middle + 6*grain + 0.03)
  return strong.length ? Math.max(share*quantile(strong, 0.8), middle + 5*grain) : Infinity
}

// Ink without what touches the frame
function dropBorder(m) {
  const {w, h} = m, {piece, stats} = findPieces(m), keep = new Uint8Array(stats.length).fill(1)
  keep[0] = 0
  for (let x = 0; x < w; x++) keep[piece[x]] = keep[piece[(h - 1)*w + x]] = 0
  for (let y = 0; y < h; y++) keep[piece[y*w]] = keep[piece[y*w + w - 1]] = 0
  const rest = plane(w, h, map(Uint8Array, piece, o => keep[o])), [dx, dy] = [w/10 | 0, h/10 | 0]
  const inMiddle = o => crop(o, [dy, dx, h - 2*dy, w - 2*dx]).data.reduce((a, b) => a + b, 0)
  return inMiddle(rest) >= 0.5*inMiddle(m) ? rest : m
}

// The level lines of ruled paper, and their thickness
function ruledLines(m) {
  const {w, h} = m, steep = open(m, 1, Math.max(5, h/80 | 0)).data
  const low = plane(w, h, m.data.map((o, i) => o & 1 - steep[i])) // neither steep nor thick
  const level = close(open(low, Math.max(9, w/25 | 0), 1), Math.max(9, w/6 | 0), 3), {piece, stats} = findPieces(level)
  const is = stats.map(o => o !== null && o.right - o.left > 0.6*w && o.bottom - o.top < Math.max(8, 0.03*h))
  const lines = stats.filter((_, i) => is[i]), middles = lines.map(o => o.middle).sort((a, b) => a - b)
  const gaps = middles.slice(1).map((o, i) => o - middles[i]), mid = a => [...a].sort((b, c) => b - c)
  const half = a => (mid(a)[a.length - 1 >> 1] + mid(a)[a.length >> 1])/2
  const even = gaps.filter(o => Math.abs(o/half(gaps) - 1) < 0.2).length
  if (gaps.length < 4 || even < 0.7*gaps.length) return {lines: plane(w, h, new Uint8Array(w*h)), thick: 0}
  return {lines: plane(w, h, map(Uint8Array, piece, o => is[o] ? 1 : 0)),
          thick: Math.floor(half(lines.map(o => o.area/(o.right - o.left))))}
}

const transpose = ({w, h, data}) => {
  const out = new Uint8Array(w*h)
  for (let y = 0, i = 0; y < h; y++) for (let x = 0; x < w; x++, i++) out[x*h + y] = data[i]
  return plane(h, w, out)
}

// Ink without the lines of ruled or squared paper
function dropRuled(m) {
  for (let turn = 0; turn < 2; turn++) { // the level lines, and then the upright ones
    const {lines, thick} = ruledLines(m), strokes = dilate(open(m, 1, thick + 4), 3).data, wide = dilate(lines, 1, 3).data
    m = transpose(plane(m.w, m.h, m.data.map((o, i) => o & 1 - (wide[i] & 1 - strokes[i]))))
  }
  return m
}

// Ink without specks
function keepMarks(m, contrast, least) {
  const {piece, stats} = findPieces(m), top = new Float32Array(stats.length)
  for (let i = 0; i < piece.length; i++) if (contrast.data[i] > top[piece[i]]) top[piece[i]] = contrast.data[i]
  const keep = stats.map((o, i) => o !== null && o.area >= Math.max(5, 1.2e-5*m.w*m.h) && top[i] > least)
  return plane(m.w, m.h, map(Uint8Array, piece, o => keep[o] ? 1 : 0))
}

// The lines of a drawing in a photo
//   corners    of the sheet, in pixels; null: the whole photo
//   threshold  share of the strong lines' contrast that makes a line; null: 0.4
export function photoLines(photo, corners, threshold) {
  const sheet = corners ? straighten(photo, corners) : photo, {w, h} = sheet
  const contrast = lineContrast(median(sheet) < 90 ? invert(sheet) : sheet) // chalk on a blackboard
  const t = lineThreshold(contrast, threshold ?? 0.4), rim = corners ? Math.max(2, Math.max(w, h)/80 | 0) : 0
  const inner = crop(contrast, [rim, rim, h - 2*rim, w - 2*rim]) // the sheet's own edge is no line
  const ink = dropRuled(dropBorder(plane(inner.w, inner.h, map(Uint8Array, inner.data, o => o > t ? 1 : 0))))
  const m = plane(w, h, new Uint8Array(w*h))
  for (let y = 0; y < ink.h; y++) m.data.set(ink.data.subarray(y*ink.w, (y + 1)*ink.w), (y + rim)*w + rim)
  const near = dilate(keepMarks(m, contrast, 1.3*t), 3).data
  return plane(w, h, map(Uint8Array, contrast.data, (o, i) => 255 - 255*near[i]*clamp((o/t - 0.7)/0.6, 0, 1)))
}

// ---------------------------------------------------------------------------------------------------------------- uploads

// Is the paper the same everywhere?
function isScan({w, h, data}) {
  const count = new Int32Array(4096)
  for (let i = 0; i < data.length; i += 3) count[(data[i] >> 4)*256 + (data[i + 1] >> 4)*16 + (data[i + 2] >> 4)]++
  const most = count.indexOf(count.reduce((a, b) => Math.max(a, b), 0)), paper = [most >> 8, most >> 4 & 15, most & 15]
  const middle = paper.map(o => 16*o + 8)
  let n = 0
  for (let i = 0; i < data.length; i += 3) if (middle.every((o, c) => Math.abs(data[i + c] - o) <= 12)) n++
  return n > 0.75*w*h
}

// RGBA over white; light ink on nothing over black
export function onPaper({w, h, data}) {
  let sum = 0, weight = 0, least = 255
  for (let i = 0; i < data.length; i += 4) {
    sum += data[i + 3]*(data[i] + data[i + 1] + data[i + 2])/3
    weight += data[i + 3]
    least = Math.min(least, data[i + 3])
  }
  const ground = least < 128 && sum > 200*weight ? 0 : 255, out = new Uint8ClampedArray(3*w*h)
  for (let i = 0; i < w*h; i++) {
    const a = data[4*i + 3]/255
    for (let c = 0; c < 3; c++) out[3*i + c] = data[4*i + c]*a + ground*(1 - a)
  }
  return plane(w, h, out)
}

// Lines alone: spots smaller than a share of the sheet are dust
function withoutDust(ink, least = 1e-4) {
  const {piece, stats} = findPieces(plane(ink.w, ink.h, map(Uint8Array, ink.data, o => o < 128 ? 1 : 0)))
  const line = stats.map(o => o !== null && o.area > least*ink.w*ink.h)
  if (!line.includes(true)) throw new Error('No lines were found: draw darker ones, or take the photo from nearer')
  const near = dilate(plane(ink.w, ink.h, map(Uint8Array, piece, o => line[o] ? 1 : 0)), 5).data // with their soft edges
  return plane(ink.w, ink.h, map(Uint8Array, ink.data, (o, i) => near[i] ? o : 255))
}

// Where a drawing lies in a square when its figure is large and in the middle: [top, left, height, width]
export function usualBox(ink, side) {
  const {w, h} = ink, {stats} = findPieces(plane(w, h, map(Uint8Array, ink.data, o => o < 128 ? 1 : 0)))
  const all = stats.slice(1), large = all.filter(o => o.area > 1e-4*w*h)
  const some = large.length ? large : all.length ? all : [{left: 0, top: 0, right: w, bottom: h}]
  const of = (f, key) => some.reduce((a, o) => f(a, o[key]), some[0][key])
  const [l, t, r, b] = [of(Math.min, 'left'), of(Math.min, 'top'), of(Math.max, 'right'), of(Math.max, 'bottom')]
  const s = 0.86*side/Math.max(r - l, b - t, Math.max(h, w)/4)
  const nh = Math.max(1, round(h*s)), nw = Math.max(1, round(w*s))
  return [round((side - (t + b)*nh/h)/2), round((side - (l + r)*nw/w)/2), nh, nw]
}

// The lines of an uploaded drawing, or of the photo of one: {ink, corners}; null where it looks like no drawing
//   img        three bytes a pixel
//   kind       'drawing' where somebody says that it is one
//   corners    of the sheet, in pixels; null: look
//   threshold  as for photoLines; null: what a scan or photo needs
//   most       longest side of the result, pixels
export function uploadLines(img, {kind, corners, threshold, most}) {
  const sheet = corners ?? findSheet(img), isPhoto = sheet || threshold
  let ink = isPhoto ? null : cleanSketch(evenLight(img))
  if (isPhoto || looksDrawn(ink) && !isScan(img)) ink = photoLines(img, sheet, threshold)
  if (kind !== 'drawing' && !looksDrawn(ink)) return null
  const s = most/Math.max(ink.w, ink.h)
  if (s < 1) ink = plane(round(ink.w*s), round(ink.h*s), Uint8Array.from(resize(ink, round(ink.w*s), round(ink.h*s), 'area').data))
  return {ink: withoutDust(ink), corners: sheet}
}
