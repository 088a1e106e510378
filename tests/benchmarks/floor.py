"""The least that scoring can cost: the same arithmetic for a month's values in one SQL statement, without traces.

It reads the same rows (verified values, letters, reports), knows every method of the shipped scheme, shares out what
does not apply, rounds, sums and ranks; and it is used only after it has computed each published score anew, to the
fourth decimal.
"""

from typing import Any

from django.db import connection

from appraisal.ledger.models import ScoreRun
from tests.benchmarks import clock, world

# %(period)s alone is given. Numeric throughout; a quotient is taken to 30 decimals and a score first rounded to 20, so
# that 2.03125 made of thirds is no 2.0312499… at the fourth. Milestones: a day not reached yet counts up to the
# period's last day.
SCORES = """
WITH the AS (
    SELECT p.id AS period_id, p.cycle_id, p.month, c.version_id,
           (make_date(c.year, p.month, 1) + interval '1 month - 1 day')::date AS as_of
    FROM ledger_period p JOIN ledger_cycle c ON c.id = p.cycle_id WHERE p.id = %(period)s
),
rule AS (
    SELECT i.id, i.parent_id, i.points, i.method, i.parameters, i.target_basis, i.cumulative,
        CASE WHEN i.parameters->>'order' = 'descending' THEN -1 ELSE 1 END AS sign
    FROM library_indicator i, the WHERE i.version_id = the.version_id AND i.method <> ''
),
peer AS (SELECT office_id, peer_group FROM ledger_participant, the WHERE ledger_participant.cycle_id = the.cycle_id),
target AS (
    SELECT l.office_id, t.indicator_id, t.applicable, t.year_target AS whole,
        CASE WHEN t.q1 IS NULL THEN t.year_target * the.month / 12.0
             WHEN the.month <= 3 THEN t.q1 * the.month / 3.0
             WHEN the.month <= 6 THEN t.q1 + (t.q2 - t.q1) * (the.month - 3) / 3.0
             WHEN the.month <= 9 THEN t.q2 + (t.q3 - t.q2) * (the.month - 6) / 3.0
             ELSE t.q3 + (t.year_target - t.q3) * (the.month - 9) / 3.0 END AS to_date
    FROM ledger_target t JOIN ledger_targetletter l ON l.id = t.letter_id, the WHERE l.cycle_id = the.cycle_id
),
stored AS (
    SELECT c.office_id, c.indicator_id, c.points_off,
        CASE WHEN c.state = 'VERIFIED' THEN c.final_fact ELSE v.fact END AS fact
    FROM ledger_currentvalue c JOIN ledger_reportedvalue v ON v.id = c.value_id, the
    WHERE c.period_id = the.period_id AND c.state <> 'RETURNED'
),
late AS (
    SELECT s.office_id, s.indicator_id, avg((
        SELECT coalesce((
            SELECT (band->>'share')::numeric FROM jsonb_array_elements(r.parameters->'late_days') band
            WHERE (band->>'at_most')::int >= greatest(least(
                coalesce((s.fact->'done_on'->>m.id::text)::date, the.as_of), the.as_of) - m.due_on, 0)
            ORDER BY (band->>'at_most')::int LIMIT 1
        ), (r.parameters->>'otherwise')::numeric, 0)
    )) AS share
    FROM stored s JOIN rule r ON r.id = s.indicator_id AND r.method = 'MILESTONE'
    JOIN ledger_targetletter l ON l.office_id = s.office_id
    JOIN the ON l.cycle_id = the.cycle_id
    JOIN ledger_targetmilestone m ON m.letter_id = l.id AND m.indicator_id = s.indicator_id AND m.due_on <= the.as_of
    GROUP BY s.office_id, s.indicator_id
),
punctual AS (
    SELECT r.office_id, count(*) AS value FROM ledger_report r JOIN ledger_period p ON p.id = r.period_id, the
    WHERE p.cycle_id = the.cycle_id AND p.month <= the.month AND r.round = 1 AND r.on_time GROUP BY r.office_id
),
passed AS (
    SELECT c.office_id, count(*) AS whole,
        count(*) FILTER (WHERE c.times_returned = 0 AND c.state = 'VERIFIED') AS value
    FROM ledger_currentvalue c JOIN ledger_period p ON p.id = c.period_id
    JOIN ledger_reportedvalue v ON v.id = c.value_id AND v.report_id IS NOT NULL, the
    WHERE p.cycle_id = the.cycle_id AND p.month <= the.month GROUP BY c.office_id
),
placed AS (
    SELECT s.office_id, s.indicator_id, (s.fact->>'value')::numeric AS value,
        count(*) OVER all_of AS many_of_all, count(*) OVER mine AS many_of_mine,
        rank() OVER (all_of ORDER BY r.sign * (s.fact->>'value')::numeric) AS place_in_all,
        rank() OVER (mine ORDER BY r.sign * (s.fact->>'value')::numeric) AS place_in_mine
    FROM stored s JOIN rule r ON r.id = s.indicator_id AND r.method = 'RANK' JOIN peer p USING (office_id)
    LEFT JOIN target t ON t.office_id = s.office_id AND t.indicator_id = s.indicator_id
    WHERE coalesce(t.applicable, true)
    WINDOW all_of AS (PARTITION BY s.indicator_id), mine AS (PARTITION BY s.indicator_id, p.peer_group)
),
given AS (
    SELECT p.office_id, r.id AS indicator_id, r.parent_id, r.points, r.method, r.parameters, s.fact,
        coalesce(s.points_off, 0) AS off, coalesce(t.applicable, true) AS applicable,
        CASE r.target_basis WHEN 'SYSTEM' THEN true ELSE s.office_id IS NOT NULL END AS reported,
        late.share AS in_time, placed.value AS ranked,
        CASE WHEN placed.many_of_mine < 3 THEN placed.place_in_all ELSE placed.place_in_mine END AS place,
        CASE WHEN placed.many_of_mine < 3 THEN placed.many_of_all ELSE placed.many_of_mine END AS many,
        CASE WHEN r.method <> 'RATIO' THEN NULL
             WHEN r.parameters->>'numerator' = '按时报送' THEN coalesce(punctual.value, 0)
             WHEN r.target_basis = 'SYSTEM' THEN passed.value
             ELSE coalesce((s.fact->>'value')::numeric, 0) END AS value,
        CASE WHEN r.method <> 'RATIO' THEN NULL
             WHEN r.parameters->>'numerator' = '按时报送' THEN the.month
             ELSE CASE r.target_basis WHEN 'SYSTEM' THEN passed.whole WHEN 'REPORTED' THEN (s.fact->>'target')::numeric
                  WHEN 'FIXED' THEN (r.parameters->>'denominator')::numeric
                  ELSE CASE WHEN r.cumulative THEN t.to_date ELSE t.whole END END END AS aim
    FROM the, peer p CROSS JOIN rule r
    LEFT JOIN stored s ON s.office_id = p.office_id AND s.indicator_id = r.id
    LEFT JOIN target t ON t.office_id = p.office_id AND t.indicator_id = r.id
    LEFT JOIN late ON late.office_id = p.office_id AND late.indicator_id = r.id
    LEFT JOIN placed ON placed.office_id = p.office_id AND placed.indicator_id = r.id
    LEFT JOIN punctual ON punctual.office_id = p.office_id
    LEFT JOIN passed ON passed.office_id = p.office_id
),
earned AS (
    SELECT office_id, indicator_id, parent_id, points, off,
        CASE WHEN NOT applicable THEN NULL WHEN NOT reported THEN 0 ELSE CASE method
        WHEN 'RATIO' THEN CASE WHEN coalesce(aim, 0) = 0 THEN NULL
            WHEN value < aim * coalesce((parameters->>'floor')::numeric, 0) THEN 0
            ELSE greatest(0, least(
                (points * value)::numeric(60, 30) / aim, points * coalesce((parameters->>'cap')::numeric, 1)))
            END
        WHEN 'MILESTONE' THEN points * in_time
        WHEN 'STEP' THEN coalesce((
            SELECT (one->>'points')::numeric FROM jsonb_array_elements(parameters->'steps') one
            WHERE CASE parameters->>'direction'
                WHEN 'higher_is_better' THEN (fact->>'value')::numeric >= (one->>'at_least')::numeric
                WHEN 'lower_is_better' THEN (fact->>'value')::numeric <= (one->>'at_most')::numeric
                ELSE fact->>'value' = one->>'equals' END
            ORDER BY CASE parameters->>'direction' WHEN 'higher_is_better' THEN -(one->>'at_least')::numeric
                WHEN 'lower_is_better' THEN (one->>'at_most')::numeric END LIMIT 1), 0)
        WHEN 'DEDUCT' THEN greatest(points - (
            SELECT sum(n::numeric * (one->>'points')::numeric)
            FROM ROWS FROM (jsonb_array_elements(parameters->'rules'), jsonb_array_elements_text(fact->'counts'))
                AS pair(one, n)), coalesce((parameters->>'minimum')::numeric, 0))
        WHEN 'RANK' THEN CASE WHEN ranked > (parameters->>'zero_above')::numeric THEN 0 ELSE coalesce((
            SELECT (band->>'points')::numeric FROM jsonb_array_elements(parameters->'bands') band,
                LATERAL (SELECT split_part(band->>'share', '/', 1)::numeric AS up,
                    coalesce(nullif(split_part(band->>'share', '/', 2), '')::numeric, 1) AS down) cut
            WHERE place * cut.down <= cut.up * many ORDER BY cut.up / cut.down LIMIT 1), 0) END
        WHEN 'THRESHOLD' THEN CASE WHEN fact->'present' @> 'false' THEN 0 ELSE points END
        WHEN 'PANEL' THEN (
            SELECT CASE WHEN count(*) >= (parameters->>'trim_when_at_least')::int
                THEN (sum(mark::numeric) - max(mark::numeric) - min(mark::numeric))::numeric(60, 30) / (count(*) - 2)
                ELSE avg(mark::numeric) END FROM jsonb_array_elements_text(fact->'marks') mark)
        WHEN 'FORMULA' THEN greatest(least(points * (
              0.6 * (fact->'inputs'->>'rectified_amount')::numeric / (fact->'inputs'->>'found_amount')::numeric(60, 30)
            + 0.4 * (fact->'inputs'->>'rectified_count')::numeric / (fact->'inputs'->>'found_count')::numeric(60, 30))
            - 0.2 * (fact->'inputs'->>'overdue_items')::numeric, points), 0)
        END END AS earned
    FROM given
),
shared AS (
    SELECT *, sum(points) FILTER (WHERE earned IS NULL) OVER inside AS released,
        sum(points) FILTER (WHERE earned IS NOT NULL) OVER inside AS taking,
        sum(points) FILTER (WHERE earned IS NOT NULL) OVER (PARTITION BY office_id) AS applicable,
        sum(points) OVER (PARTITION BY office_id) AS whole
    FROM earned WINDOW inside AS (PARTITION BY office_id, parent_id)
),
gone AS (
    SELECT office_id, sum(points) AS points FROM shared WHERE taking IS NULL GROUP BY office_id
),
line AS (
    SELECT s.office_id, s.indicator_id, s.points, s.off,
        CASE WHEN s.earned IS NULL THEN 0 ELSE s.points * (1 + coalesce(s.released, 0)::numeric(60, 30) / s.taking
            + coalesce(gone.points, 0)::numeric(60, 30) / s.applicable) END AS effective,
        CASE WHEN s.earned IS NULL THEN 0 ELSE round(round(greatest(s.earned * (1
            + coalesce(s.released, 0)::numeric(60, 30) / s.taking
            + coalesce(gone.points, 0)::numeric(60, 30) / s.applicable) - s.off, 0), 20), 4) END AS score
    FROM shared s LEFT JOIN gone USING (office_id)
)
"""
COMPUTED = (
    SCORES
    + """,
card AS (SELECT office_id, round(least(greatest(sum(score), 0), 105), 2) AS total FROM line GROUP BY office_id)
SELECT count(*), sum(total), sum(place) FROM (
    SELECT total, rank() OVER (ORDER BY total DESC) AS place FROM card
) AS ranked
"""
)
TABLE = """
CREATE TEMP TABLE IF NOT EXISTS bench_line (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, office_id bigint, indicator_id bigint, points numeric,
    off numeric, effective numeric, score numeric, UNIQUE (office_id, indicator_id)
)
"""
WRITTEN = (
    "INSERT INTO bench_line (office_id, indicator_id, points, off, effective, score) "
    + SCORES
    + "SELECT office_id, indicator_id, points, off, round(effective, 8), score FROM line"
)
DIFFERENT = (
    SCORES
    + """
SELECT count(*), count(*) FILTER (WHERE line.score IS DISTINCT FROM stored.score)
FROM line FULL JOIN (
    SELECT c.office_id, l.indicator_id, l.score FROM ledger_scoreline l JOIN ledger_scorecard c ON c.id = l.card_id
    WHERE c.run_id = %(run)s
) AS stored USING (office_id, indicator_id)
"""
)
RUNS = {16: 20, 300: 7, 3000: 3}


def measure(province: world.Province) -> dict[str, Any]:
    """Seconds for the newest published month of a province: computed only, and with a row written for each value.

    Raises RuntimeError when the statement does not compute what was published: it would be the floor of nothing.
    """
    with world.public():
        run = ScoreRun.objects.filter(cycle=province.cycle, state="PUBLISHED").latest("id")
        given = {"period": run.period_id, "run": run.pk}
        [(values, different)] = fetched(DIFFERENT, given)
        if different:
            raise RuntimeError(f"{different} of {values} scores of {run.pk} are not those of the statement.")
        executed(TABLE)
        seconds = clock.medians(
            {
                "computed": lambda: fetched(COMPUTED, given),
                "written": lambda: (executed("TRUNCATE bench_line"), executed(WRITTEN, given)),
            },
            RUNS.get(province.size, 1),
        )
        server = clock.server_seconds() or 0.0
        executed("TRUNCATE bench_line")
        executed(WRITTEN, given)
        server = (clock.server_seconds() or 0.0) - server
        executed("DROP TABLE bench_line")
    return {"offices": province.size, "values": values, "seconds": seconds, "server_seconds": server}


def executed(sql: str, given: dict[str, int] | None = None) -> None:
    """A statement without an answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)


def fetched(sql: str, given: dict[str, int]) -> list[tuple[Any, ...]]:
    """A statement's rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
