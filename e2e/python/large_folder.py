"""upload_large_folder, and the same again. Usage: large_folder.py REPO"""
import os
import sys
import tempfile
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download

repo = sys.argv[1]
api = HfApi()
with tempfile.TemporaryDirectory() as folder:
    for i in range(120):
        path = Path(folder, f"d{i % 5}", f"small-{i}.txt")
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"small {i}")
    for i in range(6):
        Path(folder, f"large-{i}.bin").write_bytes(os.urandom(3_000_000))
    api.upload_large_folder(repo_id=repo, folder_path=folder, repo_type="model", num_workers=4, print_report=False)
    head = api.model_info(repo).sha
    api.upload_large_folder(repo_id=repo, folder_path=folder, repo_type="model", num_workers=4, print_report=False)
    assert api.model_info(repo).sha == head
    target = Path(snapshot_download(repo))
    for path in Path(folder).rglob("*"):
        relative = path.relative_to(folder)
        if path.is_file() and ".cache" not in relative.parts:
            assert (target / relative).read_bytes() == path.read_bytes(), relative
print("ok")
