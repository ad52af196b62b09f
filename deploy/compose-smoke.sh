#!/usr/bin/env bash
# Proves docker-compose.yml on a real engine: brings the whole stack up with three rankers, plays scores through it,
# looks at what runs, and takes everything down again, data included. Leaves the project's own stack and .env alone.
#
#   deploy/compose-smoke.sh                     skips with exit 0 where no engine answers
#   REQUIRE_ENGINE=1 deploy/compose-smoke.sh    fails there instead
#   KEEP=1 deploy/compose-smoke.sh              leaves the stack up, to look at
#   WAIT_SECONDS=600 deploy/compose-smoke.sh    gives the stack longer than 240 s to become healthy
set -euo pipefail
cd "$(dirname "$0")/.."

export COMPOSE_PROJECT_NAME=ledgerboard-smoke LEDGERBOARD_VERSION=smoke LEDGERBOARD_PORT=0 # 0: any free port.
export LEDGERBOARD_WRITE_KEY # For those who write; the stack is told names of secrets, and has the values from files.
readonly SECRETS="write-key database-password owner-password service-password redis-password"
readonly JOBS="provision-database migrate provision provision-identity"
readonly STORES="postgres valkey sqs"
readonly SERVICES="gateway ingest ranker rebuilder history history-jobs history-beat"
readonly IMAGES="gateway ingest ranker history"
readonly LOGS_ON_FAILURE=8
PYTHON=${PYTHON:-python3}
WAIT_SECONDS=${WAIT_SECONDS:-240}
SCRATCH=$(mktemp -d)
LOAD_PID=
REASON=

say() { printf '[%4ss] %s\n' "$SECONDS" "$*"; }
fail() { REASON=$*; exit 1; }
compose() { docker compose --env-file /dev/null "$@"; }
containers() { compose ps --quiet "$@"; }
secret() { "$PYTHON" -c 'import secrets; print(secrets.token_hex(24))'; }
traffic() { "$PYTHON" deploy/smoke_traffic.py "$URL" "$@"; }

skip_without_engine() {
  local missing=""
  command -v docker >/dev/null || missing="there is no docker command"
  [ -n "$missing" ] || timeout 20 docker compose version >/dev/null 2>&1 || missing="docker has no compose command"
  [ -n "$missing" ] || timeout 20 docker info >/dev/null 2>&1 || missing="no engine answers"
  [ -n "$missing" ] || return 0
  [ -z "${REQUIRE_ENGINE:-}" ] || fail "$missing"
  say "skipped: $missing, so the compose file was not run"
  exit 0
}

finish() {
  local code=$?
  trap - EXIT INT TERM
  [ -z "$LOAD_PID" ] || kill "$LOAD_PID" 2>/dev/null || true
  if [ -n "${STARTED:-}" ]; then
    [ $code = 0 ] || show_failure
    if [ -n "${KEEP:-}" ]; then say "left up as project $COMPOSE_PROJECT_NAME"; else tear_down; fi
  fi
  rm -rf "$SCRATCH"
  if [ $code != 0 ]; then say "FAILED: ${REASON:-see above}" >&2; elif [ -n "${STARTED:-}" ]; then say "passed"; fi
  exit $code
}

show_failure() {
  compose ps --all >&2 || true
  local service
  for service in $JOBS $SERVICES; do
    compose logs --no-color --no-log-prefix --tail "$LOGS_ON_FAILURE" "$service" 2>&1 | cut -c 1-400 | sed "s/^\x1b\[2K//; s/^/$service | /" >&2 || true
  done
}

tear_down() { timeout 120 docker compose --env-file /dev/null down --volumes --remove-orphans >"$SCRATCH/down" 2>&1 || cat "$SCRATCH/down" >&2; }

makes_secrets() {
  export LEDGERBOARD_SECRET_FILES=$SCRATCH/secrets
  mkdir "$LEDGERBOARD_SECRET_FILES"
  local name
  for name in $SECRETS; do (umask 022 && secret >"$LEDGERBOARD_SECRET_FILES/$name"); done # Containers read them as other users.
  LEDGERBOARD_WRITE_KEY=$(cat "$LEDGERBOARD_SECRET_FILES/write-key")
}

keeps_its_secrets() { # The image of PostgreSQL takes its own password into its environment; no service of ours does.
  local id name
  for id in $(containers --all $JOBS $SERVICES); do
    { docker inspect "$id"; docker logs "$id"; docker exec "$id" sh -c 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline' || true; } >"$SCRATCH/told" 2>&1
    for name in $SECRETS; do
      if grep -qaF -e "$(cat "$LEDGERBOARD_SECRET_FILES/$name")" "$SCRATCH/told"; then fail "$(docker inspect --format '{{.Name}}' "$id") shows the secret $name"; fi
    done
  done
  say "no service shows a secret in its environment, its command line or its log"
}

refuses_to_start_without_its_secrets() {
  if LEDGERBOARD_SECRET_FILES=$SCRATCH/none timeout 60 docker compose --env-file /dev/null up --no-build --detach postgres >"$SCRATCH/refusal" 2>&1; then
    fail "compose starts a database without its password"
  fi
  tear_down
  say "refuses to start without the files of its secrets"
}

brings_the_stack_up() {
  timeout 1200 docker compose --env-file /dev/null build --quiet >"$SCRATCH/build" 2>&1 || { tail -40 "$SCRATCH/build" >&2; fail "the images do not build"; }
  say "built the images"
  tear_down # What an earlier run kept has other secrets.
  STARTED=1
  timeout $((WAIT_SECONDS + 60)) docker compose --env-file /dev/null up --detach --no-build --wait --wait-timeout "$WAIT_SECONDS" --scale ranker=3 \
    >"$SCRATCH/up" 2>&1 || { tail -20 "$SCRATCH/up" >&2; fail "the stack does not become healthy"; }
  [ "$(containers ranker | wc -l)" = 3 ] || fail "not three rankers"
  local job
  for job in $JOBS; do
    [ "$(docker inspect --format '{{.State.ExitCode}}' "$(containers --all "$job")")" = 0 ] || fail "$job did not succeed"
  done
  URL=http://$(compose port gateway 8080)
  case $URL in http://127.0.0.1:*) ;; *) fail "the gateway is published beyond loopback: $URL" ;; esac
  say "up and healthy, three rankers, gateway on loopback only"
}

loses_nothing_when_a_ranker_stops_under_load() {
  local victim
  victim=$(containers ranker)
  victim=${victim%%$'\n'*} # Not by head, which may leave before compose has said all it has to say.
  "$PYTHON" deploy/smoke_traffic.py "$URL" load >"$SCRATCH/load" 2>&1 & # No function: the signal must reach it.
  LOAD_PID=$!
  within 30 grep -q accepted "$SCRATCH/load" || { cat "$SCRATCH/load" >&2; fail "the load does not start"; }
  docker kill --signal TERM "$victim" >/dev/null
  [ "$(timeout 60 docker wait "$victim")" = 0 ] || fail "a ranker does not end cleanly within a minute of SIGTERM"
  kill -0 "$LOAD_PID" 2>/dev/null || { cat "$SCRATCH/load" >&2; fail "the load ended before the ranker did"; }
  kill -TERM "$LOAD_PID"
  if ! wait "$LOAD_PID"; then LOAD_PID=; cat "$SCRATCH/load" >&2; fail "scores were lost or doubled"; fi
  LOAD_PID=
  say "one of three rankers stopped by SIGTERM under load: $(tail -1 "$SCRATCH/load")"
}

within() { # within SECONDS COMMAND...: until the command succeeds
  local deadline=$((SECONDS + $1)); shift
  until "$@" 2>/dev/null; do [ "$SECONDS" -lt "$deadline" ] || return 1; sleep 0.2; done
}

# The local Cognito signs tokens with RSA where it can, and with random bytes where its image lacks the means.
walks_as_a_player() {
  if ! docker exec "$(containers sqs)" python -c 'import cryptography' 2>/dev/null; then
    say "this image of the local Cognito cannot sign tokens: nobody walks as a player"
    return
  fi
  "$PYTHON" deploy/smoke_walk.py "$URL" >"$SCRATCH/walk" 2>&1 || fail "the walk of a player: $(cat "$SCRATCH/walk")"
  say "$(cat "$SCRATCH/walk")"
}

runs_confined() {
  local service id facts
  for service in $SERVICES; do
    for id in $(containers "$service"); do
      facts=$(docker inspect --format '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Privileged}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}' "$id")
      [ "$facts" = "true false [ALL] [no-new-privileges:true]" ] || fail "$service is not confined: $facts"
      [ "$(docker exec "$id" id -u)" = 10001 ] || fail "$service runs as another user than 10001"
      if docker exec "$id" sh -c 'touch /opt/ledgerboard/x /x' 2>/dev/null; then fail "$service can write to its image"; fi
      [ "$service" = gateway ] || [ -z "$(docker port "$id")" ] || fail "$service has a port on the host"
    done
  done
  for service in $SERVICES $STORES; do
    for id in $(containers "$service"); do
      facts=$(docker inspect --format '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Privileged}} {{.HostConfig.SecurityOpt}} {{json .HostConfig.PidsLimit}}' "$id")
      [[ $facts =~ ^'true false [no-new-privileges:true] '[1-9][0-9]*$ ]] || fail "$service is not confined: $facts"
    done
  done
  say "every service runs as user 10001 on a read-only root without capabilities; every container has a bound of processes"
}

# The services' database role reads and writes rows. Whoever gets hold of a service gets no more than that.
may_do_little_in_the_database() {
  docker exec -i "$(containers history)" python - >"$SCRATCH/role" 2>&1 <<'PYTHON' || fail "the services' role: $(tail -3 "$SCRATCH/role")"
from pathlib import Path
import psycopg

password = Path("/run/secrets/service-password").read_text().strip()
with psycopg.connect(host="postgres", dbname="ledgerboard", user="ledgerboard_service", password=password, autocommit=True) as db:
    assert db.execute("SELECT count(*) > 0 FROM facts").fetchone() == (True,)
    for statement in ("COPY (SELECT 1) TO PROGRAM 'id'", "DROP TABLE facts", "ALTER TABLE facts DISABLE TRIGGER ALL", "SET ROLE ledgerboard_owner"):
        try:
            db.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            continue
        raise SystemExit(f"may do this: {statement}")
print(*sorted(path.name for path in Path("/run/secrets").iterdir()))
PYTHON
  [ "$(tail -1 "$SCRATCH/role")" = service-password ] || fail "history sees other secrets than its own: $(tail -1 "$SCRATCH/role")"
  say "the services' database role runs no program, owns no table and becomes no other role"
}

# A browser on this machine reaches the addresses of containers, whatever their network.
answers_no_page() {
  local address status
  address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$(containers sqs)")
  status=$("$PYTHON" - "$address" <<'PYTHON'
import http.client
import sys

answers = []
for host, browser in (("evil.test", {}), ("sqs:4566", {"Origin": "https://evil.test"}), ("sqs:4566", {})):
    connection = http.client.HTTPConnection(sys.argv[1], 4566, timeout=10)
    connection.request("GET", "/_ministack/health", headers={"Host": host, **browser})
    answers.append(str(connection.getresponse().status))
print(*answers)
PYTHON
  ) || fail "the local AWS cannot be asked from here"
  [ "$status" = "403 403 200" ] || fail "the local AWS answers pages of a browser: $status"
  say "the local AWS answers no page of a browser"
}

images_hold_only_their_service() {
  local service image found
  for service in $IMAGES; do
    image=ledgerboard-$service:$LEDGERBOARD_VERSION
    found=$(docker run --rm --network none --entrypoint python "$image" -c \
      'from importlib.metadata import distributions as d; print(*sorted(x.name for x in d()))')
    case " $found " in *" ledgerboard-$service "*) ;; *) fail "$image does not hold its service" ;; esac
    for other in $IMAGES testkit dev; do
      [ "$other" = "$service" ] || case " $found " in *" ledgerboard-$other "*) fail "$image holds ledgerboard-$other" ;; esac
    done
    case " $found " in *" pytest "* | *" uv "* | *" hatchling "*) fail "$image holds development tools" ;; esac
    docker run --rm --network none --entrypoint sh "$image" -c '! command -v gcc cc make git && [ ! -d /root/.cache ]' || fail "$image holds a compiler or a cache"
    { docker history --no-trunc "$image"; docker inspect "$image"; } >"$SCRATCH/image"
    if cat "$LEDGERBOARD_SECRET_FILES"/* | grep -qF -f - "$SCRATCH/image"; then fail "$image holds a secret"; fi
    say "$image: $(wc -w <<<"$found") packages, $(($(docker inspect --format '{{.Size}}' "$image") / 1000000)) MB, no tools, no secrets"
  done
}

trap finish EXIT
trap 'exit 130' INT TERM
skip_without_engine
makes_secrets
refuses_to_start_without_its_secrets
brings_the_stack_up
walks_as_a_player
traffic road | while read -r line; do say "$line"; done
traffic bulk | while read -r line; do say "$line"; done
runs_confined
may_do_little_in_the_database
answers_no_page
keeps_its_secrets
images_hold_only_their_service
loses_nothing_when_a_ranker_stops_under_load
