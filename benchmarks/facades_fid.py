"""The Inception FID of a model of façades, as it is published: 119.1 for the authors' own, 125.0 for mmgeneration's at 256².

    pip install pytorch-fid
    POKEGAN_DATA=... python benchmarks/facades_fid.py [--model runs/facades] [--split test]

The distance needs the weights of the Inception network that everybody measures with (pt_inception-2015-12-05-6726825d.pth, 91 MB), which pytorch-fid fetches from GitHub at its first use.
Figures of other Inceptions cannot be compared with published ones, so without these weights nothing is computed. With 100 pictures, or the 106 of the test set, FID is biased upwards: compare it
with published figures for as many pictures alone, and see `facades.py` for KID, which is not biased.
"""
import tempfile
from pathlib import Path
from fastcore.script import Param, call_parse
from PIL import Image
from facades import MODES, paintings
from pokegan.pictures import UserError, one_line_errors, to_array

def inception_fid(one, other):
    "FID of two folders of pictures"
    try: from pytorch_fid.fid_score import calculate_fid_given_paths
    except ImportError: raise UserError('FID needs a package that is not here: pip install pytorch-fid') from None
    try: return calculate_fid_given_paths([str(one), str(other)], 10, 'cpu', 2048, 0)
    except OSError as e: # no network, or nothing at the other end
        raise UserError(f"Inception's weights are not at hand ({e}): put pt_inception-2015-12-05-6726825d.pth into "
                        "the folder checkpoints of torch's hub, or run this where GitHub can be reached") from None

@call_parse
def main(
    model:str='facades', # name of a shipped model, or a run's folder
    split:Param('whose photos', str, choices=['valid', 'test'])='valid',
):
    "Paint, and measure"
    with one_line_errors(), tempfile.TemporaryDirectory() as d:
        for mode,batch in MODES.items():
            g,y,card = paintings(model, batch, split)
            for kind,ims in dict(painted=g, real=y).items():
                folder = Path(d)/mode/kind; folder.mkdir(parents=True)
                for i,im in enumerate(to_array(ims)): Image.fromarray(im).save(folder/f'{i:03}.png')
            print(f"{model}, {card['size']}², {len(g)} pictures, statistics: {mode}: FID {inception_fid(Path(d)/mode/'real', Path(d)/mode/'painted'):.1f}")
