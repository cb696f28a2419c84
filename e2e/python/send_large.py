"""Uploads one file. Usage: send_large.py REPO PATH_IN_REPO LOCAL_FILE"""
import sys

from huggingface_hub import HfApi

repo, name, source = sys.argv[1:]
api = HfApi()
api.create_repo(repo, exist_ok=True)
print(api.upload_file(path_or_fileobj=source, path_in_repo=name, repo_id=repo).oid)
