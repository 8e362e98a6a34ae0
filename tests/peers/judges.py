#!/usr/bin/env python3
"""Other judges on the same texts: fastText (the PyPI wheel) and a tf-idf logistic regression (scikit-learn).

    judges.py OUT TEST.jsonl TRAIN.jsonl [TRAIN.jsonl.gz …] [--annotations FILE] [--sentences FILE]

Both learn from the same files as `downwire train` (weak labels, annotations and our own sentences), choose their settings by nothing that is in
TEST, and write OUT/fasttext.jsonl and OUT/tfidf.jsonl: lines of id, score and outage, for `downwire eval --peer`.
With --speed the posts of TEST are predicted again and again on one core, and the rate of fastText is printed.
"""
import argparse, gzip, json, pathlib, re, tempfile, time


def annotated(path):
    """What `downwire train --annotations` reads: id, yes or no or undecidable."""
    if not path:
        return {}
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return {fields[0]: fields[1] for fields in (line.split("\t") for line in lines) if len(fields) > 1}


def sentences(path):
    """Our own: language, kind, phase, scope, text."""
    if not path:
        return
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        fields = line.strip().split(" | ", 4)
        if len(fields) == 5 and not line.startswith("#"):
            yield "", fields[4], fields[2] not in ("none", "maintenance"), True


def read(path, annotations={}, kind=None):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            said = annotations.get(row.get("id", ""))
            if said == "undecidable" or said is None and row.get("undecidable"):
                continue
            if said is not None:
                row.pop("weak", None)
                row["outage"] = said == "yes"
            if "weak" not in row and "outage" not in row:
                continue
            outage = row["weak"] == "pos" if "weak" in row else bool(row["outage"])
            if kind and row.get("kind") != kind:
                continue
            text = "\n".join(part for part in (row.get("title"), row.get("text")) if part)
            yield row.get("id", ""), text, outage, "weak" not in row


def flat(text):
    return re.sub(r"\s+", " ", re.sub(r"(\W)", r" \1 ", text.lower())).strip()


def fasttext_judge(train, folder):
    import fasttext
    path = pathlib.Path(folder) / "train.txt"
    path.write_text("".join(f"__label__{int(outage)} {flat(text)}\n" for _, text, outage, _ in train), encoding="utf-8")
    return fasttext.train_supervised(str(path), epoch=25, lr=0.5, wordNgrams=2, minn=3, maxn=5, dim=50, thread=1, seed=1,
                                     verbose=0)


def probability(model, text):
    # The wheel's own predict() calls numpy in a way that numpy 2 refuses; this is what it calls.
    answer = dict((label, share) for share, label in model.f.predict(flat(text) + "\n", 2, 0.0, "strict"))
    return answer.get("__label__1", 0.0)


def write(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        for identity, score in rows:
            out.write(json.dumps({"id": identity, "score": float(score), "outage": bool(score >= 0.5)}) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("test")
    parser.add_argument("train", nargs="+")
    parser.add_argument("--annotations")
    parser.add_argument("--sentences")
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()
    out, annotations = arguments.out, annotated(arguments.annotations)
    test = list(read(arguments.test, kind="post" if arguments.speed else None))
    train = [row for path in arguments.train for row in read(path, annotations)] + list(sentences(arguments.sentences))
    with tempfile.TemporaryDirectory() as folder:
        model = fasttext_judge(train, folder)
    write(f"{out}/fasttext.jsonl", [(identity, probability(model, text)) for identity, text, _, _ in test])
    if arguments.speed:
        lines = [flat(text) + "\n" for _, text, _, _ in test] * 20
        began = time.process_time()
        for line in lines:
            model.f.predict(line, 1, 0.0, "strict")
        print(json.dumps({"fasttext_predictions_per_s": round(len(lines) / (time.process_time() - began))}))
        return
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    read_ones = [row for row in train if row[3]]
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
    logistic = LogisticRegression(C=30, class_weight="balanced", max_iter=2000)
    logistic.fit(vectors.fit_transform(text for _, text, _, _ in read_ones), [row[2] for row in read_ones])
    scores = logistic.predict_proba(vectors.transform(text for _, text, _, _ in test))[:, 1]
    write(f"{out}/tfidf.jsonl", zip((row[0] for row in test), scores))


if __name__ == "__main__":
    main()
