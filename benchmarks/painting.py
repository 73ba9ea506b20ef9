"""Milliseconds to paint one 256² drawing, to move λ of the shipped model, and what the command `pokegan_paint` costs from start to finish.

    python benchmarks/painting.py
"""
import resource, statistics, subprocess, sys, time
from pathlib import Path
import torch
from pokegan.models import UNetGenerator
from pokegan.painting import load_model

x = torch.rand(1, 1, 256, 256)*2 - 1
print(f'{torch.get_num_threads()} threads, torch {torch.__version__}')
with torch.inference_mode():
    for nf in (32, 64):
        gen = UNetGenerator(nf=nf).eval()
        for name,z in (('eval', lambda: None), ('painting', lambda: torch.Generator().manual_seed(0))):
            ts = []
            for i in range(25):
                t = time.perf_counter(); gen(x, z=z()); ts.append(1000*(time.perf_counter() - t))
            print(f'nf={nf} {name:9} {statistics.median(ts[5:]):6.1f} ms')
    gen = load_model('pokemon-lambda')[0]
    ts = []
    for i in range(25): # every painting at another λ, of the same loaded model
        t = time.perf_counter(); gen(x, z=torch.Generator().manual_seed(0), lam=1000**(i/24)); ts.append(1000*(time.perf_counter() - t))
    print(f'pokemon-lambda, moving λ {statistics.median(ts[5:]):6.1f} ms, at most {max(ts[5:]):.1f} ms')

sketch = Path(__file__).parent.parent/'nbs'/'sketches'/'cat.png'
for i in range(3):
    t = time.perf_counter()
    subprocess.run([Path(sys.executable).with_name('pokegan_paint'), sketch, '--out', 'runs/painting'], check=True, capture_output=True)
    print(f'pokegan_paint, start to finish: {time.perf_counter() - t:.1f} s')
print(f'largest memory of a command: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/2**20:.2f} GiB')
