#!/usr/bin/env bash
# Put tflint and actionlint into build/bin: built by Go at the versions in tools/go.mod or, where that cannot be, the
# ones on the PATH.
set -euo pipefail

cd "$(dirname "$0")/.."
mkdir -p build/bin

build() {
  command -v go >/dev/null || return
  echo "setup: building tflint and actionlint into build/bin (a minute or two, once)"
  # The caller's GOFLAGS (-mod=mod, -mod=vendor) must not change what is built.
  (cd tools && GOFLAGS='' go build -mod=readonly -buildvcs=false -o ../build/bin/ tool)
}

if ! build; then
  for name in tflint actionlint; do
    tool=$(command -v "$name") || {
      echo "make lint needs $name: install Go ($name is then built from tools/go.mod) or put $name on the PATH." >&2
      exit 1
    }
    echo "setup: Go could not build $name, using the one on the PATH"
    ln -sf "$tool" "build/bin/$name"
  done
fi
