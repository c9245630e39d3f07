"""
The statements that derive obligations from the facts, in the SQL that SQLite and PostgreSQL share.

``EXPECTED`` tells which obligations there should be and ``COUNTED`` what was done of them: the distinct logs of a kind
that fulfils the rule or, for a rule asked of each group, the distinct groups that met, of those that stood on the first
day of the period.
The comments are marks; ``obligation_facts.run`` puts placeholders in their place, never values.
"""

# Three temporary tables, in this order. They stand alone so that the planner knows how large they are: as parts of one
# statement it guessed a thousandfold wrong, and the statement ran for minutes.
EXPECTED = """
CREATE TEMPORARY TABLE obligation_expected AS
WITH slot (requirement_id, condition, needed, period, starts_on, ends_on, is_month, audience) AS (VALUES /*slots*/),
quiet (organisation_id, starts_on, ends_on, months_only) AS (VALUES /*quiet*/),
standing AS (
    SELECT o.id AS organisation_id, s.*
    FROM branches_organisation o
    JOIN slot s ON o.founded_on <= s.starts_on AND (o.ended_on IS NULL OR o.ended_on > s.starts_on)
    WHERE o.kind = s.audience AND /*among: o.id*/ AND NOT EXISTS (
        SELECT 1 FROM quiet q
        WHERE q.organisation_id = o.id AND (
            (s.is_month AND q.starts_on <= s.ends_on AND q.ends_on > s.starts_on)
            OR (NOT s.is_month AND NOT q.months_only AND (
                (q.starts_on <= s.starts_on AND q.ends_on > s.starts_on)
                OR (q.starts_on <= s.ends_on AND q.ends_on > s.ends_on)
            ))
        )
    )
),
committee AS (
    SELECT p.organisation_id, s.requirement_id, s.period
    FROM slot s
    JOIN branches_post p ON p.starts_on <= s.starts_on AND (p.ends_on IS NULL OR p.ends_on > s.starts_on)
    WHERE s.condition = 'has_committee' AND p.kind <> 'group_leader' AND /*among: p.organisation_id*/
    GROUP BY p.organisation_id, s.requirement_id, s.period
    HAVING COUNT(DISTINCT p.member_id) >= /*committee*/
),
grouped AS (
    SELECT g.branch_id, s.requirement_id, s.period, COUNT(*) AS needed
    FROM slot s
    JOIN (
        SELECT b.id AS branch_id, c.founded_on, c.ended_on
        FROM branches_organisation b
        JOIN branches_organisation c ON substr(c.path, 1, length(c.path) - /*step*/) = b.path AND c.kind = 'group'
        WHERE b.kind = 'branch' AND /*among: b.id*/
    ) g ON g.founded_on <= s.starts_on AND (g.ended_on IS NULL OR g.ended_on > s.starts_on)
    WHERE s.condition = 'has_groups'
    GROUP BY g.branch_id, s.requirement_id, s.period
)
SELECT st.organisation_id, st.requirement_id, st.period, st.starts_on, st.ends_on,
    CASE WHEN st.condition = 'has_groups' THEN gr.needed ELSE st.needed END AS needed
FROM standing st
LEFT JOIN committee co ON co.organisation_id = st.organisation_id
    AND co.requirement_id = st.requirement_id AND co.period = st.period
LEFT JOIN grouped gr ON gr.branch_id = st.organisation_id
    AND gr.requirement_id = st.requirement_id AND gr.period = st.period
WHERE st.condition = 'always' OR co.organisation_id IS NOT NULL OR gr.needed IS NOT NULL
"""

COVERED = """
CREATE TEMPORARY TABLE obligation_covered AS
SELECT a.requirement_id, a.period, a.starts_on, a.ends_on, r.condition, k.kind, d.held_on
FROM (
    SELECT requirement_id, period, starts_on, ends_on FROM obligation_expected
    UNION SELECT requirement_id, period, starts_on, ends_on FROM branches_obligation WHERE /*among: organisation_id*/
) a
JOIN branches_requirement r ON r.id = a.requirement_id AND r.measure = 'meetings'
JOIN branches_requirementkind k ON k.requirement_id = r.id
JOIN (SELECT DISTINCT held_on FROM branches_meetingcount WHERE /*among: organisation_id*/) d
    ON d.held_on BETWEEN a.starts_on AND a.ends_on
"""

COUNTED = """
CREATE TEMPORARY TABLE obligation_counted AS
SELECT c.organisation_id, v.requirement_id, v.period, v.starts_on, v.ends_on,
    COUNT(DISTINCT CASE WHEN v.condition = 'has_groups' THEN g.id ELSE c.meeting_id END) AS done
FROM obligation_covered v
JOIN branches_meetingcount c ON c.held_on = v.held_on AND c.kind = v.kind AND /*among: c.organisation_id*/
LEFT JOIN branches_organisation g ON g.id = c.group_id AND g.founded_on <= v.starts_on
    AND (g.ended_on IS NULL OR g.ended_on > v.starts_on)
GROUP BY c.organisation_id, v.requirement_id, v.period, v.starts_on, v.ends_on
"""

# What a measure other than meetings tells (branches/policy/measures.py): loaded as rows, since its records may lie in
# an app above. ``ASKED`` holds how often; what it names with 0, or does not name, is not asked.
ASKED = """
CREATE TEMPORARY TABLE obligation_asked (
    organisation_id bigint, requirement_id bigint, period varchar(7), needed integer,
    PRIMARY KEY (organisation_id, requirement_id, period)
)
"""

ASKED_APPLIED = """
UPDATE obligation_expected SET needed = COALESCE((
    SELECT a.needed FROM obligation_asked a
    WHERE a.organisation_id = obligation_expected.organisation_id
        AND a.requirement_id = obligation_expected.requirement_id AND a.period = obligation_expected.period
), 0)
WHERE requirement_id IN (/*measured*/)
"""

UNASKED = "DELETE FROM obligation_expected WHERE needed = 0"

MEASURED_SPANS = """
SELECT DISTINCT a.requirement_id, a.period, a.starts_on, a.ends_on
FROM (
    SELECT requirement_id, period, starts_on, ends_on FROM obligation_expected WHERE requirement_id IN (/*measured*/)
    UNION SELECT requirement_id, period, starts_on, ends_on FROM branches_obligation
    WHERE requirement_id IN (/*measured*/) AND /*among: organisation_id*/
) a
"""

DERIVED = {"obligation_expected": EXPECTED, "obligation_covered": COVERED, "obligation_counted": COUNTED}

# Opening, in three statements: what is missing, what no longer applies and saw no work, what is asked differently now.
OPEN = """
INSERT INTO branches_obligation (organisation_id, requirement_id, period, starts_on, ends_on, needed, done, waived)
SELECT e.organisation_id, e.requirement_id, e.period, e.starts_on, e.ends_on, e.needed, COALESCE(n.done, 0), FALSE
FROM obligation_expected e
LEFT JOIN obligation_counted n ON n.organisation_id = e.organisation_id AND n.requirement_id = e.requirement_id
    AND n.period = e.period AND n.starts_on = e.starts_on AND n.ends_on = e.ends_on
LEFT JOIN branches_obligation o ON o.organisation_id = e.organisation_id AND o.requirement_id = e.requirement_id
    AND o.period = e.period
WHERE o.id IS NULL
ON CONFLICT DO NOTHING
"""

EXTRA = """
SELECT o.id
FROM branches_obligation o
LEFT JOIN obligation_expected e ON e.organisation_id = o.organisation_id AND e.requirement_id = o.requirement_id
    AND e.period = o.period
WHERE e.organisation_id IS NULL AND o.starts_on BETWEEN /*since*/ AND /*through*/ AND /*among: o.organisation_id*/
    AND o.done = 0 AND o.subject = '' AND NOT EXISTS (SELECT 1 FROM branches_waiver w WHERE w.obligation_id = o.id)
"""

NEEDED = """
UPDATE branches_obligation SET needed = e.needed, starts_on = e.starts_on, ends_on = e.ends_on
FROM obligation_expected e
WHERE e.organisation_id = branches_obligation.organisation_id
    AND e.requirement_id = branches_obligation.requirement_id AND e.period = branches_obligation.period
    AND (e.needed <> branches_obligation.needed OR e.starts_on <> branches_obligation.starts_on
        OR e.ends_on <> branches_obligation.ends_on)
"""

# Every obligation whose stored figures differ from the facts, and every one that is missing; what is due once is
# compared by ``deadline_checks``.
FINDINGS = """
SELECT o.organisation_id, o.requirement_id, o.period,
    o.needed, o.done, o.waived, o.starts_on, o.ends_on,
    e.needed, COALESCE(n.done, 0), w.obligation_id IS NOT NULL, e.starts_on, e.ends_on,
    e.organisation_id IS NULL
FROM branches_obligation o
LEFT JOIN obligation_expected e ON e.organisation_id = o.organisation_id AND e.requirement_id = o.requirement_id
    AND e.period = o.period
LEFT JOIN obligation_counted n ON n.organisation_id = o.organisation_id AND n.requirement_id = o.requirement_id
    AND n.period = o.period AND n.starts_on = o.starts_on AND n.ends_on = o.ends_on
LEFT JOIN (SELECT obligation_id FROM branches_waiver WHERE revoked_at IS NULL) w ON w.obligation_id = o.id
WHERE o.subject = '' AND (o.done <> COALESCE(n.done, 0) OR o.waived <> (w.obligation_id IS NOT NULL)
    OR e.needed <> o.needed OR e.starts_on <> o.starts_on OR e.ends_on <> o.ends_on
    OR (e.organisation_id IS NULL AND COALESCE(n.done, 0) = 0
        AND NOT EXISTS (SELECT 1 FROM branches_waiver v WHERE v.obligation_id = o.id)))
UNION ALL
SELECT e.organisation_id, e.requirement_id, e.period,
    NULL, NULL, NULL, NULL, NULL, e.needed, NULL, NULL, e.starts_on, e.ends_on, FALSE
FROM obligation_expected e
LEFT JOIN branches_obligation o ON o.organisation_id = e.organisation_id AND o.requirement_id = e.requirement_id
    AND o.period = e.period
WHERE o.id IS NULL
LIMIT /*limit*/
"""

# Count rows that repeat their log wrongly or count one that does not count, and logs without a row of their own kind,
# for the branch itself and for each that took part in a joint meeting.
LOGS = """
SELECT c.organisation_id, c.meeting_id, c.kind, 'count'
FROM branches_meetingcount c
JOIN branches_meeting m ON m.id = c.meeting_id
WHERE m.status <> 'submitted' OR c.held_on <> m.held_on OR (
    c.organisation_id <> m.organisation_id AND NOT EXISTS (
        SELECT 1 FROM branches_meetingbranch b WHERE b.meeting_id = m.id AND b.organisation_id = c.organisation_id
    )
) OR COALESCE(c.group_id, 0) <> CASE WHEN c.organisation_id = m.organisation_id THEN COALESCE(m.group_id, 0) ELSE 0 END
UNION ALL
SELECT m.organisation_id, m.id, m.kind, 'uncounted'
FROM branches_meeting m
LEFT JOIN branches_meetingcount c ON c.meeting_id = m.id AND c.kind = m.kind AND c.organisation_id = m.organisation_id
WHERE m.status = 'submitted' AND c.id IS NULL
UNION ALL
SELECT b.organisation_id, m.id, m.kind, 'uncounted'
FROM branches_meetingbranch b
JOIN branches_meeting m ON m.id = b.meeting_id
LEFT JOIN branches_meetingcount c ON c.meeting_id = m.id AND c.kind = m.kind AND c.organisation_id = b.organisation_id
WHERE m.status = 'submitted' AND c.id IS NULL
LIMIT 1000
"""

# One branch, in the transaction of a save: a few rows by the index; only what is another figure now is written.
REFRESH = """
UPDATE branches_obligation SET done = counted.done
FROM (
    SELECT o.id, (
        SELECT COUNT(DISTINCT CASE WHEN r.condition = 'has_groups' THEN g.id ELSE c.meeting_id END)
        FROM branches_requirement r
        JOIN branches_requirementkind k ON k.requirement_id = r.id
        JOIN branches_meetingcount c ON c.kind = k.kind AND c.organisation_id = o.organisation_id
            AND c.held_on BETWEEN o.starts_on AND o.ends_on
        LEFT JOIN branches_organisation g ON g.id = c.group_id AND g.founded_on <= o.starts_on
            AND (g.ended_on IS NULL OR g.ended_on > o.starts_on)
        WHERE r.id = o.requirement_id
    ) AS done
    FROM branches_obligation o
    JOIN branches_requirement m ON m.id = o.requirement_id AND m.measure = 'meetings'
    WHERE o.organisation_id = %s AND o.ends_on >= %s AND o.starts_on <= %s
) counted
WHERE branches_obligation.id = counted.id AND branches_obligation.done <> counted.done
"""

WAIVED = """
UPDATE branches_obligation SET waived = EXISTS (
    SELECT 1 FROM branches_waiver w WHERE w.obligation_id = branches_obligation.id AND w.revoked_at IS NULL
)
WHERE organisation_id = %s
"""
