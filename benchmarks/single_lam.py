"""One generator for λ from 1 to 1000 against generators of one λ (1, 100, 1000), all with the same budget, on the same held-out Pokémon.

    POKEGAN_DATA=... python benchmarks/single_lam.py [--size 64] [--nf 16] [--epochs 30] [--bs 4] [--fm 2] [--augment P] [--limit N] [--runs DIR] [--out benchmarks/lambda/single.json]

Every run is kept in `--runs`, and goes on from there if it was stopped. `nbs/tutorials/lambda.ipynb` reads the result.
"""
import argparse, json, tempfile
from pathlib import Path
import pandas as pd
from pokegan.pictures import write_atomic
from pokegan.painting import load_model
from pokegan.runs import RunConfig, train_run

KEYS = ('l1', 'sharpness', 'colourfulness', 'real_sharpness', 'real_colourfulness')

def train(lam, args, runs):
    "Train at one λ or a range, or go on, or find it done; the card"
    out = runs/('conditioned' if isinstance(lam, tuple) else f'single-{lam:g}')
    try: done = load_model(out)[1]
    except (FileNotFoundError, ValueError): done = {}
    if done.get('epochs') == args.epochs and 'metrics' in done: return done
    same = {k: getattr(args, k) for k in ('data', 'size', 'nf', 'epochs', 'bs', 'fm', 'augment', 'seed', 'limit', 'device')}
    return train_run(RunConfig(lam=lam, up='bilinear', **same), out, resume=(out/'checkpoint.pth').exists()).run_folder.card

def table(rows):
    "A row a λ: what the conditioned generator reaches over what a generator of that λ alone does"
    t = pd.DataFrame(rows).pivot(index='lam', columns='model', values=list(KEYS[:3])).dropna()
    return pd.DataFrame({k: t[k, 'conditioned']/t[k, 'single'] for k in KEYS[:3]})

def main():
    p = argparse.ArgumentParser()
    for k,v in dict(size=64, nf=16, epochs=30, bs=4, seed=0, limit=None).items(): p.add_argument(f'--{k}', type=int, default=v)
    p.add_argument('--fm', type=float, default=2.)
    for k,v in dict(data='pokemon', augment='translation,cutout', device=None, runs=None, out=Path(__file__).parent/'lambda'/'single.json').items(): p.add_argument(f'--{k}', default=v)
    args = p.parse_args()
    runs = Path(args.runs or tempfile.mkdtemp())
    rows, what = [], dict(size=args.size, nf=args.nf, epochs=args.epochs, bs=args.bs, fm=args.fm, augment=args.augment, data=args.data)
    for lam in ((1., 1000.), 1., 100., 1000.):
        card = train(lam, args, runs)
        many = card.get('metrics_by_lam') or {f'{lam:g}': card['metrics']}
        rows += [dict(model='conditioned' if isinstance(lam, tuple) else 'single', lam=float(l), **{k: m[k] for k in KEYS}, **what, n_train=card['n_train'], n=m['n']) for l,m in many.items()]
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    write_atomic(args.out, lambda f: Path(f).write_text(json.dumps(rows, indent=1) + '\n'))
    print(pd.DataFrame(rows)[['model', 'lam', *KEYS]].round(4).to_string(index=False))
    print('\nconditioned / single:\n' + table(rows).round(3).to_string())

if __name__ == '__main__': main()
