"""Records one inference and its outcome from Python: needs `requests` and nothing of ours.

PLUMBLINE_URL and PLUMBLINE_TOKEN (scope `events:write`) say where and who.
"""

import os
import time
import uuid

import requests

session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['PLUMBLINE_TOKEN']}"


def record(*events: dict) -> None:
    """Sends events. The key makes it safe to send the same ones again after a time-out."""
    response = session.post(
        f"{os.environ['PLUMBLINE_URL']}/v1/events",
        json=list(events),
        headers={"Idempotency-Key": str(uuid.uuid4())},
        timeout=10,
    )
    if not response.ok:
        error = response.json()["error"]
        raise RuntimeError(f"{error['code']}: {error['message']}")


inference_id = str(uuid.uuid4())
record(
    {
        "kind": "inference",
        "id": inference_id,
        "time": time.time_ns() // 1_000_000,
        "model": "credit-risk",
        "version": "7",
        "features": {"income": 41_000, "purpose": "car"},
        "prediction": "repaid",
        "score": 0.83,
        "groups": {"sex": "female"},
    }
)

# Hours or weeks later, when it is known what became of it:
record(
    {
        "kind": "outcome",
        "id": str(uuid.uuid4()),
        "time": time.time_ns() // 1_000_000,
        "model": "credit-risk",
        "inferenceId": inference_id,
        "type": "label",
        "value": "repaid",
    }
)
