"""What it costs to paint one 256² drawing, to move λ of the shipped model, and to run the command `pokegan_paint` from start to finish.

    python benchmarks/painting.py [--out benchmarks/painting.json]

CPU time on one thread: what a stop-watch shows on an idle machine, and hardly disturbed by others on a busy one.
With `--out` the medians are written as a record, which nbs/12_painting.ipynb and nbs/15_demo.ipynb read.
"""
import argparse, json, os, resource, statistics, subprocess, sys, tempfile, time
from pathlib import Path
import torch
from pokegan.models import UNetGenerator
from pokegan.painting import DEFAULT_MODEL, load_model

REPEATS = 20
os.environ['OMP_NUM_THREADS'] = '1'; torch.set_num_threads(1)
p = argparse.ArgumentParser(); p.add_argument('--out'); args = p.parse_args()
sketch = Path(__file__).parent.parent/'nbs'/'sketches'/'cat.png'
x = torch.rand(1, 1, 256, 256)*2 - 1

def cpu():
    "CPU seconds of this process and of those that it has started"
    c = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + c.ru_utime + c.ru_stime

def seconds(do, n=REPEATS, skip=5):
    "CPU seconds of `do(i)`, n times; the first ones warm up"
    res = []
    for i in range(n):
        t = cpu(); do(i); res.append(cpu() - t)
    return res[skip:]

def noise(): return torch.Generator().manual_seed(0)

found = {}
with torch.inference_mode():
    for nf in (32, 64):
        gen = UNetGenerator(nf=nf).eval()
        found[f'{nf} channels, without noise, ms'] = [1000*o for o in seconds(lambda i: gen(x))]
        found[f'{nf} channels, with noise, ms'] = [1000*o for o in seconds(lambda i: gen(x, z=noise()))]
    gen = load_model(DEFAULT_MODEL)[0] # every painting at another λ, of the same loaded model
    found[f'{DEFAULT_MODEL}, another λ each time, ms'] = [1000*o for o in seconds(lambda i: gen(x, z=noise(), lam=1000**(i/REPEATS)))]

def run(*args): subprocess.run([str(o) for o in args], check=True, capture_output=True)
paint = Path(sys.executable).with_name('pokegan_paint')
with tempfile.TemporaryDirectory() as d:
    found['importing torch alone, s'] = seconds(lambda i: run(sys.executable, '-c', 'import torch'), 5, 1)
    found['importing pokegan.painting, s'] = seconds(lambda i: run(sys.executable, '-c', 'import pokegan.painting'), 5, 1)
    found['importing pokegan.training (with fastai), s'] = seconds(lambda i: run(sys.executable, '-c', 'import pokegan.training'), 5, 1)
    found['pokegan_paint, start to finish, s'] = seconds(lambda i: run(paint, sketch, '--out', d), 5, 1)
    found['pokegan_paint, memory, GiB'] = [resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/2**20]

for k,v in found.items(): print(f'{k:50} median {statistics.median(v):7.2f}, {min(v):.2f} to {max(v):.2f}')
if args.out:
    machine = f'CPU time on one thread, torch {torch.__version__.split("+")[0]}'
    record = dict(machine=machine, median={k: round(statistics.median(v), 3) for k,v in found.items()}, largest={k: round(max(v), 3) for k,v in found.items()})
    Path(args.out).write_text(json.dumps(record, indent=1, ensure_ascii=False) + '\n')
