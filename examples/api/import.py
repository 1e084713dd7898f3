"""Imports a CSV file into Linefeed, with httpx and httpx-sse: import.py FILE DATABASE TABLE"""

import json
import os
import sys
import uuid
from pathlib import Path

import httpx
from httpx_sse import EventSource

file, target, table = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
headers = {
    "Authorization": f"Bearer {os.environ['TOKEN']}",
    "Accept": "text/event-stream",
    "Content-Type": "text/csv",
    "Idempotency-Key": str(uuid.uuid4()),
}
query = {"target": target, "table": table, "name": file.name, "create": "true"}

# Without a proxy: the API is on this computer. A stream is never silent for more than 15 seconds.
with httpx.Client(base_url=os.environ["URL"], timeout=60, trust_env=False) as client, file.open("rb") as body:
    with client.stream("POST", "/v1/imports", params=query, headers=headers, content=body) as response:
        if response.is_error:
            sys.exit(f"{response.status_code}: {response.read().decode()}")
        for event in EventSource(response).iter_sse():
            said = json.loads(event.data)
            if event.event == "progress":
                print(f"{said['percent']} %")
            elif event.event == "reject":
                for r in said["rejects"]:
                    print(f"{r['time']} line {r['line']}: {r['column']}: {r['message']}")
            elif event.event == "state" and said["summary"]:
                summary = said["summary"]
                print(f"{summary['state']}: {summary['inserted']} loaded, {summary['rejected']} rejected")
                break
        else:
            sys.exit("the stream was cut off: the import goes on without it")
