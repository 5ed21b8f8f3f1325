# The driver of deploy.sh for deploy/compose.yaml: versions are images. See deploy.sh for what each function is.
# shellcheck shell=bash
cd "$here"

compose() { docker compose -f "$here/compose.yaml" "$@"; }
with() { REELSHARE_IMAGE=$1 compose "${@:2}"; }

nodes() { echo "${NODES:-api1 api2 worker1 worker2}"; }
address() {
    local port=5000
    [[ $1 == worker* ]] && port=9100
    # The network is internal, but this machine is on its bridge.
    echo "$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' \
        "$(compose ps -q "$1")" | cut -d' ' -f1):$port"
}
current() { cat "$here/.version" 2>/dev/null || true; }
remember() {
    echo "$1" > "$here/.version"
    # What `docker compose up` starts from now on.
    sed -i '/^REELSHARE_IMAGE=/d' "$here/.env"
    echo "REELSHARE_IMAGE=$1" >> "$here/.env"
}
migrate() {
    docker pull -q "$1"
    with "$1" run --rm --no-deps api1 migrate
}
start() { with "$2" up -d --no-deps --no-build "$1"; }
route() {
    local down=''
    [[ ${1:-} == api* ]] && down=$1:5000
    compose exec -T -e DOWN_NODES="$down" nginx sh -euc '
        /etc/reelshare/render > "$RUN_DIR/next.conf"
        nginx -t -q -c "$RUN_DIR/next.conf"
        mv "$RUN_DIR/next.conf" "$RUN_DIR/nginx.conf"
        nginx -c "$RUN_DIR/nginx.conf" -s reload'
}
