"""Pictures per second of one training step, ours beside a plain reference, side by side in one run.

    python benchmarks/step.py [--size 256] [--bs 8] [--nf 64] [--steps 5] [--rounds 2] [--device cpu]

The reference is pix2pix as one writes it first, and as Poke-Gan wrote it: fp32, the generator run twice a step, the critic's gradients computed
in both turns. Ours is what `pix2pix_learner` does, step by step: one pass of the generator, then bf16, then channels last, then `torch.compile`.
The variants take turns, and the figure is the median step of all rounds. It goes to `benchmarks/step.json`, by what was measured.
"""
import json, statistics, time, torch
from pathlib import Path
from fastcore.script import call_parse
from torch.nn import functional as F
from fastai.callback.core import Callback, CancelFitException
from pokegan.data import creatures, pair_dls
from pokegan.edges import canny_sketch
from pokegan.models import UNetGenerator, PatchCritic
from pokegan.pictures import write_atomic
from pokegan.training import pix2pix_learner, set_precision, TwoPlayers

RECORD = Path(__file__).with_name('step.json')

def sync(dev):
    if dev == 'cuda': torch.cuda.synchronize()

class Reference:
    "The plain step"
    def __init__(self, nf, n_levels, dev):
        self.gen, self.critic = UNetGenerator(nf=nf, n_levels=n_levels).to(dev).train(), PatchCritic(nf=nf).to(dev).train()
        self.og, self.od = [torch.optim.Adam(o.parameters(), 2e-4, betas=(0.5, 0.999)) for o in (self.gen, self.critic)]
    def step(self, x, y):
        bce = F.binary_cross_entropy_with_logits
        fake = self.gen(x)
        real_v, fake_v = self.critic(y, x), self.critic(fake.detach(), x)
        self.od.zero_grad(); ((bce(real_v, torch.ones_like(real_v)) + bce(fake_v, torch.zeros_like(fake_v)))/2).backward(); self.od.step()
        fake = self.gen(x)
        v = self.critic(fake, x)
        self.og.zero_grad(); (bce(v, torch.ones_like(v)) + 100*(fake - y).abs().mean()).backward(); self.og.step()
    def time(self, dls, n, dev):
        ts = []
        for i,(x,y) in zip(range(n+1), cycle(dls.train)):
            sync(dev); t = time.perf_counter(); self.step(x, y); sync(dev); ts.append(time.perf_counter() - t)
        return ts[1:]

def cycle(dl):
    while True: yield from dl

class Clock(Callback):
    "Seconds from batch to batch of the learner's own loop; the first is left out"
    order, run_valid = TwoPlayers.order + 40, False
    def __init__(self, n, dev): self.n, self.dev = n, dev
    def before_fit(self): self.ts = []
    def after_batch(self):
        sync(self.dev); self.ts.append(time.perf_counter())
        if len(self.ts) > self.n: raise CancelFitException()

class Ours:
    "The learner's step"
    def __init__(self, dls, nf, dev, precision='fp32', compile=False, **kw):
        self.learn = set_precision(pix2pix_learner(dls, nf=nf, compile=compile, **kw), precision)
    def time(self, dls, n, dev):
        clock = Clock(n, dev)
        with self.learn.no_bar(), self.learn.no_logging(): self.learn.fit(99, cbs=clock)
        return [b-a for a,b in zip(clock.ts, clock.ts[1:])]

@call_parse
def main(size:int=256, bs:int=8, nf:int=64, steps:int=5, rounds:int=2, device:str='cpu', compile:bool=False):
    "Time the training step"
    dls = pair_dls(creatures(n=8*bs, size=size), sketch=canny_sketch, sz=size, bs=bs, device=device)
    variants = {'reference': Reference(nf, size.bit_length()-1, device), 'one generator pass, fused Adam': Ours(dls, nf, device), '+ bf16': Ours(dls, nf, device, 'bf16'),
                '+ channels last': Ours(dls, nf, device, 'bf16', channels_last=True)}
    if compile: variants['+ torch.compile'] = Ours(dls, nf, device, 'bf16', channels_last=True, compile=True)
    ts = {k: [] for k in variants}
    for _ in range(rounds):
        for k,v in variants.items(): ts[k] += v.time(dls, steps, device)
    base = statistics.median(ts['reference'])
    what,where = f'{size}², batch {bs}, {nf} channels, {device}', f'{torch.get_num_threads()} threads, torch {torch.__version__}'
    print(f'{what}, {where}')
    for k,v in ts.items(): m = statistics.median(v); print(f'{k:32} {bs/m:8.2f} pictures/s  {base/m:5.2f}×  ({min(v):.2f}–{max(v):.2f} s a step)')
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    record[what] = dict(where=where, pictures_per_second={k: round(bs/statistics.median(v), 3) for k,v in ts.items()})
    write_atomic(RECORD, lambda f: Path(f).write_text(json.dumps(record, indent=1, ensure_ascii=False) + '\n'))
