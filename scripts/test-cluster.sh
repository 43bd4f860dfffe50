#!/usr/bin/env bash
# Checks a running cluster through every one of its nodes: status, writes on each, reads of each write from all, list, delete. Ends with 1 and says what
# was wrong where anything was. Usage: scripts/test-cluster.sh [host:port,host:port,...]; the keys it writes begin with lutra-test/ and are deleted again.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
servers=${1:-localhost:8080,localhost:8081,localhost:8082}
IFS=, read -ra nodes <<<"$servers"
failed=0
prefix="lutra-test/$$"

lutra() { "$root/lutra" "$@"; }

check() { # check WHAT EXPECTED ACTUAL
    if [[ "$2" == "$3" ]]; then
        echo "ok      $1"
    else
        echo "FAILED  $1: expected \"$2\", got \"$3\""
        failed=$((failed + 1))
    fi
}

echo "== status of ${#nodes[@]} nodes"
terms=""
for node in "${nodes[@]}"; do
    line=$(lutra shell "$node" <<<status 2>&1)
    echo "$node: $(tr '\n' ' ' <<<"$line")"
    check "$node is healthy" "health: ok" "$(grep '^health:' <<<"$line")"
    terms+="$(grep '^term:' <<<"$line")"$'\n'
done
check "all are in one term" 1 "$(sort -u <<<"${terms%$'\n'}" | wc -l | tr -d ' ')"

echo "== a write on each node, read from each"
for at in "${!nodes[@]}"; do
    check "put key$((at + 1)) on ${nodes[at]}" OK "$(lutra --server "${nodes[at]}" put "$prefix/key$((at + 1))" "value$((at + 1))" 2>&1)"
done
for node in "${nodes[@]}"; do
    for at in "${!nodes[@]}"; do
        check "get key$((at + 1)) from $node" "value$((at + 1))" "$(lutra --server "$node" get "$prefix/key$((at + 1))" 2>&1)"
    done
done

echo "== overwrite, list, delete"
last=${nodes[${#nodes[@]} - 1]}
check "put key1 again" OK "$(lutra --server "$last" put "$prefix/key1" "a new value" 2>&1)"
check "get key1 from ${nodes[0]}" "a new value" "$(lutra --server "${nodes[0]}" get "$prefix/key1" 2>&1)"
check "all keys are listed" "${#nodes[@]}" "$(lutra --server "$last" keys --prefix "$prefix/" --count 2>&1)"
check "delete key1" 1 "$(lutra --server "${nodes[0]}" del "$prefix/key1" 2>&1)"
for node in "${nodes[@]}"; do
    check "key1 is gone at $node" "Error: Key not found" "$(lutra --server "$node" get "$prefix/key1" 2>&1)"
done
lutra --endpoints "$servers" del --prefix "$prefix/" --yes >/dev/null || failed=$((failed + 1))

if [[ $failed -gt 0 ]]; then
    echo "$failed checks FAILED."
    exit 1
fi
echo "All checks passed."
