"""The drawing of the schema says what the migrations make: every table, column, key and reference, and no other."""

import re
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine, text

DRAWING = Path(__file__).parents[3] / "docs" / "erd.md"

OURS = """
SELECT oid, relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
AND relname <> 'alembic_version' AND relname NOT LIKE 'celery%'
"""
"""Our tables. A partition follows its table."""

COLUMNS = f"""
SELECT t.relname, concat_ws(' ',
    replace(format_type(a.atttypid, NULL), 'timestamp with time zone', 'timestamptz'),
    a.attname,
    (SELECT string_agg(DISTINCT CASE contype WHEN 'p' THEN 'PK' ELSE 'FK' END, ', ' ORDER BY
        CASE contype WHEN 'p' THEN 'PK' ELSE 'FK' END DESC)
    FROM pg_constraint WHERE conrelid = t.oid AND contype IN ('p', 'f') AND a.attnum = ANY (conkey)))
FROM ({OURS}) t JOIN pg_attribute a ON a.attrelid = t.oid
WHERE a.attnum > 0 AND NOT a.attisdropped
ORDER BY t.relname, a.attnum
"""  # noqa: S608 -- a constant made of a constant.

REFERENCES = f"""
SELECT confrelid::regclass::text, t.relname FROM ({OURS}) t JOIN pg_constraint ON conrelid = t.oid WHERE contype = 'f'
"""  # noqa: S608 -- a constant made of a constant.


def test_every_table_and_column_is_drawn_as_the_migrations_make_it(engine: Engine) -> None:
    drawn = re.findall(r"^    (\w+) \{\n(.*?)^    \}", _drawing(), re.MULTILINE | re.DOTALL)
    columns = [(table, line.strip()) for table, body in drawn for line in body.splitlines()]
    assert sorted(columns) == sorted(_rows(engine, COLUMNS))


def test_every_reference_is_drawn(engine: Engine) -> None:
    drawn = re.findall(r"^    (\w+) \|\|--o\{ (\w+) : ", _drawing(), re.MULTILINE)
    assert sorted(drawn) == sorted(_rows(engine, REFERENCES))


def test_every_table_is_told_of_in_words(engine: Engine) -> None:
    told = re.findall(r"^\| `(\w+)` \|", DRAWING.read_text("utf-8"), re.MULTILINE)
    assert sorted(told) == sorted({table for table, _ in _rows(engine, COLUMNS)})


def _drawing() -> str:
    """What stands between the fences of the diagram."""
    return DRAWING.read_text("utf-8").partition("```mermaid\n")[2].partition("```")[0]


def _rows(engine: Engine, query: str) -> Sequence[tuple[str, str]]:
    with engine.connect() as connection:
        return [(first, second) for first, second in connection.execute(text(query))]
