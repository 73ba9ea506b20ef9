"""How long finding a drawing's regions takes, how wide a gap it closes, and whether a drawing has the same regions at any size.

    python benchmarks/regions.py [--repeat 9] [--out benchmarks/regions.json]

The drawings are our own, in nbs/sketches. OpenCV is kept to one thread; the time is the process's own, and of each drawing the median over the repeats.
`nbs/08_conditions.ipynb` reads the record.
"""
import argparse, json, time
from pathlib import Path
import cv2, numpy as np
from PIL import Image
from pokegan.conditions import regions
from pokegan.pictures import write_atomic

HERE = Path(__file__).parent
SIZES = (128, 256, 512)

def drawing_at(a, size):
    "A drawing of another size"
    return cv2.resize(a, (size, size), interpolation=cv2.INTER_AREA if size < len(a) else cv2.INTER_CUBIC)

def milliseconds(f, repeat):
    "Median of the process's time that `f` takes"
    f()
    took = []
    for _ in range(repeat):
        start = time.process_time()
        f()
        took.append(1e3*(time.process_time() - start))
    return float(np.median(took))

def overlap(a, b):
    "Of every part of `a` above 1% of the sheet, the best intersection over union with a part of `b`"
    n = min(len(a), len(b))
    a,b = (cv2.resize(o, (n, n), interpolation=cv2.INTER_NEAREST) for o in (a, b))
    big = [k for k in range(a.max()+1) if (a == k).mean() > .01]
    return [max(((a == k) & (b == j)).sum()/((a == k) | (b == j)).sum() for j in np.unique(b[a == k])) for k in big]

def times(drawings, repeat):
    "A row a size: milliseconds, and how far the parts agree with those at the drawings' own size"
    for size in SIZES:
        small = [drawing_at(a, size) for a in drawings]
        ms = [milliseconds(lambda: regions(a), repeat) for a in small]
        iou = np.concatenate([overlap(regions(a), regions(b)) for a,b in zip(drawings, small)])
        yield dict(size=size, ms=round(float(np.median(ms)), 1), slowest_ms=round(max(ms), 1),
                   mean_iou=round(float(iou.mean()), 3), parts=len(iou), above_90=round(float((iou > .9).mean()), 2))

def ring(gap, radius, size=256, width=3):
    "A circle whose line has a gap"
    a = np.full((size, size), 255, np.uint8)
    cv2.circle(a, (size//2, size//2), radius, 0, width)
    a[:size//2, size//2 - gap//2:size//2 - gap//2 + gap] = 255
    return a

def widest_gap(radius):
    "The widest gap in a circle at 256² that all smaller ones are closed up to, pixels"
    return next(gap for gap in range(2*radius) if not regions(ring(gap + 1, radius))[128, 128])

def main():
    p = argparse.ArgumentParser()
    p.add_argument('--repeat', type=int, default=9)
    p.add_argument('--out', default=HERE/'regions.json')
    args = p.parse_args()
    cv2.setNumThreads(1)
    drawings = [np.asarray(Image.open(f).convert('L')) for f in sorted((HERE.parent/'nbs'/'sketches').glob('*.png'))]
    record = dict(opencv=cv2.__version__, drawings=len(drawings), times=list(times(drawings, args.repeat)),
                  gaps=[dict(radius=r, widest_gap=widest_gap(r)) for r in (10, 15, 20, 30, 50, 80)])
    write_atomic(args.out, lambda f: Path(f).write_text(json.dumps(record, indent=1) + '\n'))
    for k in ('times', 'gaps'):
        for row in record[k]: print(row)

if __name__ == '__main__': main()
