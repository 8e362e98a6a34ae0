#!/usr/bin/env python3
"""Other judges on the same texts: fastText (the PyPI wheel) and a tf-idf logistic regression (scikit-learn).

    downwire train FILE … --out weights.bin --dump learned.jsonl
    judges.py OUT TEST.jsonl learned.jsonl

Both learn from what `downwire train --dump` wrote down (texts, weak labels, our own sentences), choose their settings by
nothing that is in TEST, and write OUT/fasttext.jsonl and OUT/tfidf.jsonl: lines of id, score and outage, for
`downwire eval --peer`. With --speed the posts of TEST are predicted again and again on one core, and the rate of
fastText is printed.
"""
import argparse, json, pathlib, re, tempfile, time


def read(path, kind=None):
    """Id, text, whether it is an outage, and whether somebody read it."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("undecidable") or "outage" not in row or kind and row.get("kind") != kind:
                continue
            text = "\n".join(part for part in (row.get("title"), row.get("text")) if part)
            yield row.get("id", ""), text, bool(row["outage"]), row.get("read", True)


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
    parser.add_argument("train")
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()
    out = arguments.out
    test = list(read(arguments.test, kind="post" if arguments.speed else None))
    train = list(read(arguments.train))
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
