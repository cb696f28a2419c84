"""Lists, info and counts through HfApi. `catalogue.py fill` makes the repos and checks them; `catalogue.py downloads N` checks the count. Exits non-zero at the first difference."""
import json
import math
import os
import struct
import sys
import time
import urllib.request

from huggingface_hub import CommitOperationAdd, HfApi, get_safetensors_metadata, hf_hub_download
from huggingface_hub import __version__ as VERSION

api = HfApi()
ENDPOINT = os.environ["HF_ENDPOINT"]


def strict(path):
    """The body of an answer, by a parser that knows no NaN."""
    request = urllib.request.Request(ENDPOINT + path, headers={"Authorization": f"Bearer {os.environ['HF_TOKEN']}"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read(), parse_constant=lambda name: sys.exit(f"{name} in {path}"))


def commit(repo, files, repo_type="model", **create):
    api.create_repo(repo, repo_type=repo_type, exist_ok=True, **create)
    api.create_commit(repo, [CommitOperationAdd(path, data) for path, data in files.items()], repo_type=repo_type, commit_message="add")


def safetensors(length, pad=b" "):
    header = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    return struct.pack("<Q", length) + header.ljust(length, pad) + struct.pack("<2f", 1, 2)


def ids(found):
    return sorted(one.id for one in found)


def until(check, what, seconds=15):
    for _ in range(seconds * 10):
        if check():
            return
        time.sleep(0.1)
    raise SystemExit(f"never: {what}")


def fill():
    config = b'{"model_type":"mamba2","architectures":["MForMaskedLM"],"time_step_limit":[0.0, Infinity],"x":NaN,"y":-Infinity}'
    card = b"---\nlanguage: [no, en]\ntags: [on, yes, 12:30:00]\ndate: 2024-01-01\nlicense: mit\ndatasets: [team/corpus]\nbig: 1152921504606846977\n---\n# Card\n"
    commit("ana/mask", {"README.md": card, "config.json": config, "model.safetensors": safetensors(128), "trainer_state.json": b'{"loss": NaN}'})
    # Right after the commit, without waiting for anything.
    assert ids(api.list_models(author="ana", filter="no")) == ["ana/mask"]
    commit("ana/text", {"README.md": b"---\npipeline_tag: text-generation\nlibrary_name: mlx\nlanguage: en\nbase_model: ana/mask\n---\n", "config.json": b'{"model_type":"gpt2'})
    commit("ana/bom", {"config.json": b'\xef\xbb\xbf{"model_type":"bert"}'})
    commit("ana/corpus", {"README.md": b"---\nlanguage: [en]\ntask_categories: [text-classification]\nsize_categories: [n<1K]\nlicense: mit\n---\nSome *words*.\n", "data.csv": b"a\n1\n"}, "dataset")
    commit("ana/app", {"README.md": b"---\nsdk: gradio\nmodels: [ana/mask]\ndatasets: [ana/corpus]\ntags: [demo]\n---\n", "app.py": b"1\n"}, "space", space_sdk="gradio")
    lists()
    infos()
    weights()
    print("ok")


def lists():
    every = ["ana/bom", "ana/mask", "ana/text"]
    assert ids(api.list_models(author="ana")) == every, VERSION
    for query, expected in [
        (dict(filter="en"), ["ana/mask", "ana/text"]), (dict(filter=["en", "mlx"]), ["ana/text"]), (dict(filter="dataset:team/corpus"), ["ana/mask"]), (dict(trained_dataset="team/corpus"), ["ana/mask"]),
        (dict(pipeline_tag="fill-mask"), ["ana/mask"]), (dict(filter="license:mit"), ["ana/mask"]), (dict(filter="base_model:ana/mask"), ["ana/text"]), (dict(search="mas"), ["ana/mask"]), (dict(filter="nope"), []), (dict(filter="false"), []),
        (dict(gated=True), []), (dict(apps="ollama", filter="mlx"), ["ana/text"]), (dict(inference="warm"), []),
    ]:
        found = ids(api.list_models(author="ana", **query))
        assert found == expected, (query, found)
    if VERSION.startswith("0."):
        assert ids(api.list_models(author="ana", library="mlx", language="en", task="text-generation")) == ["ana/text"]
        assert ids(api.list_datasets(author="ana", language="en", task_categories="text-classification", size_categories="n<1K")) == ["ana/corpus"]
        assert [m.id for m in api.list_models(author="ana", sort="lastModified", direction=-1)][0] == "ana/bom"
    assert ids(api.list_datasets(author="ana", filter=["language:en", "task_categories:text-classification"])) == ["ana/corpus"]
    assert ids(api.list_spaces(author="ana", models="ana/mask")) == ids(api.list_spaces(author="ana", datasets="ana/corpus", linked=True)) == ["ana/app"]
    assert ids(api.list_spaces(author="ana", models="ana/text")) == []
    for sort in ["last_modified", "created_at", "downloads", "likes", "trending_score"]:
        assert ids(api.list_models(author="ana", sort=sort)) == every, sort
    assert [m.id for m in api.list_models(author="ana", sort="created_at", limit=1)] == ["ana/bom"]
    row = next(iter(api.list_models(author="ana", filter="mlx")))
    assert (row.pipeline_tag, row.library_name, row.private, row.downloads, row.likes, row.siblings) == ("text-generation", "mlx", False, 0, 0, None), row
    assert row.created_at is not None and "en" in row.tags
    row = next(iter(api.list_models(author="ana", filter="mlx", expand=["pipeline_tag", "cardData", "siblings"])))
    assert row.card_data["library_name"] == "mlx" and row.private is None and len(row.siblings) == 3, row
    row = next(iter(api.list_models(author="ana", search="mask", full=True, cardData=True, fetch_config=True)))
    assert row.card_data["language"] == ["no", "en"] and row.config["model_type"] == "mamba2" and {s.rfilename for s in row.siblings} >= {"config.json"}, row
    row = next(iter(api.list_datasets(author="ana", full=True)))
    assert row.card_data["license"] == "mit" and row.description == "Some words.", row
    strict("/api/models?author=ana&full=true&cardData=true&config=true")


def infos():
    info = api.model_info("ana/mask")
    assert info.card_data["language"] == ["no", "en"] and info.card_data["date"] == "2024-01-01" and info.card_data["tags"] == ["on", "yes", "12:30:00"], info.card_data
    assert info.config["architectures"] == ["MForMaskedLM"] and info.mask_token == "[MASK]" and info.spaces == ["ana/app"], info
    assert "no" in info.tags and not {"false", "true"} & set(info.tags), info.tags
    assert strict("/api/models/ana/mask")["cardData"]["big"] == 1152921504606846977
    assert api.model_info("ana/text").config is None and api.model_info("ana/bom").config["model_type"] == "bert"
    info = api.model_info("ana/text", expand=["cardData", "baseModels", "downloadsAllTime", "sha", "usedStorage", "trendingScore"])
    assert info.downloads_all_time == 0 and info.sha and info.tags is None, info
    assert strict("/api/models/ana/mask?expand=childrenModelCount")["childrenModelCount"] == 1
    info = api.dataset_info("ana/corpus", expand=["tags", "cardData", "downloads", "description"])
    assert "task_categories:text-classification" in info.tags and info.card_data["size_categories"] == ["n<1K"] and info.downloads == 0, info
    assert api.dataset_info("ana/corpus", files_metadata=True).siblings[1].size is not None
    info = api.space_info("ana/app")
    assert (info.sdk, info.models, info.datasets, info.runtime.stage, info.subdomain) == ("gradio", ["ana/mask"], ["ana/corpus"], "STOPPED", "ana-app"), info
    raw = hf_hub_download("ana/mask", "config.json")
    assert math.isnan(json.load(open(raw))["x"])
    get_tags = getattr(api, "get_model_tags", None)
    if get_tags is not None:
        assert "no" in [tag["id"] for tag in get_tags()["language"]]


def weights():
    sizes = [99_993, 99_994, 100_000, 100_001]
    for length in sizes:
        commit(f"ana/w{length}", {"model.safetensors": safetensors(length)})
        assert get_safetensors_metadata(f"ana/w{length}").parameter_count == {"F32": 2}
    commit("ana/wnul", {"model.safetensors": safetensors(128, b"\0")})
    for name in [f"w{length}" for length in sizes] + ["mask"]:
        until(lambda: api.model_info(f"ana/{name}").safetensors is not None, f"weights of {name}")
        info = api.model_info(f"ana/{name}", expand=["safetensors"]).safetensors
        assert info.total == 2 and info.parameters == {"F32": 2}, (name, info)
    until(lambda: "safetensors" in strict("/api/models/ana/wnul"), "a verdict")
    verdict = strict("/api/models/ana/wnul")["safetensors"]
    assert verdict["total"] == 0 and verdict["verdict"] == "invalid" and "blanks" in verdict["reason"], verdict
    if not VERSION.startswith(("0.", "1.")):
        assert len(list(api.list_models(author="ana", num_parameters="min:2,max:1K"))) == 5
        assert list(api.list_models(author="ana", num_parameters="min:1B")) == []


if sys.argv[1] == "fill":
    fill()
else:
    info = api.model_info("ana/mask")
    assert info.downloads == int(sys.argv[2]) == api.model_info("ana/mask", expand=["downloadsAllTime"]).downloads_all_time, info.downloads
    assert [m.id for m in api.list_models(author="ana", sort="trending_score", limit=1)] == ["ana/mask"]
    assert info.trending_score == int(sys.argv[2]), info.trending_score
    print("ok")
