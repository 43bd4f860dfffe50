#!/usr/bin/env bash
# Starts three nodes on this machine and stops them at Ctrl+C (or SIGTERM).
# Ports: LUTRA_PORTS="8080 8081 8082". Data: LUTRA_DIR=./lutra-cluster. More options of "lutra serve" may follow.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
read -ra ports <<<"${LUTRA_PORTS:-8080 8081 8082}"
folder=${LUTRA_DIR:-./lutra-cluster}
mkdir -p "$folder"

peers=""
for at in "${!ports[@]}"; do
    peers+="${peers:+,}$((at + 1))=localhost:${ports[at]}"
done

"$root/lutra" version >/dev/null # Builds what is stale, once.
pids=()
stop() {
    trap - INT TERM EXIT
    echo "Stopping the nodes ..."
    kill "${pids[@]}" 2>/dev/null || true
    wait
}
trap stop EXIT
trap 'exit 0' INT TERM

for at in "${!ports[@]}"; do
    id=$((at + 1))
    "$root/lutra" serve --id="$id" --addr="localhost:${ports[at]}" --dir="$folder" --peers="$peers" --interactive=false "$@" \
        </dev/null >>"$folder/$id.log" 2>&1 &
    pids+=($!)
    echo "Node $id: localhost:${ports[at]}, process $!, log $folder/$id.log"
done

servers=$(printf ',localhost:%s' "${ports[@]}")
servers=${servers:1}
echo
echo "Try:   ./lutra shell $servers"
echo "Check: scripts/test-cluster.sh $servers"
echo "Ctrl+C stops all."

# A node that ends by itself is told; the others go on.
running=${#pids[@]}
while [[ $running -gt 0 ]]; do
    wait -n || echo "A node has ended with code $?: see its log." >&2
    running=$((running - 1))
done
