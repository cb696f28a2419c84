"""Repos, refs, rights and error classes, as every client version sees them. Usage: client_repos.py OWN_PREFIX, with BO_TOKEN and READ_TOKEN set."""
import hashlib
import os
import sys
import tempfile
from pathlib import Path

import huggingface_hub
from packaging.version import Version
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete, HfApi, ModelCard, hf_hub_download
from huggingface_hub.errors import BadRequestError, EntryNotFoundError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

prefix = sys.argv[1]
api, bo, reader = HfApi(), HfApi(token=os.environ["BO_TOKEN"]), HfApi(token=os.environ["READ_TOKEN"])
nobody = HfApi(token=False)


def expect(kind, call, *parts, status=None):
    try:
        call()
    except kind as error:
        text = str(error)
        for part in parts:
            assert part in text, f"{part!r} is not in {text!r}"
        if status is not None:
            assert error.response.status_code == status, (error.response.status_code, text)
        return error
    raise SystemExit(f"expected {kind.__name__}")


# Rights and what is invisible.
private = f"ana/{prefix}-private"
api.create_repo(private, private=True)
api.create_repo(private, private=True, exist_ok=True)
expect(HfHubHTTPError, lambda: api.create_repo(private), status=409)
for stranger, status in [(bo, 404), (nobody, 401)]:
    for call in [lambda: stranger.model_info(private), lambda: stranger.list_repo_files(private), lambda: stranger.list_repo_refs(private), lambda: stranger.list_repo_commits(private)]:
        expect(RepositoryNotFoundError, call, "Request ID", status=status)
    expect(RepositoryNotFoundError, lambda: hf_hub_download(private, "x.txt", token=stranger.token))
    assert not stranger.repo_exists(private)
    assert private not in [m.id for m in stranger.list_models(author="ana")]
assert private in [m.id for m in api.list_models(author="ana")]
expect(RepositoryNotFoundError, lambda: bo.delete_repo(private), status=404)
expect(RepositoryNotFoundError, lambda: nobody.delete_repo(private), status=401)
api.auth_check(private)
expect(RepositoryNotFoundError, lambda: bo.auth_check(private))
expect(RepositoryNotFoundError, lambda: bo.auth_check("ana/never-there"))
expect(HfHubHTTPError, lambda: bo.create_repo(f"ana/{prefix}-not-mine"), status=403)
expect(HfHubHTTPError, lambda: reader.create_repo(f"ana/{prefix}-read-only"), status=403)
expect(OSError, lambda: HfApi(token="hf_" + "0" * 34).whoami(), status=401)
bad = expect(HfHubHTTPError, lambda: HfApi(token="hf_" + "0" * 34).model_info(private), status=401)
assert not isinstance(bad, RepositoryNotFoundError), bad
assert isinstance(reader.whoami()["auth"]["accessToken"]["role"], str)
# A reader of a public repo may not write, with a message of its own.
public = f"ana/{prefix}-public"
url = api.create_repo(public)
assert url.repo_id == public and url.repo_type == "model", url
for who in [bo, reader]:
    expect(HfHubHTTPError, lambda: who.upload_file(path_or_fileobj=b"x", path_in_repo="x.txt", repo_id=public), status=403)
api.create_repo(public.upper().replace("ANA", "ana"), exist_ok=True)
assert api.model_info(public.upper()).id == public

# Every kind of repo, in a user's and in an organisation's namespace.
for kind, extra in [("dataset", {}), ("space", {"space_sdk": "static"})]:
    for namespace in ["ana", "team"]:
        name = f"{namespace}/{prefix}-{kind}"
        url = api.create_repo(name, repo_type=kind, **extra)
        assert url.repo_type == kind and url.repo_id == name, url
        assert ".gitattributes" in api.list_repo_files(name, repo_type=kind)
        if kind == "space":
            assert {"README.md", "index.html", "style.css"} <= set(api.list_repo_files(name, repo_type=kind))
        api.upload_file(path_or_fileobj=b"1", path_in_repo="a b/#1?.txt", repo_id=name, repo_type=kind)
        assert Path(hf_hub_download(name, "a b/#1?.txt", repo_type=kind)).read_bytes() == b"1"
        api.delete_repo(name, repo_type=kind)
        expect(RepositoryNotFoundError, lambda: api.delete_repo(name, repo_type=kind), "404")
        api.delete_repo(name, repo_type=kind, missing_ok=True)
api.create_repo(f"{prefix}-short-id")
assert api.repo_exists(f"ana/{prefix}-short-id")

# Refs and history.
first = api.upload_file(path_or_fileobj=b"one", path_in_repo="n.txt", repo_id=public, commit_message="Say one", commit_description="Because it is first")
second = api.upload_file(path_or_fileobj=b"two", path_in_repo="n.txt", repo_id=public, commit_message="Say two")
assert first.oid in first.commit_url and public in first.commit_url
titles = [c.title for c in api.list_repo_commits(public)]
assert titles == ["Say two", "Say one", "initial commit"], titles
formatted = api.list_repo_commits(public, formatted=True)
assert formatted[1].message == "Because it is first" and formatted[0].formatted_title is not None, formatted
assert formatted[0].authors == ["ana"] and formatted[0].created_at is not None, formatted[0]
api.create_branch(public, branch="old", revision=first.oid)
expect(HfHubHTTPError, lambda: api.create_branch(public, branch="old"), "Reference refs/heads/old already exists", status=409)
api.create_branch(public, branch="old", exist_ok=True)
expect(RevisionNotFoundError, lambda: api.create_branch(public, branch="x", revision="nope"))
expect(HfHubHTTPError, lambda: api.delete_branch(public, branch="main"), "Cannot delete refs/heads/main")
expect(HfHubHTTPError, lambda: api.delete_branch(public, branch="never"), status=404)
api.create_tag(public, tag="t1", revision="old", tag_message="an annotated one")
expect(HfHubHTTPError, lambda: api.create_tag(public, tag="t1"), status=409)
api.create_tag(public, tag="t1", exist_ok=True)
expect(RevisionNotFoundError, lambda: api.create_tag(public, tag="t2", revision="nope"))
expect(RevisionNotFoundError, lambda: api.delete_tag(public, tag="never"))
assert Path(hf_hub_download(public, "n.txt", revision="t1")).read_text() == "one"
expect(RevisionNotFoundError, lambda: api.model_info(public, revision="nope"), "Invalid rev id: nope")
expect(RevisionNotFoundError, lambda: list(api.list_repo_tree(public, revision="nope")))
expect(RevisionNotFoundError, lambda: api.list_repo_commits(public, revision="nope"))

# What a commit refuses, in the words that clients compare.
def commit(*operations, **options):
    return api.create_commit(public, list(operations), commit_message="c", **options)

expect(EntryNotFoundError, lambda: commit(CommitOperationDelete("never.txt")), "A file with this name doesn't exist")
expect(HfHubHTTPError, lambda: commit(CommitOperationAdd("z", b"z"), parent_commit=first.oid), "The branch was updated since you opened this page", status=412)
expect(RevisionNotFoundError, lambda: commit(CommitOperationAdd("z", b"z"), revision="nope"))
expect(RevisionNotFoundError, lambda: commit(CommitOperationAdd("z", b"z"), revision=first.oid, create_pr=True))
expect(EntryNotFoundError, lambda: commit(CommitOperationCopy("never.txt", "to.txt")))
assert api.model_info(public).sha == second.oid
proposal = bo.create_commit(public, [CommitOperationAdd("from-bo.txt", b"bo")], commit_message="From bo", create_pr=True)
assert proposal.pr_num == 1, proposal
bo.create_commit(public, [CommitOperationAdd("more.txt", b"bo")], commit_message="More", revision=proposal.pr_revision)
assert "more.txt" in api.list_repo_files(public, revision="refs/pr/1") and "more.txt" not in api.list_repo_files(public)
assert [r.name for r in api.list_repo_refs(public, include_pull_requests=True).pull_requests] == ["1"] or api.list_repo_refs(public, include_pull_requests=True).pull_requests[0].ref == "refs/pr/1"

# Folders: ignore rules, delete patterns, a folder deleted and copied.
with tempfile.TemporaryDirectory() as folder:
    for name in ["a.txt", "b.log", "sub/c.txt", "sub/d.bin", "skip/e.txt"]:
        Path(folder, name).parent.mkdir(exist_ok=True, parents=True)
        Path(folder, name).write_bytes(name.encode())
    Path(folder, ".gitignore").write_text("*.log\nskip/\n")
    api.upload_folder(repo_id=public, folder_path=folder, path_in_repo="f")
files = set(api.list_repo_files(public))
assert {"f/a.txt", "f/sub/c.txt", "f/sub/d.bin"} <= files, files
commit(CommitOperationCopy("f/sub/d.bin", "copied/d.bin"), CommitOperationDelete("f/sub/"))
files = set(api.list_repo_files(public))
assert "copied/d.bin" in files and "f/sub/c.txt" not in files, files
api.delete_folder("copied", public)
api.delete_files(public, ["*"])
assert api.list_repo_files(public) == [".gitattributes"], api.list_repo_files(public)
before = api.model_info(public).sha
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "same.txt").write_text("same")
    api.upload_folder(repo_id=public, folder_path=folder)
    once = api.model_info(public).sha
    api.upload_folder(repo_id=public, folder_path=folder)
assert before != once and api.model_info(public).sha == once

# Large files: the pointer's ids, safetensors metadata, a file object.
data = os.urandom(11_000_000)
with tempfile.TemporaryFile() as file:
    file.write(data)
    file.seek(0)
    api.upload_file(path_or_fileobj=file, path_in_repo="big.bin", repo_id=public)
[entry] = api.get_paths_info(public, "big.bin", expand=True)
assert entry.size == len(data) and entry.lfs.sha256 == hashlib.sha256(data).hexdigest() and entry.last_commit is not None
pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{entry.lfs.sha256}\nsize {len(data)}\n".encode()
assert entry.blob_id == hashlib.sha1(b"blob %d\0" % len(pointer) + pointer).hexdigest() and entry.lfs.pointer_size == len(pointer)
header = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
api.upload_file(path_or_fileobj=len(header).to_bytes(8, "little") + header + b"\0" * 8, path_in_repo="model.safetensors", repo_id=public)
assert api.get_safetensors_metadata(public).parameter_count == {"F32": 2}

# Cards: read, checked, changed.
text = "---\nlicense: mit\ntags: [one, two]\n---\n# Card\n"
api.upload_file(path_or_fileobj=text.encode(), path_in_repo="README.md", repo_id=public)
card = ModelCard.load(public)
assert card.data.license == "mit" and card.data.tags == ["one", "two"]
info = api.model_info(public)
assert info.card_data.license == "mit" and {"one", "two", "license:mit"} <= set(info.tags), info.tags
refused = expect((BadRequestError, HfHubHTTPError, ValueError), lambda: api.upload_file(path_or_fileobj=b"---\nlicense: [\n---\n", path_in_repo="README.md", repo_id=public))
assert "yaml" in str(refused).lower() or "README" in str(refused), refused
card.data.license = "apache-2.0"
if Version(huggingface_hub.__version__) >= Version("2.2"):
    card.validate()
    card.push_to_hub(public)
else:
    # These have the address of the public Hub in their card check: the way that works everywhere is to upload the text.
    api.upload_file(path_or_fileobj=str(card).encode(), path_in_repo="README.md", repo_id=public)
assert api.model_info(public).card_data.license == "apache-2.0"

api.update_repo_settings(public, private=True)
assert not bo.repo_exists(public)
api.update_repo_settings(public, private=False)
assert bo.repo_exists(public)
print("ok")
