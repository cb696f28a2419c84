"""A fine-grained token in the official client: what it may do, what it is refused and in which words. Needs WRITE_TOKEN of the same user."""
import os

from huggingface_hub import CommitOperationAdd, HfApi, whoami
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

from raises import expect

owner, api = HfApi(token=os.environ["WRITE_TOKEN"]), HfApi()

fine = whoami()["auth"]["accessToken"]
assert fine["role"] == "fineGrained", fine
scopes = {(scope["entity"]["type"], scope["entity"]["name"]): scope["permissions"] for scope in fine["fineGrained"]["scoped"]}
assert scopes == {("model", "ana/proposals"): ["repo.content.read", "discussion.write"]}, scopes
assert fine["fineGrained"]["canReadGatedRepos"] is False and fine["fineGrained"]["global"] == [], fine

# What its scope names is there, another private repo of the same user is not.
assert api.model_info("ana/proposals").private
assert [model.id for model in api.list_models(author="ana")] == ["ana/proposals"]
expect(RepositoryNotFoundError, lambda: api.model_info("ana/secret"))
assert {model.id for model in owner.list_models(author="ana")} == {"ana/proposals", "ana/secret"}

# It proposes, and cannot write: the refusal names the right, and is no conflict to be tried again.
add = CommitOperationAdd(path_in_repo="data.txt", path_or_fileobj=b"data\n")
head = api.model_info("ana/proposals").sha
for parent in [None, head]:
    for pattern in ["403", r"repo\.write"]:
        expect(HfHubHTTPError, lambda: api.create_commit("ana/proposals", [add], commit_message="add", parent_commit=parent), pattern)
proposed = api.create_commit("ana/proposals", [add], commit_message="add", create_pr=True)
assert proposed.pr_num == 1, proposed
assert "data.txt" in api.list_repo_files("ana/proposals", revision="refs/pr/1")
assert "data.txt" not in api.list_repo_files("ana/proposals")
expect(HfHubHTTPError, lambda: api.create_repo("ana/third"), "403")
expect(HfHubHTTPError, lambda: api.delete_repo("ana/proposals"), "403")
