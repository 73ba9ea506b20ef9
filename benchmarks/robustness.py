"""Do hand-drawn variants help with lines of an unknown kind? Train on `auto` sketches alone and on hand-drawn variants of them, with
several seeds, and judge both on sketches from an extractor that neither has seen (Canny), beside the kinds that they know.

    python benchmarks/robustness.py [--data creatures] [--size 64] [--nf 16] [--epochs 20] [--seeds 3]

Writes the record `benchmarks/robustness.json`, which `nbs/10_hands.ipynb` reads. With `--data pokemon` it needs POKEGAN_DATA.
"""
import json, tempfile
from functools import partial
from pathlib import Path
from fastcore.script import call_parse
from pokegan.pictures import write_atomic
from pokegan.data import pair_dls
from pokegan.hands import SKETCHES, mixed_sketch
from pokegan.metrics import colourfulness, l1
from pokegan.runs import RunConfig, paint_all, train_run
from pokegan.sources import get_source

RECORD = Path(__file__).with_suffix('.json')
JUDGES = 'auto', 'poly', 'canny'

no_canny = partial(mixed_sketch, mix=dict(hand=.5, auto=.35, poly=.15))
no_canny.random = True
SKETCHES['no_canny'] = no_canny # a line in the table makes it a style

def judge(learn, cfg, style):
    "Held-out L1 and colourfulness on sketches of one style"
    dl = pair_dls(get_source(cfg.data).limit(1), sketch=SKETCHES[style], sz=cfg.size, bs=cfg.bs, device='cpu').valid
    x,g,y = paint_all(learn.model.ema, dl)
    return dict(l1=round(l1(g, y), 5), colourfulness=round(colourfulness(g), 5), real=round(colourfulness(y), 5))

@call_parse
def main(
    data:str='creatures', # as for pokegan_train
    size:int=64, # side of the pictures
    nf:int=16, # channels of the first layers
    epochs:int=20, # how often every picture is seen
    seeds:int=3, # trainings of each kind
    device:str='cpu', # where to train
):
    "Train with and without hand-drawn variants, and judge"
    rows = []
    for seed in range(seeds):
        for style in ('auto', 'no_canny'):
            cfg = RunConfig(data=data, style=style, size=size, nf=nf, epochs=epochs, seed=seed, ema=.99, device=device)
            with tempfile.TemporaryDirectory() as out: learn = train_run(cfg, Path(out)/'run', bar=False)
            learn.model.to('cpu')
            rows += [dict(trained=style, judged=o, seed=seed, **judge(learn, cfg, o)) for o in JUDGES]
            print(*rows[-len(JUDGES):], sep='\n', flush=True)
    settings = dict(data=data, size=size, nf=nf, epochs=epochs, seeds=seeds)
    write_atomic(RECORD, lambda f: Path(f).write_text(json.dumps(dict(settings=settings, rows=rows), indent=1)+'\n'))
