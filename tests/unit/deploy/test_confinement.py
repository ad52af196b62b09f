"""What a container may not do, what no file may hold, and what an image is made of."""

import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ledgerboard_contracts.queues import ALL_QUEUES

Services = dict[str, dict[str, Any]]

FILES = (
    "docker-compose.yml",
    "deploy/Dockerfile",
    "deploy/compose-smoke.sh",
    "deploy/smoke_traffic.py",
    "deploy/pin_images.py",
    "deploy/smoke_walk.py",
    ".dockerignore",
)

NAMED = re.compile(r"^LEDGERBOARD_\w+_SECRET$")
"""A variable that holds no secret but the name of one."""

KIND = ("LEDGERBOARD_SECRETS", "files")

REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")
"""A variable that compose refuses to start without, with the words that it then says."""


def test_our_containers_give_up_every_privilege(ours: Services) -> None:
    for name, service in ours.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert service["tmpfs"] == ["/tmp"], name  # noqa: S108 -- a path inside the container


def test_no_container_is_privileged_or_can_become_so(services: Services) -> None:
    for name, service in services.items():
        assert not {"privileged", "user", "pid", "ipc", "network_mode", "devices"} & set(service), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["cap_drop"] == ["ALL"], name
        assert not any(volume.startswith((".", "/", "~")) for volume in service.get("volumes", [])), name
        assert service["read_only"] is True, name
        assert 0 < service["deploy"]["resources"]["limits"]["pids"] <= 256, name


def test_no_environment_holds_a_secret(services: Services) -> None:
    secret = re.compile(r"KEY|SECRET|PASSWORD|TOKEN")
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            written = REQUIRED.sub("<required>", str(value))
            if NAMED.search(variable):
                assert written in service["secrets"], f"{name} {variable}"
            elif secret.search(variable) and not variable.startswith("AWS_"):
                assert (variable, written) == KIND or written.startswith("/run/secrets/"), f"{name} {variable}"
            credentials = re.search(r"//[^/@]*:([^@]*)@", written)
            assert credentials is None or credentials[1] == "<required>", f"{name} {variable}"


def test_the_local_queue_server_gets_a_key_that_opens_nothing(services: Services) -> None:
    keys = {v for s in services.values() for k, v in s.get("environment", {}).items() if k.startswith("AWS_")}
    assert keys == {"local"}


def test_a_container_sees_the_secrets_that_it_is_told_to_use_and_no_other(ours: Services, services: Services) -> None:
    for name, service in ours.items():
        environment = service["environment"]
        named = {value for variable, value in environment.items() if NAMED.search(variable)}
        assert named == set(service.get("secrets", [])), name
    seen = {name: service["secrets"] for name, service in services.items() if "secrets" in service}
    assert [name for name, secrets in seen.items() if "write-key" in secrets] == ["gateway"]
    assert [name for name, secrets in seen.items() if "database-password" in secrets] == [
        "provision-database",
        "postgres",
    ]
    assert [name for name, secrets in seen.items() if "owner-password" in secrets] == ["provision-database", "migrate"]
    assert "LEDGERBOARD_REDIS_URL" not in ours["history"]["environment"]


def test_only_the_jobs_that_make_roles_and_tables_log_in_as_more_than_the_services_role(ours: Services) -> None:
    roles = {
        name: urlsplit(service["environment"]["LEDGERBOARD_DATABASE_URL"]).username
        for name, service in ours.items()
        if "LEDGERBOARD_DATABASE_URL" in service["environment"]
    }
    assert roles.pop("provision-database") == "ledgerboard"
    assert roles.pop("migrate") == "ledgerboard_owner"
    assert set(roles.values()) == {"ledgerboard_service"}


def test_the_local_aws_stands_behind_the_guard_and_offers_no_secrets(root: Path, compose: dict[str, Any]) -> None:
    service = compose["services"]["sqs"]
    assert service["entrypoint"] == ["python", "/guarded_aws.py", "sqs", "127.0.0.1"]
    assert service["environment"]["SERVICES"] == "sqs,cognito-idp"
    assert {name: (root / config["file"]).is_file() for name, config in compose["configs"].items()} == {
        "guarded_aws.py": True
    }


def test_the_values_of_secrets_come_from_files_that_git_ignores(root: Path, compose: dict[str, Any]) -> None:
    files = {name: secret["file"] for name, secret in compose["secrets"].items()}
    assert files == {name: f"${{LEDGERBOARD_SECRET_FILES:-.secrets}}/{name}" for name in files}
    checked = subprocess.run(["git", "check-ignore", "--quiet", ".secrets/write-key"], cwd=root, check=False)
    assert checked.returncode == 0


def test_the_command_that_makes_the_secrets_makes_all_of_them(root: Path, compose: dict[str, Any]) -> None:
    for place in ("docker-compose.yml", "deploy/README.md"):
        (made,) = re.findall(r"for name in ([a-z -]+); do openssl", (root / place).read_text())
        assert set(made.split()) == set(compose["secrets"]), place


def test_git_ignores_the_file_of_secrets(root: Path) -> None:
    checked = subprocess.run(["git", "check-ignore", "--quiet", ".env"], cwd=root, check=False)
    assert checked.returncode == 0


def test_images_are_pinned_and_come_from_wherever_the_engine_gets_them(services: Services, dockerfile: str) -> None:
    images = [service["image"] for service in services.values()] + re.findall(
        r"^FROM (\S+:\S+)", dockerfile, re.MULTILINE
    )
    for image in images:
        name, _, tag = image.partition(":")
        assert tag, image
        assert "latest" not in tag, image
        assert "." not in name, image
    assert not re.search(r"^# *syntax", dockerfile, re.MULTILINE)


@pytest.mark.parametrize("name", FILES)
def test_no_file_names_a_machine_of_the_world(root: Path, services: Services, name: str) -> None:
    hosts = re.findall(r"[a-z]+://(?:[^/@\s]*@)?([\w.-]+)", REQUIRED.sub("", (root / name).read_text()))
    assert set(hosts) <= {*services, "127.0.0.1", "evil.test"}


@pytest.mark.parametrize("name", FILES)
def test_queue_names_stand_in_the_contracts_alone(root: Path, name: str) -> None:
    text = (root / name).read_text()
    for queue in ALL_QUEUES:
        for stage in ("dev", "compose", "prod"):
            assert queue.full_name(stage) not in text
    assert "-dlq" not in text


def test_the_image_runs_as_a_fixed_user_without_privileges(dockerfile: str) -> None:
    final = dockerfile.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE) == ["10001:10001"]
    assert final.index("USER 10001") > final.index("RUN --mount")


def test_the_service_is_the_containers_first_process_and_gets_its_signals(dockerfile: str) -> None:
    assert re.findall(r"^ENTRYPOINT (.*)$", dockerfile, re.MULTILINE) == ['["service"]']
    assert re.findall(r"^STOPSIGNAL (.*)$", dockerfile, re.MULTILINE) == ["SIGTERM"]


def test_no_build_argument_or_variable_of_the_image_is_a_secret(dockerfile: str) -> None:
    assert set(re.findall(r"^ARG (\w+)", dockerfile, re.MULTILINE)) == {"SERVICE"}
    assert not re.search(r"^ENV .*(KEY|SECRET|PASSWORD|DATABASE_URL)", dockerfile, re.MULTILINE)


def test_everything_installed_is_checked_against_the_locks_hashes(dockerfile: str) -> None:
    commands = dockerfile.replace("\\\n", " ").splitlines()
    installs = [part for line in commands for part in line.split("&&") if re.search(r"pip.* (install|wheel) ", part)]
    assert len(installs) == 5
    for install in installs:
        assert "--require-hashes" in install or "--no-index" in install, install


def test_the_testkit_and_what_is_not_listed_never_reach_a_build(root: Path) -> None:
    lines = (root / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule for rule in rules if rule.startswith("!")} == {
        "!pyproject.toml",
        "!requirements.lock",
        "!libs",
        "!services",
    }
    assert rules.index("libs/testkit") > rules.index("!libs")


def test_every_library_that_a_service_may_name_is_known_to_the_dependency_layer(root: Path, dockerfile: str) -> None:
    libraries = {path.parent.name for path in root.glob("libs/*/pyproject.toml")} - {"testkit"}
    assert set(re.findall(r"^COPY libs/(\w+)/pyproject\.toml", dockerfile, re.MULTILINE)) == libraries
