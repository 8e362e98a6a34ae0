#!/usr/bin/env python3
"""Time-stamped posts to operators as JSON Lines for `downwire classify` and `downwire replay`, and what became of them.

    streams.py convert TWEETS.csv.gz > posts.jsonl
    downwire classify posts.jsonl > verdicts.jsonl
    streams.py score LABELLED.csv posts.jsonl verdicts.jsonl

`score` prints the share of the labelled complaints that were found, and for each operator the posts that were called an
outage in a quiet hour (outside the hours in which complaints are labelled, and the day around them for that operator).
"""
import csv, gzip, json, sys
from collections import Counter


def convert(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            print(json.dumps({"id": f"{row['network_query']}-{row['row']}", "text": row["text"], "kind": "post",
                              "source": "posts to operators", "created_at": row["created_at_utc"],
                              "operator": row["network_query"]}))


def score(labelled, posts, verdicts):
    outage = {}
    for line in open(verdicts, encoding="utf-8"):
        row = json.loads(line)
        outage[row["id"]] = row["outage"]
    posts = [json.loads(line) for line in open(posts, encoding="utf-8")]
    by_row = {post["id"]: post for post in posts}
    complaints = [row for row in csv.DictReader(open(labelled, encoding="utf-8")) if row["label"] not in ("", "other")]
    kinds = Counter(row["label"] for row in complaints)
    for kind, count in kinds.most_common():
        found = sum(outage.get(f"@VodafoneUK-{row['row']}", False) for row in complaints if row["label"] == kind)
        print(json.dumps({"label": kind, "labelled": count, "called_outage": found}))
    hours, called = Counter(), Counter()
    seen = set()
    for post in posts:
        if post["operator"] == "@VodafoneUK" and "2019-12-02" <= post["created_at"][:10] <= "2019-12-03":
            continue
        hour = (post["operator"], post["created_at"][:13])
        if hour not in seen:
            seen.add(hour)
            hours[post["operator"]] += 1
        called[post["operator"]] += outage.get(post["id"], False)
    for operator in sorted(hours):
        print(json.dumps({"operator": operator, "quiet_hours": hours[operator], "called_outage": called[operator],
                          "per_hour": round(called[operator] / hours[operator], 3)}))


if __name__ == "__main__":
    convert(sys.argv[2]) if sys.argv[1] == "convert" else score(*sys.argv[2:5])
