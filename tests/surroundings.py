"""Run the commands where they are not at home: narrow consoles, strange names, no home directory, two containers with one host name.

    python tests/surroundings.py [--only NAME] [--show]
"""
import argparse, contextlib, json, os, runpy, shutil, socket, subprocess, sys, tempfile, traceback, unicodedata
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parent))
from bad_values import REPO, commands, furnish

TRAIN = '--data pictures --size 16 --nf 1 --epochs 1 --patch 16 --limit 4 --style canny --device cpu'
ODD = [b'\xff\xfe.png', 'λ ü 猫.png'.encode(), ('x'*221 + '.png').encode(), unicodedata.normalize('NFC', 'é.png').encode(),
       unicodedata.normalize('NFD', 'é.png').encode(), b'two\nlines.png', b'-n.png']

def inside(lines, results):
    "Carry out commands, one after the other, in this process; (exit code, traceback) of each into a file"
    done = []
    for script,*args in lines:
        sys.argv,code,story = [Path(script).name, *args],0,''
        try: runpy.run_path(script, run_name='__main__')
        except SystemExit as e:
            code = 0 if e.code is None else e.code if isinstance(e.code, int) else 1
            if isinstance(e.code, str): print(e.code, file=sys.stderr)
        except BaseException: code,story = 'traceback',traceback.format_exc()
        done.append((code, story))
        for o in (sys.stdout, sys.stderr): o.flush()
    Path(results).write_text(json.dumps(done), encoding='utf8')

def carry_out(where, *lines, before=(), env=None):
    "The same in a process of its own, started in `where`: (exit codes, stdout, stderr, tracebacks)"
    script = where/'commands'; script.mkdir(exist_ok=True)
    for name,entry in commands().items():
        module,func = entry.split(':')
        (script/name).write_text(f'from {module} import {func}\n{func}()\n')
    full,results = [[str(script/l[0]), *l[1:]] for l in lines],where/'results.json'
    keep = {k: os.environ[k] for k in ('PATH', 'PYTHONPATH', 'LANG', 'LC_ALL') if k in os.environ} | dict(OMP_NUM_THREADS='1', PYTHONUTF8='0')
    args = [*before, sys.executable, '-W', 'ignore', str(HERE), '--inside', json.dumps(full), str(results)]
    p = subprocess.run(args, cwd=where, capture_output=True, env=keep | (env or {}), timeout=300)
    if not results.exists(): raise AssertionError(p.stderr.decode('utf8', 'replace')[-3000:])
    done = json.loads(results.read_text(encoding='utf8')); results.unlink()
    return [c for c,_ in done], p.stdout, p.stderr, '\n'.join(s for _,s in done if s)

def narrow_consoles(where):
    "Consoles that know no λ: the help, a training, a sweep and a painting end well"
    for code in ('ascii', 'cp1252'):
        lines = [[o, '--help'] for o in commands()]
        lines += [['pokegan_train', *TRAIN.split(), '--out', f'λ-{code}'], ['pokegan_sweep', 'tiny.yaml', '--out', f'sweep-λ-{code}', '--device', 'cpu'],
                  ['pokegan_paint', 'drawing.png', '--model', 'tiny', '--out', f'λ-{code}.png'], ['pokegan_paint', 'λ.png', '--model', 'tiny'],
                  ['pokegan_eval', '--model', 'nobody-λ']]
        codes,out,err,story = carry_out(where, *lines, env=dict(PYTHONIOENCODING=code, POKEGAN_CACHE=str(where/'cache')))
        assert codes == [0]*(len(lines)-2) + [1, 1], (codes, story, err)
        assert b'nobody-\\u03bb' in err and b'Traceback' not in err and out.decode(code)
        assert all((where/o).is_file() for o in (f'λ-{code}/model.safetensors', f'sweep-λ-{code}/report.html', f'λ-{code}.png'))
    return f'{len(lines)} commands on 2 consoles'

def strange_names(where):
    "Names that are no UTF-8, very long, composed in two ways: one batch paints them all, and one item's failure ends nothing"
    for o in ODD: shutil.copy(where/'drawing.png', os.fsencode(where)+b'/'+o)
    names = [os.fsdecode(o) for o in ODD]
    long = 'y'*250 + '.png' # whose painting would have too long a name
    shutil.copy(where/'drawing.png', where/long)
    batch = [f'./{o}' for o in (*names[:3], long, 'text.txt', *names[3:])]
    codes,out,err,story = carry_out(where, ['pokegan_paint', *batch, '--model', 'tiny', '--out', 'painted'])
    made = sorted(os.listdir(os.fsencode(where/'painted')))
    assert codes == [1] and not story, (codes, story)
    assert made == sorted(o[:-4] + b'-painted.png' for o in ODD), made
    assert len(err.splitlines()) == 2 and b'too long' in err and b'text.txt is not a picture' in err, err
    return f'{len(made)} of {len(batch)} painted, 2 refused'

def strange_training(where):
    "The same names among the pictures of a training, of pokegan_edges and as partners: they work, or the file is named"
    (where/'odd').mkdir()
    for i,o in enumerate(ODD): shutil.copy(where/f'pictures/{i % 4}.png', os.fsencode(where/'odd')+b'/'+o)
    for side,form in (('A', 'NFC'), ('B', 'NFD')):
        (where/'pairs'/side).mkdir(parents=True)
        for o in 'éüåñ': shutil.copy(where/'pictures/0.png', where/'pairs'/side/f'{unicodedata.normalize(form, o)}.png')
    odd = os.fsdecode(b'\xff folder'); shutil.copytree(where/'pictures', where/odd)
    lines = [['pokegan_edges', 'odd', 'sketches'], ['pokegan_eval', '--model', 'in odd', '--data', 'odd', '--device', 'cpu', '--out', odd + '.json'],
             ['pokegan_sweep', 'tiny.yaml', '--data', odd, '--out', 'sweep', '--device', 'cpu']]
    lines[1:1] = [['pokegan_train', *TRAIN.split(), '--data', o, '--out', f'in {o}'] for o in ('odd', 'pairs', odd)]
    codes,out,err,story = carry_out(where, *lines, env=dict(POKEGAN_CACHE=str(where/'cache')))
    assert not story, story
    assert codes == [0]*6, (codes, err.decode(errors='replace'))
    assert len(os.listdir(where/'sketches')) == len(ODD) and (where/'sweep/report.html').is_file()
    return 'edges, three trainings, an evaluation and a sweep'

def nobodys_home(where):
    "A user without a home directory and an empty environment: everything works, and the cache is done without"
    os.chmod(where.parent, 0o755); os.chown(where, 12345, 12345) if not os.geteuid() else None
    paths = os.pathsep.join(filter(None, [str(where), os.environ.get('PYTHONPATH')])) # in `where` lies what pretends, if need be
    env = ['env', '-i', f"PATH={os.environ['PATH']}", f'PYTHONPATH={paths}', 'OMP_NUM_THREADS=1']
    before,who = [*'setpriv --reuid 12345 --regid 12345 --clear-groups'.split(), *env],'user 12345'
    def works(): return subprocess.run([*before, sys.executable, '-c', 'import pokegan'], cwd=where, capture_output=True).returncode == 0
    if os.geteuid() or not shutil.which('setpriv') or not works(): # this user may not read Python: pretend
        (where/'sitecustomize.py').write_text("import pwd\ndef nobody(*_): raise KeyError('uid not found')\npwd.getpwuid = pwd.getpwnam = nobody\n")
        before,who = env,'a user whom the system does not know'
    codes,out,err,story = carry_out(where, ['pokegan_train', *TRAIN.split(), '--out', 'run'], ['pokegan_paint', 'drawing.png', '--model', 'run', '--out', 'a.png'],
        ['pokegan_eval', '--model', 'run', '--data', 'pictures', '--device', 'cpu'], ['pokegan_edges', 'pictures', 'lines'],
        ['pokegan_sweep', 'tiny.yaml', '--out', 'sweep', '--device', 'cpu'], ['pokegan_sweep', 'tiny.yaml', '--out', 'sweep-w', '--device', 'cpu', '--backend', 'wandb', '--count', '1'],
        before=before)
    assert not story, story
    assert codes == [0]*6, (codes, err.decode())
    return f'train, paint, eval, edges and two sweeps, as {who}'

def two_containers(where):
    "Two workers with one host name that do not see each other's processes: every point is run once"
    unshare = 'unshare --pid --fork'.split()
    if not shutil.which('unshare') or subprocess.run([*unshare, 'true'], capture_output=True).returncode:
        return 'SKIPPED: no process namespace may be made here'
    (where/'four.yaml').write_text((where/'tiny.yaml').read_text().replace('epochs: {value: 1}', 'epochs: {value: 6}').replace('[1, 2]', '[1, 2, 3, 4]'))
    carry_out(where, ['pokegan_edges', '--help']) # which makes the scripts
    args = [*unshare, sys.executable, '-W', 'ignore', str(where/'commands/pokegan_sweep'), 'four.yaml', '--out', 'sweep', '--device', 'cpu']
    ps = [subprocess.Popen(args, cwd=where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, 'OMP_NUM_THREADS': '1'}) for _ in range(2)]
    said = [p.communicate(timeout=300)[0].decode() for p in ps]
    assert [p.returncode for p in ps] == [0, 0], said
    import optuna, pandas as pd
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    trials = optuna.load_study(study_name='four', storage=f'sqlite:///{where}/sweep/study.db').trials
    begun = sorted(t.params['lam'] for t in trials if t.user_attrs.get('begun') == t.number)
    assert begun == [1, 2, 3, 4] and list(pd.read_csv(where/'sweep/runs.csv').state) == ['complete']*4, begun
    from pokegan.pictures import write_atomic # a temporary that a neighbour is filling stays
    write = f"import time\nfrom pokegan.pictures import write_atomic\ndef slow(f): open(f, 'w').write('a'); open('going', 'w'); time.sleep(2)\nwrite_atomic('a.txt', slow)"
    p = subprocess.Popen([*unshare, sys.executable, '-c', write], cwd=where)
    while not (where/'going').exists(): assert p.poll() is None
    with contextlib.chdir(where) if hasattr(contextlib, 'chdir') else contextlib.nullcontext(): write_atomic(where/'b.txt', lambda f: Path(f).write_text('b'))
    assert p.wait(60) == 0 and (where/'a.txt').read_text() == 'a'
    return f'4 points, {len(begun)} runs begun, on {socket.gethostname()}'

TESTS = {f.__name__: f for f in (narrow_consoles, strange_names, strange_training, nobodys_home, two_containers)}

def main():
    p = argparse.ArgumentParser()
    p.add_argument('--only', default=''); p.add_argument('--inside', nargs=2)
    args = p.parse_args()
    if args.inside: return inside(json.loads(args.inside[0]), args.inside[1])
    failed = 0
    for name,test in TESTS.items():
        if args.only not in name: continue
        with tempfile.TemporaryDirectory() as d:
            where = Path(d)/'here'; where.mkdir(); furnish(where)
            try: print(f'{name}: {test(where)}', flush=True)
            except AssertionError as e: failed += 1; print(f'{name} FAILED: {str(e)[-3000:]}', flush=True)
    sys.exit(bool(failed))

if __name__ == '__main__': main()
