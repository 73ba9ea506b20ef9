"""Memory over a long training: what the process holds after every eighth epoch, for the paper's recipe and with everything told and seen.

    python benchmarks/memory.py [--epochs 80] [--out benchmarks/memory.json]

A training keeps a row of history an epoch and nothing else: after the first epochs the figures should stay where they are.
"""
import json, os, tempfile, torch
from pathlib import Path
from fastai.callback.core import Callback
from fastcore.script import call_parse
from pokegan.pictures import write_atomic
from pokegan.runs import RunConfig, train_run

ALL = dict(lam=(1, 1000), up='bilinear', fm=2., augment='translation,cutout', palette=True, strokes=True, shares=1., perc=5., proj=.3)

def held()->float: # MiB
    "The memory that this process holds, resident (Linux)"
    return int(Path('/proc/self/statm').read_text().split()[1])*os.sysconf('SC_PAGE_SIZE')/2**20

class Memory(Callback):
    "A figure every eighth epoch"
    def __init__(self): self.rows = {}
    def after_epoch(self):
        if (self.epoch + 1)%8 == 0: self.rows[self.epoch + 1] = round(held(), 1)

@call_parse
def main(
    epochs:int=80, # of each training
    out:str='benchmarks/memory.json', # the record
):
    "Train twice in small, and look"
    torch.set_num_threads(1)
    record = {}
    for name,given in dict(paper={}, everything=ALL).items():
        cfg = RunConfig(data='creatures', style='mixed', size=64, nf=8, bs=4, epochs=epochs, limit=24, **given)
        with tempfile.TemporaryDirectory() as tmp: train_run(cfg, Path(tmp)/'run', bar=False, cbs=(seen := Memory()))
        first,*_,last = list(seen.rows.values())
        record[name] = dict(command=cfg.command(), resident_mib=seen.rows, growth_kib_per_epoch=round((last - first)*1024/(epochs - 8), 1))
        print(name, record[name]['growth_kib_per_epoch'], 'KiB an epoch', flush=True)
    write_atomic(Path(out), lambda f: Path(f).write_text(json.dumps(record, indent=1) + '\n'))
