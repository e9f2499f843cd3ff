# SPDX-License-Identifier: BSD-2-Clause
#
# Build trees whose fuzz targets are scripts, so that a test says what an engine does, and when. Sourced before testing.sh; $2 is
# toy_driver. What a target does is in the file `libfuzzer` or `afl`, a script that gets the same arguments (`merge`, for a merge); each
# start is a line of the file `starts`.
driver=$2

scripted_trees() {
    mkdir -p trees/{fuzz,afl}/bin trees/fuzz/corpus/toy few
    printf 'seed' >trees/fuzz/corpus/toy/seed
    cat >trees/fuzz/bin/fuzz_toy <<END
#!/usr/bin/env bash
case " \$* " in *" -merge=1 "*) [ -e "$work/merge" ] && exec "$work/merge" "\$@" || exit 1 ;; esac
echo "libfuzzer \$*" >>"$work/starts"
exec "$work/libfuzzer" "\$@"
END
    # Beside it, what a campaign itself needs of a PATH.
    cat >few/afl-fuzz <<END
#!/usr/bin/env bash
echo "afl \$*" >>"$work/starts"
exec "$work/afl" "\$@"
END
    printf '#!/bin/sh\n' >trees/afl/bin/fuzz_toy
    local tool
    for tool in sh bash rm sleep cat sed env kill; do
        ln -s "$(command -v $tool)" "few/$tool"
    done
    chmod +x trees/*/bin/fuzz_toy few/afl-fuzz
    running=''
    trap '[ -z "$running" ] || kill -9 "$running" 2>/dev/null; rm -rf "$work"' EXIT
}

# engine libfuzzer|afl|merge: its script is what is read.
engine() {
    { echo '#!/usr/bin/env bash' && cat; } >"$1.new"
    chmod +x "$1.new"
    mv "$1.new" "$1"
}

# campaign CODE DIR OPTION…: to its end.
campaign() {
    local code=$1 folder=$2 got
    shift 2
    PATH="$work/few" "$program" campaign toy --trees "$work/trees" -o "$folder" "$@" >stdout 2>stderr
    got=$?
    [ "$got" -eq "$code" ] || fail "exit code $got instead of $code: $*"
}

# begin_campaign DIR OPTION…: beside this script; $running is its process.
begin_campaign() {
    local folder=$1
    shift
    PATH="$work/few" "$program" campaign toy --trees "$work/trees" -o "$folder" "$@" >stdout 2>stderr &
    running=$!
}

# end_campaign CODE: as by Ctrl-C.
end_campaign() {
    local got=0
    kill -INT "$running"
    wait "$running" || got=$?
    running=''
    [ "$got" -eq "$1" ] || fail "exit code $got instead of $1"
}

# until_true COMMAND…: while the campaign runs.
until_true() {
    until "$@" >/dev/null 2>&1; do
        kill -0 "$running" 2>/dev/null || fail "the campaign ended before: $*"
        sleep 0.1
    done
}
