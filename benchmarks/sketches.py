"""Measure the sketch styles on the Pokémon pictures, beside Poke-Gan's filters (`canny` and `poly`).

    POKEGAN_DATA=... python benchmarks/sketches.py [STYLE ...]

Prints a Markdown table and writes the record `benchmarks/sketches.json`, which `nbs/03_edges.ipynb` reads. Styles that draw by lot
get the picture's number as their seed. OpenCV is kept to one thread, and time is the processor's, so that the speed is that of one core.
"""
import json, sys, cv2
from pathlib import Path
from pokegan.pictures import write_atomic
from pokegan.edges import measure_sketches, measure_table
from pokegan.hands import SKETCHES, get_sketch
from pokegan.sources import pokemon

RECORD = Path(__file__).with_suffix('.json')

def numbered(sketch):
    "A sketching function without a seed: the n-th call of a random one has seed n"
    if not getattr(sketch, 'random', False): return sketch
    seeds = iter(range(10**9))
    return lambda img: sketch(img, next(seeds))

def rounded(row): return {k:round(v, 5) for k,v in row.items()}

def main(styles):
    cv2.setNumThreads(1)
    src = pokemon()
    pics = [src.load(o)[1] for o in sorted({*src.train, *src.valid, *src.test})]
    rows = {k:rounded(measure_sketches(pics, numbered(get_sketch(k)))) for k in styles}
    print(f'{len(pics)} pictures, OpenCV {cv2.__version__}\n')
    print(measure_table(rows))
    text = json.dumps(dict(pictures=len(pics), opencv=cv2.__version__, styles=rows), indent=2)
    write_atomic(RECORD, lambda f: Path(f).write_text(text+'\n'))

if __name__=='__main__':
    try: main(sys.argv[1:] or [*SKETCHES])
    except (OSError, ValueError) as e: sys.exit(f'sketches.py: {e}')
