"""The real test: drawings by hand, painted and measured without a ground truth (fill, leak, saturation, grid), one row a drawing.

    POKEGAN_DATA=... python benchmarks/drawings.py MODEL [--lam 100] [--sheet FILE.png]

The drawings are the project's own, in nbs/sketches/; no model has trained on them. Where `pokemon` is at hand, the grid is judged
against its held-out pictures; else it is the paintings' own score (about 1 without a grid).
"""
from pathlib import Path
import numpy as np, torch
from PIL import Image
from fastcore.script import call_parse
from pokegan.data import pokemon, load_picture, tile
from pokegan.demo import paint, clean_sketch, read_drawing, fit_square
from pokegan.metrics import coat, checkerboard
from pokegan.models import load_model, check_lam

@call_parse
def main(model:str, lam:float=None, seed:int=0, sheet:str=None):
    "Paint the drawings and measure"
    loaded = load_model(model)
    lam = check_lam(loaded[1], lam)
    files = sorted((Path(__file__).parent.parent/'nbs'/'sketches').glob('*.png'))
    inks = [fit_square(clean_sketch(read_drawing(f)), 256)[0] for f in files]
    x = torch.from_numpy(np.stack(inks))[:,None].float()/127.5 - 1
    g = torch.stack([torch.from_numpy(np.array(paint(o, loaded, lam, seed))).permute(2, 0, 1) for o in inks]).float()/127.5 - 1
    rows = coat(g, x, reduction='none')
    for i,f in enumerate(files): print(f'{f.stem:10} ' + '  '.join(f'{k} {v[i]:.3f}' for k,v in rows.items()))
    real = None
    try: real = torch.from_numpy(np.stack([load_picture(f) for f in pokemon().valid])).permute(0, 3, 1, 2).float()/127.5 - 1
    except (FileNotFoundError, ImportError, OSError): pass
    print(f'mean, λ={lam:g}  ' + '  '.join(f'{k} {v.nanmean():.3f}' for k,v in rows.items()) + f"  checkerboard {checkerboard(g, real):.3f}{'' if real is None else ' (over real)'}")
    if sheet: Image.fromarray(tile([x, g])).save(sheet)
