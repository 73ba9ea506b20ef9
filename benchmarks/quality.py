"""Quality against minutes of one core: recipe `paper` beside recipe `pokegan`, and what each thing that we add does alone.

    POKEGAN_DATA=... python benchmarks/quality.py recipes  [--size 64] [--epochs 24] [--runs DIR]
    POKEGAN_DATA=... python benchmarks/quality.py ablation [--size 64] [--epochs 12] [--seeds 3] [--runs DIR]

In `recipes` the plain recipe gets twice the epochs, which take about as long. Minutes are the process's own time on one thread (judging left out), so that other work on the machine does not count. Every run is judged on the held-out
41 Pokémon: told nothing, and where it can be told, the real picture's palette (`l1_own`), another picture's (`l1_other`) and the colours of all parts
(`l1_regions`). A run that is in the record is not done again. `nbs/09_features.ipynb` shows both records.
"""
import json, tempfile, time, torch
from pathlib import Path
from fastai.callback.core import Callback
from fastcore.script import call_parse
from pokegan.metrics import evaluate
from pokegan.pictures import write_atomic
from pokegan.runs import RunConfig, RunFolder, feature_distances, paint_all, run_config, told_figures, train_run

SAME = dict(data='pokemon', nf=32, bs=8, lam=(1, 1000), up='bilinear', fm=2., augment='translation,cutout')
BOTH = dict(perc=5., proj=.3)
ABLATION = {'plain': {}, '+ feature loss': dict(perc=5.), '+ projected critic': dict(proj=.3), '+ both': BOTH,
            '+ both, palette': dict(**BOTH, palette=True, shares=1.), '+ both, palette, parts': dict(**BOTH, palette=True, shares=1., strokes=True)}
RECIPES = dict(paper=dict(share=2), pokegan=dict(share=1, palette=True, strokes=True, shares=1.)) # share: of the epochs
KEYS = ('l1', 'l1_own', 'l1_other', 'l1_regions', 'palette_error', 'strokes_error', 'kid', 'perceptual', 'edge_f1',
        'sharpness', 'colourfulness', 'real_sharpness', 'real_colourfulness')

def figures(learn, lam=None):
    "What the held-out pictures say about the average as it is now"
    gen,told = learn.model.ema.eval(), {} if lam is None else dict(lam=lam)
    x,g,y = paint_all(gen, learn.dls.valid, **told)
    res = evaluate(g, y, x) | feature_distances(g, y) | told_figures(gen, x, y, **told)
    return {k: round(res[k], 5) for k in KEYS if k in res}

class Watch(Callback):
    "Minutes of training so far, and figures after every so many epochs"
    order = RunFolder.order + 1
    def __init__(self, every): self.every, self.spent, self.rows, self.steps, self.trained = every, 0., [], 0, False
    def before_train(self): self.start, self.trained = time.process_time(), True
    def after_batch(self): self.steps += self.training
    def after_train(self): self.spent += time.process_time() - self.start
    def after_epoch(self):
        if self.trained and (self.epoch + 1) % self.every == 0:
            lam = 100. if getattr(self.loss_func.objective, 'lam', None) else None
            self.rows.append(dict(epoch=self.epoch+1, minutes=round(self.spent/60, 3), **figures(self.learn, lam)))
            print(self.rows[-1], flush=True)

def note(out, key, row):
    "Another run into the record"
    record = json.loads(out.read_text()) if out.exists() else {}
    record.setdefault(key, []).append(row)
    write_atomic(out, lambda f: Path(f).write_text(json.dumps(record, indent=1) + '\n'))

def done(out, key, **row):
    "Is this run in the record?"
    known = json.loads(out.read_text()).get(key, []) if out.exists() else []
    return any(all(o.get(k) == v for k,v in row.items()) for o in known)

def one_run(cfg, runs, name, every):
    "Train, and what was seen"
    watch = Watch(every)
    learn = train_run(cfg, Path(runs)/name.replace(' ', '-').replace(',', ''), bar=False, cbs=watch)
    ends = {f'{lam:g}': figures(learn, lam) for lam in (1., 100., 1000.)} if isinstance(cfg.lam, tuple) else {}
    return dict(command=cfg.command(), seconds_per_step=round(watch.spent/watch.steps, 4), rows=watch.rows, by_lam=ends)

@call_parse
def main(
    part:str, # recipes or ablation
    size:int=64, # side, pixels
    epochs:int=12, # of every run
    seeds:int=1, # of the ablation: how many
    only:str=None, # this variant alone
    runs:str=None, # folder for the runs
    out:str=None, # the record; benchmarks/quality.json if nobody says
):
    "Train and note"
    torch.set_num_threads(1)
    out,runs = Path(out or Path(__file__).with_suffix('.json')), runs or tempfile.mkdtemp()
    if part == 'recipes':
        for name,given in RECIPES.items():
            if only not in (None, name) or done(out, part, name=name): continue
            told = {k: v for k,v in given.items() if k != 'share'}
            cfg = run_config(name, data='pokemon', size=size, nf=32, bs=8, epochs=epochs*given['share'], **told)
            note(out, part, dict(name=name, **one_run(cfg, runs, name, 1)))
        return
    for seed in range(seeds):
        for name,given in ABLATION.items():
            if only not in (None, name) or done(out, part, name=name, seed=seed): continue
            cfg = RunConfig(size=size, epochs=epochs, seed=seed, **SAME, **given)
            note(out, part, dict(name=name, seed=seed, **one_run(cfg, runs, f'{name}-{seed}', epochs)))
