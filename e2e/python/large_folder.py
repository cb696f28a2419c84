"""upload_large_folder, killed in the middle, gone on with, and once more with nothing to do. Usage: large_folder.py REPO"""
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download

repo = sys.argv[1]
api = HfApi()


def send(folder):
    api.upload_large_folder(repo_id=repo, folder_path=folder, repo_type="model", num_workers=2, print_report=False)


def uploaded(folder):
    """Large files that the client has noted down as sent."""
    notes = Path(folder, ".cache/huggingface/upload").glob("large-*.metadata")
    return sum(1 for note in notes if (note.read_text().splitlines() + [""] * 7)[6] == "1")


if len(sys.argv) > 2:
    send(sys.argv[2])
    raise SystemExit

with tempfile.TemporaryDirectory() as folder:
    for i in range(120):
        path = Path(folder, f"d{i % 5}", f"small-{i}.txt")
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"small {i}")
    for i in range(12):
        Path(folder, f"large-{i}.bin").write_bytes(os.urandom(12_000_000))
    child = subprocess.Popen([sys.executable, __file__, repo, folder])
    while uploaded(folder) < 3 and child.poll() is None:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    print("sent before the kill:", uploaded(folder))
    send(folder)
    head = api.model_info(repo).sha
    send(folder)
    assert api.model_info(repo).sha == head
    target = Path(snapshot_download(repo))
    for path in Path(folder).rglob("*"):
        relative = path.relative_to(folder)
        if path.is_file() and ".cache" not in relative.parts:
            assert (target / relative).read_bytes() == path.read_bytes(), relative
print("ok")
