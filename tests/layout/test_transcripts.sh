#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_transcripts.sh DIR HEDDLE: what the documents of a tree show of `cat`, `heddle replay` and `heddle explain` is what these
# print. A transcript is a code block with lines "$ COMMAND"; the lines up to the next one are the output.
# Exit code 77: HEDDLE lacks a subject of theirs.
set -euo pipefail
tree=$1 heddle=$(realpath "$2")
cd "$tree"
mapfile -t documents < <(git -c safe.directory='*' ls-files '*.md')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
compared=0 complaints=0

# A macro's call over several lines has its first one for gcc and its last one for clang, which built what README shows.
lines_apart() { sed 's/netstack\.c:115[67]$/netstack.c:1156 or 1157/' "$1"; }

# Documents name the tool as it lies in a build tree; which tree makes no difference.
compare() {
    local document=$1 command=$2 words
    read -ra words <<< "$command"
    case "$command" in
    'cat '*) "${words[@]}" ;;
    build/*/bin/heddle' replay '* | build/*/bin/heddle' explain '*) "$heddle" "${words[@]:1}" | sed "s|^$heddle |${words[0]} |" ;;
    *) return 0 ;;
    esac > "$work/said" || true
    compared=$((compared + 1))
    diff <(lines_apart "$work/shown") <(lines_apart "$work/said") > "$work/difference" && return 0
    printf '%s: another output has: %s\n' "$document" "$command"
    cat "$work/difference"
    complaints=$((complaints + 1))
}

compare_all() {
    local document=$1 line command='' inside=no
    while IFS= read -r line; do
        case "$inside $line" in
        'no ```'*) inside=yes ;;
        'yes ```'* | 'yes $ '*)
            [ -z "$command" ] || [ ! -s "$work/shown" ] || compare "$document" "$command"
            command=${line#'$ '}
            : > "$work/shown"
            [[ $line != '```'* ]] || { inside=no command=''; }
            ;;
        'yes '*) printf '%s\n' "$line" >> "$work/shown" ;;
        esac
    done < "$document"
}

for name in $(sed -n 's/^subject //p' "${documents[@]}" | sort -u); do
    "$heddle" list subjects | grep -q "^$name " || exit 77
done
for document in "${documents[@]}"; do
    compare_all "$document"
done
[ "$compared" -gt 0 ] || { echo "there is no transcript" && exit 1; }
[ "$complaints" -eq 0 ]
