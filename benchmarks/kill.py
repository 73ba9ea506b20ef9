"""Kill a training run with SIGKILL at random moments, resume it each time, and compare with an undisturbed run, bit for bit.

    python benchmarks/kill.py [kills] [epochs]
"""
import random, shutil, signal, subprocess, sys, tempfile, time
from pathlib import Path
import pandas as pd, torch
from safetensors.torch import load_file

kills, epochs = [int(a) if len(sys.argv) > i else d for i,(a,d) in enumerate(zip((sys.argv[1:]+[0, 0])[:2], (20, 30)), 1)]
root = Path(tempfile.mkdtemp())
cmd = [Path(sys.executable).with_name('pokegan_train'), '--data', 'creatures', '--style', 'canny', '--size', '32', '--nf', '16', '--bs', '4', '--limit', '24', '--epochs', str(epochs), '--device', 'cpu']
def start(out, *more): return subprocess.Popen([*cmd, '--out', root/out, *more], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

calm = start('calm'); assert calm.wait() == 0, calm.stderr.read()
random.seed(0); done = hits = 0
while done < kills:
    p = start('killed', *(['--resume'] if (root/'killed'/'checkpoint.pth').exists() else []))
    while not list((root/'killed').glob('history.csv')) and p.poll() is None: time.sleep(.01)
    seen = (root/'killed'/'checkpoint.pth').stat().st_mtime_ns if (root/'killed'/'checkpoint.pth').exists() else 0
    while p.poll() is None and (root/'killed'/'checkpoint.pth').exists() and (root/'killed'/'checkpoint.pth').stat().st_mtime_ns == seen: time.sleep(.001)
    time.sleep(random.uniform(0, .4))
    if p.poll() is not None: # it finished first: begin again, there are kills left
        assert p.returncode == 0, p.stderr.read()
        shutil.rmtree(root/'killed'); continue
    writing = bool(list((root/'killed').glob('.tmp-*')))
    p.send_signal(signal.SIGKILL); p.wait()
    done += 1; hits += writing
    if (root/'killed'/'checkpoint.pth').exists(): torch.load(root/'killed'/'checkpoint.pth', weights_only=True) # complete
    n = len(pd.read_csv(root/'killed'/'history.csv')) if (root/'killed'/'history.csv').exists() else 0
    print(f'kill {done}: after {n} epochs{", while a file was being written" if writing else ""}', flush=True)
if (root/'killed').exists(): p = start('killed', *(['--resume'] if (root/'killed'/'checkpoint.pth').exists() else [])); assert p.wait() == 0, p.stderr.read()
a,b = [load_file(root/o/'model.safetensors') for o in ('calm', 'killed')]
assert all(torch.equal(a[k], b[k]) for k in a), 'the weights differ'
s,t = [torch.load(root/o/'checkpoint.pth', weights_only=True) for o in ('calm', 'killed')]
def same(a, b):
    if isinstance(a, dict): return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a if k != 'seconds')
    if isinstance(a, (list, tuple)): return len(a) == len(b) and all(map(same, a, b))
    return torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b or a != a
assert same(s, t), 'the checkpoints differ'
print(f'{done} kills, {hits} of them while a file was being written: weights, optimizer, random state and history equal the undisturbed run')
shutil.rmtree(root)
