"""The loader's share of an epoch: time spent waiting for batches over the whole epoch's time, with real training steps between them.
And what the cache is worth to a generator that is told colours: how long it takes to find them, and to read them again.

    python benchmarks/loader.py [--size 256] [--bs 8] [--nf 32] [--n 80] [--device cpu]
"""
import os, tempfile, time
from fastcore.script import call_parse
from fastai.callback.core import Callback
from pokegan.conditions import Conditions
from pokegan.data import creatures, pair_dls
from pokegan.edges import canny_sketch
from pokegan.training import pix2pix_learner, set_precision

class Waiting(Callback):
    "Seconds between the end of a step and the next batch"
    order, run_valid = 999, False
    def before_fit(self): self.wait, self.steps = 0., 0
    def before_train(self): self.t0 = self.end = time.perf_counter()
    def before_batch(self): self.wait += time.perf_counter() - self.end; self.steps += 1
    def after_batch(self): self.end = time.perf_counter()
    def after_train(self): self.total = time.perf_counter() - self.t0

def seconds(f):
    "How long a call takes"
    start = time.perf_counter(); f()
    return time.perf_counter() - start

@call_parse
def main(
    size:int=256, # side of the pictures
    bs:int=8, # pairs in a batch
    nf:int=32, # channels of the first layers
    n:int=80, # creatures, a tenth of them held out
    device:str='cpu', # where to train
):
    "Measure the loader's share, crops and flips included"
    os.environ['POKEGAN_CACHE'] = tempfile.mkdtemp()
    dls = pair_dls(creatures(n=n, size=size), sketch=canny_sketch, sz=size, bs=bs, device=device)
    learn,w = set_precision(pix2pix_learner(dls, nf=nf)), Waiting()
    with learn.no_bar(), learn.no_logging(): learn.fit(1, cbs=w)
    print(f'{1000*w.wait/w.steps:.2f} ms a batch of {bs} at {size}², {100*w.wait/w.total:.2f}% of an epoch ({n*9//10/w.total:.1f} pictures/s, nf={nf})')
    found,read = [seconds(lambda: dls.train.tell(Conditions())) for _ in range(2)]
    print(f'what {len(dls.train.dataset)} pictures may be told: found in {found:.2f} s, read from the cache in {read:.2f} s ({found/read:.0f}×)')
