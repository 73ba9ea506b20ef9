"""Check what can be checked of the documentation without Quarto: the notebooks can be processed, every internal link and picture resolves, every exported name is documented
on its page, every notebook is in the sidebar, none is too large, and the site carries the page to draw on."""
import json, re, sys
from pathlib import Path
from urllib.parse import unquote
from nbdev.config import get_config
from nbdev.serve import proc_nbs
from pokegan._modidx import d as index
from pokegan.page import WEB_FILES

root,cfg = Path(__file__).resolve().parent.parent,get_config()
site,repo = index['settings']['doc_host'] + index['settings']['doc_baseurl'],index['settings']['git_url']
LINK = re.compile(r'!?\[[^\]]*\]\(\s*<?([^)\s>]+)|(?:href|src)="([^"]+)"')

def texts(nb):
    "What a reader sees of a processed notebook, beside the code"
    for c in nb['cells']:
        if c['cell_type'] != 'code': yield ''.join(c['source'])
        for o in c.get('outputs', []):
            for kind in ('text/markdown', 'text/html'): yield ''.join(o.get('data', {}).get(kind, ''))

def links(text): return [a or b for a,b in LINK.findall(re.sub(r'```.*?```|`[^`\n]*`', '', text, flags=re.S))]
def slug(heading): return re.sub(r'[^\w .-]', '', heading).strip().lower().replace(' ', '-')

class Page:
    "A processed notebook: where it will be on the site, its text, the anchors in it"
    def __init__(self, f, top):
        self.text = '\n'.join(texts(json.loads(f.read_text(encoding='utf8'))))
        name = re.search(r'^output-file: (\S+)', self.text, re.M)
        self.folder,self.source = f.parent.relative_to(top),f.relative_to(top).as_posix()
        self.url = (self.folder/(name[1] if name else f'{f.stem}.html')).as_posix()
        self.anchors = {slug(re.sub(r'\{.*\}', '', h)) for h in re.findall(r'^#{1,6} +(.+)$', self.text, re.M)} | {o.lower() for o in re.findall(r'(?:\{#|id=")([\w.-]+)', self.text)}

def problem(link, folder, here, pages):
    "What is wrong with a link in a file of `folder`, or None; `here` is the page that it stands on, `pages` are all of them by their address"
    link = unquote(link)
    if link.startswith(f'{repo}/blob/') or link.startswith(f'{repo}/tree/'):
        path = link[len(repo):].split('/', 3)[3].split('#')[0]
        return None if (root/path).exists() else f'{path} is not in the repository'
    if link.startswith(site): link,folder = link[len(site):].lstrip('/') or 'index.html',Path()
    elif re.match(r'[a-z]+:', link): return None # elsewhere
    path,_,anchor = link.partition('#')
    url = (folder/path).as_posix() if path else here
    url = re.sub(r'[^/]+/\.\./', '', url)
    url = next((p.url for p in pages.values() if p.source == url), url) # a link to a notebook
    if url == DRAW: return None # page_to_draw_on looks after it
    if anchor.startswith('_'): anchor = '' # nbdev links private names too, which have no heading: the page is what can be reached
    if url in pages: return f'{url} has no heading #{anchor}' if anchor and anchor.lower() not in pages[url].anchors else None
    files = root/folder/path,Path(cfg.nbs_path)/folder/path
    return None if any(f.exists() for f in files) else f'{link} does not exist'

DRAW = 'draw' # where the site has the page that paints in the browser

def page_to_draw_on():
    "What is wrong with the page without a server: the workflow must build it, the site must link to it, its own files must be there"
    workflow,quarto = (root/'.github/workflows/docs.yaml').read_text(),(Path(cfg.nbs_path)/'_quarto.yml').read_text()
    steps = [o.strip() for o in workflow.splitlines()]
    build,docs = f'- run: pokegan_page --out {cfg.doc_path.name}/{DRAW}','- run: nbdev_docs'
    if build not in steps or steps.index(build) < steps.index(docs): yield f'docs.yaml does not build the page to draw on: after nbdev_docs, {build[7:]}'
    if f'{site}/{DRAW}/' not in quarto: yield f'the navigation bar of _quarto.yml does not link to {site}/{DRAW}/'
    web = root/'pokegan/web'
    yield from (f'pokegan/web/{o} is not there, and the page needs it' for o in ('page.html', *WEB_FILES) if not (web/o).is_file())

def main():
    top = Path(proc_nbs(force=True, n_workers=1))
    found = [Page(f, top) for f in sorted(top.rglob('*.ipynb')) if not any(o.startswith(('.','_')) for o in f.relative_to(top).parts)]
    pages = {p.url: p for p in found}
    bad = [f'two notebooks become {u}' for u in pages if sum(p.url==u for p in found) > 1]
    for p in found: bad += [f'{p.url}: {why}' for o in links(p.text) if (why := problem(o, p.folder, p.url, pages))]
    for name in ('README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'benchmarks/README.md', 'benchmarks/sweeps/README.md', 'trained_models/README.md'):
        f = root/name
        bad += [f'{name}: {why}' for o in links(f.read_text(encoding='utf8')) if (why := problem(o, f.parent.relative_to(root), name, pages))]
    names = [(n, url) for module in index['syms'].values() for n,(url,_) in module.items() if n.count('.') == 2 and not n.split('.')[-1].startswith('_')]
    bad += [f'{n} is not documented: {why}' for n,url in names if (why := problem(f'{site}/{url}', Path(), '', pages))]
    listed = set(re.findall(r'([\w/]+\.ipynb)', (Path(cfg.nbs_path)/'_quarto.yml').read_text()))
    here = {f.relative_to(cfg.nbs_path).as_posix() for f in Path(cfg.nbs_path).rglob('*.ipynb') if '.ipynb_checkpoints' not in f.parts}
    bad += [f'_quarto.yml lists {o}, which is not there' for o in sorted(listed-here)] + [f'the sidebar of _quarto.yml lacks {o}' for o in sorted(here-listed)]
    for o in sorted(here):
        kb,most = (Path(cfg.nbs_path)/o).stat().st_size/1000,1000 if '/' in o else 300
        if kb > most: bad.append(f'{o} has {kb:.0f} kB, more than {most}: make its pictures smaller')
    bad += page_to_draw_on()
    print(f'{len(found)} pages, {sum(len(links(p.text)) for p in found)} links, {len(names)} exported names')
    if bad: sys.exit('\n'.join(bad))

if __name__ == '__main__': main() # nbdev starts processes, which import this file
