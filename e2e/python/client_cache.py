"""Downloads into the shared cache and into a folder, with every revision form. Prints facts as JSON for the test that runs it.

Usage: client_cache.py prepare|fetch|again|local|offline|gone REPO
"""
import hashlib
import json
import os
import sys
import time
from pathlib import Path

import huggingface_hub
from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_download, snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError, RevisionNotFoundError

step, repo = sys.argv[1:3]
api = HfApi()
cache = Path(huggingface_hub.constants.HF_HUB_CACHE)
folder = cache / ("models--" + repo.replace("/", "--"))
SMALL = b'{"model_type": "bert"}\n'
LARGE = bytes(range(256)) * 48_000


def git_sha1(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def expect(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise SystemExit(f"expected {kind.__name__}")


if step == "prepare":
    api.create_repo(repo)
    add = [CommitOperationAdd("config.json", SMALL), CommitOperationAdd("weights/model.bin", LARGE), CommitOperationAdd("deep/er/note.txt", b"note\n"), CommitOperationAdd("empty", b"")]
    first = api.create_commit(repo, add, commit_message="first")
    api.create_tag(repo, tag="v1.0", revision=first.oid)
    for branch in ["dev", "feature/x"]:
        api.create_branch(repo, branch=branch)
        api.create_commit(repo, [CommitOperationAdd("which.txt", branch.encode())], commit_message=branch, revision=branch)
    proposed = api.create_commit(repo, [CommitOperationAdd("which.txt", b"refs/pr/1")], commit_message="proposal", create_pr=True)
    assert proposed.pr_url.endswith("/discussions/1") and proposed.pr_revision == "refs/pr/1", proposed

elif step == "fetch":
    sha = api.model_info(repo).sha
    path = hf_hub_download(repo, "weights/model.bin")
    assert Path(path) == folder / "snapshots" / sha / "weights/model.bin", path
    assert Path(path).read_bytes() == LARGE
    assert (folder / "refs/main").read_text() == sha
    assert (folder / "blobs" / hashlib.sha256(LARGE).hexdigest()).exists(), list((folder / "blobs").iterdir())
    config = Path(hf_hub_download(repo, "config.json"))
    assert config.is_symlink() and not os.readlink(config).startswith("/"), os.readlink(config)
    assert (folder / "blobs" / git_sha1(SMALL)).read_bytes() == SMALL
    assert Path(hf_hub_download(repo, "empty")).read_bytes() == b""
    expect(EntryNotFoundError, lambda: hf_hub_download(repo, "no/such.txt"))
    assert (folder / ".no_exist" / sha / "no/such.txt").is_file()
    for revision, expected in {"dev": b"dev", "feature/x": b"feature/x", "refs/pr/1": b"refs/pr/1"}.items():
        assert Path(hf_hub_download(repo, "which.txt", revision=revision)).read_bytes() == expected, revision
        assert (folder / "refs" / revision).read_text() == api.model_info(repo, revision=revision).sha
    for revision in ["v1.0", sha, sha[:7]]:
        assert Path(hf_hub_download(repo, "config.json", revision=revision)).read_bytes() == SMALL, revision
    expect(EntryNotFoundError, lambda: hf_hub_download(repo, "which.txt", revision="v1.0"))
    expect(RevisionNotFoundError, lambda: snapshot_download(repo, revision="nope"))
    part = Path(snapshot_download(repo, allow_patterns=["*.json", "deep/*"], ignore_patterns="*.txt"))
    assert (part / "config.json").exists() and not (part / "deep/er/note.txt").exists()
    whole = Path(snapshot_download(repo))
    assert whole == folder / "snapshots" / sha and (whole / "deep/er/note.txt").read_bytes() == b"note\n"
    assert isinstance(try_to_load_from_cache(repo, "config.json"), str)
    info = huggingface_hub.scan_cache_dir()
    assert [r.repo_id for r in info.repos] == [repo] and not info.warnings, info

elif step == "again":
    sha = api.model_info(repo).sha
    assert (Path(snapshot_download(repo)) / "weights/model.bin").read_bytes() == LARGE
    hf_hub_download(repo, "config.json")
    hf_hub_download(repo, "weights/model.bin", revision=sha)

elif step == "local":
    target = Path(os.environ["HOME"], "local")
    snapshot_download(repo, local_dir=target)
    assert (target / "weights/model.bin").read_bytes() == LARGE and not (target / "config.json").is_symlink()
    lines = (target / ".cache/huggingface/download/weights/model.bin.metadata").read_text().splitlines()
    assert lines[0] == api.model_info(repo).sha and lines[1] == hashlib.sha256(LARGE).hexdigest() and float(lines[2]) <= time.time(), lines
    (target / "config.json").write_bytes(b"changed here")
    os.utime(target / "config.json", (time.time() + 60, time.time() + 60))
    hf_hub_download(repo, "config.json", local_dir=target)
    assert (target / "config.json").read_bytes() == SMALL

elif step == "gone":
    assert Path(hf_hub_download(repo, "config.json")).read_bytes() == SMALL

elif step == "offline":
    assert Path(hf_hub_download(repo, "config.json")).read_bytes() == SMALL
    assert (Path(snapshot_download(repo)) / "weights/model.bin").read_bytes() == LARGE
    expect(LocalEntryNotFoundError, lambda: hf_hub_download(repo, "never-fetched.txt"))
    expect(LocalEntryNotFoundError, lambda: hf_hub_download("ana/never-seen", "config.json"))

else:
    raise SystemExit(f"unknown step {step}")
print("ok")
