"""Do with the pad what a visitor would do, in Chromium, and look at what happens.

    python tests/browser.py [--shots DIR] [--only voila|visit|phone|lab] [--figures FILE]

Needs Playwright (pip install playwright) and a Chromium: the system's, else Playwright's own (playwright install
chromium). With npm at hand, axe-core looks for barriers too.
"""
import argparse, base64, contextlib, functools, io, json, math, os, shutil, signal, socket, statistics, subprocess, sys
import tempfile, time, urllib.request, zipfile
from pathlib import Path
import numpy as np
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

FLAGS = ('--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking '
         '--disable-component-update --disable-sync').split()
DESK = dict(viewport=dict(width=1280, height=800))
PHONE = dict(viewport=dict(width=390, height=844), has_touch=True, is_mobile=True, device_scale_factor=2)
FIGURES = {}

def check(ok, what):
    assert ok, what
    print('ok ', what, flush=True)

# ------------------------------------------------------------------------------------------------------- servers

def free_port():
    with socket.socket() as s: s.bind(('127.0.0.1', 0)); return s.getsockname()[1]

@contextlib.contextmanager
def server(*cmd, port, path=''):
    "Run a server until the block ends"
    p = subprocess.Popen([str(o) for o in cmd], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        end = time.time() + 300
        while True:
            try: urllib.request.urlopen(f'http://127.0.0.1:{port}/{path}', timeout=5); break
            except urllib.error.HTTPError: break
            except OSError:
                assert p.poll() is None, p.stdout.read().decode()
                assert time.time() < end, 'the server does not answer'
                time.sleep(.3)
        yield f'http://127.0.0.1:{port}/', p
    finally:
        p.terminate()
        try: p.wait(20)
        except subprocess.TimeoutExpired: os.killpg(p.pid, signal.SIGKILL)

def demo(model):
    "The page, as the command serves it"
    port = free_port()
    cmd = Path(sys.executable).with_name('pokegan_demo'), '--no-browser', '--port', port, '--model', model
    return server(*cmd, port=port, path='static/nothing')

def kernels(p):
    "The processes of this server's kernels"
    for f in Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            if int(f.read_text().rsplit(')', 1)[1].split()[1]) == p.pid: yield int(f.parent.name)

def coloured_model(folder):
    "A small untrained model that is told λ, palettes and strokes; its weights are so large that each can be seen"
    import torch
    from pokegan.conditions import ToldUNet
    from pokegan.models import init_weights
    from pokegan.painting import save_model
    torch.manual_seed(0)
    gen = ToldUNet((1, 1000), palette=True, strokes=True, nf=8, n_levels=6)
    init_weights(gen, std=.1)
    for h in gen.film.heads: torch.nn.init.normal_(h.weight, 0, .5)
    colours = (200, 40, 40), (250, 210, 60), (40, 110, 200), (60, 160, 80), (150, 80, 180), (240, 140, 40)
    palettes = [[[a, .6], [b, .4]] for i,a in enumerate(colours) for b in colours[i+1:]]
    return save_model(folder/'coloured'/'model', gen.eval(), dict(lam=[1, 1000], palettes=palettes, title='Coloured'))

@contextlib.contextmanager
def chromium():
    exe = next(filter(None, map(shutil.which, ('chromium','chromium-browser','google-chrome'))), None)
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path=exe, args=FLAGS)
        try: yield b
        finally: b.close()

# ------------------------------------------------------------------------------------------------------- a visitor

PIXELS = '''([sel, alpha]) => { const cs = [...document.querySelectorAll(sel)], c = document.createElement('canvas')
    c.width = cs[0].width; c.height = cs[0].height
    const x = c.getContext('2d')
    if (!alpha) { x.fillStyle = '#fff'; x.fillRect(0, 0, c.width, c.height) }
    for (const e of cs) x.drawImage(e, 0, 0)
    return c.toDataURL('image/png').split(',')[1] }'''
PICTURE, INK, WISH = '.pg-art canvas', '.pg-ink', '.pg-wish'

class Visitor:
    "Somebody who looks at a pad, and their hands"
    def __init__(self, page):
        self.page,self.errors,self.asked = page, [], []
        page.set_default_timeout(300000) # a busy machine is slow, not wrong
        page.on('pageerror', lambda e: self.errors.append(str(e)))
        page.on('request', lambda r: self.asked.append(r.url))

    def pixels(self, sel=PICTURE, alpha=False):
        png = base64.b64decode(self.page.evaluate(PIXELS, [sel, alpha]))
        return np.array(Image.open(io.BytesIO(png)).convert('RGBA' if alpha else 'RGB')).astype(int)
    def ink(self): return self.pixels(INK)[..., 0]
    def colours(self): return self.pixels('.pg-art .pg-stack > canvas:first-child')
    def wish(self): return self.pixels(WISH, True)
    def says(self): return self.page.inner_text('.pg-pad .pg-status')
    def banner(self): return self.page.inner_text('.pg-pad .pg-banner') if self.page.is_visible('.pg-pad .pg-banner') else ''
    def painted(self): return int(self.page.get_attribute('.pg-pad', 'data-painted') or 0)

    def busy(self): return self.page.locator('.pg-pad[data-busy]').count() > 0

    def until(self, f, what, timeout=300):
        end = time.time() + timeout
        while not f():
            assert time.time() < end, f'{what}: it did not happen; the page says {self.says()!r} {self.banner()!r}'
            self.page.wait_for_timeout(50)

    def ready(self, timeout=300):
        self.page.wait_for_selector('.pg-pad', timeout=1000*timeout)
        self.until(lambda: 'Painted in' in self.says(), 'the first painting', timeout)

    def settled(self):
        "Wait until nothing is being painted, and what is there does not change any more"
        new = self.pixels()
        while True:
            old = new; self.page.wait_for_timeout(600); self.until(lambda: not self.busy(), 'an end of painting'); new = self.pixels()
            if old.shape == new.shape and (old == new).all(): return new

    def changes(self, do, what):
        "Do something and wait for the colours to change"
        before = self.colours(); do()
        def changed(): now = self.colours(); return now.shape != before.shape or (now != before).any()
        self.until(changed, what)
        self.settled(); return self.colours()

    def click(self, tip): self.page.click(f'.pokegan button[title^="{tip}"]:visible')
    def example(self):
        "Have an example put on the sheet: which one is chance, but not the last one again"
        before = self.ink(); self.click('A drawing to begin with')
        def changed(): now = self.ink(); return now.shape != before.shape or (now != before).any()
        self.until(changed, 'another example')
        self.settled()
    def tool(self, name): self.page.click(f'[data-tool="{name}"]')
    def pressed(self, sel): return self.page.get_attribute(sel, 'aria-pressed') == 'true'

    def at(self, p):
        "A share of the sheet, in the window's pixels"
        b = self.page.locator('.pg-paper').bounding_box()
        return b['x'] + p[0]*b['width'], b['y'] + p[1]*b['height']

    def stroke(self, pts, hz=60, button='left'):
        "Draw with the mouse; points in shares of the sheet"
        m = self.page.mouse
        m.move(*self.at(pts[0])); m.down(button=button)
        for p in pts[1:]: m.move(*self.at(p)); time.sleep(1/hz)
        m.up(button=button)

    def finger(self, *paths):
        "Draw with a finger, or with several at once; points in the window's pixels"
        cdp = self.page.context.new_cdp_session(self.page)
        for i in range(len(paths[0])):
            points = [dict(x=p[i][0], y=p[i][1], id=k) for k,p in enumerate(paths)]
            cdp.send('Input.dispatchTouchEvent', dict(type='touchMove' if i else 'touchStart', touchPoints=points)); time.sleep(.016)
        cdp.send('Input.dispatchTouchEvent', dict(type='touchEnd', touchPoints=[]))

    def choose(self, button, f):
        with self.page.expect_file_chooser() as c: self.click(button)
        c.value.set_files(f)

    def save(self, kind):
        "Save, and open what was saved"
        if not self.page.get_attribute('.pg-menu', 'open') is not None: self.page.click('.pg-menu > summary')
        with self.page.expect_download() as d: self.page.click(f'[data-save="{kind}"]')
        return d.value.suggested_filename, Path(d.value.path()).read_bytes()

def circle(r=.25, x=.5, y=.5, n=36): return [(x + r*math.cos(t), y + r*math.sin(t)) for t in np.linspace(0, 2*math.pi, n)]
def blank(a): return a.min() > 200
def opened(data): im = Image.open(io.BytesIO(data)); im.load(); return im

# ------------------------------------------------------------------------------------------------- barriers: axe-core

@functools.lru_cache
def axe():
    "axe-core's source, from npm; None where it cannot be had"
    if not shutil.which('npm'): print('SKIPPED: there is no npm to fetch axe-core with'); return None
    with tempfile.TemporaryDirectory() as d:
        got = subprocess.run(['npm', 'pack', '--silent', 'axe-core@4'], cwd=d, capture_output=True, text=True)
        if got.returncode: print('SKIPPED: npm could not fetch axe-core'); return None
        subprocess.run(['tar', 'xzf', got.stdout.split()[-1]], cwd=d, check=True)
        return (Path(d)/'package'/'axe.min.js').read_text(encoding='utf8')

def no_barriers(v, what):
    "No serious violation within the pad and the explorer"
    if not axe(): return
    v.page.evaluate(axe())
    found = v.page.evaluate("axe.run('.pokegan', {resultTypes: ['violations']})")['violations']
    bad = [f"{o['id']}: {n['html'][:120]} {n['failureSummary'][:200]}" for o in found for n in o['nodes'] if o['impact'] in ('serious', 'critical')]
    check(not bad, f'axe-core finds no barrier: {what}' + ''.join(f'\n    {o}' for o in bad))

CONTRAST = '''sel => { const e = document.querySelector(sel), s = getComputedStyle(e)
    const of = c => { const x = document.createElement('canvas').getContext('2d'); x.fillStyle = c; x.fillRect(0, 0, 1, 1); return [...x.getImageData(0, 0, 1, 1).data] }
    let p = e; while (of(getComputedStyle(p).backgroundColor)[3] < 255 && p.parentElement) p = p.parentElement
    const lum = c => c.slice(0, 3).map(v => v/255).map(v => v > .03928 ? ((v + .055)/1.055)**2.4 : v/12.92).reduce((a, v, i) => a + v*[.2126, .7152, .0722][i], 0)
    const [a, b] = [lum(of(s.color)), lum(of(getComputedStyle(p).backgroundColor))].sort((x, y) => y - x)
    return (a + .05)/(b + .05) }'''
COVERED = '''() => [...document.querySelectorAll('.pg-pad :is(button, input, select, summary), .pg-status, .pg-foot, footer a')]
    .filter(e => e.checkVisibility() && e.getClientRects().length && !e.closest('.pg-hand')).filter(e => {
        e.scrollIntoView({block: 'nearest'})
        const r = e.getBoundingClientRect(), over = document.elementFromPoint(r.x + r.width/2, r.y + r.height/2)
        return !e.contains(over) })
    .map(e => e.outerHTML.slice(0, 90))'''
def covered_things(page): return page.evaluate(COVERED) # although one has scrolled to them: by the row of tools, above all

def contrast(v, sel): return v.page.evaluate(CONTRAST, sel)

# ------------------------------------------------------------------------------------------------- what the pad does

def first_minute(v):
    "An example lies there; the first stroke takes its place"
    check('An example' in v.page.inner_text('.pg-hint') and v.ink().min() == 0, 'an example lies on the sheet, and says so')
    first = v.ink()
    v.changes(lambda: v.stroke(circle()), 'a circle'); ink = v.ink()
    check(ink.min() < 60 and (ink[:60] > 250).all() and ink.shape == (512, 512), 'the first stroke takes the example’s place')
    v.click('Undo'); v.until(lambda: v.ink().shape == first.shape and (v.ink() == first).all(), 'undo')
    check(True, 'and undo brings it back')
    v.click('Clear'); v.until(lambda: blank(v.ink()) and blank(v.pixels()), 'clear')
    check(v.page.inner_text('.pg-hint') == 'Draw here', 'an empty sheet says “Draw here”')

def lines_work(v):
    "Draw, take back, draw again; with the mouse and with keys, wherever the focus is"
    a = v.changes(lambda: v.stroke(circle()), 'a circle'); ink = v.ink()
    check(not blank(a), 'a circle drawn with the mouse is painted')
    ys,xs = np.nonzero(ink < 128); check(abs(xs.min() - 128) < 8 and abs(ys.max() - 384) < 8, 'ink lies where the hand was')
    press = v.page.keyboard.press
    v.page.evaluate('document.activeElement.blur()')
    press('Control+z'); v.until(lambda: blank(v.ink()), 'Ctrl-Z')
    press('Control+Shift+Z'); v.until(lambda: (v.colours() == a).all(), 'redo')
    check((v.ink() == ink).all(), 'Ctrl-Z and Ctrl-Shift-Z work with the focus nowhere; the same drawing, the same painting')
    press('Control+z'); press('Control+y'); v.until(lambda: (v.ink() == ink).all(), 'Ctrl-Y')
    v.page.focus('.pg-pad select'); press('e'); check(v.pressed('[data-tool=pen]'), 'a letter typed in a menu is no shortcut')
    v.page.focus('.pg-lam input'); press('e'); check(v.pressed('[data-tool=eraser]'), 'the shortcuts work beside the sheet')
    v.stroke([(.1, .5), (.9, .5)]); v.until(lambda: v.ink()[256, 128] > 200, 'the eraser'); check(v.ink()[128, 256] < 60, 'the eraser rubs out')
    press('p'); before = v.ink(); v.stroke([(.2, .2), (.3, .2)], button='right'); v.page.wait_for_timeout(200)
    check((v.ink() == before).all(), 'the right button does not draw')

def keys_work(v):
    "Tab leaves the sheet, arrows and Enter draw"
    v.page.focus('.pg-paper')
    v.page.keyboard.press('Tab'); away = v.page.evaluate("!document.activeElement.classList.contains('pg-paper')")
    v.page.focus('.pg-paper'); v.page.keyboard.press('Shift+Tab')
    check(away and v.page.evaluate("!document.activeElement.classList.contains('pg-paper')"), 'Tab and Shift-Tab leave the sheet')
    v.click('Clear'); v.until(lambda: blank(v.ink()), 'clear')
    v.page.focus('.pg-paper')
    for k in ['ArrowLeft']*8 + ['Enter'] + ['ArrowRight']*16 + ['ArrowDown']*6 + ['Enter']: v.page.keyboard.press(k)
    ys,xs = np.nonzero(v.ink() < 128)
    check(150 < np.ptp(xs) < 180 and 50 < np.ptp(ys) < 75, 'arrow keys and Enter draw')
    v.settled()

def zoom_works(v):
    "Enlarge, draw, move, and back"
    v.page.mouse.move(*v.at((.5, .5))); v.page.keyboard.down('Control'); v.page.mouse.wheel(0, -120); v.page.keyboard.up('Control')
    v.until(lambda: 'scale(2.7' in (v.page.get_attribute('.pg-paper .pg-stack', 'style') or ''), 'zoom')
    before = v.ink(); v.stroke([(.5, .45), (.5, .55)]); now = v.ink()
    ys,_ = np.nonzero(before - now > 128); check(12 < np.ptp(ys) < 40, 'on the enlarged sheet a stroke is short, and in the middle')
    style = v.page.get_attribute('.pg-paper .pg-stack', 'style')
    v.page.keyboard.down(' '); v.stroke([(.5, .5), (.3, .5)]); v.page.keyboard.up(' ')
    check((v.ink() == now).all() and v.page.get_attribute('.pg-paper .pg-stack', 'style') != style, 'space and the mouse move it')
    v.page.keyboard.press('0'); v.until(lambda: not v.page.get_attribute('.pg-paper .pg-stack', 'style'), '0'); check(True, '0 shows the whole sheet')

def settings_work(v):
    "λ at both ends, and in words"
    v.page.focus('.pg-lam input')
    ends = [v.changes(lambda: v.page.keyboard.press(k), f'λ at {k}') for k in ('Home', 'End')]
    check((ends[0] != ends[1]).any(), 'λ at both ends paints differently')
    check(v.page.inner_text('.pg-lam').split() == 'loose careful λ = 1000'.split(), 'λ stands in words first')
    check('very careful' in v.page.get_attribute('.pg-lam input', 'aria-valuetext'), 'and is read out in words')

def has_colours(v): return v.page.is_visible('[data-tool=bucket]')

def colours_work(v):
    "Bucket, brush, eyedropper and the colours' own eraser; both layers share one history"
    v.click('Clear'); v.until(lambda: blank(v.ink()), 'clear')
    v.tool('pen'); v.stroke(circle()); v.settled(); ink = v.ink()
    fill = v.page.locator('.pg-hex'); fill.fill('#1122dd'); fill.press('Enter')
    v.tool('bucket'); v.page.mouse.move(*v.at((.5, .5)))
    v.until(lambda: v.pixels('.pg-outline', True)[..., 3].max() > 0, 'the outline'); check(True, 'the part under the pointer is outlined')
    before = v.colours(); v.changes(lambda: v.page.mouse.click(*v.at((.5, .5))), 'the bucket'); w = v.wish()
    check(w[256, 256].tolist() == [0x11, 0x22, 0xdd, 255] and w[20, 20, 3] == 0, 'the bucket fills a part and nothing else')
    v.tool('brush'); fill.fill('#dd2211'); fill.press('Enter'); v.changes(lambda: v.stroke([(.4, .5), (.6, .5)]), 'the brush'); w = v.wish()
    check(w[256, 256].tolist() == [0xdd, 0x22, 0x11, 255] and w[180, 256, 3] == 0, 'a stroke of another colour takes the part over')
    check((v.ink() == ink).all(), 'colours leave the ink alone')
    v.tool('dropper'); v.page.mouse.click(*v.at((.5, .5))); v.until(lambda: fill.input_value() == '#dd2211', 'the eyedropper'); check(True, 'the eyedropper')
    v.tool('sponge'); v.changes(lambda: v.stroke([(.3, .5), (.7, .5)]), 'rub out'); check(v.wish()[..., 3].max() == 0, 'colour is rubbed out')
    for _ in range(3): v.click('Undo')
    v.until(lambda: v.wish()[..., 3].max() == 0 and (v.colours() == before).all(), 'undo'); v.click('Undo')
    v.until(lambda: blank(v.ink()), 'undo of the line'); check(True, 'undo goes back through both layers')
    for _ in range(2): v.click('Redo')
    v.until(lambda: v.wish()[256, 256, 3] == 255, 'redo'); v.settled()

def gaps_work(v):
    "A line with a gap: it is shown, and closed with one click"
    v.click('Clear'); v.until(lambda: blank(v.ink()), 'clear')
    v.tool('pen'); v.stroke([(.5 + .28*math.cos(t), .5 + .28*math.sin(t)) for t in np.linspace(.12, 2*math.pi - .12, 48)])
    v.tool('bucket'); v.until(lambda: v.page.locator('.pg-leak').count() == 1, 'the gap is shown')
    before = v.ink(); x,y = .5 + .28, .5
    v.page.mouse.click(*v.at((x, y))); v.until(lambda: v.page.locator('.pg-leak').count() == 0, 'the gap is closed')
    check((v.ink() < before).any() and v.ink()[256, round(512*x)] < 128, 'a gap is shown, and one click closes it')
    check(not v.page.is_visible('text=Close the gap'), 'and its button goes'); v.tool('pen')

def palette_works(v, tmp):
    "Swatches, shares, locks, surprises, and the colours of a picture"
    v.example()
    swatches = lambda: [o.get_attribute('title') for o in v.page.query_selector_all('.pg-swatch')]
    had = swatches(); check(len(had) == 2, 'the seed’s palette is shown')
    v.page.click('.pg-swatch >> nth=0'); hx = v.page.locator('.pg-hex'); hx.fill('#0f8'); v.changes(lambda: hx.press('Enter'), 'a colour of one’s own')
    check(swatches() == ['#00ff88', had[1]], 'a swatch gets another colour, and the painting too')
    v.page.focus('.pg-handle'); share = int(v.page.get_attribute('.pg-handle', 'aria-valuenow')); v.page.keyboard.press('ArrowRight'); v.page.keyboard.press('ArrowRight')
    check(int(v.page.get_attribute('.pg-handle', 'aria-valuenow')) == share + 8, 'shares move with the arrow keys')
    b = v.page.locator('.pg-handle').bounding_box(); v.page.mouse.move(b['x'] + 4, b['y'] + 10); v.page.mouse.down(); v.page.mouse.move(b['x'] - 60, b['y'] + 10, steps=5); v.page.mouse.up()
    check(int(v.page.get_attribute('.pg-handle', 'aria-valuenow')) < share, 'and by dragging')
    v.click('Lock this colour'); v.click('Four paintings'); v.until(lambda: v.page.locator('.pg-tile.pg-done').count() == 4, 'four variations')
    tiles = [v.pixels(f'.pg-tile:nth-child({i}) canvas') for i in (1, 2, 3, 4)]
    check(all(np.abs(a - b).mean() > 1 for i,a in enumerate(tiles) for b in tiles[:i]), 'four variations, each unlike the others')
    v.changes(lambda: v.page.click('.pg-tile >> nth=1'), 'a choice')
    check(swatches()[0] == '#00ff88' and len(swatches()) >= 2 and swatches()[1:] != [had[1]], 'the locked colour stays, the others change')
    Image.fromarray(np.full((40, 40, 3), (20, 160, 90), np.uint8)).save(tmp/'green.png')
    v.choose('Take the colours', tmp/'green.png'); v.until(lambda: '#14a05a' in swatches(), 'a picture’s palette'); check(swatches() == ['#00ff88', '#14a05a'], 'a picture’s palette joins the locked colour')
    v.settled()

def corners_work(v, tmp, shots, home):
    "A photo of a sheet on a table: its corners and its threshold are corrected, with keys, mouse and slider"
    im = Image.new('RGB', (800, 600), (70, 55, 45)); d = ImageDraw.Draw(im)
    d.polygon([(150, 100), (650, 60), (700, 560), (120, 520)], (240, 238, 230))
    d.ellipse((300, 200, 500, 420), outline=(30, 30, 40), width=9); d.line((330, 460, 480, 460), (190, 188, 182), 9)
    im.save(tmp/'table.jpg', quality=95)
    n = v.painted(); v.choose('Upload', tmp/'table.jpg'); v.until(lambda: v.painted() > n, 'the photo'); v.settled()
    (h,w),ink = v.ink().shape, v.ink()
    check(abs(w - 542) < 12 and abs(h - 462) < 12 and 0 < (ink < 128).mean() < .05, f'the sheet on its table is found and straightened: {w}×{h}')
    v.click('Correct where'); looked = lambda: v.until(lambda: v.page.locator('.pg-crop:not([hidden]) .pg-lines:not(.pg-old)').count(), 'the lines')
    looked(); lines = lambda: v.pixels('.pg-lines'); first = lines(); shot(v, shots, f'{home}-corners', full=False)
    check('Top left corner' in v.page.evaluate('document.activeElement.ariaLabel'), 'its corners have handles, and the first has the focus'); no_barriers(v, 'the corners')
    place = lambda: v.page.locator('.pg-photo').bounding_box(); still = place()
    for k in ['ArrowRight']*8 + ['ArrowDown']*8: v.page.keyboard.press(k)
    looked(); check('27% from the left, 25% from the top' in v.page.evaluate('document.activeElement.ariaLabel') and lines().shape != first.shape, 'arrow keys move a corner')
    check(place() == still, 'the photo stays where it is when its lines change their shape')
    b = v.page.locator('.pg-corner').nth(2).bounding_box(); x,y = b['x'] + b['width']/2, b['y'] + b['height']/2
    v.page.mouse.move(x, y); v.page.mouse.down(); v.page.mouse.move(x - 60, y - 30, steps=4); v.page.mouse.up(); looked()
    now = v.page.locator('.pg-corner').nth(2).bounding_box(); check(abs(now['x'] - b['x'] + 60) < 3 and abs(now['y'] - b['y'] + 30) < 3, 'and so does the mouse')
    v.click('As they were found'); looked(); check(lines().shape == first.shape and (lines() == first).all(), 'reset')
    bar = v.page.locator('.pg-crop input'); bar.focus(); v.page.keyboard.press('Home'); looked(); many = (lines() < 128).sum()
    v.page.keyboard.press('End'); looked(); check((lines() < 128).sum() < many, 'the slider: faint lines, or dark ones alone')
    v.click('There is no sheet'); looked(); check(abs(lines().shape[1]/lines().shape[0] - 4/3) < .01, 'the whole picture')
    v.page.keyboard.press('Escape'); check((v.ink() == ink).all(), 'Escape leaves the drawing as it was')
    v.click('Correct where'); v.click('As they were found'); looked(); v.page.focus('.pg-corner >> nth=0')
    for _ in range(6): v.page.keyboard.press('ArrowDown')
    n = v.painted(); v.click('Take these lines'); v.until(lambda: v.painted() > n, 'the corrected lines'); v.settled()
    check(v.ink().shape[0] < h - 8 and (v.ink() < 128).any(), 'and the corrected lines are the drawing'); v.click('Undo'); v.until(lambda: v.ink().shape == (h, w), 'undo')
    check((v.ink() == ink).all(), 'which can be undone'); v.settled()

def uploads(d):
    "Pictures of all kinds, and one that is none"
    ink = np.full((240, 400), 255, np.uint8)
    ink[60:180, 60:66] = ink[60:66, 60:300] = ink[174:180, 60:300] = ink[60:180, 294:300] = 0
    Image.fromarray(ink).save(d/'a.png'); Image.fromarray(ink).convert('RGB').save(d/'a.jpg', quality=95)
    for name,v in (('dark', 0), ('light', 255)): Image.fromarray(np.dstack([np.full((*ink.shape, 3), v, np.uint8), 255 - ink])).save(d/f'{name}.png')
    y,x = np.mgrid[:3000, :4000]
    photo = np.where(np.abs(np.hypot(x-2000, y-1500) - 900)[..., None] < 25, (40,50,90), (235,230,215))
    photo = photo*(.6 + .4*x/4000)[..., None] # light from the right
    Image.fromarray(photo.astype(np.uint8)).save(d/'photo.jpg')
    (d/'text.png').write_text('no picture')
    return {d/'a.png': (400, 240), d/'a.jpg': (400, 240), d/'dark.png': (400, 240), d/'light.png': (400, 240), d/'photo.jpg': (2048, 1536)}

def uploads_work(v, tmp, shots, home):
    "Pictures of all kinds get onto the sheet at their own size; a text file does not"
    for f,size in uploads(tmp).items():
        v.click('Clear'); v.until(lambda: blank(v.ink()), 'clear'); v.settled()
        t,n = time.time(),v.painted(); v.choose('Upload', f); v.until(lambda: v.painted() > n, f.name); t = time.time() - t
        a = v.ink(); check(a.shape[::-1] == size and (a < 128).any() and (a < 128).mean() < .1, f'upload of {f.name}, {size}, painted after {t:.1f} s')
    v.click('Clear'); v.choose('Upload', tmp/'a.png'); v.until(lambda: not blank(v.ink()), 'upload'); v.settled()
    before = v.ink(); v.choose('Upload', tmp/'text.png')
    v.until(lambda: 'text.png is not a picture that can be read' in v.banner(), 'the sentence')
    check((v.ink() == before).all(), f'a text file is refused: {v.banner()}'); shot(v, shots, f'{home}-message', full=False)
    v.click('Draw on the painting'); v.click('Drawing and painting side'); v.tool('eraser'); v.tool('pen')
    assert v.banner(); place = v.page.locator('.pg-paper').bounding_box(); v.stroke([(.9, .9), (.95, .9)])
    check(not v.banner(), 'the message goes when one goes on')
    check(v.page.locator('.pg-paper').bounding_box() == place, 'and the sheet stays under the pen'); v.click('Undo'); v.settled()

def saves_work(v):
    "Every way to save: opened, measured, compared"
    ink,shown = v.ink(), v.pixels(); h,w = ink.shape
    name,data = v.save('picture'); im = opened(data)
    check(im.size == (w, h) and np.abs(np.array(im.convert('RGB')).astype(int) - shown).max() <= 1, f'the picture as shown, at the drawing’s size: {name}')
    check(all(o in name for o in ('pokegan-', '-lam', '-seed')), 'its name has model, λ and seed')
    _,data = v.save('colours'); a = np.array(opened(data)); inside = a[h//2, w//2]
    check(a.shape == (h, w, 4) and a[2, 2, 3] == 0 and inside[3] == 255, 'the colours alone: nothing where the paper is')
    _,data = v.save('pair'); a = np.array(opened(data).convert('RGB')).astype(int)
    check(a.shape == (h, 2*w, 3) and np.abs(a[:, :w, 0] - ink).max() <= 1 and np.abs(a[:, w:] - shown).max() <= 1, 'drawing and painting in one picture')
    name,data = v.save('layers'); z = zipfile.ZipFile(io.BytesIO(data)); first = z.infolist()[0]
    check(name.endswith('.ora') and z.testzip() is None and (first.filename, first.compress_type) == ('mimetype', 0) and z.read('mimetype') == b'image/openraster', 'an OpenRaster file')
    lines,colours = (np.array(opened(z.read(f'data/{n}.png')).convert('RGBA')).astype(int) for n in ('ink', 'colour'))
    check(lines.shape == (h, w, 4) and np.abs(255 - lines[..., 3] - ink).max() <= 1 and np.abs(colours[..., :3] - v.colours()).max() <= 1, 'with ink above colour')
    check(opened(z.read('mergedimage.png')).size == (w, h) and z.read('stack.xml').index(b'data/ink.png') < z.read('stack.xml').index(b'data/colour.png'), 'merged, and in order')

def looks_right(v):
    "Names, states and contrast"
    toggles = v.page.query_selector_all('[data-tool]')
    check(sorted(o.get_attribute('aria-pressed') for o in toggles).count('true') == 1, 'one tool is pressed')
    nameless = v.page.evaluate("[...document.querySelectorAll('.pg-pad :is(button, input:not([hidden]), select, [role=img], [role=application], [tabindex])')].filter(e => !(e.ariaLabel || e.innerText || e.title)).map(e => e.outerHTML.slice(0, 90))")
    check(not nameless, f'everything has a name {nameless}')
    v.page.hover('[data-tool][aria-pressed=true]'); v.page.wait_for_timeout(200)
    check(contrast(v, '[data-tool][aria-pressed=true]') >= 4.5, 'the active tool can be seen under the pointer')
    v.page.mouse.move(2, 2); no_barriers(v, 'the pad')

def latency(v, n=12):
    "From the last point of a stroke to its painting, in ms"
    v.click('Clear'); v.until(lambda: blank(v.ink()), 'clear'); v.tool('pen'); v.stroke(circle()); v.settled(); times = []
    for i in range(n):
        before = v.painted(); v.page.mouse.move(*v.at((.3 + .03*i, .4))); v.page.mouse.down(); t = time.perf_counter()
        v.page.mouse.move(*v.at((.3 + .03*i, .5)))
        v.page.wait_for_function('n => +document.querySelector(".pg-pad").dataset.painted > n', arg=before, polling='raf'); times.append(1000*(time.perf_counter() - t))
        v.page.mouse.up(); v.settled()
    times.sort()
    return dict(median_ms=round(statistics.median(times)), p95_ms=round(times[math.ceil(.95*n) - 1]), n=n)

def shot(v, shots, name, full=True):
    if not shots: return
    v.page.mouse.move(2, 2); v.page.wait_for_timeout(400)
    v.page.screenshot(path=str(Path(shots)/f'{name}.png'), full_page=full)

def pad_works(v, tmp, shots, home):
    "Everything that the pad can do"
    first_minute(v); lines_work(v); keys_work(v); zoom_works(v); settings_work(v)
    if has_colours(v): colours_work(v); shot(v, shots, f'{home}-bucket'); gaps_work(v); palette_works(v, tmp); shot(v, shots, f'{home}-palette')
    corners_work(v, tmp, shots, home); uploads_work(v, tmp, shots, home); saves_work(v); looks_right(v)
    check(not v.errors, f'no error in the browser {v.errors}')

# ------------------------------------------------------------------------------------------------------------ Voilà

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

def comes_back(v):
    "The page is loaded again: the drawing is still there"
    ink,wish = v.ink(), v.wish()
    v.page.wait_for_timeout(800); v.page.reload(); v.ready()
    check((v.ink() == ink).all() and (v.wish() == wish).all(), 'after a reload the drawing is still there')

def kernel_dies(v, p, shots, home):
    "One banner, the drawing kept, and no word of the last painting"
    ink = v.ink(); before = set(kernels(p))
    for pid in before: os.kill(pid, signal.SIGKILL)
    v.page.wait_for_timeout(500); v.stroke([(.1, .1), (.2, .1)]); now = v.ink()
    v.until(lambda: 'does not answer' in v.banner(), 'the banner')
    check('Painted in' not in v.says() and v.page.locator('.pg-banner:visible').count() == 1, f'a killed kernel is one banner: {v.banner()}')
    check((v.ink() == now).all() and (now != ink).any(), 'and the drawing is kept'); shot(v, shots, f'{home}-dead')
    v.page.reload(); v.ready(); check((v.ink() == now).all(), 'also after a reload, with a new kernel')

def explorer_works(v, ink, shots, name):
    "The slider, the strip and Play, beginning with what lies on the pad"
    v.page.click('.pokegan button:has-text("The meaning of")'); v.page.wait_for_selector('.pg-strip img[src]', timeout=300000)
    v.page.wait_for_function("document.querySelectorAll('.pg-strip img[src]').length == document.querySelectorAll('.pg-strip img').length", timeout=300000)
    check(v.page.evaluate("document.querySelector('.pg-three').closest('.pokegan').querySelector('select').value") == 'your drawing', 'the explorer begins with the visitor’s own drawing')
    main = lambda: v.page.get_attribute('.pg-figure:nth-child(2) img', 'src')
    text = lambda: v.page.inner_text('.pg-figure:nth-child(2) figcaption')
    bar = v.page.locator('.pg-three ~ .pg-settings input')
    for key,says in (('Home', 'λ = 1,'), ('End', 'λ = 1000,')):
        bar.focus(); v.page.keyboard.press(key); v.until(lambda: says in text(), key)
    check(True, 'the explorer at both ends')
    was = main(); v.page.click('.pg-strip .pg-cell >> nth=0'); v.until(lambda: 'λ = 1,' in text() and main() != was, 'a click on the strip'); check(True, 'a click on the strip goes there')
    v.page.click('button:has-text("Play")'); v.until(lambda: 'λ = 1,' not in text(), 'play'); v.page.click('button:has-text("Play")'); check(True, 'play')
    check(v.page.locator('.pg-number svg').count() >= 2, 'numbers and their curves')
    v.page.wait_for_timeout(1500); shot(v, shots, name); no_barriers(v, 'the explorer')
    v.page.click('.pokegan button:has-text("Sketch pad")'); check((v.ink() == ink).all() and not v.page.is_disabled('[title^=Undo]'), 'back on the pad, drawing and steps are there')

def voila(shots, tmp):
    with demo(coloured_model(tmp)) as (url, p), chromium() as b:
        v,t = Visitor(b.new_context(**DESK).new_page()), time.time()
        v.page.goto(url, timeout=300000); v.ready(); shot(v, shots, 'voila-1280', full=False)
        check(True, f'first painting {time.time() - t:.1f} s after the page was asked for, kernel start and imports included')
        foreign = [u for u in v.asked if not u.startswith((url, url.replace('http', 'ws'), 'data:', 'blob:'))]
        check(not foreign, f'nothing is asked from another host {foreign}')
        pad_works(v, tmp, shots, 'voila')
        FIGURES['voila, untrained model of 64 pixels'] = latency(v)
        check(not v.errors, f'no error in the browser {v.errors}')

def visit(shots, tmp):
    "Two visitors, the explorer, a page that is loaded again, a kernel that dies"
    with demo(coloured_model(tmp)) as (url, p), chromium() as b:
        v = Visitor(b.new_context(**DESK).new_page()); v.page.goto(url, timeout=300000); v.ready(); refuses_code(v, tmp)
        v.page.select_option('.pg-pad select', 'pokemon-lambda'); v.settled(); v.example()
        FIGURES['voila, pokemon-lambda'] = latency(v)
        v.example(); shot(v, shots, 'voila-pokemon', full=False)
        v.click('Draw on the painting'); v.changes(lambda: v.stroke(circle(.1, .8, .2)), 'drawing on the painting'); shot(v, shots, 'voila-over', full=False)
        check(True, 'drawing on the painting'); v.click('Drawing and painting side')
        explorer_works(v, v.ink(), shots, 'voila-explorer'); comes_back(v)
        w = Visitor(b.new_context(**DESK, color_scheme='dark').new_page()); mine = v.ink()
        w.page.goto(url, timeout=300000); w.ready(); shot(w, shots, 'voila-dark', full=False); looks_right(w)
        w.click('Clear'); w.until(lambda: blank(w.ink()), 'clear'); w.stroke(circle(.1)); w.settled()
        check((v.ink() == mine).all() and (w.ink() != mine).any(), 'two visitors do not see each other’s drawings')
        w.page.close(); kernel_dies(v, p, shots, 'voila')
        check(not v.errors and not w.errors, f'no error in either browser {v.errors + w.errors}')

# ------------------------------------------------------------------------------------------------------------ a phone

def phone(shots, tmp):
    "A small screen and a finger"
    with demo(coloured_model(tmp)) as (url, p), chromium() as b:
        w = Visitor(b.new_context(**PHONE).new_page()); w.page.goto(url, timeout=300000); w.ready(); w.settled(); shot(w, shots, 'phone', full=False)
        inside = "[...document.querySelectorAll('.pg-paper, .pg-art, .pg-hand')].every(e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight + 1 })"
        check(w.pressed('[title^="Draw on the painting"]') and w.page.evaluate(inside), 'drawing and painting are one, and fit the screen with the tools below')
        check(w.page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'nothing hangs over the edge of a phone')
        covered = covered_things(w.page); check(not covered, f'everything can be scrolled clear of the row of tools {covered}'); w.page.evaluate('scrollTo(0, 0)')
        w.page.tap('.pg-file [title^=Clear]'); w.until(lambda: blank(w.ink()), 'clear')
        w.changes(lambda: w.finger([w.at(q) for q in circle(.3)]), 'a finger'); check(w.ink()[128:384, 80:120].min() < 60, 'a finger draws')
        w.page.tap('[data-tool=eraser]'); w.page.wait_for_timeout(300)
        check(contrast(w, '[data-tool=eraser]') >= 4.5, 'the active tool can be seen after a tap'); w.page.tap('[data-tool=pen]')
        scrolled = lambda: w.page.evaluate('scrollY'); before = w.ink()
        w.finger(*[[(x, 400 - 12*i) for i in range(16)] for x in (120, 240)]); w.page.wait_for_timeout(500)
        check(scrolled() > 40 and (w.ink() == before).all(), 'two fingers on the sheet scroll the page and leave no line')
        w.page.evaluate('scrollTo(0, 0)'); w.page.tap('[title^="Drawing and painting side"]'); w.page.wait_for_timeout(300); w.page.evaluate('scrollTo(0, 300)'); y = scrolled()
        r = w.page.locator('.pg-art').bounding_box(); x,yy = r['x'] + r['width']/2, r['y'] + r['height']*.4
        w.finger([(x, yy - 10*i) for i in range(12)]); w.page.wait_for_timeout(500); check(scrolled() > y + 30, 'a drag on the painting scrolls the page')
        w.page.evaluate('scrollTo(0, 0)'); w.page.tap('[title^="Draw on the painting"]'); w.page.wait_for_timeout(300)
        a,c = [w.at((.5 + s*.1, .5)) for s in (-1, 1)]; mid = ((a[0] + c[0])/2, a[1])
        w.finger([(mid[0] - 20 - 5*i, mid[1]) for i in range(12)], [(mid[0] + 20 + 5*i, mid[1]) for i in range(12)])
        check('scale(' in (w.page.get_attribute('.pg-paper .pg-stack', 'style') or '') and (w.ink() == before).all(), 'two fingers enlarge')
        w.click('Whole sheet'); w.page.tap('[data-tool=bucket]'); w.changes(lambda: w.page.touchscreen.tap(*w.at((.5, .5))), 'a tap with the bucket')
        check(w.wish()[256, 256, 3] == 255, 'a tap fills a part'); looks_right(w); shot(w, shots, 'phone-bucket', full=False)
        w.page.tap('text=Surprise me'); w.until(lambda: w.page.locator('.pg-tile.pg-done').count() == 4, 'four variations'); shot(w, shots, 'phone-surprise')
        explorer_works(w, w.ink(), shots, 'phone-explorer')
        w.page.select_option('.pg-pad select', 'pokemon-lambda'); w.example(); shot(w, shots, 'phone-pokemon', full=False)
        check(w.page.evaluate('document.documentElement.scrollWidth <= innerWidth') and not w.errors, f'no error in the browser {w.errors}')

# -------------------------------------------------------------------------------------------------------- JupyterLab

def notebook(*sources):
    "A notebook of these cells"
    cells = [dict(cell_type='code', id=f'cell{i}', metadata={}, execution_count=None, outputs=[], source=s) for i,s in enumerate(sources)]
    kernel = dict(name='python3', display_name='Python 3', language='python')
    return json.dumps(dict(cells=cells, metadata=dict(kernelspec=kernel), nbformat=4, nbformat_minor=5))

def lab(shots, tmp):
    model = coloured_model(tmp); port = free_port()
    (tmp/'pad.ipynb').write_text(notebook(f'from pokegan.demo import SketchPad\nSketchPad({str(model)!r})'))
    themes = tmp/'settings'/'@jupyterlab'/'apputils-extension'; themes.mkdir(parents=True)
    (themes/'themes.jupyterlab-settings').write_text(json.dumps(dict(theme='JupyterLab Dark')))
    cmd = [sys.executable, '-m', 'jupyterlab', '--no-browser', '--allow-root', '--IdentityProvider.token=', '--ip=127.0.0.1', f'--port={port}',
           f'--ServerApp.root_dir={tmp}', '--LabApp.news_url=None', f'--LabApp.user_settings_dir={tmp}/settings', f'--LabApp.workspaces_dir={tmp}/spaces']
    with server(*cmd, port=port, path='api') as (url, p), chromium() as b:
        v = Visitor(b.new_page(viewport=dict(width=1440, height=1000)))
        v.page.goto(f'{url}lab/tree/pad.ipynb', timeout=300000)
        v.page.wait_for_selector('.jp-CodeCell .cm-content', timeout=300000); v.page.wait_for_timeout(3000)
        v.page.click('.jp-CodeCell .cm-content'); v.page.keyboard.press('Shift+Enter'); v.ready()
        check(v.page.get_attribute('.pg-pad', 'data-theme') == 'dark' and contrast(v, '.pg-lam-text') >= 4.5, 'JupyterLab’s dark theme: λ can be read')
        n = v.page.locator('.jp-Cell').count(); v.page.focus('.pg-paper')
        for k in ('b', 'a', 'x', 'p'): v.page.keyboard.press(k)
        v.page.wait_for_timeout(500); check(v.page.locator('.jp-Cell').count() == n and v.pressed('[data-tool=pen]'), 'the pad’s keys are not JupyterLab’s')
        shot(v, shots, 'lab-dark', full=False); pad_works(v, tmp, shots, 'lab'); FIGURES['lab, untrained model of 64 pixels'] = latency(v)

if __name__ == '__main__':
    homes = dict(voila=voila, visit=visit, phone=phone, lab=lab)
    p = argparse.ArgumentParser(); p.add_argument('--shots'); p.add_argument('--only', choices=homes); p.add_argument('--figures')
    a = p.parse_args()
    if a.shots: Path(a.shots).mkdir(parents=True, exist_ok=True)
    for name,f in homes.items():
        if a.only in (None, name):
            t = time.time()
            with tempfile.TemporaryDirectory() as d: f(a.shots, Path(d))
            print(f'{name}: {time.time() - t:.0f} s', flush=True)
    for k,o in FIGURES.items(): print(f'stroke to painting, {k}: median {o["median_ms"]} ms, 95% {o["p95_ms"]} ms')
    if a.figures: Path(a.figures).write_text(json.dumps(FIGURES, indent=2) + '\n')
