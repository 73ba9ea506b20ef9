"""How the cost of training grows with size, batch and width: pictures per second of the learner's own step, and the process's largest memory.

    python benchmarks/costs.py [--device cpu]     every row is a process of its own, so that its memory is its own
"""
import resource, statistics, subprocess, sys, torch
from step import Ours
from fastcore.script import call_parse
from pokegan.data import creatures, pair_dls
from pokegan.edges import canny_sketch
from pokegan.training import best_precision

ROWS = [(s, 8, 32) for s in (64, 128, 256, 512)] + [(128, b, 32) for b in (1, 4, 16, 32)] + [(128, 8, n) for n in (16, 64)]

def one(size, bs, nf, device):
    dls = pair_dls(creatures(n=max(20, 4*bs), size=size), sketch=canny_sketch, sz=size, bs=bs, device=device)
    t = statistics.median(Ours(dls, nf, device, best_precision(torch.device(device)), channels_last=True).time(dls, 5, device))
    mem = torch.cuda.max_memory_allocated()/2**30 if device == 'cuda' else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/2**20
    print(f'| {size}² | {bs} | {nf} | {bs/t:.1f} | {mem:.1f} |')

@call_parse
def main(size:int=None, bs:int=None, nf:int=None, device:str='cpu'):
    "Measure one row, or all"
    if size: return one(size, bs, nf, device)
    print('| size | batch | channels | pictures/s | memory, GiB |\n|---|---|---|---|---|', flush=True)
    for s,b,n in ROWS: subprocess.run([sys.executable, '-W', 'ignore', __file__, '--size', str(s), '--bs', str(b), '--nf', str(n), '--device', device], check=True)
