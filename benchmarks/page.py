"""What the page without a server costs: how large it is, how soon it is ready, how closely its painting follows the
pen; then what one painting costs natively, by torch and by onnxruntime.

    python benchmarks/page.py [--strokes 40] [--out benchmarks/page.json]

Needs Chromium, as tests/page.py does. What a visitor waits for is timed by the clock, which means something on an idle
machine alone: if it is busy, these figures are printed and left out of the record. All that says CPU is the time of one
thread (Linux only).
"""
import argparse, json, os, statistics, subprocess, sys, tempfile, time
from pathlib import Path
import numpy as np, torch
sys.path.insert(0, str(Path(__file__).parent.parent/'tests'))
from page import Visitor, chromium, server, told_model
from pokegan.page import OnnxGenerator, export_onnx, write_page
from pokegan.painting import DEFAULT_MODEL, load_model, paint_square, tell_colours

WATCH = '''() => { window.seen = {pen: 0, painted: 0}
    const note = () => requestAnimationFrame(() => { seen.painted = performance.now() })
    const what = {attributes: true, attributeFilter: ['data-painted'], subtree: true}
    new MutationObserver(note).observe(document.querySelector('.pokegan'), what)
    const pen = e => { if (e.type != 'pointermove' || e.buttons) seen.pen = performance.now() }
    for (const kind of ['pointerdown', 'pointermove', 'pointerup'])
        document.querySelector('.pg-paper').addEventListener(kind, pen, true) }'''

def arc(rng):
    "A piece of a circle, somewhere on the sheet"
    c,r,t0 = rng.uniform(.25, .75, 2), rng.uniform(.08, .22), rng.uniform(0, 6)
    return [(c[0] + r*np.cos(t0+t), c[1] + r*np.sin(t0+t)) for t in np.linspace(0, rng.uniform(2, 6), 30)]

def follow(v, strokes, hz=60):
    "Milliseconds from the last movement of each stroke until its painting is shown"
    v.page.evaluate(WATCH)
    rng,ms = np.random.default_rng(0),[]
    for i in range(strokes):
        if i % 8 == 0: v.page.click('button[title^="Clear"]'); v.page.wait_for_timeout(800)
        b = v.page.locator('.pg-paper .pg-stack').bounding_box()
        at = [(b['x'] + x*b['width'], b['y'] + y*b['height']) for x,y in arc(rng)]
        v.page.mouse.move(*at[0]); v.page.mouse.down()
        for o in at[1:]:
            t = time.time()
            v.page.mouse.move(*o)
            v.page.wait_for_timeout(max(0, 1000/hz - 1000*(time.time() - t)))
        v.page.mouse.up()
        v.settled()
        s = v.page.evaluate('seen')
        assert s['painted'] > s['pen'], 'no painting came'
        ms.append(s['painted'] - s['pen'])
    return ms[3:]

def descends(pid, ancestor):
    "Was this process started by that one, or by one of its children?"
    while pid > 1 and pid != ancestor:
        try: pid = int(Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[1])
        except OSError: return False
    return pid == ancestor

def painter_s():
    "CPU seconds that the painter's thread has used in the browser that we have started"
    ticks = 0
    for comm in Path('/proc').glob('[0-9]*/task/*/comm'):
        try:
            if comm.read_text().strip() != 'DedicatedWorker' or not descends(int(comm.parts[2]), os.getpid()): continue
            ticks += sum(map(int, comm.with_name('stat').read_text().rsplit(')', 1)[1].split()[11:13]))
        except OSError: continue # it has ended
    return ticks/os.sysconf('SC_CLK_TCK')

def cpu_ms(do, n=25, skip=5):
    "CPU milliseconds of `do(i)`, the median; the first ones warm up"
    res = []
    for i in range(n):
        t = time.process_time(); do(i); res.append(1000*(time.process_time() - t))
    return round(statistics.median(res[skip:]), 1)

def import_s(code, n=4):
    "CPU seconds of a fresh interpreter that runs some code, the median"
    def once():
        t = os.times()
        subprocess.run([sys.executable, '-c', code], check=True, env={**os.environ, 'OMP_NUM_THREADS': '1'})
        return sum(os.times()[2:4]) - sum(t[2:4])
    return round(statistics.median([once() for _ in range(n)][1:]), 2)

p = argparse.ArgumentParser()
p.add_argument('--strokes', type=int, default=40)
p.add_argument('--out')
a = p.parse_args()
torch.set_num_threads(1)
found,clock = {},{} # what other work on the machine hardly disturbs, and what it does
load = os.getloadavg()[0]
busy = load > os.cpu_count()/4
with tempfile.TemporaryDirectory() as tmp, chromium() as b:
    size = write_page(tmp, DEFAULT_MODEL)
    found['all files, MB'] = round(size/1e6, 1)
    for o in ('model.onnx', 'ort/ort-wasm-simd-threaded.wasm'):
        found[f'{Path(o).name}, MB'] = round((Path(tmp)/o).stat().st_size/1e6, 1)
    with server(tmp) as url, b.new_context(viewport=dict(width=1280, height=860)) as context:
        v = Visitor(context, url)
        clock['ready on the first visit, s'] = round(v.open(), 1)
        clock['ready on the next visit, s'] = round(v.open(), 1)
        ms = follow(v, a.strokes)
        clock['from stroke to painting, median, ms'] = round(np.median(ms))
        clock['from stroke to painting, 95%, ms'] = round(np.percentile(ms, 95))
        v.settled(); cpu = painter_s()
        ms = v.page.evaluate("""async () => { const s = pad.state(), ms = []
            for (let i = 0; i < 20; i++) ms.push((await host.paint({...s, seed: i})).ms)
            return ms }""")
        clock['one painting, median, ms'] = round(np.median(ms))
        found['one painting, the painter\'s CPU ms'] = round(1000*(painter_s() - cpu)/len(ms))
pair = load_model(DEFAULT_MODEL)
twin = OnnxGenerator(export_onnx(pair), pair[0]), pair[1]
sq = np.full((256, 256), 255, np.uint8); sq[60:200, 60:64] = sq[60:200, 190:194] = 0
found['natively by torch, CPU ms'] = cpu_ms(lambda i: paint_square(sq, pair, seed=i))
found['natively by onnxruntime, CPU ms'] = cpu_ms(lambda i: paint_square(sq, twin, seed=i))
for name,code in {'importing torch': 'import torch', 'importing onnxruntime': 'import onnxruntime',
                  'importing pokegan.painting': 'import pokegan.painting'}.items():
    found[f'{name}, CPU s'] = import_s(code)
for k,o in (clock | found).items(): print(f'{k:45} {o}')
if busy: print(f'the machine is busy (load {load:.1f}): what the clock says is not recorded')
else: found = clock | found
torch_is = f'torch {torch.__version__.split("+")[0]} on one thread'
machine = f'{os.cpu_count()} CPU cores, {"busy" if busy else "idle"}; {torch_is}'
record = dict(machine=machine, model=DEFAULT_MODEL, found=found)
if a.out: Path(a.out).write_text(json.dumps(record, indent=1, ensure_ascii=False) + '\n')
