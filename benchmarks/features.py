"""What feature loss and projected critic add to a training step, in one run.

    python benchmarks/features.py [--sizes 64,128,256] [--rounds 5] [--out benchmarks/features/cost.json]
    python benchmarks/features.py --check_out benchmarks/features/check.json

The plain step is pix2pix's with one pass of the generator: U-Net of 32 channels, 70×70 PatchGAN, bf16, channels last, fused Adam. Each way of adding
features is timed beside it, one step of each in turn, so that other work on the machine meets all of them alike. On one thread the processor's own time
is compared, which waiting for the processor does not touch; on several, the wall clock's. The ratio is that of the fastest steps: noise only adds.

`--check_out` compares our features with those of the package of 2020, and asks the whole network in which range it knows four photographs best
(needs efficientnet-lite-pytorch and scikit-image).
"""
import json, os, time, torch, torch.nn.functional as F
from copy import deepcopy
from dataclasses import dataclass
from fastcore.script import call_parse
from pathlib import Path
from pokegan.features import (Features, ProjectedCritic, load_features, perceptual_loss, pretrained_weights, projected_critic_loss,
    projected_loss)
from pokegan.losses import gan_loss, l1_loss
from pokegan.models import PatchCritic, UNetGenerator

@dataclass
class Variant:
    "A way of using the features"
    perc:bool = True         # feature loss?
    proj:bool = True         # projected critic?
    size:int|None = None     # side that pictures are shrunk to
    every:int = 1            # use the features in every step, or in every second one
    bf16:bool = False        # the eyes in bfloat16? (autocast alone leaves them in float32 on a CPU)
    share:bool = True        # one pass of eyes and mixing for all uses?
    cached:bool = False      # real pictures' features taken from memory?

def variants(size):
    both = {'+ feature loss': Variant(proj=False), '+ projected critic': Variant(perc=False), '+ both': Variant(),
            '+ both, nothing shared': Variant(share=False), '+ both, eyes in bf16': Variant(bf16=True),
            '+ both, real features in memory': Variant(cached=True), '+ both, every second step': Variant(every=2)}
    shrunk = [s for s in (64, 96, 128, 192) if size/2 <= s < size]
    return both | {f'+ both, eyes at {s}²': Variant(size=s) for s in shrunk}

def adam(*nets): return torch.optim.Adam([p for n in nets for p in n.parameters()], 2e-4, betas=(.5, .999), fused=True)

class Step:
    "Both players of one training, and their step"
    def __init__(self, size, nf, v):
        nets = UNetGenerator(nf=nf, n_levels=size.bit_length()-1), PatchCritic(nf=nf), ProjectedCritic()
        self.gen, self.patch, self.proj = [n.train().to(memory_format=torch.channels_last) for n in nets]
        self.v, self.i = v, 0
        self.og, self.od = adam(self.gen), adam(self.patch, self.proj)
        if v: self.eyes = deepcopy(load_features(size=v.size))
        if v and v.bf16: self.eyes = HalfEyes(self.eyes)

    def look(self, y):
        seen = self.eyes(y)
        return seen, self.proj.mix(seen) if self.v.proj else None

    def __call__(self, x, y):
        v, used = self.v, self.v and self.i%self.v.every == 0
        self.i += 1
        with torch.autocast('cpu', torch.bfloat16):
            g = self.gen(x)
            d = gan_loss(self.patch(y, x), True) + gan_loss(self.patch(g.detach(), x), False)
            if used:
                if not v.cached or self.i == 1:
                    with torch.no_grad(): self.real = self.look(y)
                seen, mixed = self.look(g)
                if v.proj: d = d + projected_critic_loss(self.proj, self.real[1], mixed, x)
        self.od.zero_grad(); d.backward(); self.od.step()
        for n in (self.patch, self.proj): n.requires_grad_(False)
        with torch.autocast('cpu', torch.bfloat16):
            loss = gan_loss(self.patch(g, x), True) + 100*l1_loss(g, y)
            if used and v.proj:
                if not v.share: mixed = self.look(g)[1]
                loss = loss + projected_loss(self.proj.judge(mixed, x), True, gen=True)
            if used and v.perc:
                if not v.share:
                    seen = self.eyes(g)
                    with torch.no_grad(): self.real = self.look(y)
                loss = loss + perceptual_loss(seen, self.real[0]).mean()
        self.og.zero_grad(); loss.backward(); self.og.step()
        for n in (self.patch, self.proj): n.requires_grad_(True)

class HalfEyes:
    "The same groups of layers, left to autocast"
    def __init__(self, eyes): self.groups = eyes.groups
    def __call__(self, h):
        seen = []
        for g in self.groups: seen.append(h := g(h))
        return seen

def timed(step, x, y, clock, n):
    t = clock()
    for _ in range(n): step(x, y)
    return (clock() - t)/n

def cost(sizes, rounds, bs=8, nf=32):
    "Seconds of a step in every way, and their ratio to the plain step"
    one = torch.get_num_threads() == 1
    clock, res = time.process_time if one else time.perf_counter, {}
    for size in sizes:
        torch.manual_seed(0)
        x, y = [(torch.rand(bs, c, size, size)*2 - 1).contiguous(memory_format=torch.channels_last) for c in (1, 3)]
        steps = {'plain': Step(size, nf, None)} | {k: Step(size, nf, v) for k,v in variants(size).items()}
        for s in steps.values(): s(x, y) # warm up
        ts = {k: [] for k in steps}
        for _ in range(rounds):
            for k,s in steps.items(): ts[k].append(timed(s, x, y, clock, s.v.every if s.v else 1))
        res[size] = {k: dict(seconds=round(min(t), 4), slowest=round(max(t), 4), ratio=round(min(t)/min(ts['plain']), 3)) for k,t in ts.items()}
        print(size, {k: v['ratio'] for k,v in res[size].items()}, flush=True)
    what = (f"batch {bs}, {nf} channels, bf16, channels last, torch {torch.__version__}, {torch.get_num_threads()} thread(s), "
            f"{'processor' if one else 'wall clock'} time, fastest of {rounds} rounds; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return dict(what=what, sizes=res)

def old_network():
    from efficientnet_lite_pytorch import EfficientNet
    net = EfficientNet.from_name('efficientnet-lite0').eval()
    net.load_state_dict(pretrained_weights())
    return net

def old_features(net, y):
    h, seen = net._swish(net._bn0(net._conv_stem(y))), []
    for b in net._blocks[:11]: seen.append(h := b(h))
    return [seen[i] for i in (2, 4, 10)]

def photographs():
    from skimage import data
    for name in ('chelsea', 'coffee', 'rocket', 'astronaut'):
        im = torch.from_numpy(getattr(data, name)().copy()).permute(2, 0, 1)[None].float()/255
        s = min(im.shape[2:])
        top, left = [(o-s)//2 for o in im.shape[2:]]
        yield name, F.interpolate(im[..., top:top+s, left:left+s], (224, 224), mode='bilinear', antialias=True)

@torch.no_grad()
def check():
    "Mean difference to the package of 2020, over the mean feature; and how sure it is of photographs in three ranges"
    net, eyes, diff = old_network(), Features(), {}
    for size in (64, 128, 256):
        y = torch.rand(4, 3, size, size, generator=torch.Generator().manual_seed(0))*2 - 1
        diff[f'{size}²'] = [((a-b).abs().mean()/b.abs().mean()).item() for a,b in zip(eyes(y), old_features(net, y))]
    mean, std = [torch.tensor(o)[:, None, None] for o in ((.485, .456, .406), (.229, .224, .225))]
    ranges = {'[-1, 1]': lambda p: 2*p - 1, "ImageNet's mean and deviation": lambda p: (p - mean)/std, '[0, 1]': lambda p: p}
    sure = {n: {k: round(net(f(p)).softmax(1).max().item(), 3) for k,f in ranges.items()} for n,p in photographs()}
    return {'difference': diff, 'sure of': sure}

@call_parse
def main(
    sizes:str='64,128,256', # sides of the pictures
    rounds:int=5, # how often each way is timed
    check_out:str='', # write the comparison with the package of 2020 to this file instead
    out:str='', # write the record to this file
):
    "Time the features in a training step, or check them"
    res = check() if check_out else cost([int(s) for s in sizes.split(',')], rounds)
    if f := check_out or out: Path(f).write_text(json.dumps(res, indent=1, ensure_ascii=False) + '\n', encoding='utf8')
    else: print(json.dumps(res, indent=1, ensure_ascii=False))
