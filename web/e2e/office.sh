#!/bin/sh
# Builds a demo office in the fresh directory $2 and serves it on port $1 until stopped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
bin=${XIANFENG_BIN:-$here/../../bin/xianfeng}
data=$2
mkdir -m 700 "$data"
# A private database: the invented people go nowhere else.
unset DATABASE_URL
pid=
clean() {
  [ -z "$pid" ] || { kill -TERM "$pid" 2>/dev/null || true; wait "$pid" || true; }
  rm -rf "$data"
}
trap clean EXIT
trap 'exit 0' INT TERM
"$bin" demo --data "$data"
"$bin" serve --data "$data" --listen "127.0.0.1:$1" &
pid=$!
wait "$pid"
