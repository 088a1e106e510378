#!/usr/bin/env python3
"""Redo a draw (anlan-draw/1, /2):  python3 redo_draw.py list.json result.json   Python 3.7 or newer, nothing else.

list.json is the frozen list, byte by byte as published; result.json names the seed and what was drawn.
Prints what the list gives under the seed and whether that is what was published (exit status 0) or not (1).
"""

import hashlib, hmac, json, sys  # noqa: I001


def redo(frozen, seed):
    plan, mark, count = json.loads(frozen), hashlib.sha256(frozen).hexdigest(), [0]

    def below(n):
        while True:
            block = hmac.new(seed.encode("utf-8"), ("%s:%d" % (mark, count[0])).encode(), hashlib.sha256).hexdigest()
            count[0] += 1
            if int(block, 16) < 2**256 - 2**256 % n:
                return int(block, 16) % n

    few, left, order = plan.get("per_office", 0), list(plan["objects"]), []
    turns = [o["office"] for n, o in enumerate(left) if few and sum(o["office"] == p["office"] for p in left[:n]) < few]
    for turn in sorted(turns, key=turns.index) + [None] * (plan["wanted"] - len(turns)):
        pool, place = [o for o in left if turn is None or o["office"] == turn], 0
        r = below(sum(o["weight"] for o in pool))
        while r >= pool[place]["weight"]:
            r, place = r - pool[place]["weight"], place + 1
        order.append(left.pop(left.index(pool[place]))["key"])
    sent, pairs = {i["key"]: 0 for i in plan["inspectors"]}, []
    no = {(e["object"], e["inspector"]) for e in plan["excluded"]}
    for key in order:
        team = []
        for _ in range(plan["each"]):
            free = [i for i in sent if i not in team and (key, i) not in no]
            least = [i for i in free if sent[i] == min(sent[j] for j in free)]
            team.append(least[below(len(least))])
            sent[team[-1]] += 1
        pairs.append({"object": key, "inspectors": team})
    return mark, pairs


if __name__ == "__main__":
    frozen, said = open(sys.argv[1], "rb").read(), json.load(open(sys.argv[2], encoding="utf-8"))  # noqa: SIM115
    sha = lambda text: hashlib.sha256(text.encode("utf-8")).hexdigest()  # noqa: E731
    (mark, pairs), parts = redo(frozen, said["seed"]), said.get("contributions", [])
    honest = all(sha(p["phrase"]) == p["sha256"] for p in parts)
    honest &= not parts or sha("\n".join(p["phrase"] for p in parts)) == said["seed"]
    print(json.dumps(pairs, ensure_ascii=False, indent=1))
    same = honest and mark == said["list_sha256"] and pairs == said["drawn"]
    sys.exit(print("same" if same else "NOT the same") or not same)
