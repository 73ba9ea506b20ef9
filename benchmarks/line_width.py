"""Does the width of the pen, or the size on the sheet, choose the colours? The ten drawings of nbs/sketches are redrawn
from their centre lines in four widths and three sizes and painted, told nothing about colours. How different are the
paintings inside the figure, when the network sees the sheet as it is (`fit_square`), and when it sees the usual drawing?

    POKEGAN_DATA=... python benchmarks/line_width.py [--model pokemon-lambda] [--lam 100] [--sheet FILE.png]

Writes the record `benchmarks/line_width.json`, which `nbs/10_hands.ipynb` reads. The usual width is measured first, on
training sketches; those of `pokemon` are left out where the data set is not at hand.
"""
import json, itertools, time
from pathlib import Path
import cv2, numpy as np, torch
from PIL import Image
from fastcore.script import call_parse
from pokegan.pictures import fit_square, read_drawing, square, tile, to_tensor, write_atomic
from pokegan.data import creatures, data_root
from pokegan.edges import thin_lines
from pokegan.metrics import coat, delta_e
from pokegan.conditions import regions
from pokegan.hands import clean_sketch, get_sketch, ink_pixels, off_square, split_ink, usual_drawing
from pokegan.painting import load_model, paint_square
from pokegan.sources import pokemon

RECORD = Path(__file__).with_suffix('.json')
DRAWINGS = sorted((Path(__file__).parent.parent/'nbs'/'sketches').glob('*.png'))
WIDTHS,SIZES,USUAL = (1.5, 3.5, 7, 12), (1, .75, .5), 3.5 # pixels at 256²; share of the drawing's own size
TREATMENTS = dict(sheet=fit_square, usual=usual_drawing) # what the network sees of a drawing

def ink_width(sketch):
    "Inked pixels per pixel of centre line"
    m = (sketch<128).astype(np.uint8)
    return m.sum()/max(cv2.countNonZero(thin_lines(m)), 1)

def usual_width(src, style, size, n=60):
    "Median width of the lines of some training sketches, and the median longer side of their figures"
    f,widths,sides = get_sketch(style),[],[]
    for k,o in enumerate(src.train[::max(1, len(src.train)//n)][:n]):
        picture = square(src.load(o)[1], size)
        sketch = f(picture, k) if getattr(f, 'random', False) else f(picture)
        widths.append(ink_width(sketch)); sides.append(max(cv2.boundingRect(255-sketch)[2:])/size)
    return dict(width=round(float(np.median(widths)), 2), side=round(float(np.median(sides)), 3))

def redrawn(ink, width, scale=1., side=256):
    "A drawing from its centre lines: another pen, another size, solid black as it was"
    n = 2*side
    lines,solid = split_ink(ink_pixels(fit_square(ink, n)[0]), 1)
    m = np.array([[scale, 0, (1-scale)*(n-1)/2], [0, scale, (1-scale)*(n-1)/2]])
    far = cv2.distanceTransform(1-lines, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    far,solid = (cv2.warpAffine(o.astype(np.float32), m, (n,n), borderValue=b) for o,b in ((far,1e3),(solid,0)))
    cover = np.maximum(np.clip(width*n/side/2+.5-far*scale, 0, 1), solid)
    return cv2.resize((255-255*cover).round().astype(np.uint8), (side,side), interpolation=cv2.INTER_AREA)

def painted(ink, loaded, lam, treat):
    "The painting of a drawing that the network sees in this way"
    sq,box = treat(ink, loaded[1]['size'])
    return off_square(paint_square(sq, loaded, lam), box, ink.shape)

def enlarged(a, scale):
    "Bring a drawing of another size back to its own"
    m = np.array([[1/scale, 0, (1-1/scale)*(len(a)-1)/2], [0, 1/scale, (1-1/scale)*(len(a)-1)/2]])
    return cv2.warpAffine(a, m, a.shape[1::-1], flags=cv2.INTER_CUBIC, borderValue=(255,)*3)

def difference(paintings, inks):
    "Mean ΔE2000 between all pairs of paintings, where all drawings are figure and none is ink"
    inside = np.all([o>250 for o in inks], 0)&(regions(inks[0])>0)
    return float(np.mean([delta_e(a[inside], b[inside]).mean() for a,b in itertools.combinations(paintings, 2)]))

def compare(pens, sizes, loaded, lam, treat):
    "Differences between the widths and between the sizes of one drawing, and the paintings"
    by_pen = [painted(o, loaded, lam, treat) for o in pens]
    by_size = [enlarged(painted(o, loaded, lam, treat), k) for o,k in zip(sizes, SIZES)]
    plain = [enlarged(o, k) for o,k in zip(sizes, SIZES)]
    return dict(widths=round(difference(by_pen, pens), 2), sizes=round(difference(by_size, plain), 2)), by_pen+by_size

def milliseconds(f, *args, n=5):
    "Processor time of a call, the fastest of some"
    def once(): t = time.process_time(); f(*args); return 1e3*(time.process_time()-t)
    return round(min(once() for _ in range(n)), 1)

def batch(pics): return torch.stack([to_tensor(o.reshape(*o.shape[:2], -1)) for o in pics])

@call_parse
def main(
    model:str='pokemon-lambda', # as for pokegan_paint
    lam:float=100., # λ
    sheet:str=None, # draw the paintings into this file: a row for every drawing and treatment
):
    "Paint the drawings in four widths and three sizes, and compare"
    torch.set_num_threads(1); cv2.setNumThreads(1)
    sources = [creatures(n=200)] + ([pokemon()] if (data_root()/'pokemon-images-dataset').is_dir() else [])
    sketches = [dict(data=src.name, style=style, size=size, **usual_width(src, style, size))
                for src in sources for style in ('auto', 'mixed') for size in (256, 128)]
    for o in sketches: print(o)
    loaded,rows,pictures = load_model(model),[],[]
    inks = [clean_sketch(read_drawing(f)) for f in DRAWINGS]
    for f,ink in zip(DRAWINGS, inks):
        pens,sizes = [redrawn(ink, o) for o in WIDTHS],[redrawn(ink, USUAL, k) for k in SIZES]
        for seen,treat in TREATMENTS.items():
            res,shown = compare(pens, sizes, loaded, lam, treat)
            rows.append(dict(drawing=f.stem, seen=seen, **res)); print(rows[-1], flush=True)
            pictures.append(batch(shown))
    squares = [fit_square(o, 256)[0] for o in inks]
    quality = {seen:{k:round(float(v), 3) for k,v in coat(batch([painted(o, loaded, lam, treat) for o in squares]),
                                                         batch(squares)).items()} for seen,treat in TREATMENTS.items()}
    large = [cv2.resize(o, (1024,1024), interpolation=cv2.INTER_CUBIC) for o in squares]
    ms = {str(len(o[0])):max(milliseconds(usual_drawing, i) for i in o) for o in (squares, large)}
    mean = {seen:{k:round(float(np.mean([r[k] for r in rows if r['seen']==seen])), 2) for k in ('widths', 'sizes')}
            for seen in TREATMENTS}
    print(mean, quality, ms, sep='\n')
    settings = dict(model=model, lam=lam, widths=WIDTHS, sizes=SIZES)
    record = dict(settings=settings, sketches=sketches, rows=rows, mean=mean, coat=quality, slowest_ms=ms)
    write_atomic(RECORD, lambda f: Path(f).write_text(json.dumps(record, indent=1)+'\n'))
    if sheet: Image.fromarray(tile(pictures)).save(sheet)
