"""Hold what the package does itself beside a well-kept library that does it: is the result the same, which is faster, what is saved?

    pip install pooch kornia torchmetrics scikit-image joblib
    python benchmarks/libraries.py

Writes the record `benchmarks/libraries.json`, which `nbs/design.ipynb` reads. Times are the processor's, on one thread, the median of
several rounds. `lines` counts our own code without blank lines, docstrings left in; `needs` is what a user's code would need instead.
"""
import hashlib, http.server, importlib.metadata, inspect, io, json, platform, statistics, tarfile, tempfile, threading, time
from pathlib import Path
import cv2, joblib, kornia, numpy as np, pooch, torch, torchmetrics.functional.image as tm
from fastcore.parallel import parallel
from fastai.callback.schedule import SchedLin, SchedNo, combine_scheds
from skimage.morphology import remove_small_objects, skeletonize
from torchvision.utils import make_grid
from pokegan import edges, hands, losses, metrics, pictures, sources, training
from pokegan.creatures import draw_creature

RECORD = Path(__file__).with_suffix('.json')
SSIM = [metrics.ssim, metrics.ssim_map, metrics._filter]

def cpu(f, rounds=5):
    "Seconds of the processor, the median; once before, to warm up"
    def once():
        start = time.process_time(); f()
        return time.process_time() - start
    once()
    return statistics.median(once() for _ in range(rounds))

def lines(*things): return sum(len([l for l in inspect.getsource(o).splitlines() if l.strip()]) for o in things)

def versions(*names): return ' '.join(f'{o} {importlib.metadata.version(o)}' for o in names)

def row(what, ours, theirs, needs, library, seconds, **facts):
    return dict(what=what, ours=', '.join(o.__name__ for o in ours), lines=lines(*ours), theirs=theirs, needs=needs,
                library=versions(library), ours_ms=1000*seconds[0], theirs_ms=1000*seconds[1], **facts)

def archive(folder):
    "An archive that holds a picture and a file that wants to lie outside"
    with tarfile.open(folder/'zoo.tar.gz', 'w:gz') as t:
        for name,data in (('zoo/a.txt', b'a'*2**20), ('../outside.txt', b'I should not be here')):
            info = tarfile.TarInfo(name); info.size = len(data); t.addfile(info, io.BytesIO(data))
    return folder/'zoo.tar.gz'

def downloads():
    with tempfile.TemporaryDirectory() as d:
        d = Path(d); data = archive(d); (d/'big').write_bytes(np.random.default_rng(0).bytes(2**23))
        def outside(f):
            "Does unpacking write outside its folder?"
            try: f()
            except Exception: pass
            return (d/'outside.txt').exists() and not (d/'outside.txt').unlink()
        (d/'in').mkdir()
        escapes = [outside(lambda: sources.unpack(data, 'zoo', d/'in')), outside(lambda: pooch.Untar(extract_dir=str(d/'there'))(str(data), 'download', None))]
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args): super().__init__(*args, directory=d)
            def log_message(self, *args): pass
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Quiet); threading.Thread(target=server.serve_forever, daemon=True).start()
        url,want = f'http://127.0.0.1:{server.server_port}/big', hashlib.sha256((d/'big').read_bytes()).hexdigest()
        pooch.get_logger().disabled = True
        def theirs(): (d/'p').unlink(missing_ok=True); pooch.retrieve(url, want, 'p', d)
        seconds = cpu(lambda: sources.fetch(url, d/'o', False)), cpu(theirs)
        server.shutdown()
    return row('downloads of archives', [sources.fetch, sources.check_archive, sources.unpack], 'pooch.retrieve, pooch.Untar', 4, 'pooch', seconds,
               same='the same file', escapes=escapes)

def sketch_cache():
    y = np.stack([draw_creature(i, 128) for i in range(48)])
    def sketch(y): return np.stack([edges.auto_sketch(o) for o in y])[..., None]
    x = sketch(y)
    with tempfile.TemporaryDirectory() as d:
        d = Path(d); np.savez_compressed(d/'x.npz', x=x)
        memory = joblib.Memory(d/'memory', verbose=0); kept = memory.cache(sketch); kept(y)
        key = lambda: hashlib.sha256(np.ascontiguousarray(y)).hexdigest()
        def ours(): key(); return np.load(d/'x.npz')['x']
        assert (kept(y) == ours()).all()
        size = [(d/'x.npz').stat().st_size, sum(o.stat().st_size for o in (d/'memory').rglob('*') if o.is_file())]
        seconds = cpu(ours), cpu(lambda: kept(y))
    from pokegan.data import cache_key, cached
    return row('cache of sketches', [cache_key, cached], 'joblib.Memory', 3, 'joblib', seconds, same='the same array', bytes=size)

def thinning():
    masks = [(edges.auto_sketch(draw_creature(i)) < 128).astype(np.uint8) for i in range(16)]
    masks = [cv2.dilate(m, np.ones((3, 3), np.uint8)) for m in masks]
    a,b = [edges.thin_lines(m) > 0 for m in masks], [skeletonize(m > 0) for m in masks]
    differ = sum((p != q).sum() for p,q in zip(a, b))/sum(p.sum() for p in a)/2
    seconds = cpu(lambda: [edges.thin_lines(m) for m in masks]), cpu(lambda: [skeletonize(m > 0) for m in masks])
    return row('thin lines', [edges.thin_lines], 'skimage.morphology.skeletonize', 1, 'scikit-image', [o/16 for o in seconds],
               same=f'{differ:.0%} of the line pixels lie elsewhere')

def short_lines():
    masks = [edges.thin_lines((edges.auto_sketch(draw_creature(i)) < 128).astype(np.uint8)) for i in range(16)]
    def theirs(m): return remove_small_objects(m > 0, max_size=11, connectivity=2)
    same = all(((edges.drop_short(m, 12) > 0) == theirs(m)).all() for m in masks)
    seconds = cpu(lambda: [edges.drop_short(m, 12) for m in masks]), cpu(lambda: [theirs(m) for m in masks])
    return row('drop short lines', [edges.drop_short], 'skimage.morphology.remove_small_objects', 1, 'scikit-image', [o/16 for o in seconds],
               same='the same lines' if same else 'other lines')

def double(i): return 2*i

def many_processes():
    from concurrent.futures import ProcessPoolExecutor
    def ours():
        with ProcessPoolExecutor(2) as pool: return list(pool.map(double, range(64), chunksize=4))
    def theirs(): return list(parallel(double, range(64), n_workers=2, chunksize=4, progress=False))
    assert ours() == theirs()
    def wall(f): start = time.perf_counter(); f(); return time.perf_counter() - start
    seconds = [statistics.median(wall(f) for _ in range(3)) for f in (ours, theirs)]
    return row('many files, a bar', [hands._bar], 'fastcore.parallel', 1, 'fastcore', seconds, same='the same list; it cannot set up a process, such as its threads')

def grids():
    g = [torch.rand(3, 128, 128)*2 - 1 for _ in range(24)]
    rows = [g[i:i+8] for i in range(0, 24, 8)]
    a,b = pictures.tile(rows), make_grid(torch.stack(g), nrow=8, padding=4, value_range=(-1, 1), normalize=True, pad_value=1)
    b = (b*255).round().byte().permute(1, 2, 0).numpy()[:a.shape[0], :a.shape[1]]
    same = np.abs(a.astype(int) - b).max() <= 1
    try: make_grid([torch.rand(1, 8, 8), torch.rand(3, 8, 8)]); mixed = True
    except RuntimeError: mixed = False
    seconds = cpu(lambda: pictures.tile(rows)), cpu(lambda: make_grid(torch.stack(g), nrow=8, padding=4, value_range=(-1, 1), normalize=True))
    return row('a grid of pictures', [pictures.tile], 'torchvision.utils.make_grid', 2, 'torchvision', seconds,
               same=f"{'the same picture' if same else 'another picture'}; grey beside colour: {'yes' if mixed else 'an error'}")

def schedules():
    def ours(flat): return lambda pct: min(1., (1-pct)/(1-flat) if flat < 1 else 1.)
    def theirs(flat): return combine_scheds([flat, 1-flat], [SchedNo(1., 1.), SchedLin(1., 0.)])
    at = np.linspace(0, 1, 101)
    worst = max(abs(ours(f)(p) - float(theirs(f)(p))) for f in (.1, .5, .9) for p in at)
    def at_end(f):
        try: return abs(float(theirs(f)(.5)) - ours(f)(.5)) < 1e-6
        except Exception: return False
    ends = [at_end(f) for f in (0., 1.)]
    o,t = ours(.5), theirs(.5)
    return row('flat, then falling', [training.Pix2PixLearner.fit_flat_lin], 'fastai.callback.schedule.combine_scheds', lines(training.Pix2PixLearner.fit_flat_lin), 'fastai',
               [cpu(lambda: [o(p) for p in at])/101, cpu(lambda: [t(p) for p in at])/101], same=f'to {worst:.0e}; all falling: {ends[0]}, all flat: {ends[1]}')

def metric(name, parts, theirs, library, called):
    ours = parts[0]
    g,y = [torch.from_numpy(np.stack([draw_creature(i+k, 128) for i in range(8)])).permute(0, 3, 1, 2)/127.5 - 1 for k in (0, 1)]
    y = .9*y + .1*g
    a,b = ours(g, y), float(theirs(g/2 + .5, y/2 + .5))
    return row(name, parts, called, 1, library, [cpu(lambda: ours(g, y)), cpu(lambda: theirs(g/2 + .5, y/2 + .5))], same=f'{a:.4f} and {b:.4f}')

def augmentations():
    x = torch.rand(8, 3, 128, 128)*2 - 1
    k = torch.nn.Sequential(kornia.augmentation.RandomAffine(0, translate=(.125, .125), p=1.), kornia.augmentation.RandomErasing((.25, .25), (1., 1.), p=1.))
    names = losses._translation, losses._cutout
    return row('DiffAugment', names, 'kornia.augmentation', 3, 'kornia', [cpu(lambda: losses.diff_augment(x[:, :1], x, 'translation,cutout', 1.)), cpu(lambda: k(x))],
               same='interpolated instead of copied pixels')

def main():
    torch.manual_seed(0); torch.set_num_threads(1); cv2.setNumThreads(1)
    rows = [downloads(), sketch_cache(), thinning(), short_lines(), many_processes(), grids(), schedules(),
            metric('SSIM', SSIM, lambda a, b: tm.structural_similarity_index_measure(a, b, data_range=1.), 'torchmetrics', 'structural_similarity_index_measure'),
            metric('SSIM again', SSIM, lambda a, b: kornia.metrics.ssim(a, b, 11, 1., padding='valid').mean(), 'kornia', 'kornia.metrics.ssim'),
            metric('PSNR', [metrics.psnr], lambda a, b: tm.peak_signal_noise_ratio(a, b, data_range=1., reduction='elementwise_mean', dim=(1, 2, 3)), 'torchmetrics', 'peak_signal_noise_ratio'),
            augmentations()]
    for r in rows:
        for k in ('ours_ms', 'theirs_ms'): r[k] = float(f'{r[k]:.3g}')
        print(*(f'{k} {v}' for k,v in r.items()), sep=', ')
    record = dict(python=platform.python_version(), torch=torch.__version__, rows=rows)
    pictures.write_atomic(RECORD, lambda f: Path(f).write_text(json.dumps(record, indent=1) + '\n'))

if __name__ == '__main__': main()
