"""Do with the demo what a visitor would do, in Chromium, and look at what happens.

    python tests/browser.py [--shots DIR] [--only voila|lab]

Needs Playwright (pip install playwright) and a Chromium: the system's, else Playwright's own (playwright install chromium).
"""
import argparse, base64, contextlib, io, json, math, os, shutil, signal, socket, subprocess, sys, tempfile, time, urllib.request
from pathlib import Path
import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

FLAGS = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split()

def free_port():
    with socket.socket() as s: s.bind(('127.0.0.1', 0)); return s.getsockname()[1]

@contextlib.contextmanager
def server(*cmd, port, path=''):
    "Run a server until the block ends"
    p = subprocess.Popen([str(o) for o in cmd], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        end = time.time() + 90
        while True:
            try: urllib.request.urlopen(f'http://127.0.0.1:{port}/{path}', timeout=5); break
            except urllib.error.HTTPError: break
            except OSError:
                assert p.poll() is None, p.stdout.read().decode()
                assert time.time() < end, 'the server does not answer'
                time.sleep(.3)
        yield f'http://127.0.0.1:{port}/'
    finally:
        p.terminate()
        try: p.wait(20)
        except subprocess.TimeoutExpired: os.killpg(p.pid, signal.SIGKILL)

def demo():
    "The page, as the command serves it"
    port = free_port()
    return server(Path(sys.executable).with_name('pokegan_demo'), '--no-browser', '--port', port, port=port, path='static/nothing')

@contextlib.contextmanager
def chromium():
    exe = next(filter(None, map(shutil.which, ('chromium','chromium-browser','google-chrome'))), None)
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path=exe, args=FLAGS)
        try: yield b
        finally: b.close()

PIXELS = '''sel => { const e = document.querySelector(sel), c = document.createElement('canvas'); c.width = c.height = 256
    const x = c.getContext('2d'); x.drawImage(e, 0, 0, 256, 256); return c.toDataURL('image/png').split(',')[1] }'''

class Visitor:
    "Somebody who looks at a pad, and their hands"
    def __init__(self, page):
        self.page,self.errors = page, []
        page.on('pageerror', lambda e: self.errors.append(str(e)))

    def pixels(self, sel='.pg-painting img'):
        png = base64.b64decode(self.page.evaluate(PIXELS, sel))
        return np.array(Image.open(io.BytesIO(png)).convert('RGB')).astype(int)
    def sheet(self): return self.pixels('.pg-paper canvas')
    def says(self): return self.page.inner_text('.pg-status')

    def until(self, f, what, timeout=30):
        end = time.time() + timeout
        while not f():
            assert time.time() < end, f'{what}: it did not happen; the page says {self.says()!r}'
            self.page.wait_for_timeout(50)

    def ready(self, timeout=120):
        self.page.wait_for_selector('.pg-painting img', timeout=1000*timeout)
        self.until(lambda: 'Painted in' in self.says(), 'the first painting', timeout)

    def settled(self, sel='.pg-painting img', timeout=30):
        "The painting, once it does not change any more"
        new,end = self.pixels(sel),time.time() + timeout
        while True:
            old = new; self.page.wait_for_timeout(500); new = self.pixels(sel)
            if (old == new).all() or time.time() > end: return new

    def changes(self, do, what, sel='.pg-painting img'):
        "Do something and wait for the picture to change"
        before = self.pixels(sel); do()
        self.until(lambda: (self.pixels(sel) != before).any(), what)
        return self.settled(sel)

    def click(self, tip): self.page.click(f'.pokegan button[title^="{tip}"]')

    def stroke(self, pts, hz=60):
        "Draw with the mouse; points in shares of the sheet"
        b = self.page.locator('.pg-paper canvas').bounding_box(); m = self.page.mouse
        at = lambda p: (b['x'] + p[0]*b['width'], b['y'] + p[1]*b['height'])
        m.move(*at(pts[0])); m.down()
        for p in pts[1:]: m.move(*at(p)); time.sleep(1/hz)
        m.up()

    def slider(self, key):
        self.page.locator('.pg-lam .noUi-handle').first.focus(); self.page.keyboard.press(key)

def circle(r=.25, x=.5, y=.5, n=36): return [(x + r*math.cos(t), y + r*math.sin(t)) for t in np.linspace(0, 2*math.pi, n)]

def check(ok, what):
    assert ok, what
    print('ok ', what, flush=True)

def blank(a): return a.min() > 200

def uploads(d):
    "Pictures of all kinds, and one that is none"
    ink = np.full((200,200), 255, np.uint8)
    ink[60:140, 60:66] = ink[60:66, 60:140] = ink[134:140, 60:140] = 0
    Image.fromarray(ink).save(d/'a.png'); Image.fromarray(ink).convert('RGB').save(d/'a.jpg')
    Image.fromarray(np.dstack([ink*0]*3 + [255-ink])).save(d/'rgba.png')
    y,x = np.mgrid[:3000, :4000]
    photo = np.where(np.abs(np.hypot(x-2000, y-1500) - 900)[..., None] < 25, (40,50,90), (235,230,215))
    photo = photo*(.6 + .4*x/4000)[..., None] # light from the right
    Image.fromarray(photo.astype(np.uint8)).save(d/'photo.jpg')
    (d/'text.png').write_text('no picture')
    return [d/o for o in ('a.png','a.jpg','rgba.png','photo.jpg')], d/'text.png'

def pad_works(v, tmp):
    "Everything that the pad can do"
    undo_works(v)
    a = v.settled()
    check((v.changes(lambda: v.click('The same drawing'), 'another one') != a).any(), 'another seed, another painting')
    if v.page.locator('.pg-lam .noUi-target[disabled]').count():
        check('alone' in v.page.inner_text('.pokegan'), 'a model of one λ says so')
    else:
        ends = [v.changes(lambda: v.slider(key), f'λ at {key}') for key in ('Home', 'End')]
        check((ends[0] != ends[1]).any(), 'λ at both ends')
    v.changes(lambda: v.click('A drawing to begin with'), 'an example'); check(True, 'a random example')
    uploads_work(v, tmp)
    v.changes(lambda: v.click('A drawing to begin with'), 'an example')
    links_work(v)
    check(not v.errors, f'no error in the browser {v.errors}')

def undo_works(v):
    "Draw, take back, draw again"
    v.click('Clear'); v.until(lambda: blank(v.sheet()) and blank(v.pixels()), 'clear')
    check(True, 'clear empties sheet and painting')
    a = v.changes(lambda: v.stroke(circle()), 'a circle'); ink = v.sheet()
    check(ink.min() < 60 and not blank(a), 'a circle drawn with the mouse is painted')
    v.click('Undo'); v.until(lambda: blank(v.sheet()) and blank(v.pixels()), 'undo'); check(True, 'undo')
    press = v.page.keyboard.press
    v.page.locator('.pg-paper canvas').focus(); press('Control+Shift+Z')
    v.until(lambda: (v.pixels() == a).all(), 'redo'); check(True, 'redo with Ctrl-Shift-Z brings the same painting back')
    check(np.abs(v.sheet() - ink).mean() < 2, 'and the same drawing')
    press('Control+z'); v.until(lambda: blank(v.sheet()), 'Ctrl-Z')
    press('Control+y'); v.until(lambda: not blank(v.sheet()), 'Ctrl-Y'); check(True, 'Ctrl-Z and Ctrl-Y')

def choose(v, f):
    with v.page.expect_file_chooser() as c: v.page.click('.pokegan button[title^="A drawing, a photo"]')
    c.value.set_files(f)

def uploads_work(v, tmp):
    "Pictures of all kinds get onto the sheet; a text file does not"
    good,bad = uploads(tmp)
    for f in good:
        before,t = v.sheet(), time.time()
        choose(v, f)
        v.until(lambda: (v.sheet() != before).any(), f.name); v.settled()
        check(not blank(v.sheet()), f'upload of {f.name}, {time.time() - t:.1f} s')
    before = v.sheet(); choose(v, bad)
    v.until(lambda: 'text.png is not a picture that can be read' in v.says(), 'the sentence')
    check((v.sheet() == before).all(), f'a text file is refused: {v.says()}')

def links_work(v):
    "Both pictures can be saved"
    v.until(lambda: v.page.locator('a[download="painting.png"]').count() == 1, 'the links'); v.page.wait_for_timeout(600)
    for name in ('drawing', 'painting'):
        with v.page.expect_download() as d: v.page.click(f'a[download="{name}.png"]')
        im = Image.open(d.value.path()); im.load()
        check(im.format == 'PNG' and min(im.size) >= 64, f'{name}.png is saved, {im.size}')

SEND = '''async msg => {
    const c = JSON.parse(document.getElementById('jupyter-config-data').textContent)
    const w = new WebSocket(`ws://${location.host}/api/kernels/${c.kernelId}/channels?session_id=s`)
    await new Promise(r => { w.onopen = r; w.onerror = r; setTimeout(r, 3000) })
    try { w.send(JSON.stringify(msg)) } catch(e) {}
    await new Promise(r => setTimeout(r, 2500)); w.close() }'''

def refuses_code(v, tmp):
    "Ask the kernel to run code, as an attacker would"
    proof = tmp/'proof'
    content = dict(code=f'open({str(proof)!r}, "w").close()', silent=False, store_history=False, user_expressions={}, allow_stdin=False)
    header = dict(msg_id='1', msg_type='execute_request', username='', session='s', version='5.3', date='')
    v.page.evaluate(SEND, dict(header=header, parent_header={}, metadata={}, channel='shell', buffers=[], content=content))
    check(not proof.exists(), 'code that is sent to the kernel is not run')

def shot(v, shots, name, full=True):
    if not shots: return
    v.page.mouse.move(2, 2); v.page.wait_for_timeout(400)
    v.page.screenshot(path=str(Path(shots)/f'{name}.png'), full_page=full)

def finger(v, pts):
    "Draw with a finger"
    b,cdp = v.page.locator('.pg-paper canvas').bounding_box(), v.page.context.new_cdp_session(v.page)
    def touch(kind, *points): cdp.send('Input.dispatchTouchEvent', dict(type=kind, touchPoints=points))
    for i,p in enumerate(pts):
        touch('touchMove' if i else 'touchStart', dict(x=b['x'] + p[0]*b['width'], y=b['y'] + p[1]*b['height']))
        time.sleep(.016)
    touch('touchEnd')

PHONE = dict(viewport=dict(width=390, height=844), has_touch=True, is_mobile=True, device_scale_factor=2)

def voila(shots, tmp):
    with demo() as url, chromium() as b:
        v,t = Visitor(b.new_page(viewport=dict(width=1280, height=860))), time.time()
        v.page.goto(url, timeout=120000); v.ready(); shot(v, shots, 'pad-1280')
        check(True, f'first painting {time.time() - t:.1f} s after the page was asked for, kernel start and imports included')
        pad_works(v, tmp); refuses_code(v, tmp); v.settled(); shot(v, shots, 'pad-after-1280')
        v.click('Draw on the painting'); v.changes(lambda: v.stroke(circle(.1, .8, .2)), 'drawing on the painting')
        shot(v, shots, 'overlay-1280'); check(True, 'overlay'); v.click('Drawing and painting')
        w = Visitor(b.new_context(**PHONE).new_page())
        phone_works(v, w, url, shots)
        for o,name,height in ((v, '1280', 1420), (w, '390', 1500)):
            o.page.click('.pokegan button:has-text("The meaning of")'); o.page.wait_for_selector('.pg-number', timeout=60000)
            o.page.set_viewport_size(dict(width=int(name), height=height)); o.page.wait_for_timeout(4000)
            shot(o, shots, f'explorer-{name}')
        if not v.page.locator('.pg-lam .noUi-target[disabled]').count(): explorer_works(v)
        check(not v.errors and not w.errors, 'no error in either browser')

def phone_works(v, w, url, shots):
    "A second visitor, with a small screen and a finger"
    mine = v.sheet()
    w.page.goto(url, timeout=120000); w.ready(); shot(w, shots, 'pad-390')
    w.click('Clear'); w.until(lambda: blank(w.sheet()), 'clear'); finger(w, circle(.3))
    w.until(lambda: not blank(w.sheet()) and not blank(w.pixels()), 'a finger'); check(True, 'a finger draws, at 390 pixels')
    check((v.sheet() == mine).all() and (w.sheet() != mine).any(), 'two visitors do not see each other’s drawings')
    fits = w.page.evaluate('document.documentElement.scrollWidth <= innerWidth')
    check(fits, 'nothing hangs over the edge of a phone')

def explorer_works(v):
    "The slider, the strip and Play"
    main = '.pg-three .pg-figure:nth-child(2) img'
    low,high = [v.changes(lambda: v.slider(key), f'explorer, {key}', main) for key in ('Home', 'End')]
    check((low != high).any() and '1e+03' not in v.page.inner_text('.pg-lam'), 'the explorer at both ends')
    v.changes(lambda: v.page.click('.pg-strip .pg-cell:first-child button'), 'a click on the strip', main)
    check((v.pixels(main) == low).all(), 'a click on the strip goes there')
    v.changes(lambda: v.page.click('.widget-play button >> nth=0'), 'play', main); check(True, 'play')
    check('not trained on' in v.page.inner_text('.pg-table'), 'the figures of the card stand below the curves')

def notebook(*sources):
    "A notebook of these cells"
    cells = [dict(cell_type='code', id=f'cell{i}', metadata={}, execution_count=None, outputs=[], source=s) for i,s in enumerate(sources)]
    kernel = dict(name='python3', display_name='Python 3', language='python')
    return json.dumps(dict(cells=cells, metadata=dict(kernelspec=kernel), nbformat=4, nbformat_minor=5))

def lab(shots, tmp):
    (tmp/'pad.ipynb').write_text(notebook('from pokegan.demo import SketchPad\nSketchPad()')); port = free_port()
    cmd = [sys.executable, '-m', 'jupyterlab', '--no-browser', '--allow-root', '--IdentityProvider.token=', f'--port={port}',
           f'--ServerApp.root_dir={tmp}', '--LabApp.news_url=None']
    with server(*cmd, port=port, path='api') as url, chromium() as b:
        v = Visitor(b.new_page(viewport=dict(width=1440, height=1000)))
        v.page.goto(f'{url}lab/tree/pad.ipynb', timeout=120000)
        v.page.wait_for_selector('.jp-CodeCell .cm-content', timeout=120000); v.page.wait_for_timeout(3000)
        v.page.click('.jp-CodeCell .cm-content'); v.page.keyboard.press('Shift+Enter'); v.ready(180)
        pad_works(v, tmp); shot(v, shots, 'lab-1440', full=False)

if __name__ == '__main__':
    p = argparse.ArgumentParser(); p.add_argument('--shots'); p.add_argument('--only', choices=('voila', 'lab'))
    a = p.parse_args()
    if a.shots: Path(a.shots).mkdir(parents=True, exist_ok=True)
    for f in (voila, lab):
        if a.only in (None, f.__name__):
            t = time.time()
            with tempfile.TemporaryDirectory() as d: f(a.shots, Path(d))
            print(f'{f.__name__}: {time.time() - t:.0f} s', flush=True)
