"""Uploads in parts and downloads in ranges with the hf_transfer package."""
import os
from pathlib import Path

import hf_transfer
from huggingface_hub import HfApi, hf_hub_download

used = []
for name in ["download", "multipart_upload"]:
    real = getattr(hf_transfer, name)
    setattr(hf_transfer, name, lambda *args, real=real, name=name, **kwargs: (used.append(name), real(*args, **kwargs))[1])

api = HfApi()
repo = "ana/hf-transfer"
data = os.urandom(180_000_000)
source = Path(os.environ["HOME"], "large.bin")
source.write_bytes(data)
api.create_repo(repo)
api.upload_file(path_or_fileobj=source, path_in_repo="large.bin", repo_id=repo)
assert Path(hf_hub_download(repo, "large.bin")).read_bytes() == data
assert "download" in used and "multipart_upload" in used, used
print("ok")
