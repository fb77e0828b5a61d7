"""Compare what two servers answer about the same account, record by record. Standard library only.

LEFT_URL, LEFT_KEY, LEFT_INTEGRATION and the same with RIGHT_ say which. Exit code 0: no difference.
"""

import json
import os
import sys
from urllib.parse import urlencode
from urllib.request import Request, urlopen

LISTS = ("users", "jobs", "application-stages", "candidates", "applications")
OWN = {"id", "changed_at", "job_id", "candidate_id", "current_stage_id"}
"""Each server's own: ids, and when it noticed. References are compared by the records that are embedded."""


def fetch(side: str, name: str) -> dict[str, dict]:
    """Return every record of a list by remote id."""
    headers = {
        "Authorization": f"Bearer {os.environ[side + '_KEY']}",
        "X-Integration-Id": os.environ[side + "_INTEGRATION"],
        "Accept": "application/json",
    }
    found: dict[str, dict] = {}
    cursor: str | None = ""
    while cursor is not None:
        query = urlencode({"page_size": 250, **({"cursor": cursor} if cursor else {})})
        address = f"{os.environ[side + '_URL']}/ats/{name}?{query}"
        with urlopen(Request(address, headers=headers), timeout=60) as answer:  # noqa: S310 - the operator's own URL
            page = json.load(answer)["data"]
        found |= {record["remote_id"]: record for record in page["results"]}
        cursor = page["next"]
    return found


def plain(value: object) -> object:
    """Return a value without what each server has for itself; order of embedded records does not count."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if key not in OWN}
    if isinstance(value, list):
        return sorted((plain(inner) for inner in value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


def main() -> int:
    """Print the differences and return the exit code."""
    differs = False
    for name in LISTS:
        left, right = fetch("LEFT", name), fetch("RIGHT", name)
        both = left.keys() & right.keys()
        fields: dict[str, list[str]] = {}
        for remote_id in sorted(both):
            ours, theirs = plain(left[remote_id]), plain(right[remote_id])
            for field in sorted(ours.keys() | theirs.keys()):
                if ours.get(field) != theirs.get(field):
                    fields.setdefault(field, []).append(remote_id)
        print(f"{name}: {len(both)} on both, {len(left) - len(both)} left only, {len(right) - len(both)} right only")
        for field, where in fields.items():
            told = [json.dumps(side[where[0]].get(field), sort_keys=True)[:120] for side in (left, right)]
            print(f"  {field}: {len(where)} differ, such as {where[0]}: {told[0]} | {told[1]}")
        differs |= bool(fields) or len(both) < max(len(left), len(right))
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
