#!/usr/bin/env bash
# Replaces the nodes of an installation one by one, without losing a request:
#
#   deploy.sh VERSION          e.g. deploy.sh ghcr.io/reelshare/reelshare:1.4.0
#
# For each node: nginx sends it nothing new, what it has in hand ends, it is started in the new version, and only
# when it says it is ready (/readyz) does it get requests again. A node that does not become ready in time is started
# in the version before, and so are those replaced before it: the exit code is then 1, and all is as it was.
#
# How nodes are started and nginx is told is in the driver: drivers/compose.sh, unless DRIVER names another. A driver
# defines
#   nodes                      the names of the nodes, in their order
#   address NODE               host:port of its /readyz and /metrics, as seen from here
#   current                    the version that runs; nothing where that is not known
#   remember VERSION           what `current` says from now on
#   migrate VERSION            brings the database to that version's schema, which the version before can use too
#   start NODE VERSION         stops the node (SIGTERM, with its grace time) and starts it in that version
#   route [NODE]               nginx sends requests to all nodes but this one
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=${1:?deploy.sh VERSION}
READY_S=${READY_S:-90}       # for a node to become ready
STEADY_S=${STEADY_S:-3}      # that it must then stay so
DRAIN_S=${DRAIN_S:-30}       # for what a node has in hand
# shellcheck source=drivers/compose.sh
source "${DRIVER:-$here/drivers/compose.sh}"

say() { printf '%s deploy: %s\n' "$(date -u +%H:%M:%S)" "$*"; }
get() { curl -fsS --max-time 3 "http://$1" 2>/dev/null; }

ready() { # ready NODE: within READY_S, and STEADY_S long
    local until=$((SECONDS + READY_S)) since=''
    while ((SECONDS < until)); do
        if get "$(address "$1")/readyz" >/dev/null; then
            since=${since:-$SECONDS}
            if ((SECONDS - since >= STEADY_S)); then return 0; fi
        else
            since=''
        fi
        sleep 0.3
    done
    return 1
}

idle() { # idle NODE: nothing in hand but the question itself, seen twice; or DRAIN_S have passed
    local until=$((SECONDS + DRAIN_S)) in_flight seen=0
    while ((SECONDS < until && seen < 2)); do
        in_flight=$(get "$(address "$1")/metrics" | sed -n 's/^reelshare_http_requests_in_flight //p') || in_flight=1
        if [[ ${in_flight:-1} == [01] ]]; then seen=$((seen + 1)); else seen=0; fi
        sleep 0.3
    done
}

replace() { # replace NODE VERSION
    route "$1"
    idle "$1"
    start "$1" "$2"
    ready "$1"
}

before=$(current)
say "$version for ${before:-nothing known}"
migrate "$version"
replaced=()
for node in $(nodes); do
    say "$node"
    replaced+=("$node")
    if replace "$node" "$version"; then
        route
        continue
    fi
    say "$node does not become ready in $version"
    if [[ -z $before ]]; then
        say "and there is no version to go back to"
        exit 1
    fi
    failed=''
    for ((i = ${#replaced[@]} - 1; i >= 0; --i)); do
        say "${replaced[i]} back to $before"
        replace "${replaced[i]}" "$before" || failed="$failed ${replaced[i]}"
    done
    [[ -z $failed ]] && route
    say "rolled back${failed:+, but not ready:$failed}"
    exit 1
done
remember "$version"
say "done"
