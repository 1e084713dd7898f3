"""Follows a stream with httpx-sse until the server says that there is no more of it.

Usage: follow.py URL TOKEN. Prints each event as a line of JSON.
"""

import json
import sys
import time

import httpx
from httpx_sse import connect_sse


def follow(url: str, token: str) -> None:
    last = ""
    with httpx.Client(timeout=60, trust_env=False) as client:
        while True:
            headers = {"Authorization": f"Bearer {token}"}
            if last:
                headers["Last-Event-ID"] = last
            try:
                with connect_sse(client, "GET", url, headers=headers) as source:
                    if source.response.status_code == httpx.codes.NO_CONTENT:
                        return
                    source.response.raise_for_status()
                    for event in source.iter_sse():
                        last = event.id or last
                        told = {"id": last, "type": event.event, "data": event.data}
                        print(json.dumps(told), flush=True)
            except httpx.TransportError:
                pass  # it was cut off
            time.sleep(0.1)


follow(*sys.argv[1:])
