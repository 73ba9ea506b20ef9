"""Critics that see 1, 16, 70 and 286 pixels, otherwise the same training, on creatures: how large should the patch be?

    python benchmarks/critics.py [--size 128] [--nf 16] [--epochs 8] [--n_train 144] [--only 70] [--out benchmarks/lambda]

Leaves `critics.json` and `critics.png` in `--out`; `--only` trains one critic and adds it to what is there. `nbs/tutorials/lambda.ipynb` reads both.
"""
import argparse, json
from pathlib import Path
import numpy as np, torch
from PIL import Image
from pokegan.pictures import tile, write_atomic
from pokegan.data import creatures, pair_dls
from pokegan.edges import auto_sketch
from pokegan.metrics import evaluate
from pokegan.models import PatchCritic, receptive_field
from pokegan.training import pix2pix_learner, set_seed
from pokegan.runs import find_device, paint_all

LAYERS = {1: 0, 16: 1, 70: 3, 286: 5} # receptive field: convolutions of stride 2
SHOWN = 6

def main():
    p = argparse.ArgumentParser()
    for k,v in dict(size=128, nf=16, epochs=8, bs=4, n_train=144, seed=0, only=None).items(): p.add_argument(f'--{k}', type=int, default=v)
    p.add_argument('--lam', type=float, default=100.); p.add_argument('--lr', type=float, default=1e-3)
    p.add_argument('--device'); p.add_argument('--out', type=Path, default=Path(__file__).parent/'lambda')
    args = p.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    file, same = args.out/'critics.json', {k: getattr(args, k) for k in ('size', 'nf', 'epochs', 'bs', 'n_train', 'seed', 'lam', 'lr')}
    old = json.loads(file.read_text()) if file.exists() else []
    rows = {r['pixels']: r for r in old if {k: r[k] for k in same} == same} # results of other settings are not mixed with these
    dls = pair_dls(creatures(n=400, size=args.size).limit(args.n_train), sketch=auto_sketch, sz=args.size, bs=args.bs, seed=args.seed, device=find_device(args.device))
    picture = args.out/'critics.png'
    strips = {}
    if rows and picture.exists(): # the rows of the picture: drawings, a row a critic, real
        a = np.asarray(Image.open(picture).convert('RGB')); h = len(a)//(len(rows)+2)
        strips = {k: a[h*(i+1):h*(i+2)] for i,k in enumerate(sorted(rows))}
    for pixels in [args.only] if args.only else LAYERS:
        set_seed(args.seed)
        critic = PatchCritic(c_in=4, nf=args.nf, n_layers=LAYERS[pixels]); assert receptive_field(critic) == pixels
        learn = pix2pix_learner(dls, nf=args.nf, lam=args.lam, lr=args.lr, up='resize', critic=critic)
        with learn.no_bar(), learn.no_logging(): learn.fit_flat_lin(args.epochs)
        x,g,y = paint_all(learn.model.ema, dls.valid)
        rows[pixels] = dict(pixels=pixels, **same, **{k: round(v, 5) if isinstance(v, float) else v for k,v in evaluate(g, y, x).items()}, d_real=round(learn.two_players.means['d_real'], 4))
        strips[pixels] = tile([g[:SHOWN]])
        print({k: rows[pixels][k] for k in ('pixels', 'l1', 'swd', 'edge_f1', 'colourfulness', 'sharpness', 'real_sharpness')}, flush=True)
    whole = np.concatenate([tile([x[:SHOWN]]), *[strips[k] for k in sorted(rows)], tile([y[:SHOWN]])])
    write_atomic(picture, lambda f: Image.fromarray(whole).quantize(256).save(f, format='PNG', optimize=True))
    write_atomic(file, lambda f: Path(f).write_text(json.dumps([rows[k] for k in sorted(rows)], indent=1) + '\n'))

if __name__ == '__main__': main()
