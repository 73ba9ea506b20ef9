"""Does DiffAugment help on 778 pictures? Short runs on `pokemon` that differ in `augment` alone, judged on the held-out pictures.

    POKEGAN_DATA=... python benchmarks/augment.py [--epochs 32] [--size 64] [--nf 16] [--lam 100] [--data pokemon] [--out FILE]

The record, benchmarks/augment.json unless --out says otherwise, has a row for every policy: the run's command, what
`pokegan_eval` measures, the least held-out L1 of any epoch, and the critic's mean loss on real pictures in the last one.
"""
import argparse, json, tempfile
from pathlib import Path
from pokegan.losses import AUGMENTS
from pokegan.pictures import write_atomic
from pokegan.runs import evaluate_model, run_config, train_run
from pokegan.painting import load_model
from pokegan.sources import get_source

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--epochs', type=int, default=32)
p.add_argument('--size', type=int, default=64)
p.add_argument('--nf', type=int, default=16)
p.add_argument('--lam', default='100')
p.add_argument('--limit', type=int, default=None)
p.add_argument('--data', default='pokemon')
p.add_argument('--out', type=Path, default=Path(__file__).with_name('augment.json'))
args = vars(p.parse_args())
out,rows = args.pop('out'), []
for policy in ('', 'translation,cutout', ','.join(AUGMENTS)):
    cfg = run_config('pokegan', **args, style='auto', augment=policy)
    with tempfile.TemporaryDirectory() as d:
        learn = train_run(cfg, Path(d)/'run', bar=False)
        gen,card = load_model(Path(d)/'run')
        source = get_source(cfg.data, direction=cfg.direction).limit(cfg.limit)
        history = learn.run_folder.history
        rows.append(dict(augment=policy, command=cfg.command(), **evaluate_model(gen, card, source),
                         best_l1=history['l1'].min(), d_real=history['d_real'].iloc[-1]))
    print(f"{policy or 'none':26}", *[f'{k} {rows[-1][k]:.4f}' for k in ('l1', 'best_l1', 'swd', 'edge_f1', 'colourfulness', 'd_real')], flush=True)
write_atomic(out, lambda f: Path(f).write_text(json.dumps(rows, indent=1) + '\n'))
