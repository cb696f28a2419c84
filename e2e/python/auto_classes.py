"""AutoConfig and AutoTokenizer without torch: files found and not found, a private repo, the cache of the old name. Usage: auto_classes.py REPO"""
import json
import os
import sys
from pathlib import Path

import transformers
from huggingface_hub import CommitOperationAdd, HfApi
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoConfig, AutoTokenizer

repo = sys.argv[1]
api = HfApi()
words = ["[UNK]", *"the hub holds a model".split()]
backend = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
backend.pre_tokenizer = pre_tokenizers.Whitespace()
files = {
    "config.json": json.dumps({"model_type": "bert", "hidden_size": 16, "architectures": ["BertModel"]}),
    "tokenizer.json": backend.to_str(),
    "tokenizer_config.json": json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]"}),
    "special/config.json": json.dumps({"model_type": "gpt2"}),
}
if not api.repo_exists(repo):
    api.create_repo(repo, private=True)
    api.create_commit(repo, [CommitOperationAdd(path, text.encode()) for path, text in files.items()], commit_message="files")

assert AutoConfig.from_pretrained(repo).hidden_size == 16
assert AutoConfig.from_pretrained(repo, subfolder="special").model_type == "gpt2"
assert AutoConfig.from_pretrained(repo, revision=api.model_info(repo).sha).model_type == "bert"
assert AutoTokenizer.from_pretrained(repo)("the model")["input_ids"][:2] == [1, 5]
for name in ["ana/not-there", repo + "-nope"]:
    try:
        AutoConfig.from_pretrained(name)
        raise SystemExit("a model that is not there was found")
    except OSError as error:
        assert name in str(error), error
old_name = os.environ.get("TRANSFORMERS_CACHE")
if old_name is not None:
    assert [p.name for p in Path(old_name).glob("models--*")], list(Path(old_name).iterdir())
print("ok", transformers.__version__)
