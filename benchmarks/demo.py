"""How closely the painting follows the pen, as the browser sees it: milliseconds from the last movement of a stroke until
its painting is shown.

    python benchmarks/demo.py [--strokes 40] [--model pokemon-lambda] [--out benchmarks/demo.json]

Needs Chromium, as tests/browser.py does, and an otherwise idle machine.
"""
import argparse, json, os, sys, time
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parent.parent/'tests'))
from browser import DESK, Visitor, chromium, demo, latency

p = argparse.ArgumentParser()
p.add_argument('--strokes', type=int, default=40); p.add_argument('--model', default='pokemon-lambda'); p.add_argument('--out')
a = p.parse_args()
with demo(a.model) as (url, _), chromium() as b:
    v,t = Visitor(b.new_context(**DESK).new_page()), time.time()
    v.page.goto(url, timeout=120000); v.ready()
    record = dict(cores=os.cpu_count(), first_painting_s=round(time.time() - t, 1), **latency(v, a.strokes))
print(record)
if a.out: Path(a.out).write_text(json.dumps(record, indent=2) + '\n')
