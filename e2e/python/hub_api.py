"""HfApi against a hub: create_commit with every operation kind, info, lists, refs, deletion. Exits non-zero at the first difference."""
import hashlib
import os
import tempfile
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi, hf_hub_download
from huggingface_hub.errors import EntryNotFoundError, RepositoryNotFoundError, RevisionNotFoundError

api = HfApi()
me = api.whoami()
assert me["name"] == "ana" and me["type"] == "user", me
assert me["auth"]["accessToken"]["role"] == "write", me
repo = "ana/api-model"
url = api.create_repo(repo)
assert url.repo_id == repo, url

large = os.urandom(12_000_000)
first = api.create_commit(repo, [
    CommitOperationAdd("a.txt", b"alpha\n"),
    CommitOperationAdd("folder/b.txt", b"beta\n"),
    CommitOperationAdd("folder/deep/c.bin", large),
    CommitOperationAdd("empty.txt", b""),
], commit_message="first", commit_description="with a body")
assert api.model_info(repo).sha == first.oid

second = api.create_commit(repo, [
    CommitOperationDelete("a.txt"),
    CommitOperationCopy("folder/deep/c.bin", "copy/of-c.bin"),
    CommitOperationCopy("folder/b.txt", "copy/of-b.txt"),
], commit_message="delete and copy", parent_commit=first.oid)
files = api.list_repo_files(repo)
assert sorted(files) == [".gitattributes", "copy/of-b.txt", "copy/of-c.bin", "empty.txt", "folder/b.txt", "folder/deep/c.bin"], files
for path, expected in {"copy/of-c.bin": large, "copy/of-b.txt": b"beta\n", "empty.txt": b""}.items():
    assert Path(hf_hub_download(repo, path)).read_bytes() == expected, path
assert Path(hf_hub_download(repo, "a.txt", revision=first.oid)).read_bytes() == b"alpha\n"

info = api.model_info(repo, files_metadata=True)
entry = next(s for s in info.siblings if s.rfilename == "copy/of-c.bin")
assert entry.lfs is not None and entry.lfs.sha256 == hashlib.sha256(large).hexdigest() and entry.size == len(large), entry
tree = {e.path: e for e in api.list_repo_tree(repo, recursive=True, expand=True)}
assert tree["folder/b.txt"].last_commit.title == "first", tree["folder/b.txt"]
assert tree["copy/of-b.txt"].last_commit.oid == second.oid
assert {e.path for e in api.get_paths_info(repo, ["folder", "empty.txt", "nothing"])} == {"folder", "empty.txt"}

try:
    api.create_commit(repo, [CommitOperationAdd("x", b"x")], commit_message="late", parent_commit=first.oid)
    raise SystemExit("a commit on a moved parent was taken")
except Exception as error:  # noqa: BLE001 - the client has no class of its own for 412
    assert "412" in str(error), error

api.create_branch(repo, branch="dev")
api.create_branch(repo, branch="dev", exist_ok=True)
api.create_tag(repo, tag="v1", revision=first.oid)
refs = api.list_repo_refs(repo)
assert {b.name for b in refs.branches} == {"main", "dev"} and [t.name for t in refs.tags] == ["v1"], refs
assert api.model_info(repo, revision="v1").sha == first.oid
commits = api.list_repo_commits(repo)
assert [c.title for c in commits][:2] == ["delete and copy", "first"], commits
api.delete_tag(repo, tag="v1")
api.delete_branch(repo, branch="dev")

assert not api.file_exists(repo, "nothing.txt") and api.file_exists(repo, "empty.txt")
assert not api.revision_exists(repo, "nope") and not api.repo_exists("ana/nope")
for call, kind in [
    (lambda: hf_hub_download(repo, "nothing.txt"), EntryNotFoundError),
    (lambda: hf_hub_download(repo, "empty.txt", revision="nope"), RevisionNotFoundError),
    (lambda: hf_hub_download("ana/nope", "x"), RepositoryNotFoundError),
]:
    try:
        call()
        raise SystemExit(f"expected {kind.__name__}")
    except kind:
        pass

api.create_repo("ana/api-data", repo_type="dataset", private=True)
assert api.dataset_info("ana/api-data").private is True
api.update_repo_settings("ana/api-data", repo_type="dataset", private=False)
assert api.dataset_info("ana/api-data").private is False

names = [m.id for m in api.list_models(author="ana", search="api-mod")]
assert names == [repo], names
assert repo in [m.id for m in api.list_models(author="ana", limit=1000)]
assert isinstance(api.model_info(repo).downloads, int)

with tempfile.TemporaryDirectory() as folder:
    for i in range(30):
        Path(folder, f"f{i}.txt").write_text(f"{i}\n")
    api.upload_folder(repo_id=repo, folder_path=folder, path_in_repo="up", commit_message="folder", delete_patterns=["copy/*"])
assert len([f for f in api.list_repo_files(repo) if f.startswith("up/")]) == 30

api.delete_repo("ana/api-data", repo_type="dataset")
api.delete_repo(repo)
assert not api.repo_exists(repo)
api.delete_repo(repo, missing_ok=True)
print("ok")
