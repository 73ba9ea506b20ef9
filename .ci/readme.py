"Make README.md and its pictures from nbs/index.ipynb without Quarto; with --check only say whether they agree"
import re, sys
from pathlib import Path
import nbformat
from nbconvert import MarkdownExporter
from traitlets.config import Config

root = Path(__file__).resolve().parent.parent

def render():
    "README text and its pictures {path: bytes}"
    nb = nbformat.read(root/'nbs'/'index.ipynb', as_version=4)
    nb.metadata['language_info'] = dict(name='python') # nbdev_clean drops it
    for c in nb.cells:
        if c.cell_type == 'code' and c.source.startswith('#| echo: false'): c.source = ''
    exporter = MarkdownExporter(config=Config(ExtractOutputPreprocessor=dict(extract_output_types={'image/png'}, output_filename_template='index_files/{cell_index}_{index}{extension}')))
    text, res = exporter.from_notebook_node(nb)
    text = re.sub(r'```\w*\n\s*```\n', '', text).replace('![png](index_files/', '![drawings and what they become](nbs/index_files/')
    return re.sub(r'\n{3,}', '\n\n', text).strip() + '\n', {root/'nbs'/k: v for k, v in res['outputs'].items()}

text, pictures = render()
files = {root/'README.md': text.encode(), **pictures}
old = [f for f in (root/'nbs'/'index_files').glob('*') if f not in files]
if '--check' in sys.argv:
    stale = [str(f.relative_to(root)) for f in [*files, *old] if f in old or not f.exists() or f.read_bytes() != files[f]]
    if stale: sys.exit(f"{', '.join(stale)} differ from nbs/index.ipynb: run python .ci/readme.py and commit the result")
else:
    for f in old: f.unlink()
    for f, b in files.items():
        f.parent.mkdir(exist_ok=True)
        f.write_bytes(b)
