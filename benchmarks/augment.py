"""Does DiffAugment help on 778 pictures? Short runs on `pokemon`, without and with two policies, judged on the held-out pictures.

    POKEGAN_DATA=... python benchmarks/augment.py [epochs] [size] [nf]
"""
import sys
from pokegan.data import pokemon, pair_dls
from pokegan.edges import auto_sketch
from pokegan.metrics import evaluate
from pokegan.training import pix2pix_learner, set_precision, set_seed, find_device

epochs, size, nf = [int(a) for a in (sys.argv[1:] + [32, 64, 16][len(sys.argv)-1:])]
dls = pair_dls(pokemon(), sketch=auto_sketch, sz=size, bs=4, device=find_device())
for policy in ('', 'translation,cutout', 'color,translation,cutout'):
    set_seed(0)
    learn = set_precision(pix2pix_learner(dls, nf=nf, up='resize', augment=policy))
    dls.train.set_epoch(0)
    with learn.no_bar(), learn.no_logging(): learn.fit_flat_lin(epochs)
    with learn.no_bar(): x,g,y = learn.get_preds(with_input=True)
    m, best = evaluate(g, y, x), min(o[-1] for o in learn.recorder.values)
    print(f"{policy or 'none':26} " + '  '.join(f'{k} {m[k]:.4f}' for k in ('l1', 'swd', 'edge_f1', 'colourfulness', 'sharpness')) + f"  best l1 {best:.4f}  d_real {learn.two_players.means['d_real']:.2f}", flush=True)
