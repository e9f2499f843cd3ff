#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_documents.sh DIR HEDDLE [BUILD]: every path, file, preset and command that the documents of a tree name
# is there; and every test that they name to ctest -R, in the build tree BUILD. What is looked at: code
# spans, code blocks and links. A part <like this>, NNNN or * stands for anything.
set -euo pipefail
# Files that documents speak of and that are not ours to have.
elsewhere='netstack.c'
tree=$1 heddle=$2 build=${3:-}
cd "$tree"
mapfile -t documents < <(git -c safe.directory='*' ls-files '*.md')
complaints=0
where=''

complain() {
    echo "$where: $1"
    complaints=$((complaints + 1))
}

# --- what there is, asked once ---------------------------------------------------------------------

declare -A paths=() names=() helps=()
while read -r path; do
    names[${path##*/}]=1
    while [ "$path" != "${path%/*}" ]; do
        paths[$path]=1
        path=${path%/*}
    done
    paths[$path]=1
done < <(git -c safe.directory='*' ls-files -c)
presets=$(sed -nE 's/.*\{"name": "([a-z-]+)".*"inherits".*/\1/p' CMakePresets.json | tr '\n' ' ')
lists=$(git -c safe.directory='*' ls-files -z '*CMakeLists.txt' | xargs -0 cat)
targets=$(tr -c 'A-Za-z0-9_-' '\n' <<< "$lists" | sort -u | tr '\n' ' ')
commands=$("$heddle" --help | sed -nE 's/^  ([a-z]+)  +.*/\1/p' | tr '\n' ' ')
tests=''
[ -z "$build" ] || tests=$(ctest --test-dir "$build" -N | sed -nE 's/^ *Test +#[0-9]+: //p')

has_word() { [[ " $1" == *" $2 "* ]]; }

# Does a command's help name an option?
has_option() {
    [ -n "${helps[$1]+set}" ] || helps[$1]=$("$heddle" "$1" --help)
    grep -qE -- "(^|[^a-z-])$2([^a-z-]|$)" <<< "${helps[$1]}"
}

# --- one word of a document ------------------------------------------------------------------------

# Does a tracked path match, where each * stands for anything but a slash?
check_path() {
    local pattern=${1%/} path
    [ -z "${paths[$pattern]+set}" ] || return 0
    if [[ $pattern == *\** ]]; then
        for path in "${!paths[@]}"; do
            # shellcheck disable=SC2053 # a pattern is what it is
            [[ $path != $pattern || ${path//[!\/]/} != "${pattern//[!\/]/}" ]] || return 0
        done
    fi
    complain "there is no $1"
}

# Is there such a program, named in full or as in a loop: test_engine_${suite}?
is_built() {
    has_word "$targets" "$1" ||
        { [[ $lists == *"${1%_*}_\${"* ]] && has_word "$targets" "${1##*_}"; }
}

# build/PRESET/bin/PROGRAM, and what else lies in build trees.
check_built() {
    local preset program
    IFS=/ read -r _ preset _ program _ <<< "$1//"
    [ -z "$preset" ] || [ "$preset" = '*' ] || has_word "$presets" "$preset" || complain "$1: no preset $preset"
    [[ $1 != build/*/bin/* || -z "$program" || "$program" == *\** ]] ||
        is_built "$program" || complain "$1: nothing builds $program"
}

check_word() {
    local word=$1
    while [[ $word == [\(\"]* ]]; do word=${word:1}; done
    while [[ $word == *[\],.\;:\)\"] ]]; do word=${word%?}; done
    word=${word#./}
    [[ ! $word =~ :[0-9]+$ ]] || word=${word%:*}
    case "$word" in
    build/*) check_built "$word" ;;
    core/* | fuzz/* | ci/* | tests/* | tsan/* | corpus/* | .ci/* | .clusterfuzzlite/*)
        [[ $word == *[\{\|\$=]* ]] || check_path "$word"
        ;;
    */* | *\**) ;;
    *.c | *.h | *.md | *.cmake | CMakeLists.txt | CMakePresets.json)
        [ -n "${names[$word]+set}" ] || [ "$word" = "$elsewhere" ] || complain "no file is called $word"
        ;;
    esac
}

# --- one span or line of code ------------------------------------------------------------------------

# A command line of heddle, from the command on: the command and its options must be known.
check_heddle() {
    local command=${1:-} option
    [[ $command =~ ^[a-z]+$ ]] || return 0
    has_word "$commands" "$command" || {
        complain "heddle has no command $command"
        return
    }
    for option in "${@:2}"; do
        case "$option" in
        '|' | '#'* | '&&' | ';') break ;;
        --*)
            option=${option%%=*}
            has_option "$command" "$option" ||
                complain "heddle $command has no option $option"
            ;;
        esac
    done
}

check_code() {
    local words i
    read -ra words <<< "$1"
    for i in "${!words[@]}"; do
        check_word "${words[i]}"
        case "${words[i]}" in
        heddle | */bin/heddle) check_heddle "${words[@]:i+1}" ;;
        -R)
            [ -z "$build" ] || grep -qE -e "${words[i + 1]:-^$}" <<< "$tests" ||
                complain "no test matches ${words[i + 1]:-}"
            ;;
        --preset) has_word "$presets" "${words[i + 1]:-}" || complain "no preset ${words[i + 1]:-}" ;;
        esac
    done
}

for document in "${documents[@]}"; do
    folder=./$document
    folder=${folder%/*}
    while IFS=: read -r line kind text; do
        where=$document:$line
        case "$kind" in
        code) check_code "$text" ;;
        link)
            text=${text%%#*}
            [[ -z "$text" || $text == *://* || -e $folder/$text ]] || complain "a link to $text, which is not there"
            ;;
        esac
    done < <(awk '
        /^ *```/ { inside = !inside; next }
        { gsub(/<[^>]*>|NNNN[a-z-]*|…/, "*") }
        inside { print FNR ":code:" $0; next }
        {
            rest = $0
            while (match(rest, /`[^`]+`/)) {
                print FNR ":code:" substr(rest, RSTART + 1, RLENGTH - 2)
                rest = substr(rest, RSTART + RLENGTH)
            }
            rest = $0
            while (match(rest, /\]\([^)]+\)/)) {
                print FNR ":link:" substr(rest, RSTART + 2, RLENGTH - 3)
                rest = substr(rest, RSTART + RLENGTH)
            }
        }' "$document")
done
[ "$complaints" -eq 0 ]
