"""Give every flag of every command bad values, and see that each is refused in one sentence before anything is written.

    python tests/bad_values.py [--only COMMAND] [--show]

The table is made of what the commands say of themselves: `console_scripts` of settings.ini, their signatures, and `SETTINGS`
for the flags of a run and the parameters of a sweep. A new flag is thus tried with every value below, and has to refuse
them all, except those that `FINE` names. A new command needs a line in `VALID`.
"""
import argparse, collections, configparser, contextlib, io, itertools, os, re, resource, runpy, shutil, signal, sys, tempfile, time, traceback
from pathlib import Path
from unittest.mock import patch

REPO = Path(__file__).resolve().parents[1]
HUGE,SECONDS = '99999999999999999999',20 # a number that fits no integer of a library; patience for one value

NUMBERS = dict(wrong_type='abc', empty='', negative='-1', zero='0', huge=HUGE, nan='nan', infinite='inf', list='1,,2')
WHOLE = NUMBERS | dict(fraction='1.5', true='true', too_many_digits='9'*400)
REAL = NUMBERS | dict(overflow='1e999', true='true', negative_range='-5,-1', falling_range='9,1')
WORDS = dict(empty='', number='7', nan='nan', unknown='no-such-name', letters='ünknöwn', not_utf8='\udcff', space=' ')
FILES = dict(missing='none/none.png', folder='empty', text_file='text.txt', broken_picture='broken.png', below_a_file='text.txt/x', no_home='~nobody/x',
             long='x'*300, photoshop='x.psd', film='x.mpg', stars='x.fits', address='sqlite:///none/none.db')
SWITCH = dict(wrong_type='abc', number='2', nan='nan')
KINDS = {int: WHOLE, float: REAL, str: WORDS | FILES, bool: SWITCH}

VALID = dict( # a command that can be carried out, in the folder that `furnish` makes; the flag to be tried comes last
    pokegan_train='--data pictures --out new --size 16 --nf 1 --epochs 1 --patch 16 --limit 4 --device cpu',
    pokegan_paint='drawing.png --model tiny --out painted.png --n 1',
    pokegan_eval='--model tiny --data pictures --device cpu',
    pokegan_edges='pictures sketches',
    pokegan_sweep='tiny.yaml --out new --device cpu',
    pokegan_demo='--no-browser',
    pokegan_page='--model tiny --out new')

NEW_FILE = 'number nan unknown letters not_utf8 missing no_home' # what a new file or folder may be called
NEW_FOLDER = f'{NEW_FILE} folder photoshop film stars address'
FINE = { # (command, flag): the values above that are no fault there
    ('pokegan_train', '--out'): NEW_FOLDER, ('pokegan_edges', 'DST'): NEW_FOLDER, ('pokegan_page', '--out'): NEW_FOLDER,
    ('pokegan_paint', '--out'): f'{NEW_FILE} folder broken_picture',
    ('pokegan_eval', '--out'): f'{NEW_FOLDER} text_file broken_picture'.replace('folder ', ''),
    ('pokegan_sweep', '--out'): NEW_FOLDER.replace('not_utf8 ', ''),
    ('pokegan_sweep', '--storage'): f'{NEW_FILE} photoshop film stars'.replace(' missing no_home', ''),
    ('pokegan_sweep', '--count'): 'huge too_many_digits', # of a grid, which has an end
    ('pokegan_train', '--augment'): 'empty', ('pokegan_paint', '--colours'): 'empty', # nothing, and that is a choice
    ('pokegan_paint', '--seed'): 'zero'}
for k in 'lam seed flat ema fm perc proj shares'.split():
    for command in ('pokegan_train', 'pokegan_sweep'): FINE[command, f'--{k}'] = 'zero'

class Accepted(BaseException): "The value was taken, and the work would begin"
class TooLong(BaseException): "It neither refused nor came to an end"

def accept(*args, **kwargs): raise Accepted

def too_long(*_): raise TooLong

def furnish(root):
    "A folder with what the commands need, and with what they should refuse"
    import torch
    from pokegan.conditions import make_generator
    from pokegan.creatures import draw_creature
    from pokegan.painting import save_model
    from PIL import Image
    (root/'empty').mkdir(); (root/'pictures').mkdir()
    for i in range(4): Image.fromarray(draw_creature(i)).resize((16, 16)).save(root/f'pictures/{i}.png')
    shutil.copy(root/'pictures/0.png', root/'drawing.png')
    (root/'text.txt').write_text('Dear diary')
    (root/'broken.png').write_bytes((root/'drawing.png').read_bytes()[:60])
    (root/'tiny.yaml').write_text('method: grid\nparameters: {data: {value: pictures}, size: {value: 16}, nf: {value: 1}, '
                                  'epochs: {value: 1}, patch: {value: 16}, lam: {values: [1, 2]}}\n')
    torch.manual_seed(0)
    gen = make_generator(nf=1, n_levels=4, lam=(1., 100.), palette=True, strokes=True)
    save_model(root/'tiny', gen, dict(size=16, lam=[1, 100], palettes=[], input='sketch', style='auto', direction=None))

def seen(root):
    "All that lies in a folder"
    return {o.relative_to(root): (o.lstat().st_size, o.lstat().st_mtime_ns) for o in root.rglob('*') if not o.is_dir()} | {
            o.relative_to(root): 'folder' for o in root.rglob('*') if o.is_dir()}

def run(script, args):
    "What a console would see of a command: (exit code, or 'accepted'; stdout; stderr)"
    out,err = [io.TextIOWrapper(io.BytesIO(), 'utf8', errors=e, write_through=True) for e in ('strict', 'backslashreplace')]
    code,handlers = 0,{s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGALRM, too_long); signal.alarm(SECONDS)
    try:
        with patch.object(sys, 'argv', [script.name, *args]), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            runpy.run_path(str(script), run_name='__main__')
    except Accepted: code = 'accepted'
    except TooLong: code = 'too long'
    except SystemExit as e:
        code = 0 if e.code is None else e.code if isinstance(e.code, int) else 1
        if isinstance(e.code, str): print(e.code, file=err)
    except BaseException: code = 'traceback'; traceback.print_exc(file=err)
    finally: signal.alarm(0)
    for s,h in handlers.items(): signal.signal(s, h)
    return code, *[o.buffer.getvalue().decode('utf8') for o in (out, err)]

def commands():
    "Name → 'module:function' of every command"
    ini = configparser.ConfigParser(); ini.read(REPO/'settings.ini')
    return dict(re.findall(r'(\w+)=([\w.]+:\w+)', ini['DEFAULT']['console_scripts']))

def flags(name, entry):
    "(flag, kind) of a command, in the order of its signature; arguments without a dash have a capital letter"
    from fastcore.script import anno_parser
    from pokegan.runs import SETTINGS
    module,func = entry.split(':')
    func = getattr(sys.modules[module], func)
    for a in anno_parser(func, prog=name)._actions:
        if a.dest in ('help', 'pdb', 'xtra'): continue
        kind = SETTINGS[a.dest].metadata['check'].kind if name == 'pokegan_train' and a.dest in SETTINGS else a.type or str
        if a.nargs == 0: kind = bool
        yield (a.option_strings[0] if a.option_strings else a.dest.upper()), kind, a.nargs == 0

def table():
    "All that is to be tried: (command, arguments, flag, kind of fault, value)"
    for name,entry in commands().items():
        valid = VALID[name].split()
        for i,(flag,kind,bare) in enumerate(flags(name, entry)):
            for what,v in KINDS[kind].items():
                yield name, [*valid[:i], v, *valid[i+1:]] if flag.isupper() else [*valid, f'{flag}={v}'], flag, what, v
            if not (flag.isupper() or bare or kind is bool): yield name, [*valid, flag], flag, 'no_value', None
        yield name, [*valid, '--no-such-flag', '1'], '--no-such-flag', 'unknown_flag', '1'
    from pokegan.sweeps import PARAMS
    for k,kind in PARAMS.items(): # what a sweep's file may hold
        for what,v in KINDS[kind].items(): yield 'pokegan_sweep', [*VALID['pokegan_sweep'].split(), '--fix', f'{k}={v}'], f'--{k}', what, v

def fault(code, out, err, flag, v, changed):
    "What is wrong with how a bad value was received, or None"
    lines = [o for o in err.splitlines() if o.strip()]
    if code == 'traceback': return f'traceback: {lines[-1]}'
    if code == 'too long': return f'no answer in {SECONDS} s'
    if code in ('accepted', 0): return 'accepted'
    if code not in (1, 2): return f'exit code {code}'
    if changed: return f'refused ({lines[-1] if lines else ""}), but written: {", ".join(sorted(map(str, changed)))}'
    if code == 2 and lines and lines[0].startswith('usage:'): lines = lines[-1:] # argparse shows the usage first
    if len(lines) != 1: return f'{len(lines)} lines: {lines[:4]}'
    if re.search(r'Traceback|\[Errno|Error\b|[.]$', lines[0]): return f"a library's sentence: {lines[0]}"
    named = flag.lstrip('-').lower(), '--fix', (v or '')[:6].lower().encode('utf8', 'backslashreplace').decode() or 'required'
    if not any(o in lines[0].lower() for o in named): return f'names neither flag nor value: {lines[0]}'

def main():
    p = argparse.ArgumentParser()
    p.add_argument('--only', default=''); p.add_argument('--show', action='store_true')
    args = p.parse_args()
    import pokegan.runs, pokegan.sweeps, pokegan.demo, pokegan.hands, pokegan.page
    for entry in commands().values(): __import__(entry.split(':')[0])
    resource.setrlimit(resource.RLIMIT_AS, (24<<30, 24<<30)) # what is huge is to be refused, not tried
    start,tried,faults,fine,home = time.time(),collections.Counter(),[],set(),os.getcwd()
    work = [patch('pokegan.runs.Pix2PixLearner.fit_flat_lin', accept), patch('pokegan.runs.evaluate_model', accept),
            patch('pokegan.sweeps.train_run', accept), patch('pokegan.demo.voila_app', accept),
            patch('pokegan.page.runtime_files', accept)]
    with tempfile.TemporaryDirectory() as tmp, contextlib.ExitStack() as stack:
        tmp = Path(tmp); root = tmp/'here'; root.mkdir()
        env = dict(HOME=tmp/'here/home', POKEGAN_DATA=tmp/'here/data', POKEGAN_CACHE=tmp/'cache')
        stack.enter_context(patch.dict(os.environ, {k: str(v) for k,v in env.items()}))
        for o in work: stack.enter_context(o)
        for name,entry in commands().items():
            module,func = entry.split(':')
            (tmp/name).write_text(f'from {module} import {func}\n{func}()\n')
        furnish(root); os.chdir(root)
        shutil.copytree(root, tmp/'fresh')
        before = seen(root)
        for name,cmd,flag,what,v in table():
            if not name.startswith(args.only or name): continue
            t = time.time()
            code,out,err = run(tmp/name, cmd)
            after = seen(root)
            changed = {k for k in {*before, *after} if before.get(k) != after.get(k)}
            says = fault(code, out, err, flag, v, changed)
            if says == 'accepted' and what in FINE.get((name, flag), '').split(): says = fine.add((name, flag, what))
            tried[name] += 1
            if says: faults.append((name, flag, what, says))
            if args.show: print(f'{name} {flag} {what} [{code}, {time.time()-t:.1f} s]: {err.strip().splitlines()[-1:]}', flush=True)
            if changed:
                os.chdir(tmp); shutil.rmtree(root); shutil.copytree(tmp/'fresh', root); os.chdir(root)
                before = seen(root)
        os.chdir(home)
    unused = {(*k, o) for k,v in FINE.items() for o in v.split() if k[0].startswith(args.only or k[0])} - fine
    faults += [(*o, 'is refused: take it out of FINE') for o in sorted(unused)]
    for f in faults: print(*f, sep=' | ')
    n_tracebacks = sum(f[-1].startswith('traceback') for f in faults)
    print(f'bad values: {sum(tried.values())} tried ({", ".join(f"{k} {n}" for k,n in tried.items())}), {n_tracebacks} tracebacks, '
          f'{len(faults)} faults, {time.time()-start:.0f} s')
    sys.exit(bool(faults))

if __name__ == '__main__': main()
