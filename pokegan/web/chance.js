// The same chance as in Python, so that a seed paints the same picture: torch's masks and NumPy's normal numbers.

// A CPU generator of torch with this seed (Mersenne Twister, mt19937): 32 random bits a call
export function mersenne(seed) {
  const n = 624, state = new Uint32Array(n)
  let at = n
  state[0] = seed
  for (let i = 1; i < n; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ state[i - 1] >>> 30) + i
  const refill = () => {
    for (let i = 0; i < n; i++) {
      const y = state[i] & 0x80000000 | state[(i + 1) % n] & 0x7fffffff
      state[i] = state[(i + 397) % n] ^ y >>> 1 ^ (y & 1 ? 0x9908b0df : 0)
    }
    at = 0
  }
  return () => {
    if (at === n) refill()
    let y = state[at++]
    y ^= y >>> 11
    y ^= y << 7 & 0x9d2c5680
    y ^= y << 15 & 0xefc60000
    return (y ^ y >>> 18) >>> 0
  }
}

// What dropout keeps, as pokegan.models.noise_dropout draws it: for every shape an array of 0 and 1
export function dropoutMasks(shapes, drop, seed) {
  const bits = mersenne(seed)
  return shapes.map(shape => {
    const keep = new Float32Array(shape.reduce((a, b) => a*b))
    for (let i = 0; i < keep.length; i++) keep[i] = (bits() & 0xffffff)/2**24 >= Math.fround(drop) ? 1 : 0 // 24 bits
    return keep
  })
}

const mask64 = (1n << 64n) - 1n, mask128 = (1n << 128n) - 1n
const multiplier = 0x2360ed051fc65da44385df649fccf645n

// Eight words of entropy from a seed below 2**32, as numpy's SeedSequence makes them
function seedWords(seed) {
  let hash = 0x43b0d7e5
  const mix = (value, factor) => {
    value ^= hash
    hash = Math.imul(hash, factor)
    value = Math.imul(value, hash)
    return (value ^ value >>> 16) >>> 0
  }
  const blend = (x, y) => {
    const r = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)
    return (r ^ r >>> 16) >>> 0
  }
  const pool = [seed, 0, 0, 0].map(o => mix(o, 0x931e8875))
  for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) {
    if (i !== j) pool[j] = blend(pool[j], mix(pool[i], 0x931e8875))
  }
  hash = 0x8b51f9dd
  return Array.from({length: 8}, (_, i) => mix(pool[i % 4], 0x58f38ded))
}

// 64 random bits a call, as numpy's default generator (PCG64) gives them
export function pcg64(seed) {
  const words = seedWords(seed).map(BigInt)
  const word = i => words[2*i + 1] << 32n | words[2*i]
  const step = (word(2) << 64n | word(3)) << 1n & mask128 | 1n
  const next = s => s*multiplier + step & mask128
  let state = next(step + (word(0) << 64n | word(1)) & mask128)
  return () => {
    state = next(state)
    const x = (state >> 64n ^ state) & mask64, turn = state >> 122n
    return (x >> turn | x << (64n - turn & 63n)) & mask64
  }
}

// The 256 layers of equal area under the bell curve (Marsaglia and Tsang 2000)
const edge = 3.6541528853610088, area = 0.004928673233974655
const layers = (() => {
  const bell = x => Math.exp(-x*x/2), [width, height, inside] = [0, 1, 2].map(() => new Float64Array(256))
  let x = edge, above = edge
  width[0] = area/bell(edge)/2**52
  inside[0] = edge*bell(edge)/area*2**52
  width[255] = edge/2**52
  height[0] = 1
  height[255] = bell(edge)
  for (let i = 254; i > 0; i--) {
    x = Math.sqrt(-2*Math.log(area/x + bell(x)))
    inside[i + 1] = x/above*2**52
    above = x
    height[i] = bell(x)
    width[i] = x/2**52
  }
  return {width, height, inside}
})()

// Numbers from the normal distribution, as numpy.random.default_rng(seed).normal draws them
export function normal(seed) {
  const bits = pcg64(seed), uniform = () => Number(bits() >> 11n)/2**53, {width, height, inside} = layers
  const tail = sign => {
    for (;;) {
      const x = -Math.log1p(-uniform())/edge, y = -Math.log1p(-uniform())
      if (2*y > x*x) return sign*(edge + x)
    }
  }
  return () => {
    for (;;) {
      const r = bits(), i = Number(r & 255n), far = Number(r >> 9n & 0xfffffffffffffn), sign = r >> 8n & 1n ? -1 : 1
      const x = sign*far*width[i]
      if (far < inside[i]) return x
      if (i === 0) return tail(r >> 17n & 1n ? -1 : 1)
      if ((height[i - 1] - height[i])*uniform() + height[i] < Math.exp(-x*x/2)) return x
    }
  }
}
