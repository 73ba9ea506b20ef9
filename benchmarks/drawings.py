"""The real test: drawings by hand, painted and measured without a ground truth, one row a drawing and one record a model.

    POKEGAN_DATA=... python benchmarks/drawings.py MODEL [--lam 100] [--sheet FILE.png] [--out benchmarks/drawings.json]

The drawings are the project's own, in nbs/sketches/; no model has trained on them. What is measured, before the drawing's own ink is laid on top:

* fill, leak, saturation and grid of the paintings, coloured by itself (the default) and told nothing;
* solid: how bright (0 to 255) the middle of solid black, such as a pupil, is painted;
* told twelve palettes that differ widely: `palette_error`, `strokes_error` (ΔE2000) and how many of a palette's three colours can be found
  in drawings with three parts or more;
* how far λ = 1 is from λ = 1000 inside the drawing (mean ΔE2000), told nothing and coloured by itself.

Where `pokemon` is at hand, the grid is judged against its held-out pictures; else it is the paintings' own score (about 1 without a grid).
"""
import json
from pathlib import Path
import cv2, numpy as np, pandas as pd, torch
from PIL import Image
from fastcore.script import call_parse
from pokegan.conditions import check_lam, lam_range, parse_colours, regions
from pokegan.data import data_root
from pokegan.hands import clean_sketch, usual_drawing
from pokegan.metrics import checkerboard, coat, delta_e
from pokegan.painting import load_model, paint_square, tell_colours
from pokegan.pictures import one_line_errors, read_drawing, tile, write_atomic
from pokegan.runs import palette_error, strokes_error
from pokegan.sources import pokemon

DRAWINGS = sorted((Path(__file__).parent.parent/'nbs'/'sketches').glob('*.png'))
PALETTES = ('#e4572e:3,#ffc914:2,#2e282a', '#2e86ab:3,#f6f5ae:2,#f5a65b', '#3a7d44:3,#f4d58d:2,#bf0603', '#7b2d8b:3,#f7b2d9:2,#ffd166',
            '#ffd166:3,#118ab2:2,#ef476f', '#8d5a3c:3,#f1e0c5:2,#4a7c59', '#6c757d:3,#e63946:2,#f1faee', '#00a6a6:3,#efca08:2,#f08700',
            '#f28482:3,#84a59d:2,#f7ede2', '#1d3557:3,#a8dadc:2,#e63946', '#a7c957:3,#386641:2,#f2e8cf', '#f4a261:3,#264653:2,#e9c46a')

def batch(pics):
    "Pictures as a batch in [-1,1]"
    a = torch.from_numpy(np.stack([np.asarray(o) for o in pics]))
    return a.reshape(*a.shape[:3], -1).permute(0, 3, 1, 2).float()/127.5 - 1

def real_pictures(size):
    "The held-out Pokémon pictures, or None where they are not at hand"
    if not (data_root()/'pokemon-images-dataset').is_dir(): return None
    src = pokemon()
    return batch([cv2.resize(src.load(o)[1], (size, size), interpolation=cv2.INTER_AREA) for o in src.valid])

def solid(ink):
    "The middle of what is black and much wider than a line"
    return cv2.erode((ink < 128).astype(np.uint8), np.ones((3, 3)), iterations=max(1, round(len(ink)/64))) > 0

def surface(g, inks, real):
    "Fill, leak, saturation, grid, and how bright solid black is"
    c = coat(batch(g), batch(inks))
    black = [p[m].mean() for p,m in zip(g, map(solid, inks)) if m.any()]
    return dict(**{k: float(c[k]) for k in ('fill', 'leak', 'saturation')}, grid=checkerboard(batch(g), real),
                solid=float(np.mean(black)), solid_worst=float(np.max(black)))

def obedience(inks, loaded, lam, seed):
    "Are twelve palettes to be seen in every drawing, and every part in its colour?"
    palette_errors,stroke_errors,seen = [], [], []
    for text in PALETTES:
        palette = parse_colours(text)
        told = [tell_colours(o, loaded, palette, None, seed) for o in inks]
        g = np.stack([paint_square(o, loaded, lam, seed, **t) for o,t in zip(inks, told)])
        labels = np.stack([regions(o) for o in inks])
        palette_errors.append(palette_error(g, labels > 0, [palette]*len(g)))
        if 'wishes' in told[0]: stroke_errors.append(strokes_error(g, torch.cat([t['wishes'] for t in told]).numpy(), labels))
        for p,l in zip(g, labels):
            if l.max() < 3: continue
            far = np.stack([delta_e(p[l > 0], c) for c,_ in palette])
            seen.append((np.bincount(far.argmin(0)[far.min(0) < 20], minlength=3) > .01*(l > 0).sum()).sum())
    return dict(palette_error=float(np.mean(palette_errors)), strokes_error=float(np.mean(stroke_errors)) if stroke_errors else None,
                colours_seen=float(np.mean(seen)), colours_seen_least=int(np.min(seen)))

def far_apart(inks, loaded, ends, tell):
    "Mean ΔE2000 between the two ends of λ, inside the drawings"
    far = []
    for o in inks:
        a,b = [paint_square(o, loaded, lam, 0, **tell(o)) for lam in ends]
        far.append(delta_e(a, b)[regions(o) > 0].mean())
    return float(np.mean(far))

def judge(loaded, lam, seed=0):
    "All figures of a model, and the pictures"
    gen,card = loaded
    inks = np.stack([usual_drawing(clean_sketch(read_drawing(f)), card['size'])[0] for f in DRAWINGS])
    real,(lo,hi) = real_pictures(card['size']), lam_range(card)
    def nothing(o): return {}
    def itself(o): return tell_colours(o, loaded, None, None, seed)
    g = {k: np.stack([paint_square(o, loaded, lam, seed, **f(o)) for o in inks]) for k,f in dict(itself=itself, nothing=nothing).items()}
    res = {k: surface(v, inks, real) for k,v in g.items()}
    if hasattr(gen, 'told') and {'palette', 'wishes'} & set(gen.told): res['told'] = obedience(inks, loaded, lam, seed)
    if lo != hi: res['lam_apart'] = {k: far_apart(inks, loaded, (lo, hi), f) for k,f in dict(nothing=nothing, itself=itself).items()}
    return res, inks, g

@call_parse
def main(
    model:str, # path of a model, a run's folder, or a shipped model's name
    lam:float=None, # λ, where the model was trained for more than one
    seed:int=0, # of the noise
    sheet:str=None, # draw the drawings and paintings into this file
    out:str=None, # note the figures in this record too, under the model's name
):
    "Paint the drawings and measure"
    with one_line_errors():
        loaded = load_model(model)
        lam = check_lam(loaded[1], lam)
        res,inks,g = judge(loaded, lam, seed)
        rows = coat(batch(g['itself']), batch(inks), reduction='none')
        print(pd.DataFrame({k: v.numpy() for k,v in rows.items()}, [f.stem for f in DRAWINGS]).round(3).to_string())
        print(json.dumps(res, indent=1))
        if out:
            record = json.loads(Path(out).read_text()) if Path(out).exists() else {}
            record[Path(model).name] = dict(lam=lam, **res)
            write_atomic(out, lambda f: Path(f).write_text(json.dumps(record, indent=1) + '\n'))
        if sheet: Image.fromarray(tile([batch(inks), *[batch(o) for o in g.values()]])).save(sheet)
