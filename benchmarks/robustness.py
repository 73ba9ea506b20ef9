"""Does the hand-drawn augmentation help? Train twice on `pokemon` at 128², once on `auto` sketches alone and once with hand-drawn
variants, and judge both on sketches from an extractor that neither has seen (Canny).

    POKEGAN_DATA=... python benchmarks/robustness.py [epochs] [folder for the two runs]
"""
import sys, json
from functools import partial
from pathlib import Path
import torch
from pokegan.data import pokemon, pair_dls
from pokegan.edges import auto_sketch, canny_sketch, poly_sketch, mixed_sketch
from pokegan.training import pix2pix_learner, set_precision, set_seed, RunFolder, Preview
from pokegan.metrics import l1, colourfulness

epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 12
out = Path(sys.argv[2]) if len(sys.argv) > 2 else Path('runs/robustness')
unseen = partial(mixed_sketch, mix=dict(hand=.5, auto=.35, poly=.15)) # no Canny
unseen.random = True
source = pokemon()
judges = {k: pair_dls(source.limit(1), sketch=f, sz=128, bs=8, device='cpu').valid for k,f in dict(auto=auto_sketch, canny=canny_sketch, poly=poly_sketch).items()}

rows = {}
for name,sketch in dict(auto=auto_sketch, augmented=unseen).items():
    dls = pair_dls(source, sketch=sketch, valid_sketch=auto_sketch, n_sketches=4, sz=128, bs=8, device='cpu')
    set_seed(0)
    learn = set_precision(pix2pix_learner(dls, nf=32, path=out/name, cbs=[RunFolder(dict(lam=100., style=name)), Preview()]))
    learn.fit_flat_lin(epochs)
    rows[name] = {}
    for k,dl in judges.items():
        with learn.no_bar(): g,y = learn.get_preds(dl=dl)
        rows[name][k] = round(l1(g, y), 4)
        rows[name][f'{k} colourfulness'] = round(colourfulness(g), 4)
for name,r in rows.items(): print(f"{name:10} " + '  '.join(f'{k} {v:.4f}' for k,v in r.items()) + f"  lost on Canny: {r['canny']-r['auto']:+.4f}")
(out/'result.json').write_text(json.dumps(dict(epochs=epochs, **rows), indent=2) + '\n')
