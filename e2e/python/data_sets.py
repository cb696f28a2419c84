"""datasets over plain files: load, stream, push, push again, several configs. Usage: data_sets.py PREFIX"""
import json
import sys
import tempfile
from pathlib import Path

import datasets
import huggingface_hub
import pyarrow.parquet
from datasets import Dataset, DatasetDict, get_dataset_config_names, load_dataset
from huggingface_hub import HfApi

prefix = sys.argv[1]
api = HfApi()
datasets.disable_progress_bars()

# Files of the usual formats, in folders that name splits.
plain = f"ana/{prefix}-plain"
api.create_repo(plain, repo_type="dataset", private=True)
with tempfile.TemporaryDirectory() as folder:
    for split, count in {"train": 3, "test": 2}.items():
        Path(folder, split).mkdir()
        Path(folder, split, "rows.csv").write_text("id,text\n" + "".join(f"{i},row {i}\n" for i in range(count)))
    api.upload_folder(repo_id=plain, folder_path=folder, repo_type="dataset")
loaded = load_dataset(plain)
assert {k: v.num_rows for k, v in loaded.items()} == {"train": 3, "test": 2}, loaded
assert loaded["train"][2] == {"id": 2, "text": "row 2"}
assert [row["id"] for row in load_dataset(plain, split="train", streaming=True)] == [0, 1, 2]
lines = f"ana/{prefix}-lines"
api.create_repo(lines, repo_type="dataset")
rows = [{"id": i, "nested": {"list": [i, i + 1]}} for i in range(200)]
api.upload_file(path_or_fileobj="".join(json.dumps(row) + "\n" for row in rows).encode(), path_in_repo="a/b c/rows.jsonl", repo_id=lines, repo_type="dataset")
assert load_dataset(lines, data_files="a/b c/*.jsonl", split="train").to_list() == rows

# Push, load, stream; the same again after a change; a revision of its own; a second config.
pushed = f"ana/{prefix}-pushed"
first = Dataset.from_dict({"id": list(range(5000)), "text": [f"text {i} " * 20 for i in range(5000)]})
first.push_to_hub(pushed, max_shard_size="300KB")
names = api.list_repo_files(pushed, repo_type="dataset")
shards = [n for n in names if n.startswith("data/train-") and n.endswith(".parquet")]
assert len(shards) > 1 and "README.md" in names, names
back = load_dataset(pushed, split="train")
assert back.to_dict() == first.to_dict()
assert [row["id"] for row in load_dataset(pushed, split="train", streaming=True).take(3)] == [0, 1, 2]
first.select(range(7)).push_to_hub(pushed)
names = api.list_repo_files(pushed, repo_type="dataset")
assert [n for n in names if n.endswith(".parquet")] == ["data/train-00000-of-00001.parquet"], names
assert load_dataset(pushed, split="train").num_rows == 7
DatasetDict({"train": first.select(range(4)), "validation": first.select(range(2))}).push_to_hub(pushed, config_name="extra")
assert sorted(get_dataset_config_names(pushed)) == ["default", "extra"]
assert {k: v.num_rows for k, v in load_dataset(pushed, "extra").items()} == {"train": 4, "validation": 2}
first.select(range(3)).push_to_hub(pushed, revision="smaller")
assert load_dataset(pushed, split="train", revision="smaller").num_rows == 3 and load_dataset(pushed, split="train").num_rows == 7
first.select(range(1)).push_to_hub(f"team/{prefix}-private", private=True)
assert api.dataset_info(f"team/{prefix}-private").private
with open(huggingface_hub.hf_hub_download(pushed, "data/train-00000-of-00001.parquet", repo_type="dataset"), "rb") as file:
    assert pyarrow.parquet.read_table(file).num_rows == 7

# Reading by range, without the whole file.
from huggingface_hub import HfFileSystem
with HfFileSystem().open(f"datasets/{pushed}/data/train-00000-of-00001.parquet") as file:
    assert pyarrow.parquet.ParquetFile(file).metadata.num_rows == 7

# What is missing is said to be missing.
for name in [f"ana/{prefix}-never"]:
    try:
        load_dataset(name)
        raise SystemExit("a dataset that is not there was loaded")
    except (FileNotFoundError, datasets.exceptions.DatasetNotFoundError):
        pass
print("ok", datasets.__version__, huggingface_hub.__version__)
