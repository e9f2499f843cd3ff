#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
#
# test_documents_complaints.sh CHECK: a document that is right in all it names, and one that is wrong in all.
# CHECK is test_documents.sh.
set -euo pipefail
check=$(realpath "$1")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
git init -q .
mkdir -p ci core/netstack fuzz/targets
touch ci/test core/netstack/walk.c fuzz/targets/fuzz_a.c OTHER.md
# shellcheck disable=SC2016 # it is CMake's variable
echo 'add_executable(fuzz_a fuzz_a.c) add_executable(heddle) foreach(name c) fuzz_on_${name}' > CMakeLists.txt
echo '  {"name": "dev", "inherits": "base"}' > CMakePresets.json
cat > heddle <<'END'
#!/bin/sh
[ "$1" = --help ] && echo '  replay    Run files again' || echo '  --repeat=N  so often'
END
chmod +x heddle
mkdir tests-built
echo 'add_test(core_walk "true")' > tests-built/CTestTestfile.cmake

cat > OTHER.md <<'END'
Run `ci/test`, see [this](OTHER.md#part) or [that](https://example.org/); `core/netstack/`, `walk.c`,
`fuzz/targets/fuzz_*.c`, `fuzz/targets/fuzz_<name>.c`, `build/dev/bin/fuzz_a`, `build/dev/bin/fuzz_on_c`, `build/<preset>/bin/`, `<sys/zone.h>`.
```
heddle replay FILE --repeat 3 | tail -n 1
./build/dev/bin/heddle replay FILE   # as --often as you like
cmake --preset dev
ctest --test-dir build/dev -R walk
```
END
git add -A
"$check" . ./heddle tests-built

cat > OTHER.md <<'END'
`ci/tests` `core/netstack/walk.h` `talk.c` `fuzz/engines/`
`fuzz/targets/b_*.c` `build/def/bin/fuzz_a` `build/dev/bin/fuzz_b` [x](GONE.md)
```
heddle reply FILE
heddle replay --repeats
cmake --preset def
ctest --test-dir build/dev -R talk
```
END
git add -A
cat > wanted <<'END'
OTHER.md:1: there is no ci/tests
OTHER.md:1: there is no core/netstack/walk.h
OTHER.md:1: no file is called talk.c
OTHER.md:1: there is no fuzz/engines/
OTHER.md:2: there is no fuzz/targets/b_*.c
OTHER.md:2: build/def/bin/fuzz_a: no preset def
OTHER.md:2: build/dev/bin/fuzz_b: nothing builds fuzz_b
OTHER.md:2: a link to GONE.md, which is not there
OTHER.md:4: heddle has no command reply
OTHER.md:5: heddle replay has no option --repeats
OTHER.md:6: no preset def
OTHER.md:7: no test matches talk
END
status=0
"$check" . ./heddle tests-built > said || status=$?
diff wanted said
[ "$status" -eq 1 ]
