"""The real test: drawings by hand, painted and measured without a ground truth (fill, leak, saturation, grid), one row a drawing.

    POKEGAN_DATA=... python benchmarks/drawings.py MODEL [--lam 100] [--sheet FILE.png]

The drawings are the project's own, in nbs/sketches/; no model has trained on them. Where `pokemon` is at hand, the grid is judged
against its held-out pictures; else it is the paintings' own score (about 1 without a grid).
"""
from pathlib import Path
import numpy as np, torch
from PIL import Image
from fastcore.script import call_parse
from pokegan.pictures import fit_square, one_line_errors, read_drawing, tile
from pokegan.data import data_root
from pokegan.metrics import checkerboard, coat
from pokegan.conditions import check_lam
from pokegan.hands import clean_sketch
from pokegan.sources import pokemon
from pokegan.painting import load_model, paint

DRAWINGS = sorted((Path(__file__).parent.parent/'nbs'/'sketches').glob('*.png'))

def batch(pics):
    "Pictures as a batch in [-1,1]"
    a = torch.from_numpy(np.stack([np.asarray(o) for o in pics]))
    return a.reshape(*a.shape[:3], -1).permute(0, 3, 1, 2).float()/127.5 - 1

def real_pictures():
    "The held-out Pokémon pictures, or None where they are not at hand"
    if not (data_root()/'pokemon-images-dataset').is_dir(): return None
    src = pokemon()
    return batch([src.load(o)[1] for o in src.valid])

def columns(row): return '  '.join(f'{k} {v:.3f}' for k,v in row.items())

@call_parse
def main(
    model:str, # path of a model, a run's folder, or a shipped model's name
    lam:float=None, # λ, where the model was trained for more than one
    seed:int=0, # of the noise
    sheet:str=None, # draw the drawings and paintings into this file
):
    "Paint the drawings and measure"
    with one_line_errors():
        loaded = load_model(model)
        lam = check_lam(loaded[1], lam)
        inks = [fit_square(clean_sketch(read_drawing(f)), 256)[0] for f in DRAWINGS]
        x,g = batch(inks),batch([paint(o, loaded, lam, seed, ink='paint') for o in inks])
        rows,real = coat(g, x, reduction='none'),real_pictures()
        for i,f in enumerate(DRAWINGS): print(f'{f.stem:10} {columns({k:v[i] for k,v in rows.items()})}')
        over = '' if real is None else ' (over real)'
        print(f'mean, λ={lam:g}  {columns(coat(g, x))}  checkerboard {checkerboard(g, real):.3f}{over}')
        if sheet: Image.fromarray(tile([x, g])).save(sheet)
