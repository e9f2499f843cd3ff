#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# feedback.sh TREES [--seconds N | --runs N] [--seeds N] [--engine libfuzzer|afl] [--sides LIST] [--keep DIR] [--json]: what our mutator and both
# feedbacks are worth. Each side fuzzes the reference from the same seeds for the same time (or so many executions, where the machine is not quiet), as many
# at once as there are processors, in turn: a line a side with executions and distinct failures, a line a failure with executions to it.
set -euo pipefail
trees=$1 && shift
seconds=60 runs='' seeds=5 engines=(libfuzzer afl) json='' keep='' jobs=$(nproc)
sides=(all mutator+pairs mutator+faults mutator feedback neither generated)
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=$2 && shift ;;
    --runs) runs=$2 && shift ;;
    --seeds) seeds=$2 && shift ;;
    --engine) engines=("$2") && shift ;;
    --sides) IFS=, read -ra sides <<< "$2" && shift ;;
    --keep) keep=$2 && shift ;;
    --json) json=1 ;;
    *) echo "feedback.sh: $1?" >&2 && exit 2 ;;
    esac
    shift
done

limits=(-max_total_time="$seconds" -V "$seconds" --seconds "$seconds")
what="$seconds s"
[ -z "$runs" ] || limits=(-runs="$runs" -E "$runs" --runs "$runs") what="$runs executions"

work=${keep:-$(mktemp -d)}
mkdir -p "$work"
[ -n "$keep" ] || trap 'rm -rf "$work"' EXIT

# What a side is without, in the words of the harness.
without() { # SIDE
    case $1 in
    all) ;;
    mutator+pairs) echo faults ;;
    mutator+faults) echo pairs ;;
    mutator) echo pairs,faults ;;
    feedback) echo mutator ;;
    neither) echo pairs,faults,mutator ;;
    generated) ;;
    *) echo "feedback.sh: there is no side $1" >&2 && exit 2 ;;
    esac
}

for side in "${sides[@]}"; do without "$side" > /dev/null; done

run_libfuzzer() { # DIR SIDE SEED
    mkdir "$1/corpus"
    "$trees/fuzz/bin/fuzz_reference" "$1/corpus" "$trees/fuzz/corpus/reference" "${limits[0]}" -seed="$3" -max_len=4096 \
        -timeout=60 -print_final_stats=1 -artifact_prefix="$1/" --findings="$1/findings" --keep-going=1 --tally="$1/tally" \
        --without="$(without "$2")" > "$1/log" 2>&1
    sed -n 's/^stat::number_of_executed_units: *//p' "$1/log" > "$1/executions"
}

run_afl() { # DIR SIDE SEED
    local module=()
    [[ $(without "$2") == *mutator* ]] || module=(AFL_CUSTOM_MUTATOR_LIBRARY="$trees/release/lib/libheddle_mutator_reference.so" AFL_CUSTOM_MUTATOR_ONLY=1)
    env "${module[@]}" AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 \
        afl-fuzz "${limits[@]:1:2}" -S side -s "$3" -G 4096 -m none -t 5000+ -i "$trees/fuzz/corpus/reference" -o "$1/afl" -- \
        "$trees/afl/bin/fuzz_reference" --findings="$1/findings" --keep-going=1 --tally="$1/tally" --with-parent=1 \
        --without="$(without "$2")" > "$1/log" 2>&1
    sed -n 's/^execs_done *: *//p' "$1/afl/side/fuzzer_stats" > "$1/executions"
}

# No fuzzing engine: each program is new.
run_generated() { # DIR SEED
    local code=0
    "$trees/release/bin/heddle" run lifecycle --subject reference "${limits[@]:3}" --seed "$2" --keep-going --json \
        -o "$1/findings" > "$1/log" 2>&1 || code=$?
    sed -n 's/.*"runs":\([0-9]*\).*/\1/p' "$1/log" | tail -n 1 > "$1/executions"
    [ "$code" -le 1 ]
}

run() { # ENGINE SIDE SEED
    local dir=$work/$1/$2/$3
    mkdir -p "$dir"
    if [ "$2" = generated ]; then run_generated "$dir" "$3"; else "run_$1" "$dir" "$2" "$3"; fi || { tail -n 5 "$dir/log" >&2 && return 1; }
    local file
    for file in "$dir"/findings/*.prog; do
        [ -e "$file" ] || continue
        # engine side seed signature run
        printf '%s %s %s %s %s\n' "$1" "$2" "$3" "$(basename "$file" .prog)" "$(sed -n 's/^# found by: run \([0-9]*\) .*/\1/p' "$file")"
    done > "$dir/rows"
    printf '%s %s %s - %s\n' "$1" "$2" "$3" "$(cat "$dir/executions")" >> "$dir/rows"
}

# One after the other begins as one ends; the order of sides turns with the seed, so each meets each hour's load.
for engine in "${engines[@]}"; do
    for ((seed = 1; seed <= seeds; seed++)); do
        for ((i = 0; i < ${#sides[@]}; i++)); do
            while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
            run "$engine" "${sides[(i + seed) % ${#sides[@]}]}" "$seed" &
        done
    done
done
while [ -n "$(jobs -rp)" ]; do wait -n; done
cat "$work"/*/*/*/rows > "$work/rows"

# What a signature is called: verdict and promise of a file that has it.
for signature in $(cut -d' ' -f4 "$work/rows" | grep -v '^-$' | sort -u); do
    file=$(find "$work" -name "$signature.prog" -print -quit)
    printf '%s %s\n' "$signature" "$(sed -n 's/^# verdict: //p; s/^# promise: //p' "$file" | paste -sd: | sed 's/:/: /' | cut -c1-90)"
done > "$work/names"

if [ -n "$json" ]; then
    awk -v what="$what" 'BEGIN { printf "{\"each\":\"%s\",\"rows\":[", what }
        { printf "%s{\"engine\":\"%s\",\"side\":\"%s\",\"seed\":%d,", (NR > 1 ? "," : ""), $1, $2, $3
          if ($4 == "-") printf "\"executions\":%d}", $5; else printf "\"signature\":\"%s\",\"run\":%d}", $4, $5 }
        END { print "]}" }' "$work/rows"
    exit 0
fi
printf 'The reference, %s a run, %s seeds a side, %s runs at once.\n' "$what" "$seeds" "$jobs"
for engine in "${engines[@]}"; do
    grep "^$engine " "$work/rows" | awk -v engine="$engine" -v seeds="$seeds" -v order="${sides[*]}" -v names="$work/names" '
        # Not found is longer than anything; of an even number, the larger in the middle.
        function median(list, n,    i, j, t) {
            for (i = 2; i <= n; i++) for (j = i; j > 1 && list[j] < list[j - 1]; j--) { t = list[j]; list[j] = list[j - 1]; list[j - 1] = t }
            return list[int(n / 2) + 1]
        }
        function median_run(side, signature,    s, list) {
            for (s = 1; s <= seeds; s++) list[s] = (side, s, signature) in run ? run[side, s, signature] : 1e18
            return median(list, seeds)
        }
        BEGIN { count = split(order, sides, " "); compared = (" " order " ") ~ / neither /; while ((getline line < names) > 0) name[substr(line, 1, 16)] = substr(line, 18) }
        $4 == "-" { executions[$2, $3] = $5; next }
        $4 !~ /^[0-9a-f]+$/ { odd[$2]++; next } # internal-, unstable-
        { run[$2, $3, $4] = $5; found[$2, $3]++; times[$2, $4]++; all[$4]++; if (times[$2, $4] == 1) union[$2]++ }
        END {
            print "\n## " engine "\n"
            print "| side | executions | distinct failures, by seed | median | in any seed | more, fewer than `neither` | executions to a failure, to those of `neither` |"
            print "|---|---|---|---|---|---|---|"
            for (i = 1; i <= count; i++) {
                side = sides[i]; text = ""; more = fewer = 0
                for (s = 1; s <= seeds; s++) {
                    text = text " " found[side, s] + 0; f[s] = found[side, s] + 0; e[s] = executions[side, s] + 0
                    if (!compared) continue
                    more += f[s] > found["neither", s] + 0; fewer += f[s] < found["neither", s] + 0
                }
                logs = shared = 0
                for (signature in all) {
                    a = median_run(side, signature); b = median_run("neither", signature)
                    if (a < 1e18 && b < 1e18) { logs += log(a / b); shared++ }
                }
                printf "| %s | %d |%s | %d | %d | %s | %s |\n", side, median(e, seeds), text, median(f, seeds), union[side], (compared ? more ", " fewer : "-"),
                    (shared ? sprintf("%.2f× of %d", exp(logs / shared), shared) : "-")
                if (odd[side]) printf "| %s: %d internal or unstable |\n", side, odd[side]
            }
            printf "\n| failure |"; for (i = 1; i <= count; i++) printf " %s |", sides[i]
            printf "\n|---|"; for (i = 1; i <= count; i++) printf "---|"
            print ""
            n = 0; for (signature in all) sorted[++n] = signature
            for (i = 2; i <= n; i++) for (j = i; j > 1 && (all[sorted[j]] > all[sorted[j - 1]] || (all[sorted[j]] == all[sorted[j - 1]] && sorted[j] < sorted[j - 1])); j--) {
                t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t
            }
            for (j = 1; j <= n; j++) {
                signature = sorted[j]
                printf "| `%s` %s |", substr(signature, 1, 8), name[signature]
                for (i = 1; i <= count; i++) {
                    t = times[sides[i], signature] + 0; m = median_run(sides[i], signature)
                    printf " %s |", t == 0 ? "-" : m < 1e18 ? (t < seeds ? m " (" t ")" : m) : "(" t ")"
                }
                print ""
            }
            print "\nA number is the median of the executions to the failure; (k): in so many seeds; alone, in too few for a median."
        }'
done
