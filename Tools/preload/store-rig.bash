# What the parts of the rig about the store have in common; to be sourced with the part's name.
#
# Sets `rig` (the program), `preload` (the library of store-trace.c), `keep` (an empty directory for what
# reproduces findings), `work` (one in memory, which goes) and `seed`.
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# A process that crashes is to be gone at once: on a file system that was shut down, looking for the reason may never end.
export SWIFT_BACKTRACE=enable=no
Tools/prepare
command -v cc >/dev/null || Tools/prepare gcc libc6-dev
swift build -c release --product store-rig 2>&1 | tail -n 1
rig=$PWD/.build/release/store-rig
keep=$PWD/.build/rig/$1
rm -rf "$keep"
mkdir -p "$keep"
preload=$keep/store-trace.so
cc -O2 -Wall -Wextra -Werror -shared -fPIC -o "$preload" Tools/preload/store-trace.c -ldl -lpthread
work=$(mktemp -d /dev/shm/store-rig-XXXXXX)
trap 'rm -rf "$work"' EXIT
seed=${RIG_SEED:-1}
echo "seed $seed, commit $(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)"

# Lets a hub make a store in $1/root/store under the recorder, which leaves $1/trace; $2 are syncs that it lacks.
record() {
    mkdir -p "$1/root"
    STORE_TRACE_ROOT=$1/root STORE_TRACE_FILE=$1/trace STORE_TRACE_MARKS=$1/marks \
        STORE_TRACE_SWALLOW=${2:-} LD_PRELOAD=$preload \
        "$rig" record --seed "$seed" --store "$1/root/store" --marks "$1/marks"
}
