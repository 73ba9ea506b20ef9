"""Measure the sketch styles on the Pokémon pictures, beside the figures of Poke-Gan's filters.

    POKEGAN_DATA=... python benchmarks/sketches.py [STYLE ...]

Prints a Markdown table. Styles that draw by lot get the picture's number as their seed. OpenCV is kept to one thread,
so that the speed is that of one core; only the sketching is timed.
"""
import sys, cv2
from pokegan.data import pokemon
from pokegan.edges import SKETCHES, get_sketch, measure_sketches, measure_table

def numbered(sketch):
    "A sketching function without a seed: the n-th call of a random one has seed n"
    if not getattr(sketch, 'random', False): return sketch
    seeds = iter(range(10**9))
    return lambda img: sketch(img, next(seeds))

def main(styles):
    cv2.setNumThreads(1)
    src = pokemon()
    items = [*src.train, *src.valid, *src.test]
    pics = [src.load(o)[1] for o in sorted(set(items))]
    rows = {k:measure_sketches(pics, numbered(get_sketch(k))) for k in styles}
    print(f'{len(pics)} pictures, OpenCV {cv2.__version__}\n')
    print(measure_table(rows))

if __name__=='__main__':
    try: main(sys.argv[1:] or ['auto', 'canny', 'poly', 'hand', 'mixed'])
    except (OSError, ValueError) as e: sys.exit(f'sketches.py: {e}')
