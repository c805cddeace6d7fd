#!/usr/bin/env bash
# Put tflint into build/bin: built by Go at the version in tools/go.mod, or, where there is no Go, the one on the PATH.
set -euo pipefail

cd "$(dirname "$0")/.."
mkdir -p build/bin

if command -v go >/dev/null; then
  echo "setup: building tflint into build/bin (a minute or two, once)"
  # The caller's GOFLAGS (-mod=mod, -mod=vendor) must not change what is built.
  (cd tools && GOFLAGS='' go build -mod=readonly -buildvcs=false -o ../build/bin/ tool)
elif tflint=$(command -v tflint); then
  echo "setup: Go was not found, using the tflint on the PATH"
  ln -sf "$tflint" build/bin/tflint
else
  echo "make lint needs tflint: install Go (tflint is then built from tools/go.mod) or put tflint on the PATH." >&2
  exit 1
fi
