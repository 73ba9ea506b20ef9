"The package's build recipe: everything that can vary stands in `settings.ini`."
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup

here = Path(__file__).parent
cfg = ConfigParser(delimiters=['='])
cfg.read(here/'settings.ini', encoding='utf8')
cfg = cfg['DEFAULT']

def words(key): return cfg.get(key, '').split()

licenses = {'apache2': 'Apache-2.0'}
statuses = ['0 - Unset', '1 - Planning', '2 - Pre-Alpha', '3 - Alpha', '4 - Beta', '5 - Production/Stable']

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'], keywords=cfg['keywords'],
    author=cfg['author'], author_email=cfg['author_email'], license=licenses[cfg['license']], url=cfg['git_url'],
    long_description=(here/'README.md').read_text(encoding='utf8'), long_description_content_type='text/markdown',
    classifiers=[f"Development Status :: {statuses[int(cfg['status'])]}", f"Intended Audience :: {cfg['audience']}",
                 f"Natural Language :: {cfg['language']}", 'Programming Language :: Python :: 3'],
    packages=['pokegan', 'pokegan.trained_models', 'pokegan.sketches'],
    # the shipped weights and drawings live beside the package in the repository and inside it once installed
    package_dir={'pokegan': 'pokegan', 'pokegan.trained_models': 'trained_models', 'pokegan.sketches': 'nbs/sketches'},
    package_data={'pokegan': ['*.yaml', 'demo_page.ipynb', 'web/*'], 'pokegan.sketches': ['*.png'],
                  'pokegan.trained_models': ['*.safetensors', '*.json', '*.md']},
    python_requires=f">={cfg['min_python']}", install_requires=words('requirements') + words('pip_requirements'),
    extras_require={'dev': words('dev_requirements') + words('page_requirements'), 'page': words('page_requirements')},
    entry_points={'console_scripts': [s.strip() for s in cfg['console_scripts'].splitlines() if s.strip()],
                  'nbdev': [f"{cfg['lib_name']}={cfg['lib_name']}._modidx:d"]},
    zip_safe=False)
