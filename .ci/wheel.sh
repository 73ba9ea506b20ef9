#!/usr/bin/env bash
# The wheel as a user gets it: built, installed into an empty environment with the newest fastai and fastcore that there are
# and without nbdev, and then every command once, from an empty directory.
# With the name of a folder, the environment is made there and kept: the next time only the wheel is installed anew.
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d); venv=$(realpath -m "${1:-$tmp/venv}"); trap 'rm -rf "$tmp"' EXIT
unset POKEGAN_DATA PYTHONPATH
export POKEGAN_CACHE="$tmp/cache" PIP_DISABLE_PIP_VERSION_CHECK=1 OMP_NUM_THREADS=1

mkdir "$tmp/src" "$tmp/empty" # a copy, so that no old build/ gets into the wheel
git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - 2>/dev/null | tar -x -C "$tmp/src"
[ -d "$venv" ] || python3 -m venv "$venv"
"$venv/bin/pip" wheel -q --no-deps -w "$tmp/dist" "$tmp/src"
ls -l "$tmp"/dist/*.whl
"$venv/bin/pip" uninstall -q -y pokegan 2>/dev/null
time "$venv/bin/pip" install -q "$tmp"/dist/*.whl

cd "$tmp/empty"
export PATH="$venv/bin:$PATH"
python - <<'P'
import importlib, importlib.util, pkgutil, pokegan
from importlib.metadata import version
from pathlib import Path
assert 'site-packages' in pokegan.__file__, pokegan.__file__
for m in pkgutil.iter_modules(pokegan.__path__, 'pokegan.'): importlib.import_module(m.name)
assert importlib.util.find_spec('nbdev') is None, 'nbdev is not needed to use the package'
print(*[f'{o} {version(o)}' for o in 'pokegan fastai fastcore torch torchvision numpy opencv-python-headless optuna'.split()], sep=', ')
from PIL import Image
from pokegan.creatures import draw_creature
Path('pictures').mkdir()
for i in range(4): Image.fromarray(draw_creature(i, 128)).save(f'pictures/{i}.png')
P
for c in "$venv"/bin/pokegan_*; do "$c" --help > /dev/null; done
pokegan_edges pictures sketches
pokegan_paint sketches/*.png --out painted # by the model inside the wheel
pokegan_train --data creatures --style canny --size 32 --nf 8 --epochs 1 --bs 8 --limit 32 --device cpu --out run
pokegan_paint sketches/0.png --model run --out mine.png
pokegan_eval --model run --data creatures --out metrics.json
for f in painted/{0,1,2,3}-painted.png mine.png run/model.safetensors run/history.csv metrics.json; do test -s "$f"; done
echo "the wheel works"
