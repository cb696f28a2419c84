"""A gated data set by the official client: who asks, who decides, who downloads. Arguments: tokens of owner, asker and another user, and a repo id."""
import inspect
import json
import os
import sys
import tempfile
import urllib.request
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

owner_token, asker_token, other_token, repo = sys.argv[1:5]
endpoint = os.environ["HF_ENDPOINT"]
owner, asker, other, nobody = HfApi(token=owner_token), HfApi(token=asker_token), HfApi(token=other_token), HfApi(token=False)
asker_name, other_name = asker.whoami()["name"], other.whoami()["name"]
kind = {"repo_type": "dataset"}
has_request_id = "request_id" in inspect.signature(owner.accept_access_request).parameters


def ask(token, fields):
    body = json.dumps({"fields": fields}).encode()
    request = urllib.request.Request(f"{endpoint}/api/datasets/{repo}/ask-access", data=body, method="POST")
    request.add_header("authorization", f"Bearer {token}")
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def download(token, cache=None):
    with tempfile.TemporaryDirectory() as fresh:
        path = hf_hub_download(repo, "data.csv", token=token, cache_dir=cache or fresh, **kind)
        assert Path(path).read_bytes() == b"id,text\n1,a\n", path


def refused(call, kind_of_error, text=""):
    try:
        call()
    except kind_of_error as error:
        assert text in str(error), (text, str(error))
        return
    raise SystemExit(f"expected {kind_of_error.__name__}: {text}")


def names(requests):
    return [request.username for request in requests]


owner.create_repo(repo, **kind)
owner.upload_file(path_or_fileobj=b"id,text\n1,a\n", path_in_repo="data.csv", repo_id=repo, **kind)
refused(lambda: list(owner.list_pending_access_requests(repo, **kind)), HfHubHTTPError, "not gated")
download(False)
owner.update_repo_settings(repo, gated="manual", **kind)
info = nobody.dataset_info(repo)
assert info.gated == "manual" and info.private is False, info
assert "data.csv" in nobody.list_repo_files(repo, **kind)

refused(lambda: download(False), GatedRepoError, "log in")
refused(lambda: download(asker_token), GatedRepoError, f"{endpoint}/datasets/{repo}")
refused(lambda: asker.auth_check(repo, **kind), GatedRepoError)
owner.auth_check(repo, **kind)
refused(lambda: owner.auth_check(f"{repo}-missing", **kind), RepositoryNotFoundError)

assert names(owner.list_pending_access_requests(repo, **kind)) == []
ask(asker_token, {"Affiliation": "none", "I agree": True})
refused(lambda: download(asker_token), GatedRepoError, "awaiting a review")
[pending] = owner.list_pending_access_requests(repo, **kind)
assert pending.username == asker_name and pending.status == "pending" and pending.email == f"{asker_name}@example.org", pending
assert pending.fields == {"Affiliation": "none", "I agree": True} and pending.timestamp.year >= 2024, pending
refused(lambda: list(asker.list_pending_access_requests(repo, **kind)), HfHubHTTPError, "403")

owner.accept_access_request(repo, asker_name, **kind)
download(asker_token)
asker.auth_check(repo, **kind)
if "write" in inspect.signature(asker.auth_check).parameters:
    refused(lambda: asker.auth_check(repo, write=True, **kind), HfHubHTTPError, "403")
    owner.auth_check(repo, write=True, **kind)
refused(lambda: owner.accept_access_request(repo, asker_name, **kind), HfHubHTTPError, "404")
assert names(owner.list_accepted_access_requests(repo, **kind)) == [asker_name]
assert names(owner.list_pending_access_requests(repo, **kind)) == []

owner.cancel_access_request(repo, asker_name, **kind)
refused(lambda: download(asker_token), GatedRepoError, "awaiting a review")
refused(lambda: owner.cancel_access_request(repo, asker_name, **kind), HfHubHTTPError, "404")
owner.reject_access_request(repo, asker_name, rejection_reason="not for you", **kind)
refused(lambda: download(asker_token), GatedRepoError, "rejected")
refused(lambda: owner.reject_access_request(repo, asker_name, rejection_reason="again", **kind), HfHubHTTPError, "404")
[rejected] = owner.list_rejected_access_requests(repo, **kind)
assert rejected.username == asker_name and rejected.status == "rejected", rejected
if has_request_id:
    assert rejected.request_id == pending.request_id, rejected
    owner.accept_access_request(repo, request_id=rejected.request_id, **kind)
    download(asker_token)

# Let in without having asked, right after having been kept out.
shared_cache = os.path.join(os.environ["HF_HOME"], "hub")
refused(lambda: download(other_token, shared_cache), GatedRepoError, "ask for access")
owner.grant_access(repo, other_name, **kind)
download(other_token, shared_cache)
refused(lambda: owner.grant_access(repo, other_name, **kind), HfHubHTTPError, "already has access")
refused(lambda: owner.grant_access(repo, "nobody-here", **kind), HfHubHTTPError, "404")
refused(lambda: owner.accept_access_request(repo, "nobody-here", **kind), HfHubHTTPError, "404")
assert other_name in names(owner.list_accepted_access_requests(repo, **kind))

owner.update_repo_settings(repo, gated="auto", **kind)
owner.cancel_access_request(repo, other_name, **kind)
refused(lambda: download(other_token), GatedRepoError)
assert ask(other_token, {})["status"] == "accepted"
download(other_token)
owner.update_repo_settings(repo, gated=False, **kind)
download(False)
owner.delete_repo(repo, **kind)
print("ok")
