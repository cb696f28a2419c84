"""transformers: config, tokenizer and a tiny model, pushed and loaded again; probes for files that are not there."""
import torch
import transformers
from huggingface_hub import HfApi, ModelCard, ModelCardData
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

# The environment has stand-ins for NVIDIA's libraries (tools/setup/torch-stubs.py): this question is the one that they cannot answer.
torch.cuda.is_current_stream_capturing = lambda: False
transformers.utils.logging.set_verbosity_error()
api = HfApi()
repo = "ana/tiny-bert"
words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"the hub holds a tiny model for tests".split()]
backend = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
backend.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
config = BertConfig(vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, max_position_embeddings=32)
torch.manual_seed(0)
model = BertForSequenceClassification(config).eval()

model.push_to_hub(repo)
tokenizer.push_to_hub(repo)
names = set(api.list_repo_files(repo))
assert {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"} <= names, names
info = api.model_info(repo)
assert info.sha is not None

assert AutoConfig.from_pretrained(repo).hidden_size == 16
read = AutoTokenizer.from_pretrained(repo)
encoded = read("the tiny hub", return_tensors="pt")
again = AutoModelForSequenceClassification.from_pretrained(repo).eval()
with torch.no_grad():
    assert torch.equal(model(**encoded).logits, again(**encoded).logits)

# Private, and at a revision.
model.push_to_hub("team/tiny-private", private=True)
assert api.model_info("team/tiny-private").private
AutoConfig.from_pretrained("team/tiny-private", revision=api.model_info("team/tiny-private").sha)
try:
    AutoConfig.from_pretrained("ana/never-there")
    raise SystemExit("a model that is not there was loaded")
except OSError as error:
    assert "ana/never-there" in str(error)

# A card from the template of the library.
card = ModelCard.from_template(ModelCardData(language="en", license="mit", library_name="transformers", tags=["tiny"], pipeline_tag="text-classification", model_name="tiny"), model_id=repo)
card.validate()
card.push_to_hub(repo)
info = api.model_info(repo)
assert info.pipeline_tag == "text-classification" and info.library_name == "transformers" and "tiny" in info.tags, info
assert ModelCard.load(repo).data.license == "mit"
pipe = transformers.pipeline(model=repo)
assert pipe("the hub")[0]["label"].startswith("LABEL_")
print("ok", transformers.__version__, torch.__version__)
