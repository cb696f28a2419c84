"""HfFileSystem: list, find, glob over more than two pages, ranges, writes and deletes. Usage: file_system.py REPO, a dataset of the caller"""
import os
import sys
import tempfile
from pathlib import Path

import huggingface_hub
from huggingface_hub import HfApi, HfFileSystem

repo = sys.argv[1]
api = HfApi()
root = f"datasets/{repo}"
api.create_repo(repo, repo_type="dataset")
COUNT = 2600
with tempfile.TemporaryDirectory() as folder:
    for i in range(COUNT):
        path = Path(folder, f"part-{i % 7}", "deep" if i % 2 else "", f"row-{i:05}.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{i}\n")
    Path(folder, "sp ace").mkdir()
    Path(folder, "sp ace", "ü#?.txt").write_text("odd")
    api.upload_folder(repo_id=repo, folder_path=folder, repo_type="dataset", commit_message="many")
data = os.urandom(12_000_000)
api.upload_file(path_or_fileobj=data, path_in_repo="large.bin", repo_id=repo, repo_type="dataset")

fs = HfFileSystem()
names = {path.rsplit("/", 1)[1] for path in fs.ls(root, detail=False)}
assert names == {".gitattributes", "large.bin", "sp ace"} | {f"part-{i}" for i in range(7)}, names
assert len(fs.glob(f"{root}/**/*.txt")) == COUNT + 1
assert len(fs.find(root)) == COUNT + 3
assert len(fs.glob(f"{root}/part-1/*.txt")) == len([i for i in range(COUNT) if i % 7 == 1 and i % 2 == 0])
assert fs.glob(f"{root}/part-*/deep/row-00001.txt") == [f"{root}/part-1/deep/row-00001.txt"]
assert len(fs.find(f"{root}/part-3", maxdepth=1)) == len([i for i in range(COUNT) if i % 7 == 3 and i % 2 == 0])
info = fs.info(f"{root}/large.bin")
assert info["type"] == "file" and info["size"] == len(data) and info["lfs"]["size"] == len(data), info
assert fs.isdir(f"{root}/part-0") and fs.isfile(f"{root}/sp ace/ü#?.txt") and not fs.exists(f"{root}/nothing")
assert fs.cat(f"{root}/sp ace/ü#?.txt") == b"odd"
try:
    fs.ls(f"{root}/nothing")
    raise SystemExit("a missing folder was listed")
except FileNotFoundError:
    pass

with fs.open(f"{root}/large.bin", block_size=64 * 1024) as file:
    file.seek(5_000_000)
    assert file.read(1000) == data[5_000_000:5_001_000]
    file.seek(-10, os.SEEK_END)
    assert file.read() == data[-10:] and file.read() == b""
with fs.open(f"{root}/large.bin", block_size=0) as file:
    assert file.read(100) == data[:100]
assert fs.cat_file(f"{root}/large.bin", start=10, end=20) == data[10:20]
assert fs.read_text(f"{root}@main/part-0/row-00000.txt") == "0\n"

with fs.open(f"{root}/written/by-fs.txt", "w") as file:
    file.write("written")
assert fs.read_text(f"{root}/written/by-fs.txt") == "written"
fs.rm(f"{root}/part-0", recursive=True)
assert not fs.exists(f"{root}/part-0")
fs.cp_file(f"{root}/large.bin", f"{root}/copy.bin")
assert fs.info(f"{root}/copy.bin")["size"] == len(data)
target = Path(os.environ["HOME"], "got.bin")
fs.get_file(f"{root}/copy.bin", target)
assert target.read_bytes() == data
api.create_branch(repo, branch="feature/x", repo_type="dataset")
assert fs.exists(f"{root}@feature%2Fx/large.bin")
print("ok")
