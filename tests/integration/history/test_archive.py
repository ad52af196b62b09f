"""Old months go to the object store first, whole, and only then out of the ledger."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from sqlalchemy import text

from ledgerboard_history.exchange.archiving import ArchiveMonths
from ledgerboard_history.exchange.exporting import ExportLedger
from ledgerboard_history.exchange.shipping import ShipExport
from ledgerboard_infra.errors import UnavailableError
from ledgerboard_infra.s3 import S3Objects, s3_client
from ledgerboard_infra.settings import AwsSettings
from ledgerboard_ledger import (
    Archives,
    LedgerExport,
    LedgerWriter,
    Month,
    NotExportedError,
    PostgresDefinitions,
    PostgresGenerations,
)
from ledgerboard_testkit.events import envelope, fact
from ledgerboard_testkit.memory import FixedClock
from tests.integration.history.exchange_scene import Ledger, played

OLD = datetime(2026, 7, 31, 23, 59, tzinfo=UTC)


class Bucket:
    """One bucket of the real server."""

    def __init__(self, endpoint: str) -> None:
        self.name = f"ledger-{uuid4().hex[:8]}"
        self.client = boto3.session.Session(region_name="us-east-1").client("s3", endpoint_url=endpoint)
        self.client.create_bucket(Bucket=self.name)
        self.objects = S3Objects(s3_client(AwsSettings(), endpoint), self.name)

    def fetch(self, name: str, path: Path) -> Path:
        self.client.download_file(self.name, name, str(path))
        return path


@pytest.fixture
def bucket(sqs_endpoint: str) -> Bucket:
    return Bucket(sqs_endpoint)


def archiving(ledger: Ledger, bucket: Bucket, *, keep_months: int = 3) -> ArchiveMonths:
    return ArchiveMonths(
        ExportLedger(LedgerExport(ledger.engine), FixedClock()), Archives(ledger.engine), bucket.objects,
        FixedClock(), keep_months=keep_months, prefix="a/",
    )  # fmt: skip


def test_the_daily_export_can_be_imported(make: Callable[[], Ledger], bucket: Bucket, tmp_path: Path) -> None:
    source, target = played(make()), make()
    ship = ShipExport(
        ExportLedger(LedgerExport(source.engine), FixedClock()), bucket.objects, FixedClock(), prefix="d/"
    )
    assert ship.run() == ship.run() == "d/ledger-2026-11-21.ndjson.gz"
    assert target.take_in(bucket.fetch("d/ledger-2026-11-21.ndjson.gz", tmp_path / "day")).bad == []
    assert target.entries("race") == source.entries("race")


def test_an_old_month_leaves_the_ledger_for_the_bucket_and_comes_back_by_an_import(
    make: Callable[[], Ledger], bucket: Bucket, tmp_path: Path
) -> None:
    ledger = played(make())
    LedgerWriter(ledger.engine).append([envelope(fact("old", 5, at=OLD), board="rally")], [])
    assert ledger.entries("rally") == [("old", 5), ("ada", -3)]
    assert archiving(ledger, bucket, keep_months=4).run() == []
    assert archiving(ledger, bucket).run() == ["a/month-2026-07.ndjson.gz"]
    assert archiving(ledger, bucket).run() == []
    assert ledger.entries("rally") == [("ada", -3)]
    made = PostgresGenerations(ledger.engine).list("rally")
    assert [each.reason for each in made] == ["archive"]
    with ledger.engine.connect() as connection:
        assert connection.execute(text("SELECT player FROM archive.facts_2026_07")).scalars().all() == ["old"]
    done = ledger.take_in(bucket.fetch("a/month-2026-07.ndjson.gz", tmp_path / "month"))
    assert (done.bad, done.boards) == ([], {"rally"})
    assert ledger.entries("rally") == [("old", 5), ("ada", -3)]


def test_a_month_leaves_the_ledger_and_asks_for_the_rebuilds_in_one_commit(make: Callable[[], Ledger]) -> None:
    ledger, month = make(), Month(2026, 7)
    LedgerWriter(ledger.engine).append([envelope(fact("old", 5, at=OLD), board=board) for board in ("a", "b")], [])
    with ledger.engine.begin() as connection:
        connection.execute(text("ALTER TABLE generations RENAME TO elsewhere"))
    with pytest.raises(Exception, match="generations"):
        Archives(ledger.engine).detach(month, exported=2)
    assert Archives(ledger.engine).months_before(Month(2026, 8)) == [month]
    with ledger.engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO generations"))
    assert Archives(ledger.engine).detach(month, exported=2) == ["a", "b"]
    asked = PostgresGenerations(ledger.engine).list()
    assert {(each.board, each.reason, each.author, each.owner) for each in asked} == {
        ("a", "archive", "retention", None),
        ("b", "archive", "retention", None),
    }


def test_what_comes_for_a_month_that_left_takes_no_archives_place(
    make: Callable[[], Ledger], bucket: Bucket, tmp_path: Path
) -> None:
    ledger, whole = make(), make()
    early, late = (envelope(fact(player, 5, at=OLD), board="rally") for player in ("early", "late"))
    LedgerWriter(ledger.engine).append([early], [])
    assert archiving(ledger, bucket).run() == ["a/month-2026-07.ndjson.gz"]
    LedgerWriter(ledger.engine).append([late], [])
    assert archiving(ledger, bucket).run() == ["a/month-2026-07-2.ndjson.gz"]
    with ledger.engine.connect() as connection:
        both = "SELECT a.player, b.player FROM archive.facts_2026_07 a, archive_2.facts_2026_07 b"
        assert tuple(connection.execute(text(both)).one()) == ("early", "late")
    PostgresDefinitions(whole.engine).ensure("rally")
    for name in ("a/month-2026-07.ndjson.gz", "a/month-2026-07-2.ndjson.gz"):
        assert whole.take_in(bucket.fetch(name, tmp_path / "month")).not_whole == []
    assert sorted(whole.entries("rally")) == [("early", 5), ("late", 5)]


def test_a_month_stays_where_it_is_if_a_row_was_not_exported_or_the_store_is_down(
    make: Callable[[], Ledger], bucket: Bucket
) -> None:
    ledger, month = make(), Month(2026, 7)
    LedgerWriter(ledger.engine).append([envelope(fact("old", 5, at=OLD))], [])
    with pytest.raises(NotExportedError, match="1 rows, of which 0"):
        Archives(ledger.engine).detach(month, exported=0)
    bucket.objects = S3Objects(s3_client(AwsSettings(), bucket.client.meta.endpoint_url), "no-such-bucket")
    with pytest.raises(UnavailableError, match="S3"):
        archiving(ledger, bucket).run()
    assert Archives(ledger.engine).months_before(Month(2026, 8)) == [month]


def test_the_command_line_exports_and_imports(make: Callable[[], Ledger], tmp_path: Path) -> None:
    source, target, path = played(make()), make(), tmp_path / "ledger.gz"

    def run(ledger: Ledger, *words: str) -> subprocess.CompletedProcess[str]:
        url = ledger.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return subprocess.run(
            [sys.executable, "-m", "ledgerboard_history", *words],
            env=os.environ | {"LEDGERBOARD_DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )

    exported = run(source, "export", "--all", str(path))
    assert (exported.returncode, exported.stderr) == (0, "")
    assert gzip.decompress(path.read_bytes()).startswith(b'{"type":"export"')
    assert run(source, "export", "race", str(tmp_path / "race.gz")).returncode == 0
    assert run(source, "export", str(path)).returncode == 2
    imported = run(target, "import", str(path))
    assert imported.returncode == 0, imported.stderr
    assert "asked for the rebuild of 2 boards" in imported.stdout
    assert target.entries("race") == source.entries("race")
    assert "0 records new" in run(target, "import", str(path)).stdout
    path.write_bytes(b"no gzip")
    assert run(target, "import", str(path)).returncode == 1
