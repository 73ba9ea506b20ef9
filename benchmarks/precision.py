"""Do fp32, bf16 and fp16 reach the same held-out L1? Three seeds each on a short run.

    python benchmarks/precision.py [epochs]     on a GPU if there is one
"""
import statistics, sys
from pokegan.data import creatures, pair_dls
from pokegan.edges import canny_sketch
from pokegan.training import pix2pix_learner, set_precision, set_seed
from pokegan.runs import find_device

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 4
res = {}
for seed in range(3):
    for p in ('fp32', 'bf16', 'fp16'):
        dls = pair_dls(creatures(n=200, size=64), sketch=canny_sketch, sz=64, bs=4, seed=seed, device=find_device())
        set_seed(seed)
        learn = set_precision(pix2pix_learner(dls, nf=16), p)
        with learn.no_bar(), learn.no_logging(): learn.fit_flat_lin(epochs)
        res.setdefault(p, []).append(learn.final_record[-1])
for p,v in res.items(): print(f"{p}: held-out L1 {statistics.mean(v):.4f} ± {statistics.stdev(v):.4f}  ({' '.join(f'{o:.4f}' for o in v)})")
