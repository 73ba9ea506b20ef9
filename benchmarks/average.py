"""The mean of several models' weights, as one model with a card of its own.

    POKEGAN_DATA=... python benchmarks/average.py runs/pokemon-256c runs/pokemon-256d --out runs/pokemon-lambda

Legs of one training lie around the same valley, and its middle is lower than its sides (Izmailov et al. 2018, "Averaging weights leads to wider optima").
The card is the last one's; `mean_of` on it names the models, and the held-out pictures are judged anew.
"""
import torch
from fastcore.script import Param, call_parse
from pokegan.painting import load_model, save_model
from pokegan.runs import JUDGED_AT, evaluate_model
from pokegan.sources import get_source

@call_parse
def main(
    models:Param('folders of runs, or files of weights, of one architecture', str, nargs='+'),
    out:str='runs/mean', # folder for the new model
):
    "Average and judge"
    torch.set_num_threads(1)
    loaded = [load_model(o) for o in models]
    (gen,card),states = loaded[-1],[g.state_dict() for g,_ in loaded]
    gen.load_state_dict({k: sum(o[k].double() for o in states)/len(states) for k in states[0]})
    source = get_source(card['data'])
    by_lam = {f'{lam}': evaluate_model(gen, card, source, lam=float(lam)) for lam in JUDGED_AT}
    card |= dict(mean_of=list(models), metrics=by_lam['100'], metrics_by_lam=by_lam)
    print(save_model(f'{out}/model', gen, card))
    for lam,m in by_lam.items(): print(lam, {k: m[k] for k in ('l1', 'l1_own', 'l1_regions', 'kid', 'perceptual')})
