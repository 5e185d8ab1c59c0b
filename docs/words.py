"""What is said in the pictures. A question brings its answer; `…` at its end stops it there."""

from __future__ import annotations

BACKOFF = """\
Use **exponential backoff with full jitter**: wait a *random* time, and double its upper bound \
after every failure. The bound spreads the load, the randomness breaks the lockstep.

```python
def retry(call, tries=6, first=0.5, limit=30):
    bound = first
    for _ in range(tries - 1):
        try:
            return call()
        except ConnectionError:
            time.sleep(random.uniform(0, bound))
            bound = min(limit, bound * 2)
    return call()
```

Three things to keep in mind:

- Repeat only what is **safe to repeat**, or send an idempotency key.
- Honour `Retry-After` where the server sends it.
- Give up at some point, and say so in the"""

INCIDENT = "At 09:12 the queue's disk was full, and deliveries stopped for eleven minutes."

PLANETS = """\
The four inner planets, from the Sun outwards:

| Planet | Diameter, km | Moons | Known for |
|:-------|-------------:|------:|:----------|
| Mercury | 4,879 | 0 | the shortest year |
| Venus | 12,104 | 0 | the hottest surface |
| Earth | 12,756 | 1 | you are here |
| Mars | 6,792 | 2 | *Olympus Mons* |

**Venus** is hotter than Mercury, though it is further from the Sun."""

TRIP = """\
A weekend in **Kyoto**, without hurrying:

1. **Saturday morning**: Fushimi Inari, before eight, when the gates are still empty.
2. **Afternoon**: tea in Gion, then the Philosopher's Path on foot.
3. **Evening**: Pontochō for dinner; book ahead.
4. **Sunday**: the bamboo of Arashiyama, then a boat down the Hozu river.

> The day bus ticket is no longer sold: take the *subway & bus* pass.

For the way back, the `Hikari` trains have"""

RELEASE = """\
はい、お知らせの文案です。

## 配信サービス 2.4 のお知らせ

再送の間隔を見直し、障害のあとも**「受信側」**に負荷が集中しないようになりました。\
これは**「重要」**な変更です。

- 再送の間隔は **0.5秒** から始まり、最大 **30秒** まで延びます
- 応答の `Retry-After` に従います
- 設定の変更は必要ありません

| 項目 | 2.3 | 2.4 |
|:-----|----:|----:|
| 再送の上限 | 3回 | **6回** |
| 最大の間隔 | 5秒 | **30秒** |

**注意：**古いクライアントでは、初回のみ間隔が*短く*なります。\
ご不明な点は #general でお気軽にどうぞ。"""
