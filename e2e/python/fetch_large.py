"""Downloads files of a repo in one process. Usage: fetch_large.py REPO FILE...; prints the sha256 of each."""
import hashlib
import sys
from pathlib import Path

from huggingface_hub import hf_hub_download

repo, *names = sys.argv[1:]
for name in names:
    print(name, hashlib.sha256(Path(hf_hub_download(repo, name)).read_bytes()).hexdigest(), flush=True)
