"""Makes openai-community/gpt2 with a small config, as the hub's admin."""
from huggingface_hub import HfApi

api = HfApi()
api.create_repo("openai-community/gpt2", exist_ok=True)
api.upload_file(path_or_fileobj=b'{"model_type": "gpt2", "vocab_size": 50257}', path_in_repo="config.json", repo_id="openai-community/gpt2")
