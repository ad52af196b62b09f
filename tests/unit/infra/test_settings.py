"""Settings come from the environment whole, or not at all with every problem named."""

from dataclasses import dataclass

import pytest

from ledgerboard_infra.settings import (
    AwsSettings,
    Count,
    OpsSettings,
    PostgresSettings,
    SettingsError,
    StreamSettings,
    describe,
    from_env,
    setting,
)


@dataclass(frozen=True, slots=True)
class Example:
    aws: AwsSettings
    key: str = setting("EXAMPLE_KEY", doc="Opens the door.", secret=True)
    size: Count = setting("EXAMPLE_SIZE", doc="How many.", default=3)
    names: tuple[str, ...] = setting("EXAMPLE_NAMES", doc="Who.", default=())
    verbose: bool = setting("EXAMPLE_VERBOSE", doc="Say more.", default=False)


def test_values_are_read_and_converted_and_groups_are_nested() -> None:
    environ = {
        "EXAMPLE_KEY": "s3cret",
        "EXAMPLE_SIZE": "12",
        "EXAMPLE_NAMES": "ada, bob",
        "EXAMPLE_VERBOSE": "true",
        "LEDGERBOARD_AWS_REGION": "eu-west-1",
    }
    example = from_env(Example, environ)
    assert (example.key, example.size, example.names, example.verbose) == ("s3cret", 12, ("ada", "bob"), True)
    assert example.aws.region == "eu-west-1"


def test_defaults_stand_in_for_unset_and_empty_variables() -> None:
    example = from_env(Example, {"EXAMPLE_KEY": "k", "EXAMPLE_SIZE": ""})
    assert (example.size, example.names, example.aws) == (3, (), AwsSettings())


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        from_env(Example, {"EXAMPLE_SIZE": "0", "EXAMPLE_VERBOSE": "maybe"})
    told = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "EXAMPLE_KEY: required but not set (Opens the door.)" in told
    assert "EXAMPLE_SIZE: Expected `int` >= 1 (How many.)" in told
    assert "EXAMPLE_VERBOSE" in told


def test_a_required_variable_that_is_empty_is_missing() -> None:
    with pytest.raises(SettingsError, match="EXAMPLE_KEY: required"):
        from_env(Example, {"EXAMPLE_KEY": ""})


def test_a_rule_between_two_settings_is_a_problem_like_any_other() -> None:
    with pytest.raises(SettingsError, match="GRACE_SECONDS must exceed"):
        from_env(StreamSettings, {"LEDGERBOARD_STREAM_WAIT_SECONDS": "20", "LEDGERBOARD_STREAM_GRACE_SECONDS": "20"})


def test_a_secret_shows_in_no_repr_and_in_no_error() -> None:
    environ = {"LEDGERBOARD_DATABASE_URL": "postgresql://u:hunter2@db/l", "EXAMPLE_KEY": "hunter2"}
    assert "hunter2" not in repr(from_env(PostgresSettings, environ))
    assert "hunter2" not in repr(from_env(Example, environ))

    @dataclass(frozen=True)
    class Pin:
        pin: Count = setting("PIN", doc="A number.", secret=True)

    with pytest.raises(SettingsError) as caught:
        from_env(Pin, {"PIN": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_help_lists_every_variable_with_type_default_and_meaning() -> None:
    told = describe(Example)
    assert "EXAMPLE_KEY (str, required, secret)\n      Opens the door." in told
    assert "EXAMPLE_SIZE (int, default 3)" in told
    assert "LEDGERBOARD_SQS_ENDPOINT_URL (str, default empty)" in told


def test_nothing_is_open_to_the_network_by_default() -> None:
    assert OpsSettings().host == "127.0.0.1"


def test_reads_go_to_the_writer_where_there_is_no_reader() -> None:
    assert PostgresSettings(writer_url="w").reading_url == "w"
    assert PostgresSettings(writer_url="w", reader_url="r").reading_url == "r"
