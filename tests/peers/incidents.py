#!/usr/bin/env python3
"""Histories of official incidents as labelled status updates, for `downwire train`.

    incidents.py FOLDER > incidents.jsonl

FOLDER holds the JSON Lines files of incident histories that are measured with; each update becomes one text, labelled by
what the page itself says of it: maintenance is no outage, and the status is the phase. Templates that repeat are kept
three times, and no source more often than others: a judge should not learn one vendor's phrasing. The same input gives the
same output.
"""
import hashlib, json, pathlib, random, re, sys
from collections import Counter

PHASES = {"investigating": "official-investigating", "identified": "official-identified",
          "monitoring": "official-monitoring", "resolved": "resolved", "postmortem": "postmortem"}
PLANNED = {"scheduled", "in progress", "in_progress", "verifying", "completed"}
FILES = [("github-incidents-parsed.jsonl", lambda row: "GitHub"),
         ("weekly-incident-545.jsonl", lambda row: row["vendor"].title()),
         ("cloud-llm-incidents-normalised.jsonl", lambda row: row["provider"].title())]


def updates(folder):
    for name, vendor in FILES:
        for line in (folder / name).open(encoding="utf-8"):
            row = json.loads(line)
            statuses = {str(update.get("status") or "").lower() for update in row.get("updates") or []}
            planned = row.get("impact") == "maintenance" or bool(statuses & PLANNED)
            for update in row.get("updates") or []:
                body = update.get("message") or update.get("body") or update.get("text") or ""
                body = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).strip()[:700]
                at = update.get("at") or update.get("created_at") or ""
                yield vendor(row), row["title"], body, str(update.get("status") or "").lower(), planned, at


def main():
    seen, kept, rows = Counter(), Counter(), []
    for vendor, title, body, status, planned, at in updates(pathlib.Path(sys.argv[1])):
        key = re.sub(r"\d+", "0", body.lower())[:120] + str(planned)
        seen[key] += 1
        if body and seen[key] <= 3:
            rows.append((vendor, title, body, status, planned, at))
    random.Random(1).shuffle(rows)
    for vendor, title, body, status, planned, at in rows:
        phase = "maintenance" if planned else PHASES.get(status)
        kept[vendor, phase] += 1
        if kept[vendor, phase] > (60 if phase else 150):
            continue
        text = f"{vendor}: {title} - {body}"
        print(json.dumps({"id": hashlib.sha1(text.encode()).hexdigest()[:12], "text": text, "kind": "status-update",
                          "source": f"history_{vendor.lower()}", "lang": "en", "created_at": at, "outage": not planned,
                          "scope": None if planned else "many", "phase": phase or "", "note": "", "weight": 0.25}))


if __name__ == "__main__":
    main()
