#!/usr/bin/env bash
# Put tflint into build/bin: built by Go at the version in tools/go.mod or, where that cannot be, the one on the PATH.
set -euo pipefail

cd "$(dirname "$0")/.."
mkdir -p build/bin

build() {
  command -v go >/dev/null || return
  echo "setup: building tflint into build/bin (a minute or two, once)"
  # The caller's GOFLAGS (-mod=mod, -mod=vendor) must not change what is built.
  (cd tools && GOFLAGS='' go build -mod=readonly -buildvcs=false -o ../build/bin/ tool)
}

if ! build; then
  tflint=$(command -v tflint) || {
    echo "make lint needs tflint: install Go (tflint is then built from tools/go.mod) or put tflint on the PATH." >&2
    exit 1
  }
  echo "setup: Go could not build tflint, using the one on the PATH"
  ln -sf "$tflint" build/bin/tflint
fi
