# Shared by every script here: sourced, never run. Sets -euo pipefail, changes to the root of the project and gives
# say, step, warn, die, quiet and jobs.
set -euo pipefail

HERALD_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$HERALD_ROOT"

# A machine without a home folder (some CI runners) would make ccache, npm and git fail.
if [ -z "${HOME:-}" ] || [ ! -w "${HOME:-/nonexistent}" ]; then
    export HOME="$HERALD_ROOT/build/home"
    mkdir -p "$HOME"
fi

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$'\e[1m' red=$'\e[31m' yellow=$'\e[33m' green=$'\e[32m' plain=$'\e[0m'
else
    bold='' red='' yellow='' green='' plain=''
fi

# Progress goes to standard error, so that the output of a command stays usable in a pipe.
say() { printf '%s\n' "$*" >&2; }
step() { printf '%s[%4ds]%s %s%s%s\n' "$green" "$SECONDS" "$plain" "$bold" "$*" "$plain" >&2; }
warn() { printf '%s%s%s\n' "$yellow" "$*" "$plain" >&2; }

# die "what happened" "what to do about it"
die() {
    printf '%s%s%s\n' "$red" "$1" "$plain" >&2
    [ $# -lt 2 ] || printf '%s\n' "$2" >&2
    exit 1
}

# quiet WHAT COMMAND... shows the command's output only when it fails; while it runs, one line a minute says that it still does.
quiet() {
    local what=$1 log status=0 pid waited=0
    shift
    log=$(mktemp)
    step "$what"
    "$@" >"$log" 2>&1 </dev/null &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        sleep 1
        waited=$((waited + 1))
        [ $((waited % 60)) -ne 0 ] || step "$what: still running, $(tail -n 1 "$log" | cut -c1-100)"
    done
    wait "$pid" || status=$?
    [ "$status" -eq 0 ] || tail -n 60 "$log" >&2
    rm -f "$log"
    return "$status"
}

# Compile jobs: one a core, and no more than memory allows (a file that includes Beast takes about 1.2 GB).
jobs_for_machine() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable/ {print int($2 / 1200000)}' /proc/meminfo)
    [ "$memory" -ge 1 ] || memory=1
    printf '%s\n' $((cores < memory ? cores : memory))
}

# configure PRESET, unless it is configured and nothing that decides it has changed (ninja sees to changed CMake files itself).
configure() {
    [ -f "build/$1/build.ninja" ] || quiet "configure $1" cmake --preset "$1" ||
        die "CMake could not configure the preset $1." "The last lines above say why; script/bootstrap installs what is missing."
}

# compile PRESET [TARGET...], with the elapsed time on every line of progress.
compile() {
    local preset=$1
    shift
    configure "$preset"
    step "compile $preset${*:+: $*}"
    NINJA_STATUS="[%f/%t %es] " ninja -C "build/$preset" -j "$(jobs_for_machine)" "$@" >&2 ||
        die "The build of $preset failed." "The first error above is the one to read. To try again: script/build"
}
