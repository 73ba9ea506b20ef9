"""How closely the painting follows the pen, as the browser sees it: milliseconds from the last movement of a stroke until the painting with
the whole stroke is shown, and until the ink itself is.

    python benchmarks/demo.py [--strokes 40] [--out benchmarks/demo.json]

Needs Chromium, as tests/browser.py does, and an otherwise idle machine.
"""
import argparse, json, os, sys, time
from pathlib import Path
import numpy as np
sys.path.insert(0, str(Path(__file__).parent.parent/'tests'))
from browser import Visitor, chromium, demo

WATCH = '''() => {
    const img = document.querySelector('.pg-painting img'), c = document.querySelector('.pg-paper canvas')
    const x = c.getContext('2d', {willReadFrequently: true})
    const at = ev => { const r = c.getBoundingClientRect()
        return {x: (ev.clientX - r.left)*c.width/r.width|0, y: (ev.clientY - r.top)*c.height/r.height|0, t: performance.now()} }
    window.seen = {pen: 0, painted: 0, ink: []}; let wet = null
    img.addEventListener('load', () => img.decode().then(() => requestAnimationFrame(() => { seen.painted = performance.now() })))
    for (const e of ['mousedown', 'mousemove', 'mouseup'])
        c.addEventListener(e, ev => { if (e != 'mousemove' || ev.buttons) seen.pen = performance.now() }, true)
    c.addEventListener('mousedown', ev => { wet = at(ev) }, true)
    const look = () => {
        if (wet && x.getImageData(wet.x, wet.y, 1, 1).data[0] < 128) { seen.ink.push(performance.now() - wet.t); wet = null }
        requestAnimationFrame(look) }
    look() }'''

def arc(rng):
    "A piece of a circle, somewhere on the sheet"
    c,r,t0 = rng.uniform(.25, .75, 2), rng.uniform(.08, .22), rng.uniform(0, 6)
    return [(c[0] + r*np.cos(t0+t), c[1] + r*np.sin(t0+t)) for t in np.linspace(0, rng.uniform(2, 6), 30)]

p = argparse.ArgumentParser(); p.add_argument('--strokes', type=int, default=40); p.add_argument('--out')
a = p.parse_args()
rng = np.random.default_rng(0)
with demo() as url, chromium() as b:
    v,t = Visitor(b.new_page(viewport=dict(width=1280, height=860))), time.time()
    v.page.goto(url, timeout=120000); v.ready(); first = time.time() - t
    print(f'from asking for the page to the first painting: {first:.1f} s')
    v.page.evaluate(WATCH); ms = []
    for i in range(a.strokes):
        if i % 8 == 0: v.click('Clear'); v.page.wait_for_timeout(800)
        v.stroke(arc(rng))
        v.page.wait_for_timeout(900)
        s = v.page.evaluate('seen'); assert s['painted'] > s['pen'], 'no painting came'
        ms.append(s['painted'] - s['pen'])
    ink = v.page.evaluate('seen.ink')
    print(v.says())
found = {'stroke to painting': ms[3:], 'pen to ink': ink[3:]}
for name,x in found.items():
    print(f'{name}: median {np.median(x):.0f} ms, 95% {np.percentile(x, 95):.0f} ms, worst {max(x):.0f} ms ({len(x)} strokes)')
if a.out:
    record = {name: dict(median=round(float(np.median(x))), p95=round(float(np.percentile(x, 95)))) for name,x in found.items()}
    record = dict(machine=f'{os.cpu_count()} CPU cores', first_painting_s=round(first, 1), ms=record)
    Path(a.out).write_text(json.dumps(record, indent=1) + '\n')
