"""Are the lines of a drawing found in a photo of it? Photos are made here from drawings whose lines are known, with
perspective, a table, shadows, grey and ruled paper, pencil, noise, blur and JPEG. The lines that `photo_lines` and
`clean_sketch` find are brought back to the sheet by the photo's true perspective, and compared with the true ones.

    python benchmarks/photos.py [--sheet FILE.png]

Writes the record `benchmarks/photos.json`, which `nbs/10_hands.ipynb` reads.
"""
import json, time
from pathlib import Path
import cv2, numpy as np
from PIL import Image
from fastcore.script import call_parse
from pokegan.pictures import UserError, fit_square, read_drawing, write_atomic
from pokegan.creatures import draw_creature
from pokegan.edges import draw_lines, thin_lines
from pokegan.metrics import line_f1
from pokegan.hands import centre_lines, clean_sketch, even_light, find_lines_in, find_sheet, hand_sketch, photo_lines
from pokegan.hands import sheet_map

RECORD = Path(__file__).with_suffix('.json')
SKETCHES = Path(__file__).parent.parent/'nbs'/'sketches'
WIDE,HIGH,TOLERANCE = 720, 960, 4 # the sheet, pixels; and how far a line may lie from the true one

PHOTOS = dict( # what was done to each
    scan=dict(),
    shade=dict(shade=.5),
    shadow=dict(shadow=.4, noise=6),
    grey_paper=dict(paper=(165,165,170), noise=4),
    yellow_paper=dict(paper=(240,225,160), pen=(60,70,170), shade=.25),
    pencil=dict(pen=(150,150,155), width=3, noise=8, shade=.3),
    ruled=dict(ruled=(150,180,220)),
    squared=dict(squared=(190,200,215), pen=(40,50,120), shade=.3),
    dark_table=dict(tilt=.12, table=(60,45,35)),
    wooden_table=dict(tilt=.15, table=(165,120,80), grain=14, noise=4),
    light_table=dict(tilt=.1, table=(205,200,195), shade=.2),
    turned=dict(tilt=.1, turned=35, table=(100,110,90), grain=8, noise=4),
    blurred=dict(tilt=.08, table=(70,80,90), blur=2.2, quality=40),
    noisy=dict(tilt=.1, table=(50,50,60), noise=22, shade=.5, quality=50),
    ruled_table=dict(tilt=.12, table=(90,60,50), ruled=(140,170,215), pen=(30,40,110), noise=4),
    pencil_table=dict(tilt=.14, table=(120,95,75), grain=10, pen=(120,120,125), width=3, shadow=.5, quality=60),
    everything=dict(tilt=.13, turned=20, table=(110,85,70), grain=10, ruled=(165,190,225), pen=(90,90,100), width=4,
                    shadow=.55, shade=.3, noise=8, blur=1.2, quality=45))

def drawing(k):
    "Drawing number k: our sketches, and hand drawings of creatures, in turn; 512² uint8"
    if k%2: return hand_sketch(draw_creature(k, 512, 5), k)
    files = sorted(SKETCHES.glob('*.png'))
    return fit_square(clean_sketch(read_drawing(files[k//2%len(files)])), 512)[0]

def page(k, paper=(250,250,247), pen=(35,35,40), width=None, ruled=None, squared=None):
    "A sheet with a drawing on it, and the true lines: HIGH×WIDE×3 and HIGH×WIDE uint8"
    ink = drawing(k)
    if width: ink = draw_lines(thin_lines((ink<128).astype(np.uint8)), ink.shape, width)
    true = np.full((HIGH,WIDE), 255, np.uint8)
    true[230:230+512,110:110+512] = ink
    sheet = np.full((HIGH,WIDE,3), paper, np.float32)
    for lines,axes in ((ruled,(0,)), (squared,(0,1))):
        for axis in axes if lines else ():
            for at in range(40, sheet.shape[axis], 44 if ruled else 30): sheet.swapaxes(0, axis)[at:at+2] = lines
    cover = cv2.GaussianBlur(255-true, (0,0), .7)[...,None]/255
    return sheet*(1-cover)+cover*np.float32(pen), true

def lit(photo, rng, shade=0, shadow=0):
    "Light from one side, and the hard shadow of a hand"
    h,w = photo.shape[:2]
    y,x = np.mgrid[:h,:w].astype(np.float32)
    light = 1-shade*np.clip((x*rng.uniform(.4, 1)/w+y*rng.uniform(.2, .6)/h), 0, 1)
    if shadow:
        arm = np.zeros((h,w), np.float32)
        cv2.fillConvexPoly(arm, np.int32([[.55*w,h],[.3*w,.5*h],[.42*w,.38*h],[w,.75*h],[w,h]]), 1.)
        light *= 1-(1-shadow)*cv2.GaussianBlur(arm, (0,0), 4)
    return photo*light[...,None]

def perspective(rng, tilt, turned):
    "From the sheet to a photo of 1000×1000"
    at = np.float32([[0,0],[WIDE,0],[WIDE,HIGH],[0,HIGH]])
    to = at*.84+np.float32([(1000-WIDE*.84)/2, (1000-HIGH*.84)/2])
    to += rng.uniform(-tilt, tilt, (4,2))*400
    turn = cv2.getRotationMatrix2D((500,500), rng.uniform(-turned, turned), 1 if turned<10 else .85)
    to = cv2.transform(to[None], turn)[0]
    return cv2.getPerspectiveTransform(at, np.clip(to, 20, 980).astype(np.float32))

def photograph(k, tilt=0, turned=0, table=None, grain=0, shade=0, shadow=0, noise=0, blur=0, quality=92, **sheet):
    "A photo of a drawing: H×W×3 uint8, the true lines on the sheet, and the map from sheet to photo"
    rng = np.random.default_rng(k)
    photo,true = page(k, **sheet)
    m = np.eye(3) if table is None else perspective(rng, tilt, turned)
    if table is not None:
        wood = rng.normal(size=(250,12)).astype(np.float32)*grain
        wood = cv2.resize(wood, (1000,1000), interpolation=cv2.INTER_CUBIC)
        under = np.float32(table)+wood[...,None]
        warped,cover = (cv2.warpPerspective(o, m, (1000,1000)) for o in (photo, np.ones_like(photo)))
        photo = warped+(1-cover)*under
    photo = lit(photo, rng, shade, shadow)
    if blur: photo = cv2.GaussianBlur(photo, (0,0), blur)
    photo = np.clip(photo+rng.normal(0, noise, photo.shape), 0, 255).astype(np.uint8)
    jpeg = cv2.imencode('.jpg', photo[...,::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(jpeg, cv2.IMREAD_COLOR)[...,::-1].copy(), true, m

def f1(ink, true, tolerance=TOLERANCE): return round(float(line_f1(ink<128, true<128, tolerance)), 4)

def on_sheet(ink, m): return cv2.warpPerspective(ink, m, (WIDE,HIGH), borderValue=255)

def placed(ink, true):
    "F1 of the lines, centred, with those of the true drawing; 0 where none were found"
    try: return f1(centre_lines(ink, 512), centre_lines(true, 512), 6)
    except UserError: return 0.

def judge(photo, true, m):
    "Line F1 on the sheet, F1 of what `find_lines_in` gives, and how far the corners are from the true ones"
    start,corners = time.process_time(),find_sheet(photo)
    found = photo_lines(photo, corners)
    ms,back = 1e3*(time.process_time()-start),np.linalg.inv(m)
    mine = np.eye(3) if corners is None else np.linalg.inv(sheet_map(corners)[0])
    even = clean_sketch(even_light(photo))
    at = np.float32([[[0,0],[WIDE,0],[WIDE,HIGH],[0,HIGH]]])
    off = None if corners is None else round(float(np.abs(corners-cv2.perspectiveTransform(at, m)[0]).max()), 1)
    try: whole,kind = find_lines_in(photo)
    except UserError: whole,kind = None,None
    return dict(photo_lines=f1(on_sheet(found, back@mine), true),
                clean_sketch=f1(on_sheet(clean_sketch(photo), back), true),
                even_light=f1(on_sheet(even, back), true), placed=placed(whole, true) if whole is not None else 0.,
                placed_before=placed(even, true), kind=kind, corners_off=off, ms=round(ms)), found

@call_parse
def main(
    sheet:str=None, # draw the photos and what is found in them into this file
):
    "Make the photos, find the lines, and compare"
    cv2.setNumThreads(1)
    rows,pictures = [],[]
    for k,(name,how) in enumerate(PHOTOS.items()):
        photo,true,m = photograph(k, **how)
        row,found = judge(photo, true, m)
        rows.append(dict(photo=name, **row)); print(rows[-1], flush=True)
        before = clean_sketch(even_light(photo))
        pictures.append(np.hstack([cv2.resize(o if o.ndim==3 else cv2.cvtColor(o, cv2.COLOR_GRAY2RGB), (180,220),
                                              interpolation=cv2.INTER_AREA) for o in (photo, before, found)]))
    keys = 'photo_lines', 'clean_sketch', 'even_light', 'placed', 'placed_before'
    mean = {k:round(float(np.mean([r[k] for r in rows])), 4) for k in keys}
    print(mean)
    record = dict(settings=dict(sheet=(WIDE,HIGH), tolerance=TOLERANCE, photos=PHOTOS), rows=rows, mean=mean)
    write_atomic(RECORD, lambda f: Path(f).write_text(json.dumps(record, indent=1)+'\n'))
    if sheet:
        while len(pictures)%3: pictures.append(np.full_like(pictures[0], 255))
        Image.fromarray(np.vstack([np.hstack(pictures[i:i+3]) for i in range(0, len(pictures), 3)])).save(sheet)
