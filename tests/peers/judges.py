#!/usr/bin/env python3
"""Other judges on the same texts: fastText (the PyPI wheel) and a tf-idf logistic regression (scikit-learn).

    judges.py OUT TEST.jsonl TRAIN.jsonl [TRAIN.jsonl.gz …]

Both learn from the same files as `downwire train` (weak labels and all), choose their settings by nothing that is in
TEST, and write OUT/fasttext.jsonl and OUT/tfidf.jsonl: lines of id, score and outage, for `downwire eval --peer`.
With --speed the texts of TEST are predicted again and again on one core, and the rate of fastText is printed.
"""
import gzip, json, pathlib, re, sys, tempfile, time


def read(path):
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row.get("undecidable"):
                continue
            outage = row["weak"] == "pos" if "weak" in row else bool(row["outage"])
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
    arguments = [argument for argument in sys.argv[1:] if argument != "--speed"]
    out, test, *train = arguments
    test = list(read(test))
    train = [row for path in train for row in read(path)]
    with tempfile.TemporaryDirectory() as folder:
        model = fasttext_judge(train, folder)
    write(f"{out}/fasttext.jsonl", [(identity, probability(model, text)) for identity, text, _, _ in test])
    if "--speed" in sys.argv:
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
