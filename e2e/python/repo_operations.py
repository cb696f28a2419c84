"""What the client does with whole repos, refs and large files, against a hub. Exits non-zero at the first difference."""
import hashlib
import os
import urllib.request

import raises
from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_download
from huggingface_hub.errors import BadRequestError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

api = HfApi()


def used_storage(repo):
    info = api.model_info(repo, expand=["usedStorage"])
    return info.used_storage if hasattr(info, "used_storage") else info.usedStorage


def add(repo, path, content, **kwargs):
    return api.create_commit(repo, [CommitOperationAdd(path, content)], commit_message=f"add {path}", **kwargs)


# Moves: the old id leads to the new one until another repo takes it.
old, new = "ana/Before", "ana/After"
api.create_repo(old)
head = add(old, "which.txt", b"moved").oid
large = os.urandom(11_000_000)
head = add(old, "w.bin", large).oid
api.move_repo(old, new)
assert api.model_info(old).id == new and api.model_info("ANA/after").id == new
assert api.model_info(old).sha == head
assert open(hf_hub_download(old, "which.txt"), "rb").read() == b"moved"
assert open(hf_hub_download(old, "w.bin", force_download=True), "rb").read() == large
assert {f.path for f in api.list_repo_tree(old, recursive=True)} == {".gitattributes", "which.txt", "w.bin"}
assert [c.title for c in api.list_repo_commits(old)][0] == "add w.bin"
assert add(old, "more.txt", b"by the old name").oid == api.model_info(new).sha
assert {i.path for i in api.get_paths_info(old, ["more.txt"])} == {"more.txt"}
raises.expect(RepositoryNotFoundError, lambda: api.delete_repo(old))
api.create_repo(old)
assert api.model_info(old).id == old and api.model_info(old).sha != head
raises.expect(HfHubHTTPError, lambda: api.move_repo(old, new), r"A model repository called .* already exists")
raises.expect(RepositoryNotFoundError, lambda: api.move_repo("ana/nothing", "ana/x"))
api.move_repo(new, "team/After")
assert api.model_info(new).id == "team/After"

# Duplicates keep the history and the large files.
if hasattr(api, "duplicate_repo"):
    url = api.duplicate_repo("team/After", "ana/Copy")
    assert url.repo_id == "ana/Copy" and not getattr(url, "files_copy_pending", False), url
    assert [c.commit_id for c in api.list_repo_commits("ana/Copy")] == [c.commit_id for c in api.list_repo_commits("team/After")]
    assert open(hf_hub_download("ana/Copy", "w.bin"), "rb").read() == large
    api.duplicate_repo("team/After", "ana/Copy", exist_ok=True)
    raises.expect(HfHubHTTPError, lambda: api.duplicate_repo("team/After", "ana/Copy"))

# Refs.
repo = "ana/references"
api.create_repo(repo)
first = add(repo, "which.txt", b"first").oid
second = add(repo, "which.txt", b"second").oid
for name, start in [("fix#1", first), ("a%20b", first), ("feature/x", first), ("v1.0", second)]:
    api.create_branch(repo, branch=name, revision=start)
api.create_tag(repo, tag="v1.0", revision=first)
api.create_tag(repo, tag="annotated", tag_message="a message", revision=first[:7])
for name in ["fix#1", "a%20b", "feature/x", "annotated", "refs/tags/v1.0"]:
    assert open(hf_hub_download(repo, "which.txt", revision=name), "rb").read() == b"first", name
    assert api.model_info(repo, revision=name).sha == first, name
assert open(hf_hub_download(repo, "which.txt", revision="v1.0"), "rb").read() == b"second"
raises.expect(HfHubHTTPError, lambda: api.create_branch(repo, branch="fix#1"), "Reference refs/heads/fix#1 already exists")
raises.expect(HfHubHTTPError, lambda: api.create_branch(repo, branch="main"), "Reference refs/heads/main already exists")
api.create_branch(repo, branch="main", exist_ok=True)
raises.expect(BadRequestError, lambda: api.create_branch(repo, branch="refs/pr/5"), "Invalid reference for a branch")
raises.expect(HfHubHTTPError, lambda: api.create_branch(repo, branch=second))
raises.expect(RevisionNotFoundError, lambda: api.create_branch(repo, branch="new", revision="nope"))
raises.expect(HfHubHTTPError, lambda: api.delete_branch(repo, branch="main"), "Cannot delete refs/heads/main")
raises.expect(HfHubHTTPError, lambda: api.delete_branch(repo, branch="annotated"), "Invalid rev id")
raises.expect(HfHubHTTPError, lambda: api.create_tag(repo, tag="annotated"))
api.create_tag(repo, tag="annotated", exist_ok=True)
raises.expect(HfHubHTTPError, lambda: api.create_tag(repo, tag="Foo\x1f*"))
raises.expect(RevisionNotFoundError, lambda: api.create_tag(repo, tag="t", revision="foobar"))
raises.expect(RevisionNotFoundError, lambda: api.delete_tag(repo, tag="nothing"))
api.delete_tag(repo, tag="annotated")
refs = api.list_repo_refs(repo)
assert {b.name for b in refs.branches} == {"main", "fix#1", "a%20b", "feature/x", "v1.0"}, refs
assert [(t.name, t.target_commit) for t in refs.tags] == [("v1.0", first)], refs

# Squash.
api.super_squash_history(repo)
squashed = api.list_repo_commits(repo)
assert [c.title for c in squashed] == ["Super-squash branch 'main' using huggingface_hub"], squashed
assert [c.title for c in api.list_repo_commits(repo, revision="v1.0")] == ["add which.txt", "add which.txt", "initial commit"]
assert open(hf_hub_download(repo, "which.txt"), "rb").read() == b"second"
raises.expect(RevisionNotFoundError, lambda: api.super_squash_history(repo, branch="nope"))
assert [c.formatted_title for c in api.list_repo_commits(repo, formatted=True)] == ["Super-squash branch &#39;main&#39; using huggingface_hub"]

# Large files.
if hasattr(api, "list_lfs_files"):
    repo = "ana/large"
    api.create_repo(repo)
    versions = [os.urandom(10_500_000) for _ in range(2)]
    for version in versions:
        add(repo, "ckpt/w.bin", version)
    files = {f.file_oid: f for f in api.list_lfs_files(repo)}
    assert set(files) == {hashlib.sha256(v).hexdigest() for v in versions}, files
    assert {(f.filename, f.ref, f.size) for f in files.values()} == {("ckpt/w.bin", "main", 10_500_000)}, files
    before = used_storage(repo)
    assert before >= 21_000_000, before
    api.permanently_delete_lfs_files(repo, [files[hashlib.sha256(versions[0]).hexdigest()]])
    assert [f.file_oid for f in api.list_lfs_files(repo)] == [hashlib.sha256(versions[1]).hexdigest()]
    assert used_storage(repo) < before - 10_000_000
    assert open(hf_hub_download(repo, "ckpt/w.bin"), "rb").read() == versions[1]

# What a namespace takes.
if hasattr(api, "list_user_repos"):
    rows = {(r.type, r.id): r for r in api.list_user_repos()}
    assert rows["model", "ana/large"].storage >= 10_500_000 and rows["model", "ana/large"].visibility == "public", rows
    assert 99 < sum(r.storage_percent for r in rows.values()) < 101, rows
    assert [r.id for r in api.list_user_repos("team")] == ["team/After"]
    overview = api.get_user_overview("ana")
    assert overview.num_models == len([r for r in rows.values() if r.type == "model"]) and overview.num_datasets == 0, overview
    assert api.get_organization_overview("team").num_models == 1

# Likes.
for target in ["models/ana/large", "models/team/After"]:
    # Only pages like: the client has no call for it, "to prevent spam usage".
    request = urllib.request.Request(f"{api.endpoint}/api/{target}/like", method="POST", headers={"authorization": f"Bearer {os.environ['HF_TOKEN']}"})
    assert urllib.request.urlopen(request).status == 200
assert api.model_info("ana/large").likes == 1
assert sorted(api.list_liked_repos().models) == ["ana/large", "team/After"], api.list_liked_repos()
assert [u.username for u in api.list_repo_likers("ana/large")] == ["ana"]
api.unlike("ana/large")
api.unlike("ana/large")
assert api.list_liked_repos("ana").models == ["team/After"]
raises.expect(RepositoryNotFoundError, lambda: api.unlike("ana/nothing"))

# More than one page.
for number in range(3):
    api.create_repo(f"ana/page-{number}", repo_type="dataset")
print("ok")
