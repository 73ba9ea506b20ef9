"""Do with the page what a visitor would do, in Chromium, and compare its paintings with Python's.

    python tests/page.py [--shots DIR] [--only NAME]

Needs Playwright and a Chromium, as tests/browser.py does. The page is served on 127.0.0.1 alone.
"""
import argparse, base64, contextlib, functools, http.server, io, json, sys, tarfile, tempfile, threading, time
import zipfile
from pathlib import Path
import numpy as np, torch
from PIL import Image
from browser import chromium, covered_things
from pokegan.conditions import ToldUNet, colour_by_itself, encode_palette, parse_colours, regions, stroke_wishes
from pokegan.conditions import wish_channels
from pokegan.demo import as_corners, figure_place, on_paper, paint_colours, upload_lines
from pokegan.hands import clean_sketch, even_light, find_sheet, looks_drawn, off_square, photo_lines, sheet_map
from pokegan.metrics import line_f1
from pokegan.models import init_weights
from pokegan.page import fetch_npm, sketches_dir, write_page
from pokegan.painting import DEFAULT_MODEL, fit_strokes, load_model
from pokegan.pictures import fit_square, read_drawing
sys.path.insert(0, str(Path(__file__).parents[1]/'benchmarks'))
from photos import PHOTOS, f1, on_sheet, photograph

# ---------------------------------------------------------------------------------------------------- page and browser

class Files(http.server.SimpleHTTPRequestHandler):
    "A plain file server, as dumb as one can be"
    extensions_map = {'.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css',
                      '.wasm': 'application/wasm', '.json': 'application/json', '.png': 'image/png',
                      '.webmanifest': 'application/manifest+json', '': 'application/octet-stream'}
    def log_message(self, *args): pass

@contextlib.contextmanager
def server(folder):
    "Serve a folder until the block ends"
    s = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Files, directory=folder))
    s.handle_error = lambda *a: None # a browser that goes away
    threading.Thread(target=s.serve_forever, daemon=True).start()
    try: yield f'http://127.0.0.1:{s.server_port}/'
    finally: s.shutdown()

def told_model():
    "A model that is told λ, a palette and the colours of parts; random weights, as a file would hold them"
    torch.manual_seed(0)
    gen = ToldUNet((1, 1000), palette=True, strokes=True, nf=8, n_levels=7, up='bilinear')
    gen = init_weights(gen, .06).requires_grad_(False).eval()
    for m in gen.modules():
        if isinstance(m, torch.nn.Linear): torch.nn.init.normal_(m.weight, 0, .2) # so that λ and palettes matter
    for p in gen.parameters(): p.data = p.data.half().float()
    rng = np.random.default_rng(0)
    def palette(): return [(rng.integers(0, 256, 3).tolist(), max(round(float(w), 3), .001)) for w in rng.dirichlet([1]*4)]
    palettes,table = [palette() for _ in range(7)], rng.normal(size=(11, 11)).round(3).tolist()
    return gen, dict(size=256, lam=[1, 1000], palettes=palettes, neighbours=table)

def packed(a):
    "An array for JavaScript"
    return dict(h=a.shape[0], w=a.shape[1], base64=base64.b64encode(np.ascontiguousarray(a).tobytes()).decode())

def unpacked(o, dtype=np.uint8):
    "An array from JavaScript"
    return np.frombuffer(base64.b64decode(o['base64']), dtype).reshape(o['h'], o['w'], -1).squeeze()

JS = '''globalThis.t = {
  bytes: s => Uint8Array.from(atob(s), c => c.charCodeAt(0)),
  unpack: o => o && {w: o.w, h: o.h, data: t.bytes(o.base64)},
  pack: o => { const b = new Uint8Array(o.data.buffer, o.data.byteOffset, o.data.byteLength); let s = ''
    for (let i = 0; i < b.length; i += 30000) s += String.fromCharCode(...b.subarray(i, i + 30000))
    return {w: o.w, h: o.h, base64: btoa(s)} },
  canvas: sel => { const c = document.querySelector(sel), d = c.getContext('2d').getImageData(0, 0, c.width, c.height)
    return t.pack({w: c.width, h: c.height, data: d.data}) }}'''

class Visitor:
    "Somebody who looks at the page, and their hands"
    def __init__(self, context, url):
        self.page,self.errors,self.asked = context.new_page(), [], []
        self.page.set_default_timeout(120000) # a busy machine is slow, not wrong
        self.page.on('pageerror', lambda e: self.errors.append(str(e)))
        self.page.on('console', lambda m: self.errors.append(m.text) if m.type == 'error' else None)
        context.on('request', lambda r: self.asked.append(r.url))
        self.url = url

    def open(self, timeout=120):
        "Open the page and wait for its first painting; returns the seconds until it was ready"
        self.page.goto(self.url)
        self.page.wait_for_selector('html[data-ready]', timeout=1000*timeout)
        self.page.evaluate(JS)
        return int(self.page.evaluate('document.documentElement.dataset.ready'))/1000

    def says(self): return self.page.inner_text('.pg-status')
    def banner(self): return self.page.inner_text('.pg-banner') if self.page.is_visible('.pg-banner') else ''
    def painted(self): return int(self.page.evaluate('document.querySelector("[data-painted]")?.dataset.painted ?? 0'))

    def until(self, f, what, timeout=120):
        end = time.time() + timeout
        while not (res := f()):
            assert time.time() < end, f'{what}: it did not happen; the page says {self.says()!r} {self.banner()!r}'
            self.page.wait_for_timeout(50)
        return res

    def settled(self):
        "Wait until nothing has been painted for a while"
        n = -1
        while n != self.painted() or self.page.locator('.pg-pad[data-busy]').count():
            n = self.painted()
            self.page.wait_for_timeout(800)

    def paints(self, do, what):
        "Do something, and wait for another painting"
        n = self.painted(); do()
        self.until(lambda: self.painted() > n, what)
        self.settled()
        return self.colours()

    def colours(self): return unpacked(self.page.evaluate("t.canvas('.pg-art canvas')"))[..., :3].astype(int)
    def state(self):
        s = self.page.evaluate('''() => { const s = pad.state()
            return {...s, ink: t.pack(s.ink), strokes: s.strokes && t.pack(s.strokes)} }''')
        return s | dict(ink=unpacked(s['ink']), strokes=s['strokes'] and unpacked(s['strokes']))

    def load(self, ink): self.page.evaluate('o => pad.load(t.unpack(o))', packed(ink))

    def stroke(self, pts):
        "Draw with the mouse; places are shares of the sheet"
        b = self.page.locator('.pg-paper .pg-stack').bounding_box()
        at = [(b['x'] + x*b['width'], b['y'] + y*b['height']) for x,y in pts]
        self.page.mouse.move(*at[0]); self.page.mouse.down()
        for p in at[1:]: self.page.mouse.move(*p)
        self.page.mouse.up()

def arc(x, y, r, n=30): return [(x + r*np.cos(t), y + r*np.sin(t)) for t in np.linspace(0, 6.1, n)]

def expected(s, pair):
    "Python's painting of the state of a pad, which redraws no lines"
    colours = s['palette'] and [((*bytes.fromhex(o['hex'][1:]),), o['share']) for o in s['palette']]
    ink,palette = clean_sketch(read_drawing(s['ink'])), colours and parse_colours(colours)
    done = paint_colours(ink, pair, s['lam'], s['seed'], palette, s['strokes'], s.get('place'))
    return off_square(done, (0, 0, *done.shape[:2]), ink.shape).astype(int)

def close(a, b, what, most=2):
    d = np.abs(a - b).max()
    assert d <= most, f'{what}: {d}/255 apart'
    return f'{what}: at most {d}/255 apart'

# --------------------------------------------------------------------------------------------------------------- checks

def check_rules(v, pair):
    "What lies between a drawing and the network: the ten drawings, cleaned, fitted, with parts, strokes and colours"
    rng,(_,card) = np.random.default_rng(1), pair
    table = np.array(card['neighbours'])
    for k,f in enumerate(sorted(sketches_dir().glob('*.png'))):
        img = read_drawing(Image.open(f).resize((300 + 41*k, 512)) if k % 2 else f)
        if k % 3 == 0: img = 255 - img//2 # pale ink on dark paper
        ink = clean_sketch(img)
        sq,box = fit_square(ink, 256)
        labels,palette = regions(sq), card['palettes'][k % 7]
        half,_ = fit_square(ink, 128) # parts are looked for at 256 pixels
        strokes = np.zeros((*img.shape[:2], 4), np.uint8)
        for _ in range(4):
            x,y = rng.integers(0, img.shape[1] - 30), rng.integers(0, img.shape[0] - 30)
            strokes[y:y+rng.integers(2, 30), x:x+rng.integers(2, 30)] = *rng.integers(0, 256, 3), 255
        there = fit_strokes(strokes, img.shape, box, 256)
        spread,wishes = stroke_wishes(there, labels)
        laid = [colour_by_itself(labels, [palette], s, table) for s in range(6)]
        res = v.page.evaluate('''async ({img, ink, sq, half, box, labels, strokes, palette, table}) => {
            const p = await import('./parts.js'), [i, k, q, l, s] = [img, ink, sq, labels, strokes].map(t.unpack)
            const pal = palette.map(([rgb, weight]) => ({rgb, weight})), f = p.fitSquare(k, 256)
            const st = p.fitStrokes(s, box, 256), w = p.strokeWishes(st, l)
            return {clean: t.pack(p.cleanSketch(i)), sq: t.pack(f.sq), box: f.box, labels: t.pack(p.regions(q)),
                small: t.pack(p.regions(t.unpack(half))), there: t.pack(st), spread: t.pack(w.labels),
                wishes: [...w.wishes], code: [...p.encodePalette(pal)],
                laid: [0, 1, 2, 3, 4, 5].map(n => [...p.layPalette(l, pal, n, table)]),
                channels: t.pack({w: 4*256, h: 256, data: p.wishChannels(w.labels, w.wishes, q)})} }''',
            {k: packed(o) for k,o in dict(img=img, ink=ink, sq=sq, half=half, labels=labels, strokes=strokes).items()}
            | dict(box=[int(o) for o in box], palette=palette, table=card['neighbours']))
        for name,mine in dict(clean=ink, sq=sq, labels=labels, small=regions(half), there=there).items():
            assert np.array_equal(unpacked(res[name]), mine), f'{f.stem}: another {name} in the page'
        assert np.array_equal(unpacked(res['spread'], np.int16), spread) and tuple(res['box']) == box
        assert {k: tuple(rgb) for k,rgb in res['wishes']} == wishes, f'{f.stem}: other wishes in the page'
        channels = np.frombuffer(base64.b64decode(res['channels']['base64']), np.float32).reshape(4, 256, 256)
        assert np.array_equal(channels, wish_channels(spread, wishes, sq).numpy())
        assert np.array_equal(np.float32(res['code']), encode_palette(palette))
        for mine,theirs in zip(laid, res['laid']):
            laid_there = {k: tuple(rgb) for k,rgb in theirs}
            assert {k: rgb for k,rgb in mine.items() if k} == laid_there, f'{f.stem}: other colours in the page'
    return 'ten drawings: lines, square, parts, wishes and laid palettes equal Python\'s'

def check_chance(v, pair):
    "Seeds: torch's uniform numbers and NumPy's normal ones"
    for seed in (0, 1, 12345, 2**32 - 1):
        masks,normal = v.page.evaluate('''async seed => { const c = await import('./chance.js'), z = c.normal(seed)
            return [[...c.dropoutMasks([[1, 3, 7, 5]], .3, seed)[0]], Array.from({length: 3000}, z)] }''', seed)
        z = torch.Generator().manual_seed(seed)
        assert masks == (torch.rand((1, 3, 7, 5), generator=z) >= .3).flatten().int().tolist()
        assert np.abs(np.array(normal) - np.random.default_rng(seed).normal(size=3000)).max() < 1e-12
    return 'four seeds give torch\'s masks and NumPy\'s normal numbers'

def check_photo(v, pair):
    "Photos of drawings: even light; and what is no drawing"
    img = read_drawing(sketches_dir()/'dino.png')[:, :221]
    photo = ((img*.7 + 60)*np.linspace(.5, .95, img.shape[1])[None, :, None]).astype(np.uint8)
    blobs = np.zeros((90, 120, 3), np.uint8); blobs[20:70, 10:110] = 200, 60, 20
    for a,drawn in ((photo, True), (blobs, False)):
        res = v.page.evaluate('''async o => {
            const p = await import('./parts.js'), e = p.evenLight(t.unpack(o)), k = p.cleanSketch(e)
            return [t.pack(e), p.looksDrawn(k), p.findPalette(t.unpack(o), 3)] }''', packed(a))
        light = unpacked(res[0]).reshape(a.shape).astype(int)
        assert np.abs(light - even_light(a)).max() <= 3, 'another light in the page'
        assert res[1] == looks_drawn(clean_sketch(even_light(a))) == drawn
    assert [o['rgb'] for o in res[2]][:2] == [[0, 0, 0], [200, 60, 20]]
    assert abs(sum(o['weight'] for o in res[2]) - 1) < 1e-6
    for level,name in ((255, 'light'), (20, 'dark')): # ink on nothing: light ink needs black paper
        a = np.dstack([np.full((60, 90, 3), level, np.uint8), np.pad(np.full((20, 50), 255, np.uint8), 20)])
        res = unpacked(v.page.evaluate("async o => t.pack((await import('./photo.js')).onPaper(t.unpack(o)))", packed(a)))
        assert np.abs(res.reshape(60, 90, 3).astype(int) - on_paper(Image.fromarray(a))).max() <= 1, f'{name} ink on nothing'
    return 'photos have even light as in Python, areas are no drawing, a picture has its palette'

def made_photo(name): return photograph(list(PHOTOS).index(name), **PHOTOS[name])

def alike(a, b): return float(line_f1(a < 128, b < 128, 3))

def check_sheet(v, pair):
    "Photos of benchmarks/photos.py: the sheet is where Python finds it, and the lines are as good"
    rows,names = [], ('shadow', 'ruled', 'dark_table', 'turned', 'everything')
    for name in names:
        photo,true,m = made_photo(name)
        mine = find_sheet(photo)
        ink = photo_lines(photo, mine)
        res = v.page.evaluate('''async o => {
            const p = await import('./photo.js'), img = t.unpack(o), c = p.findSheet(img)
            return [c, t.pack(p.photoLines(img, c, null)), t.pack(p.photoLines(img, c, .7))] }''', packed(photo))
        theirs = res[0]
        assert (mine is None) == (theirs is None), f'{name}: a sheet is found by one of the two alone'
        off = 0 if mine is None else np.abs(np.array(theirs) - mine).max()
        assert off <= 2, f'{name}: corners are {off:.1f} pixels from Python\'s'
        def score(a, c): return f1(on_sheet(a, np.linalg.inv(m) @ (np.eye(3) if c is None else np.linalg.inv(sheet_map(c)[0]))), true)
        got = score(unpacked(res[1]), theirs), score(ink, mine)
        assert got[0] >= got[1] - .01, f'{name}: line F1 {got[0]} in the page, {got[1]} in Python'
        assert alike(unpacked(res[2]), photo_lines(photo, theirs, .7)) > .98, f'{name}: another threshold, other lines'
        rows.append((off, *got))
    off,js,py = np.array(rows).T
    assert py.mean() > .98, 'these photos are too hard to compare anything'
    return f'{len(names)} photos: corners at most {off.max():.1f} pixels from Python\'s, line F1 {js.mean():.4f} against {py.mean():.4f}'

# Small drawings are enlarged by OpenCV's cubic, whose order of summing is its own. Where a value lies halfway between two
# levels, a pixel of the square may come out one level apart (the whale at 200×120), and so may more of its painting.
SIZES = ((256, 256), (512, 512), (300, 500), (640, 420), (200, 120), (97, 131), (257, 200), (240, 90), (512, 512),
         (400, 257))

def check_paintings(v, pair, n):
    "Drawings of several sizes, λ, seeds and colours"
    worst,can = 0, pair[0].told
    for k,f in enumerate(sorted(sketches_dir().glob('*.png'))[:n]):
        ink = clean_sketch(read_drawing(Image.open(f).resize(SIZES[k])))
        s = dict(ink=ink, lam=(1., 100., 1000.)[k % 3] if 'lam' in can else None, seed=k, palette=None, strokes=None)
        if 'palette' in can and k % 2: s['palette'] = [dict(hex='#e4572e', share=.6), dict(hex='#ffc914', share=.4)]
        if 'wishes' in can and k % 3:
            s['strokes'] = np.zeros((*ink.shape, 4), np.uint8)
            s['strokes'][ink.shape[0]//3:][:9, ink.shape[1]//3:][:, :40] = 40, 90, 220, 255
        if s['palette'] is None and pair[1].get('palettes'): # as the pad asks: the seed's palette
            s['palette'] = v.page.evaluate('i => host.models[0].palettes[i % host.models[0].palettes.length]', k)
        theirs = v.page.evaluate("""async ({ink, strokes, ...more}) => {
            const {picture: p} = await host.paint({ink: t.unpack(ink), strokes: t.unpack(strokes), ...more})
            const {data} = p.getContext('2d').getImageData(0, 0, p.width, p.height)
            return t.pack({w: p.width, h: p.height, data}) }""",
            s | dict(ink=packed(ink), strokes=None if s['strokes'] is None else packed(s['strokes'])))
        d = np.abs(unpacked(theirs)[..., :3].astype(int) - expected(s, pair)).max()
        assert d <= 2, f'{f.stem}: the page paints it {d}/255 apart from Python'
        worst = max(worst, d)
    return f'{n} drawings: the page and Python are at most {worst}/255 apart'

def check_hand(v, pair):
    "A mouse draws: the painting is Python's painting of that drawing; undo, redo, clear, and the latest stroke wins"
    v.page.click('button[title^="Clear"]')
    v.until(lambda: 'empty' in v.says().lower(), 'an empty sheet')
    for a in (arc(.5, .5, .3), arc(.4, .42, .05), arc(.6, .42, .05)): v.paints(lambda: v.stroke(a), 'a stroke')
    whole = v.colours()
    res = close(whole, expected(v.state(), pair), 'drawn with the mouse')
    v.paints(lambda: v.page.keyboard.press('Control+z'), 'undo')
    close(v.colours(), expected(v.state(), pair), 'after undo')
    assert np.array_equal(v.paints(lambda: v.page.keyboard.press('Control+y'), 'redo'), whole)
    n = v.painted()
    for i in range(5): v.stroke(arc(.5, .62 + .02*i, .03 + .02*i)) # faster than anybody can paint
    v.until(lambda: v.painted() > n, 'five strokes'); v.settled()
    close(v.colours(), expected(v.state(), pair), 'five quick strokes')
    dropped = v.page.evaluate("""async () => {
        const s = pad.state(), all = await Promise.all([1, 2, 3, 4].map(seed => host.paint({...s, seed})))
        return all.map(o => o === null) }""")
    assert dropped[-1] is False and any(dropped), f'four paintings at once: {dropped}'
    return f'{res}; undo, redo; {sum(dropped)} of four at once were dropped, not the last'

def check_settings(v, pair):
    "Both ends of λ; surprise me; and with a model of colours a palette's swatch, brush and bucket"
    bar = v.page.locator('.pg-lam input')
    bar.focus()
    ends = [v.paints(lambda: v.page.keyboard.press(k), f'λ at its {k}') for k in ('Home', 'End')]
    assert v.state()['lam'] == 1000 and np.abs(ends[0] - ends[1]).max() > 8
    close(ends[1], expected(v.state(), pair), 'λ = 1000')
    v.page.click('button:has-text("Surprise me")')
    v.page.wait_for_selector('.pg-surprises:not([hidden])')
    v.settled()
    other = v.paints(lambda: v.page.locator('.pg-surprises button').nth(1).click(), 'a surprise')
    close(other, expected(v.state(), pair), 'a surprise')
    if 'wishes' not in pair[0].told: return 'λ from end to end, a surprise'
    v.page.keyboard.press('b')
    close(v.paints(lambda: v.stroke([(.4, .5), (.6, .5)]), 'the brush'), expected(v.state(), pair), 'a colour stroke')
    v.page.keyboard.press('f')
    close(v.paints(lambda: v.stroke([(.5, .7), (.5, .7)]), 'the bucket'), expected(v.state(), pair), 'the bucket')
    assert v.state()['strokes'] is not None
    v.page.keyboard.press('p')
    return 'λ from end to end, a surprise, brush and bucket'

def check_files(v, pair, tmp):
    "Uploads, a file that is no picture, and what is saved"
    v.page.set_input_files('.pg-tools input[type=file]', sketches_dir()/'fish.png')
    v.until(lambda: v.state()['ink'].shape == Image.open(sketches_dir()/'fish.png').size[::-1], 'the uploaded drawing')
    v.settled()
    close(v.colours(), expected(v.state(), pair), 'the upload')
    (bad := Path(tmp)/'letter.png').write_text('no picture')
    v.page.set_input_files('.pg-tools input[type=file]', bad)
    assert 'letter.png is not a picture' in v.until(v.banner, 'a sentence about the file')
    v.page.keyboard.press('Escape')
    got = {}
    for kind in ('picture', 'colours', 'pair', 'layers'):
        v.page.click('.pg-menu summary')
        with v.page.expect_download() as d: v.page.click(f'[data-save={kind}]')
        d.value.save_as(path := Path(tmp)/f'{kind}-{d.value.suggested_filename}')
        got[kind] = path
    w,h = v.state()['ink'].shape[::-1]
    picture,alone,both = (Image.open(got[k]) for k in ('picture', 'colours', 'pair'))
    assert picture.size == alone.size == (w, h) and both.width >= 2*w
    assert alone.mode == 'RGBA' and alone.getchannel('A').getextrema() == (0, 255)
    layers = zipfile.ZipFile(got['layers'])
    assert layers.read('mimetype') == b'image/openraster' and b'name="ink"' in layers.read('stack.xml')
    ink = Image.open(io.BytesIO(layers.read('data/ink.png'))).getchannel('A')
    close(255 - np.array(ink).astype(int), v.state()['ink'].astype(int), 'the ink layer', 0)
    return 'an upload, a bad file in a sentence, four kinds of saved files'

def handles(v): return [[o['left'], o['top']] for o in v.page.evaluate(
    "[...document.querySelectorAll('.pg-corner')].map(o => ({left: parseFloat(o.style.left)/100, top: parseFloat(o.style.top)/100}))")]

def check_corners(v, pair, tmp):
    "A photo with its sheet is corrected by mouse and keys: its lines are Python's, and so is its painting"
    photo,_,_ = made_photo('wooden_table')
    Image.fromarray(photo).save(path := Path(tmp)/'table.png')
    n = v.painted(); v.page.set_input_files('.pg-tools input[type=file]', path)
    v.until(lambda: v.painted() > n, 'the photo'); v.settled()
    ink,_,corners = upload_lines(photo)
    got = v.state()['ink']
    assert np.abs(np.subtract(got.shape, ink.shape)).max() <= 2, (got.shape, ink.shape)
    close(v.colours(), expected(v.state(), pair), 'the photo')
    place = v.state()['place']; assert np.abs(np.subtract(place, figure_place(got))).max() < 1e-9 # large and in the middle
    def looked(): v.until(lambda: v.page.locator('.pg-crop:not([hidden]) .pg-lines:not(.pg-old)').count(), 'the lines')
    v.page.click('.pg-kind button:has-text("Corners")'); looked()
    assert np.abs(as_corners(handles(v), photo.shape) - corners).max() < 3
    b = v.page.locator('.pg-corner').nth(1).bounding_box()
    v.page.mouse.move(b['x'] + 20, b['y'] + 24); v.page.mouse.down(); v.page.mouse.move(b['x'] + 2, b['y'] + 34, steps=3); v.page.mouse.up()
    v.page.focus('.pg-corner >> nth=3')
    for k in ('ArrowUp', 'ArrowRight', 'Shift+ArrowRight'): v.page.keyboard.press(k)
    v.page.focus('.pg-crop input'); v.page.keyboard.press('ArrowRight'); looked()
    check_access(v, pair)
    given,threshold = as_corners(handles(v), photo.shape), float(v.page.input_value('.pg-crop input'))/100
    n = v.painted(); v.page.click('.pg-crop .pg-main'); v.until(lambda: v.painted() > n, 'the corrected photo'); v.settled()
    mine,got = upload_lines(photo, 'drawing', given, threshold)[0], v.state()['ink']
    assert threshold == .42 and mine.shape == got.shape != ink.shape and (f := alike(got, mine)) > .99
    close(v.colours(), expected(v.state(), pair), 'the corrected photo')
    v.page.click('.pg-kind button:has-text("Corners")'); looked(); v.page.click('.pg-crop button:has-text("Whole picture")'); looked()
    v.page.keyboard.press('Escape'); assert np.array_equal(v.state()['ink'], got) # which leaves it alone
    n = v.painted(); v.stroke([(.02, .02), (.1, .02)]); v.until(lambda: v.painted() > n, 'a stroke outside'); v.settled()
    assert v.state()['place'] is None # the square does not reach there, so the whole sheet is painted
    return f'corners and threshold moved, lines against Python\'s: F1 {f:.4f}'

def check_gestures(v, pair):
    "Pictures are dropped and pasted, and a pen is pressed"
    fish = (sketches_dir()/'fish.png').read_bytes()
    give = '''([sel, kind, data, name]) => {
        const box = new DataTransfer(); box.items.add(new File([t.bytes(data)], name, {type: 'image/png'}))
        const how = {bubbles: true, cancelable: true, [kind === 'paste' ? 'clipboardData' : 'dataTransfer']: box}
        const e = new (kind === 'paste' ? ClipboardEvent : DragEvent)(kind, how)
        document.querySelector(sel).dispatchEvent(e); return e.defaultPrevented }'''
    def send(sel, kind, png): return v.page.evaluate(give, [sel, kind, base64.b64encode(png).decode(), 'a.png'])
    size = Image.open(sketches_dir()/'fish.png').size[::-1]
    for sel,kind in (('.pg-paper', 'drop'), ('body', 'paste')):
        v.page.click('button[title^="Clear"]'); v.until(lambda: 'empty' in v.says().lower(), 'an empty sheet')
        v.page.evaluate('document.activeElement.blur()')
        assert send(sel, kind, fish), f'{kind}: the browser would have opened the picture'
        v.until(lambda: v.state()['ink'].shape == size and (v.state()['ink'] < 128).any(), kind); v.settled()
    if v.page.is_visible('.pg-palette'):
        Image.new('RGB', (30, 30), (20, 160, 90)).save(b := io.BytesIO(), 'PNG')
        ink = v.state()['ink']; send('.pg-swatches', 'drop', b.getvalue())
        v.until(lambda: [o['hex'] for o in v.state()['palette']] == ['#14a05a'], 'the colours of a dropped picture'); v.settled()
        assert np.array_equal(v.state()['ink'], ink) # it is no drawing there
    v.page.click('button[title^="Clear"]'); v.until(lambda: 'empty' in v.says().lower(), 'an empty sheet')
    b,cdp = v.page.locator('.pg-paper .pg-stack').bounding_box(), v.page.context.new_cdp_session(v.page)
    def pen(kind, x, y, force):
        at = dict(x=b['x'] + x*b['width'], y=b['y'] + y*b['height'], button='left', buttons=1, pointerType='pen', force=force)
        cdp.send('Input.dispatchMouseEvent', dict(type=kind, clickCount=1, **at))
    widths = []
    for y,force in ((.3, .1), (.6, 1.)):
        pen('mousePressed', .2, y, force)
        for i in range(8): pen('mouseMoved', .2 + .08*i, y, force)
        pen('mouseReleased', .76, y, force)
        rows = v.state()['ink'][round(512*(y - .1)):round(512*(y + .1)), 256] < 128
        widths.append(int(rows.sum()))
    v.settled()
    assert 0 < 2*widths[0] < widths[1], f'a pen that is pressed lightly and hard draws lines of {widths} pixels'
    shown = v.page.inner_text('.pg-model')
    assert not v.page.is_visible('.pg-settings select') and shown == v.page.evaluate('host.models[0].title')
    return f'drop, paste, a dropped palette; a pen draws {widths[0]} to {widths[1]} pixels; the only model is a name: {shown}'

def check_offline(v, pair):
    "Nothing is asked from another host, and without a network the page still paints"
    hosts = {o.split('/')[2] for o in v.asked if o.startswith('http')}
    assert hosts == {v.url.split('/')[2]}, hosts
    ink,before = v.state()['ink'], v.colours()
    v.page.context.set_offline(True)
    try:
        n = len(v.asked)
        ready = v.open()
        v.until(lambda: v.painted(), 'a painting without a network'); v.settled()
        assert np.array_equal(v.state()['ink'], ink), 'the drawing was not kept'
        close(v.colours(), expected(v.state(), pair), 'offline')
        v.paints(lambda: v.stroke(arc(.5, .5, .1)), 'a stroke without a network')
    finally: v.page.context.set_offline(False)
    return f'no other host; offline it is ready after {ready:.1f} s with the same drawing'

def check_phone(b, url, pair, shots):
    "A phone of 390×844: touch draws, nothing is wider than the screen, and the page is installable"
    phone = dict(viewport=dict(width=390, height=844), has_touch=True, is_mobile=True, device_scale_factor=2)
    with b.new_context(**phone) as context:
        v = Visitor(context, url); v.open()
        v.until(lambda: v.painted(), 'the first painting'); v.settled()
        assert v.page.evaluate('document.documentElement.scrollWidth') <= 390
        at = v.page.locator('.pg-paper .pg-stack').bounding_box()
        n = v.painted()
        cdp = context.new_cdp_session(v.page)
        def touch(kind, *points): cdp.send('Input.dispatchTouchEvent', dict(type=kind, touchPoints=points))
        for i in range(12):
            where = dict(x=at['x'] + at['width']*(.3 + .03*i), y=at['y'] + at['height']*(.4 + .02*i))
            touch('touchMove' if i else 'touchStart', where)
        touch('touchEnd')
        v.until(lambda: v.painted() > n, 'a stroke with the finger'); v.settled()
        close(v.colours(), expected(v.state(), pair), 'drawn with a finger')
        v.page.screenshot(path=shots/'page-phone.png')
        covered = covered_things(v.page)
        assert not covered, f'the row of tools covers {covered}'
        manifest = json.loads(cdp.send('Page.getAppManifest')['data'])
        assert not cdp.send('Page.getAppManifest')['errors'] and manifest['display'] == 'standalone'
        why = [o['errorId'] for o in cdp.send('Page.getInstallabilityErrors')['installabilityErrors']]
        assert set(why) <= {'in-incognito'}, why # as every tested page is
        assert not v.errors, v.errors
    return 'a phone: a finger draws, nothing is too wide or covered for ever, it can be installed'

def check_broken(b, url):
    "A server that has lost the model: a sentence, and one can still draw"
    with b.new_context(service_workers='block') as context:
        context.route('**/model.onnx', lambda r: r.fulfill(status=404))
        v = Visitor(context, url); v.open()
        assert 'model.onnx could not be fetched (404)' in v.until(v.banner, 'a sentence about the model')
        v.page.click('button[title^="Clear"]')
        v.stroke(arc(.5, .5, .3))
        assert (v.state()['ink'] < 128).any()
    return 'without its model the page says so, and still draws'

AXE = dict(package='axe-core', version='4.14.1',
           sha512='FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==')

def axe_source():
    "axe-core's script, which finds what people with a screen reader, a keyboard or weak eyes stumble over"
    with tarfile.open(fileobj=io.BytesIO(fetch_npm(**AXE))) as t:
        return t.extractfile('package/axe.min.js').read().decode()

def check_access(v, pair):
    "axe-core finds nothing serious"
    each = 'o => [o.impact, o.id, o.nodes.map(n => n.html).slice(0, 3)]'
    found = v.page.evaluate(f'{axe_source()}; axe.run().then(r => r.violations.map({each}))')
    bad = [o for o in found if o[0] in ('serious', 'critical')]
    assert not bad, bad
    return f'axe-core: nothing serious, {len(found)} smaller remarks'

def main():
    p = argparse.ArgumentParser()
    p.add_argument('--shots', type=Path)
    p.add_argument('--only', help='checks whose names hold this')
    a = p.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as tmp, chromium() as b:
        shots = a.shots or Path(tmp)
        shots.mkdir(parents=True, exist_ok=True)
        def run(check, *args):
            if a.only and a.only not in check.__name__: return
            t = time.time()
            print(f'{check.__name__.removeprefix("check_"):10} {check(*args)} ({time.time() - t:.0f} s)', flush=True)
        for name,pair in (('shipped', load_model(DEFAULT_MODEL)), ('told', told_model())):
            size = write_page(folder := Path(tmp)/name, DEFAULT_MODEL if name == 'shipped' else pair)
            print(f'{name}: {size/1e6:.1f} MB')
            assert size <= 40e6
            with server(folder) as url, b.new_context(viewport=dict(width=1280, height=860)) as context:
                v = Visitor(context, url)
                print(f'ready after {v.open():.1f} s')
                v.until(lambda: v.painted(), 'the first painting'); v.settled()
                v.page.screenshot(path=shots/f'page-{name}.png')
                if name == 'told':
                    for check in (check_rules, check_chance, check_photo, check_sheet): run(check, v, pair)
                run(check_paintings, v, pair, 10 if name == 'told' else 5)
                run(check_access, v, pair)
                run(check_hand, v, pair)
                run(check_settings, v, pair)
                v.page.screenshot(path=shots/f'page-{name}-used.png', full_page=True)
                if name == 'told':
                    run(check_files, v, pair, tmp)
                    run(check_corners, v, pair, tmp)
                    v.page.screenshot(path=shots/'page-corners.png', full_page=True)
                    run(check_gestures, v, pair)
                else:
                    run(check_offline, v, pair)
                    v.page.emulate_media(color_scheme='dark')
                    v.page.screenshot(path=shots/'page-dark.png', full_page=True)
                    run(check_access, v, pair)
                    run(check_phone, b, url, pair, shots)
                    run(check_broken, b, url)
                errors = [o for o in v.errors if 'ERR_INTERNET_DISCONNECTED' not in o]
                assert not errors, errors
    print('the page works')

if __name__ == '__main__': main()
