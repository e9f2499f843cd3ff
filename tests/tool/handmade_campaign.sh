# SPDX-License-Identifier: BSD-2-Clause
#
# A campaign's directory made by hand, for tests of its page: two failures, one of which no build can run, whose words are
# hostile to a page; a tally; a history of three samples. Sourced before testing.sh, which leaves the folder; $2 is toy_driver.
driver=$2
hostile='<img onerror="alert(1)"> & <b>bold</b>'

# campaign_json HISTORY: the file, without anything that was found.
campaign_json() {
    cat <<END
{"version": 1, "targets": ["toy"], "commit": "abc1234", "libfuzzer": true, "afl": false, "seconds": 4000.5, "lives": 2,
 "duplicates": 17, "unreproduced": 23, "unstable": 0, "internal": 0, "restarts": 29, "history": [$1]}
END
}

# handmade_campaign DIR: afterwards $signature is that of the failure that can be run.
handmade_campaign() {
    local folder=$1
    mkdir -p "$folder"/{incoming,failures,unreproduced,tallies,logs,corpus/toy}
    campaign_json '{"seconds": 1, "runs": 0, "edges": 0, "corpus": 0, "failures": 0, "pairs": 0},
        {"seconds": 2000, "runs": 700000, "edges": 311, "corpus": 40, "failures": 1, "pairs": 77},
        {"seconds": 4000, "runs": 1234567, "edges": 1311, "corpus": 44, "failures": 2, "pairs": 99}' >"$folder/campaign.json"
    touch "$folder/lock" "$folder"/corpus/toy/{one,two,three}

    "$program" run toy --subject fail --runs 4000 -o found >stdout 2>stderr
    signature=$(basename found/*.prog .prog)
    "$program" shrink "found/$signature.prog" -o "$folder/failures/$signature.prog" >stdout 2>stderr
    echo "what was written then" >"$folder/failures/$signature.txt"
    cat >"$folder/failures/$signature.json" <<END
{"commit": "def5678", "campaign_seconds": 125, "found_by": "engine ${hostile//\"/\\\"}", "file": "toy-libfuzzer-1-x"}
END
    cat >"$folder/failures/00000000000000aa.prog" <<END
# verdict: leak
# promise: $hostile
# place: $hostile.c:7
heddle 1
target nobody
thread
end
END
    echo "columns of $hostile" >"$folder/failures/00000000000000aa.txt"
    echo '{"commit": "def5678", "campaign_seconds": 3700}' >"$folder/failures/00000000000000aa.json"

    printf 'heddle 1\ntarget toy\nsubject core\nstrategy random seed=3\nthread\n  add by=1\nthread\n  add by=2\nend\n' >calm.prog
    "$driver" --tally="$folder/tallies/toy-libfuzzer-1" --double=2 calm.prog calm.prog calm.prog calm.prog >stdout 2>stderr ||
        fail "toy_driver"
}
