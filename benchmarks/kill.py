"""Kill a training run with SIGKILL at random moments, half of them while a file is being written, resume it each time, and compare with an
undisturbed run, bit for bit.

    python benchmarks/kill.py [kills]
"""
import contextlib, json, os, random, shutil, signal, sys, tempfile, time
from pathlib import Path
import torch
from pokegan.runs import RunConfig, train_run

kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
root = Path(tempfile.mkdtemp())
out, ckpt = root/'killed', root/'killed'/'checkpoint.pth'

def start(folder):
    "Train in a process of its own, which begins as a copy of this one and so need not import anything"
    pid = os.fork()
    if pid: return pid
    with open(os.devnull, 'w') as null, contextlib.redirect_stdout(null):
        cfg = RunConfig(style='canny', size=32, nf=16, bs=4, limit=24, epochs=2*kills, device='cpu')
        try: train_run(cfg, folder, resume=(folder/'checkpoint.pth').exists())
        except BaseException as e: print(e, file=sys.stderr); os._exit(1)
    os._exit(0)

def ended(pid): return os.waitpid(pid, os.WNOHANG)[0] != 0
def stamp(): return ckpt.stat().st_mtime_ns if ckpt.exists() else 0

pid = start(root/'calm'); assert os.waitpid(pid, 0)[1] == 0
random.seed(0); writing = 0
for k in range(kills):
    before, pid = stamp(), start(out)
    while stamp() == before and not ended(pid): time.sleep(.001) # one epoch at least, so that it gets somewhere
    if k%2: # wait for a file in the making
        while not list(out.glob('.tmp-*')): pass
    else: time.sleep(random.uniform(0, .5))
    busy = [o.name for o in out.glob('.tmp-*')]
    os.kill(pid, signal.SIGKILL); os.waitpid(pid, 0)
    n = len(torch.load(ckpt, weights_only=True)['rows']) # it is complete
    writing += bool(busy)
    print(f"kill {k+1}: {n} epochs are safe{', killed while writing ' + busy[0].rsplit('-', 1)[-1] if busy else ''}", flush=True)
pid = start(out); assert os.waitpid(pid, 0)[1] == 0

def content(run):
    "A checkpoint as text, without the seconds that its epochs took"
    ckpt = torch.load(root/run/'checkpoint.pth', weights_only=True)
    for row in ckpt['rows']: del row['seconds']
    return json.dumps(ckpt, default=torch.Tensor.tolist)
assert content('calm') == content('killed'), 'the checkpoints differ'
assert (root/'calm'/'model.safetensors').read_bytes() == (out/'model.safetensors').read_bytes(), 'the weights differ'
print(f'{kills} kills, {writing} of them while a file was being written: weights, average, optimizer, random state and history equal the undisturbed run')
shutil.rmtree(root)
