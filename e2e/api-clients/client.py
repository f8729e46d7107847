"""A stranger's client, made by openapi-python-client; events by httpx-sse. Prints what it got."""

import json
import sys
from io import BytesIO
from pathlib import Path

from httpx_sse import connect_sse
from my_spin_bot_client import AuthenticatedClient
from my_spin_bot_client.api.artifacts import get_artifact_content
from my_spin_bot_client.api.files import create_file, delete_file
from my_spin_bot_client.api.runs import create_run, get_run
from my_spin_bot_client.models import RunCreate, RunCreateInput
from my_spin_bot_client.types import File

base, key, picture = sys.argv[1:]
client = AuthenticatedClient(base_url=base, token=key, raise_on_unexpected_status=True)

file = create_file.sync(
    client=client,
    body=File(payload=BytesIO(Path(picture).read_bytes())),
    content_disposition="attachment; "
    "filename*=UTF-8''%D0%BF%D0%BE%D1%80%D1%82%D1%80%D0%B5%D1%82.png",
)
inputs = RunCreateInput.from_dict({"image": {"file_id": file.file_id}})
run = create_run.sync(client=client, body=RunCreate(graph="upscale-image", input_=inputs))

frames = []
url = f"/v1/runs/{run.run_id}/events"
with connect_sse(client.get_httpx_client(), "GET", url, params={"after": 0}, timeout=120) as source:
    frames.extend(source.iter_sse())

ended = get_run.sync(run.run_id, client=client)
image = ended.output["image"]
content = get_artifact_content.sync(image["artifact_id"], client=client)
missing = delete_file.sync_detailed("file_x", client=client)

print(
    json.dumps(
        {
            "name": file.name,
            "media_type": file.media_type,
            "status": str(ended.status),
            "size": image["size"],
            "received": len(content.payload.read()),
            "missing": int(missing.status_code),
            "frames": len(frames),
            "followed": int(frames[-1].id),
            "withoutData": sum(frame.data == "" for frame in frames),
            "retries": sum(frame.retry is not None for frame in frames),
        }
    )
)
